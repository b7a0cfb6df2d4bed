"""Instructions: what an author writes is shown, what an attacker writes is not run."""

from __future__ import annotations

import html.parser
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annowidgets.widgets.instructions import Heading, markdown_html, section_headings

PIXEL = "data:image/png;base64,iVBORw0KGgo="


def test_what_instructions_need_is_shown() -> None:
    source = "# How to label\n\nBox **every** cell, `tightly`.\n\n1. one\n2. two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    assert markdown_html(source) == (
        '<div class="aw-prose"><h1 id="aw-section-1">How to label</h1>\n'
        "<p>Box <strong>every</strong> cell, <code>tightly</code>.</p>\n"
        "<ol>\n<li>one</li>\n<li>two</li>\n</ol>\n"
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n</div>"
    )


def test_links_open_elsewhere_and_say_nothing_of_where_from() -> None:
    shown = markdown_html("[a](https://example.org) [b](mailto:a@example.org)")
    assert 'href="https://example.org"' in shown
    assert 'href="mailto:a@example.org"' in shown
    assert shown.count('target="_blank"') == shown.count('rel="noopener noreferrer"') == 2


def test_pictures_come_over_https_or_stand_in_the_text() -> None:
    shown = markdown_html(f"![good](https://example.org/a.png) ![own]({PIXEL})")
    assert 'src="https://example.org/a.png"' in shown
    assert f'src="{PIXEL}"' in shown
    assert shown.count('referrerpolicy="no-referrer"') == 2


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<iframe src='https://example.org'></iframe>",
        "<style>*{display:none}</style>",
        "<a href='javascript:alert(1)'>x</a>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java&#10;script:alert(1))",
        "[x](vbscript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        f"[x]({PIXEL})",
        "[x](file:///etc/passwd)",
        "[x](//example.org)",
        "[x](relative/path)",
        "![x](http://example.org/a.png)",
        "![x](javascript:alert(1))",
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        "![x](relative.png)",
        '![x](https://example.org/a.png "x\\" onerror=\\"alert(1)")',
        '[x](https://example.org "\\" onclick=\\"alert(1)")',
        '<https://example.org/"onclick=alert(1)>',
        "`<script>`",
        "```html\n<script>alert(1)</script>\n```",
        "# <img src=x onerror=alert(1)>",
    ],
)
def test_hostile_markdown_leaves_neither_code_nor_odd_addresses(source: str) -> None:
    for name, attributes in _elements(markdown_html(source)):
        _check(name, attributes)


@given(st.text(alphabet=st.sampled_from("<>\"'&;:/=()[]!#*`|\\ \njavscriptdohegml0=")))
def test_no_text_whatever_leaves_neither_code_nor_odd_addresses(source: str) -> None:
    for name, attributes in _elements(markdown_html(source)):
        _check(name, attributes)


def _elements(markup: str) -> list[tuple[str, dict[str, str | None]]]:
    found: list[tuple[str, dict[str, str | None]]] = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
            found.append((name, dict(attributes)))

    Reader().feed(markup)
    return found


def _check(name: str, attributes: dict[str, str | None]) -> None:
    known = "div|p|h[1-6]|[bh]r|[uo]l|li|blockquote|pre|code|em|strong|s|a|img|table|thead|tbody|t[rhd]"
    assert re.fullmatch(known, name)
    assert attributes.keys() <= {
        *("class", "id", "href", "src", "alt", "title", "rel", "target", "referrerpolicy", "loading", "start")
    }
    assert re.match(r"https?:|mailto:", attributes.get("href") or "https:")
    assert re.match(r"https:|data:image/(png|jpeg|gif|webp);base64,", attributes.get("src") or "https:")
    assert re.fullmatch(r"aw-section-\d+", attributes.get("id") or "aw-section-1")


def test_sections_are_the_headings_as_people_read_them() -> None:
    source = "# A *b* `c`\n\ntext\n\nUnder\nlined\n---\n\n```\n# no heading\n```\n\n### <i> & ![pic](https://e.org/a)\n"
    assert section_headings(source) == (
        Heading("A b c", 1, "aw-section-1"),
        Heading("Under lined", 2, "aw-section-2"),
        Heading("<i> & pic", 3, "aw-section-3"),
    )
    assert section_headings("no heading") == ()
