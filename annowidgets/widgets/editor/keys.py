"""The keys of the editor, as the list behind "?" names them; `src/ui/keys.js` hears them."""

from __future__ import annotations

_LOOKS = {
    "w": "Drag the window and level of values",
    ", .": "Select the previous, the next label",
    "← →": "Frame before, next frame (Shift: 10; Ctrl+arrows move what is selected)",
    "PageUp PageDown": "10 frames back, 10 on",
    "home end": "First frame, last frame",
    "j l p": "Key frame before, next one; play, pause",
}
# Where labels are only looked at, by letters that no screen around a picture takes for itself.
VIEW_KEYS = {"+ - 0": "Zoom in, zoom out, show all", "q": "Measure", **_LOOKS}
KEYS = {
    "v": "Select and change labels",
    "1…9 n": "Choose a class; the last one again",
    "arrows": "Move what is selected (Shift: 10 px)",
    "space": "Draw by keys: arrows move a crosshair, Space presses and lets go",
    "enter escape": "Finish, cancel the shape; Enter draws by keys too",
    "backspace": "Take the last vertex back; without one, delete",
    "delete d": "Delete, duplicate what is selected",
    "c": "Give it the chosen class",
    "o": "Make a skeleton's point occluded, absent, visible",
    "e": "Eraser",
    "[ ]": "Smaller, larger brush",
    "ctrl+z ctrl+shift+z": "Undo, redo",
    "h": "Hide the labels",
    "+ - f 0": "Zoom in, zoom out, show all",
    "r q": "Measure",
    **_LOOKS,
    "m x u t": "Key frame, outside, end or hold here, copy to the next frames",
}
