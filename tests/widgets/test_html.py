"""Markup as values: text is escaped wherever it comes in, and markup is written as expected."""

from __future__ import annotations

import html.parser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.widgets.html import Html, classes, tag, text


def test_text_is_escaped_in_content_and_in_attributes_and_markup_is_not() -> None:
    assert tag("b", "<i>", Html("<i>"), title='"&') == '<b title="&quot;&amp;">&lt;i&gt;<i></b>'
    assert text(["a", None, 1, [Html("<br>"), "<"]]) == "a1<br>&lt;"


def test_attributes_are_written_left_out_and_named_as_html_has_them() -> None:
    written = tag("input", type="text", class_="x", data_act="go", disabled=True, checked=False, name=None, value=0)
    assert written == '<input type="text" class="x" data-act="go" disabled value="0">'
    with pytest.raises(TypeError, match="style"):
        tag("p", style={"color": "red"})


def test_class_names_are_joined_where_they_hold() -> None:
    assert classes(primary=True, is_bad=1, plain=False) == "aw-primary aw-is-bad"
    assert classes(plain=None) is None


@given(st.text(), st.text())
def test_whatever_the_text_a_browser_reads_it_back_as_text_and_nothing_else(content: str, title: str) -> None:
    seen: list[object] = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
            seen.append((name, attributes))

        def handle_data(self, data: str) -> None:
            seen.append(data)

    reader = Reader(convert_charrefs=True)
    reader.feed(tag("p", content, title=title))
    reader.close()
    assert seen[0] == ("p", [("title", title)])
    assert "".join(map(str, seen[1:])) == content
