"""The label editor in JupyterLab: under the hand, beside jupyter-bbox-widget; saving; an hour of labelling."""

from __future__ import annotations

from tests.bench.browser_endurance import endurance
from tests.bench.browser_pages import lab
from tests.bench.browser_paint import paint
from tests.bench.browser_saving import saving


def main() -> None:
    for part in (paint, saving, endurance):
        with lab() as running:
            part(running)
