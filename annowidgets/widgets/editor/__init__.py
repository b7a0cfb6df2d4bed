"""The label editor: a canvas in the browser that draws at once, and Python that keeps the labels."""

from annowidgets.widgets.editor.editor import Editor
from annowidgets.widgets.editor.keys import KEYS, VIEW_KEYS

__all__ = ["KEYS", "VIEW_KEYS", "Editor"]
