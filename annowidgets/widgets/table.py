"""A table with buttons in its rows, in pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from annowidgets.widgets.html import Content, Html, classes, tag
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.parts import button, figure


class Column(NamedTuple):
    """One column of a table.

    Attributes
    ----------
    title : str
        Its header; "" for a column of buttons (screen readers hear ``label``).
    right : bool
        Whether it holds numbers, which are aligned at the right.
    label : str
        For a header without a title.
    """

    title: str
    right: bool = False
    label: str = "Actions"


class Table(LiveHtml):
    """A table, a page at a time; the first column heads its row.

    Parameters
    ----------
    columns : sequence of Column or str
    rows : sequence of sequences
        One cell per column: text (escaped), a number, `Html` such as `parts.button`, None for nothing.
    caption : str, optional
        What the table is about, for screen readers.
    empty : str
        Shown where there is no row.
    page_size : int
        Rows per page.
    on_action : callable(act, key, value), optional
        What is pressed in the rows.
    """

    def __init__(
        self,
        columns: Sequence[Column | str],
        rows: Iterable[Sequence[Content]] = (),
        *,
        caption: str | None = None,
        empty: str = "Nothing here yet.",
        page_size: int = 25,
        on_action: OnAction | None = None,
        pad: bool = False,
    ) -> None:
        super().__init__(on_action=on_action, pad=pad)
        self._columns = [column if isinstance(column, Column) else Column(column) for column in columns]
        self._caption, self._empty, self._page_size = caption, empty, page_size
        self._page = 0
        self.set_rows(rows)

    def set_rows(self, rows: Iterable[Sequence[Content]]) -> None:
        """Show other rows; the page stays where it still exists.

        Of a sequence only the rows of a page are asked for, when it is turned to.
        """
        self._rows = rows if isinstance(rows, Sequence) else list(rows)
        self._turn_to(self._page)

    def turn_to_row(self, place: int) -> None:
        """Turn to the page that holds a row, counted from 0."""
        self._turn_to(place // self._page_size)

    def act(self, act: str, key: str = "", value: Any = None) -> None:
        """Turn the page, or pass the act on."""
        if act == "page":
            self._turn_to(int(key))
        else:
            super().act(act, key, value)

    def _turn_to(self, page: int) -> None:
        pages = max(1, -(-len(self._rows) // self._page_size))
        self._page = min(max(page, 0), pages - 1)
        start = self._page * self._page_size
        shown = self._rows[start : start + self._page_size]
        self.show(
            [
                table_html(self._columns, shown, caption=self._caption, empty=self._empty),
                page_links(self._page, pages, f"{start + 1}-{start + len(shown)} of {len(self._rows)}"),
            ]
        )


def table_html(
    columns: Sequence[Column], rows: Sequence[Sequence[Content]], *, caption: str | None = None, empty: str = ""
) -> Html:
    """A table as markup; parameters as of `Table`."""
    head = [
        tag(
            "th",
            column.title or tag("span", column.label, class_="aw-hear"),
            scope="col",
            class_="aw-right" if column.right else None,
        )
        for column in columns
    ]
    body = [
        tag("tr", [_cell(column, cell, first=column is columns[0]) for column, cell in zip(columns, row, strict=True)])
        for row in rows
    ] or tag("tr", tag("td", empty, colspan=len(columns), class_="aw-mute"))
    table = tag(
        "table",
        caption and tag("caption", caption, class_="aw-hear"),
        tag("thead", tag("tr", head)),
        tag("tbody", body),
        class_="aw-table",
    )
    return tag("div", table, class_="aw-scroll", data_scroll="table")


def _cell(column: Column, content: Content, *, first: bool) -> Html:
    shown = content if not isinstance(content, (int, float)) else figure(content)
    name = classes(right=column.right, acts=not column.title)
    return tag("th", shown, scope="row", class_=name) if first else tag("td", shown, class_=name)


def page_links(page: int, pages: int, where: str) -> Html | None:
    """Buttons to the page before and after (act "page"), where there is more than one."""
    if pages == 1:
        return None
    return tag(
        "nav",
        button("Previous", "page", page - 1, disabled=page == 0, name="Previous page"),
        button("Next", "page", page + 1, disabled=page == pages - 1, name="Next page"),
        tag("span", where, class_="aw-mute aw-num"),
        class_="aw-pages",
        aria_label="Pages",
    )
