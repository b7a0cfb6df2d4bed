"""How Sphinx builds the documentation: ``make docs``.

The repository's root is Sphinx's source folder (`sphinx-build -c docs . OUT`), so that the links between pages,
notebooks and CONTRIBUTING are the same there and where the files are looked at as they lie.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import annowidgets  # noqa: E402
from annowidgets import widgets  # noqa: E402

for _screen in widgets.__all__:
    getattr(widgets, _screen)  # Sphinx sees what is loaded, and screens are loaded when they are first used

project = "annowidgets"
author = copyright = "the annowidgets developers"
version = release = annowidgets.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
_PAGES = {"docs", "notebooks", "CONTRIBUTING.md", "CHANGELOG.md"}
exclude_patterns = [
    *(path.name for path in ROOT.iterdir() if path.name not in _PAGES),
    "notebooks/*/**",  # what notebooks write when they run
]

html_theme = "furo"
html_title = f"annowidgets {version}"
html_show_sourcelink = html_copy_source = False
pygments_style, pygments_dark_style = "friendly", "github-dark"

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the tests execute the notebooks; here their kept outputs are shown

default_role = "py:obj"
suppress_warnings = ["ref.python"]  # a word such as `confidence` names a field of several classes
autodoc_default_options = {"members": True, "inherited-members": "object"}
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say them in words
napoleon_google_docstring = False
napoleon_use_ivar = True


def _skip(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what a class has from Python or from a library; fields of a tuple stand in its docstring."""
    if (getattr(obj, "__doc__", None) or "").startswith("Alias for field number"):
        return True
    home = getattr(obj, "__module__", None)
    return True if isinstance(home, str) and not home.startswith("annowidgets") else None


def _of_init(app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str, returns: str) -> Any:
    """Widgets are made by a ``__new__`` that takes anything; what they take is in ``__init__``."""
    if what != "class" or signature != "(*args, **kwargs)":
        return None
    _, *parameters = inspect.signature(obj.__init__).parameters.values()
    told = [parameter.replace(annotation=parameter.empty) for parameter in parameters]
    return str(inspect.Signature(told)), returns


def setup(app: Sphinx) -> None:
    """Connect what is above."""
    app.connect("autodoc-skip-member", _skip)
    app.connect("autodoc-process-signature", _of_init)
