"""The module loads no heavy library before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("pandas", "scipy", "shapely", "matplotlib", "pydicom", "sqlite_utils", "faster_coco_eval")


@pytest.mark.parametrize("name", ["annowidgets.benchmark", "annowidgets.benchmark.function"])
def test_importing_it_imports_no_heavy_library(name: str) -> None:
    code = f"import sys, {name}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_knows_no_store_and_no_workflow() -> None:
    code = "import sys, annowidgets.benchmark; print(*(m for m in sys.modules if m.startswith('annowidgets.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name.split(".")[1] for name in done.stdout.split()} == {"benchmark", "labels", "errors"}
