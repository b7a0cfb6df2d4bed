"""Execute the product's notebooks, and store them with what they show: ``python -m tests.notebooks``."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.repository import REPOSITORY

FOLDER = REPOSITORY / "notebooks"
_LIVE = "application/vnd.jupyter.widget-view+json"


def execute(notebook: Path, folder: Path) -> NotebookNode:
    """Run a copy of a notebook from top to bottom in a folder, with every warning shown.

    Parameters
    ----------
    notebook : Path
        The file.
    folder : Path
        Where it runs, and all that it may write to.
    """
    copy = Path(shutil.copy(notebook, folder))
    book = nbformat.read(copy, as_version=4)
    places = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")]))
    # As a person's kernel has it: pictures inline, whatever the tests themselves draw on.
    inline = "module://matplotlib_inline.backend_inline"
    settings = {"PYTHONPATH": places, "PYTHONWARNINGS": "default", "MPLBACKEND": inline}
    # Whoever asks the network for something gets no answer: nobody listens there.
    settings |= dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    with patch.dict(os.environ, settings):
        NotebookClient(book, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return book


def storable(book: NotebookNode) -> NotebookNode:
    """The notebook without what only a kernel brings to life: of a screen its static page stays."""
    for cell in book.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            live = [output for output in cell.outputs if _LIVE in output.get("data", {})]
            cell.outputs = [output for output in cell.outputs if output not in live or "text/html" in output.data]
            for output in live:
                output.data.pop(_LIVE)
    book.metadata.pop("widgets", None)
    return book


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.ipynb")):
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(storable(execute(path, Path(folder))), path)
        sys.stdout.write(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB\n")
