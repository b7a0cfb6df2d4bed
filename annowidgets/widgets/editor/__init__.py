"""The label editor: a canvas in the browser that draws at once, and Python that keeps the labels."""

from annowidgets.widgets.editor.editor import KEYS, VIEW_KEYS, Editor

__all__ = ["KEYS", "VIEW_KEYS", "Editor"]
