"""Tables and thumbnails in pages."""

from __future__ import annotations

from typing import Any

import pytest

from annowidgets.widgets.parts import button
from annowidgets.widgets.table import Column, Table, table_html
from annowidgets.widgets.thumbnails import Thumbnail, Thumbnails


def test_a_table_has_headers_for_columns_and_rows_numbers_at_the_right_and_escaped_text() -> None:
    columns = [Column("Batch"), Column("Score", right=True), Column("")]
    assert table_html(columns, [["<b>", 61.4321, button("Open", "open", 1)]], caption="Batches") == (
        '<div class="aw-scroll" data-scroll="table"><table class="aw-table">'
        '<caption class="aw-hear">Batches</caption>'
        '<thead><tr><th scope="col">Batch</th><th scope="col" class="aw-right">Score</th>'
        '<th scope="col"><span class="aw-hear">Actions</span></th></tr></thead>'
        '<tbody><tr><th scope="row">&lt;b&gt;</th><td class="aw-right">61.432</td>'
        '<td class="aw-acts"><button type="button" data-act="open" data-key="1">Open</button></td></tr></tbody>'
        "</table></div>"
    )


def test_an_empty_table_says_so_and_a_row_of_another_length_is_a_mistake() -> None:
    assert '<td colspan="2" class="aw-mute">No batch yet.</td>' in Table(["a", "b"], empty="No batch yet.").html
    with pytest.raises(ValueError, match="zip"):
        Table(["a", "b"], [[1]])


def test_pages_are_turned_within_their_bounds_and_other_acts_are_passed_on() -> None:
    acts: list[Any] = []
    table = Table(["n"], [[f"row {n}"] for n in range(7)], page_size=3, on_action=lambda *what: acts.append(what))
    assert "1-3 of 7" in table.html
    table.act("page", "2")
    assert "row 6" in table.html
    assert "7-7 of 7" in table.html
    table.act("page", "9")
    assert "7-7 of 7" in table.html
    table.act("open", "6")
    assert acts == [("open", "6", None)]
    table.set_rows([["only"]])
    assert "only" in table.html
    assert "<nav" not in table.html


def _thumbnails(made: list[int], **options: Any) -> Thumbnails:
    def make(n: int) -> bytes:
        made.append(n)
        return bytes([n])

    items = [Thumbnail(f"k{n}", f"<{n}>", lambda n=n: make(n)) for n in range(5)]
    return Thumbnails(items, page_size=3, **options)


def test_only_the_pictures_of_the_page_are_made_and_sent() -> None:
    made: list[int] = []
    thumbs = _thumbnails(made)
    assert made == [0, 1, 2]
    thumbs.act("page", "1")
    assert made == [0, 1, 2, 3, 4]
    assert thumbs.images == {"k3": b"\x03", "k4": b"\x04"}
    thumbs.act("choose", "k3", True)
    assert made == [0, 1, 2, 3, 4]


def test_choices_hold_across_pages_in_the_items_order() -> None:
    changes: list[list[str]] = []
    thumbs = _thumbnails([], chosen=["k4"], on_change=changes.append)
    thumbs.act("choose", "k1", True)
    thumbs.act("choose", "k4", False)
    assert changes == [["k1", "k4"], ["k1"]]
    thumbs.choose(["k2", "k0"])
    assert thumbs.chosen == ["k0", "k2"]
    assert "2 of 5 chosen" in thumbs.html
    assert 'data-key="k2" checked' in thumbs.html
    assert "&lt;1&gt;" in thumbs.html
