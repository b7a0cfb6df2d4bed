"""Instructions: Markdown in, safe markup out.

What an author may show: headings, lists, tables, emphasis, code, quotes, links and pictures. Raw HTML is shown as the
text that it is. Links lead to http, https and mailto, in a new tab and without telling where from. Pictures come over
https, without telling where from, or stand in the text (data URLs of PNG, JPEG, GIF and WebP).
"""

from __future__ import annotations

import functools
import itertools
import re
from typing import Any, NamedTuple

from annowidgets.widgets.html import Html, tag

_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}} | {
    f"h{level}": {"id"} for level in range(1, 7)
}
_DRAWN_IN_TEXT = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_LINK = re.compile(r"(https?:|mailto:)", re.IGNORECASE)


class Heading(NamedTuple):
    """A heading of a Markdown text.

    Attributes
    ----------
    title : str
        Its text, without markup.
    level : int
        1 to 6.
    anchor : str
        Id of its element in `markdown_html`.
    """

    title: str
    level: int
    anchor: str


class Section(NamedTuple):
    """A part of a Markdown text.

    Attributes
    ----------
    title : str or None
        Of the heading that it begins with; None for what stands before the first.
    html : Html
        Heading and text, safe whatever the text holds.
    """

    title: str | None
    html: Html


@functools.lru_cache(maxsize=32)
def markdown_html(source: str) -> Html:
    """Markdown as markup that is safe whatever the text holds.

    Parameters
    ----------
    source : str
        CommonMark with tables and strikethrough.
    """
    return tag("div", [section.html for section in markdown_sections(source)], class_="aw-prose")


@functools.lru_cache(maxsize=32)
def markdown_sections(source: str) -> tuple[Section, ...]:
    """The same section by section, each from its heading to the next; a heading inside a quote or list starts none."""
    parser = _parser()
    shared: dict[str, object] = {}  # where links lead that are written in several sections
    tokens = parser.parse(source, shared)
    headings = iter(section_headings(source))
    parts: list[tuple[str | None, list[Any]]] = [(None, [])]
    for token in tokens:
        if token.type == "heading_open":
            heading = next(headings)
            token.attrSet("id", heading.anchor)
            if token.level == 0:
                parts.append((heading.title, []))
        parts[-1][1].append(token)
    return tuple(
        Section(title, _clean(parser.renderer.render(part, parser.options, shared))) for title, part in parts if part
    )


def _clean(html: str) -> Html:
    import nh3

    return Html(
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            attribute_filter=_allowed,
            url_schemes={"http", "https", "mailto", "data"},
            link_rel="noopener noreferrer",
            set_tag_attribute_values={
                "a": {"target": "_blank"},
                "img": {"referrerpolicy": "no-referrer", "loading": "lazy"},
            },
        )
    )


@functools.lru_cache(maxsize=32)
def section_headings(source: str) -> tuple[Heading, ...]:
    """The headings of a Markdown text, in order: the sections that feedback can be about."""
    tokens = _parser().parse(source)
    headings: list[Heading] = []
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            words = [" " if child.type.endswith("break") else child.content for child in inline.children or ()]
            title = " ".join("".join(words).split())
            headings.append(Heading(title, int(opening.tag[1]), f"aw-section-{len(headings) + 1}"))
    return tuple(headings)


@functools.cache
def _parser():  # type: ignore[no-untyped-def]  # markdown-it is imported when instructions are first shown
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _allowed(element: str, attribute: str, value: str) -> str | None:
    if (element, attribute) == ("a", "href"):
        return value if _LINK.match(value) else None
    if (element, attribute) == ("img", "src"):
        return value if value.lower().startswith("https://") or _DRAWN_IN_TEXT.fullmatch(value) else None
    return value
