"""Markup of screens, held to files that were looked at once."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "snapshots"

# ids of widgets differ from run to run
_ID = re.compile(r"[0-9a-f]{32}")


def check(name: str, markup: str, folder: Path) -> None:
    """Compare markup with ``tests/widgets/snapshots/<name>.html``.

    Where it differs the new one is written into ``folder``: look at it, and copy it over the old one if it is meant.
    """
    # a tag a line, so that a difference can be read
    told = _ID.sub("(id)", markup).replace("><", ">\n<") + "\n"
    kept = FOLDER / f"{name}.html"
    if not kept.exists() or kept.read_text(encoding="utf-8") != told:
        new = folder / kept.name
        new.write_text(told, encoding="utf-8")
        raise AssertionError(f"{kept} differs from what is shown now: {new}")
