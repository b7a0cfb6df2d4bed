"""A grid of small pictures to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.table import page_links


class Thumbnail(NamedTuple):
    """One picture to choose.

    Attributes
    ----------
    key : str
        What `Thumbnails.chosen` holds.
    name : str
        Shown below it.
    data : callable returning bytes
        Makes the small picture, encoded for a browser; called when its page is turned to.
    """

    key: str
    name: str
    data: Callable[[], bytes]


class Thumbnails(LiveHtml):
    """Pictures with a check box each, a page at a time.

    Parameters
    ----------
    items : sequence of Thumbnail
    chosen : iterable of str
        Keys that are ticked at first.
    page_size : int
        Pictures per page.
    on_change : callable(list of str), optional
        Called with `chosen` after each change.
    """

    def __init__(
        self,
        items: Sequence[Thumbnail],
        *,
        chosen: Iterable[str] = (),
        page_size: int = 24,
        on_change: Callable[[list[str]], object] | None = None,
    ) -> None:
        super().__init__()
        self._items, self._page_size, self._on_change = list(items), page_size, on_change
        self._chosen = set(chosen)
        self._turn_to(0)

    @property
    def chosen(self) -> list[str]:
        """Keys of what is ticked, in the items' order."""
        return [item.key for item in self._items if item.key in self._chosen]

    def choose(self, keys: Iterable[str]) -> None:
        """Tick exactly these."""
        self._chosen = set(keys)
        self._changed()

    def act(self, act: str, key: str = "", value: Any = None) -> None:
        """Turn the page, or tick and untick."""
        if act == "page":
            self._turn_to(int(key))
        elif act == "choose":
            self._chosen = self._chosen | {key} if value else self._chosen - {key}
            self._changed()

    def _changed(self) -> None:
        self._render()
        if self._on_change is not None:
            self._on_change(self.chosen)

    def _turn_to(self, page: int) -> None:
        self._pages = max(1, -(-len(self._items) // self._page_size))
        self._page = min(max(page, 0), self._pages - 1)
        start = self._page * self._page_size
        self._shown = self._items[start : start + self._page_size]
        self.images = {item.key: item.data() for item in self._shown}
        self._render()

    def _render(self) -> None:
        self.show(
            [
                tag(
                    "fieldset",
                    tag("legend", f"{len(self.chosen)} of {len(self._items)} chosen", class_="aw-num"),
                    tag("div", [self._one(item) for item in self._shown], class_="aw-thumbs"),
                ),
                page_links(self._page, self._pages, f"page {self._page + 1} of {self._pages}"),
            ]
        )

    def _one(self, item: Thumbnail) -> Html:
        return tag(
            "label",
            tag("img", data_image=item.key, alt=""),
            tag("input", type="checkbox", data_act="choose", data_key=item.key, checked=item.key in self._chosen),
            tag("span", item.name, title=item.name),
        )
