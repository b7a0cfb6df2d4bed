"""A hand at the label editor: it points at pixels of the picture, whatever the zoom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.browser.notebook import Notebook

Point = tuple[float, float]

STAGE = ".aw-ed-stage"
# What the page shows: the sessions of all editors meet in one place.
FRONT = """() => [...globalThis[Symbol.for('annowidgets.editor.sessions')]?.sessions ?? []]
    .map(session => session.front).find(view => view?.place.isConnected && view.place.offsetWidth)"""
IS_READY = f"() => {{ const view = ({FRONT})(); return Boolean(view?.session.frames.picture) }}"
PLACE = f"""([x, y]) => {{
    const {{view, place}} = ({FRONT})();
    const {{left, top}} = place.getBoundingClientRect();
    return [left + view.x + x * view.scale, top + view.y + y * view.scale, view.scale];
}}"""
PIXEL = f"""([x, y, layer]) => {{
    const {{view, place}} = ({FRONT})();
    const canvas = place.querySelectorAll('canvas')[layer];
    const ratio = canvas.width / canvas.clientWidth;
    const at = [view.x + x * view.scale, view.y + y * view.scale].map(one => Math.round(one * ratio));
    return [...canvas.getContext('2d').getImageData(...at, 1, 1).data];
}}"""
LABELS = f"() => ({FRONT})().session.labels.map(label => label.id)"
PENDING = f"() => ({FRONT})().session.document.pending.length"


class Canvas:
    """The editor that is in sight.

    Parameters
    ----------
    book : Notebook
        Where it is shown.
    """

    def __init__(self, book: Notebook) -> None:
        self.book, self.page = book, book.page

    def wait(self) -> None:
        """Wait until a picture is shown."""
        self.page.wait_for_function(IS_READY)

    def focus(self) -> None:
        """Give the picture the focus, as Tab does."""
        self.page.locator(STAGE).first.focus()

    def place(self, point: Point) -> Point:
        """Where a point of the picture stands in the window."""
        x, y, _ = self.page.evaluate(PLACE, list(point))
        return x, y

    def drag(self, *points: Point, steps: int = 6) -> None:
        """Press at the first point, move over the others, and let go at the last; in the picture once it is there."""
        self.wait()
        self.book.box(STAGE)
        mouse = self.page.mouse
        first, *others = points
        mouse.move(*self.place(first))
        mouse.down()
        for point in others:
            mouse.move(*self.place(point), steps=steps)
        mouse.up()

    def click(self, *points: Point) -> None:
        """Click at points of the picture, once it is there, one after the other."""
        self.wait()
        self.book.box(STAGE)
        for point in points:
            self.page.mouse.click(*self.place(point))

    def keys(self, *keys: str | tuple[str, int]) -> None:
        """Press keys; ("ArrowUp", 5) is five times."""
        for key in keys:
            name, count = (key, 1) if isinstance(key, str) else key
            for _ in range(count):
                self.page.keyboard.press(name)

    def pixel(self, point: Point, *, layer: int = 1) -> list[int]:
        """Red, green, blue and alpha at a point of the picture: 0 is the picture's layer, 1 that of the labels."""
        return list(self.page.evaluate(PIXEL, [*point, layer]))

    @property
    def ids(self) -> list[str]:
        """Of the labels that are shown."""
        return list(self.page.evaluate(LABELS))

    @property
    def pending(self) -> int:
        """How many edits are shown and not acknowledged."""
        return int(self.page.evaluate(PENDING))

    def wait_for(self, count: int) -> None:
        """Wait until so many labels are shown."""
        self.page.wait_for_function(f"count => ({LABELS})().length === count", arg=count)


def rounded(value: Any) -> Any:
    """Numbers to whole pixels, in any depth."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [rounded(one) for one in value]
    return round(value) if isinstance(value, float) else value


def poll(book: Notebook, found: Callable[[], Any], expected: Any, *, seconds: float = 20) -> None:
    """Look again until what is found is what is expected."""
    for _ in range(int(seconds * 20)):
        if found() == expected:
            return
        book.page.wait_for_timeout(50)
    assert found() == expected
