"""What stands around instructions that are being written: the preview with feedback, scores, what to press."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annowidgets.widgets.feedback_list import feedback_list
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.instruction_difference import difference_html
from annowidgets.widgets.instruction_writing import EXAMPLES, Draft
from annowidgets.widgets.instructions import markdown_html, markdown_sections
from annowidgets.widgets.parts import button, chip, coloured, section
from annowidgets.widgets.table import Column, table_html
from annowidgets.workflow.instructions import Instructions

_SCORES = (Column("Version"), Column("Batch"), Column("Score", right=True))
_MEANINGS = {"good": "ok", "bad": "bad"}


def tools(history: Sequence[Instructions], against: int | None, *, closed: bool, leads_back: bool) -> Html:
    """Preview or difference, and what feedback is shown."""
    choices = [tag("option", "Preview", value="", selected=against is None)]
    choices += [
        tag("option", f"Changes since version {one.version}", value=one.version, selected=one.version == against)
        for one in reversed(history)
    ]
    return tag(
        "div",
        button("Back", "back") if leads_back else None,
        button("Refresh", "refresh", hint="Read versions and feedback again; what you write stays"),
        button("Answered feedback", "closed", pressed=closed, hint="Show feedback that is answered, too"),
        tag("select", choices, data_act="against", aria_label="What stands at the right"),
        class_="aw-row",
    )


def preview(draft: Draft, feedback: Sequence[dict[str, Any]], refusal: str | None) -> Html:
    """The text as annotators read it, section by section, and beside each what was said of it."""
    left = list(feedback)
    sections = markdown_sections(draft.text)
    titles = {part.title for part in sections if part.title}
    loose = [row for row in left if row["section"] not in titles]
    rows: list[Content] = []
    if loose:
        rows += [tag("p", "The instructions as a whole", class_="aw-mute"), _said(loose, refusal)]
    for part in sections:
        # where a heading stands twice, what was said of it stands at the first
        about = [row for row in left if part.title and row["section"] == part.title]
        left = [row for row in left if row not in about]
        rows += [tag("div", part.html, class_="aw-prose"), _said(about, refusal)]
    if not draft.text.strip():
        rows += [tag("p", "Nothing is written yet.", class_="aw-mute"), tag("div")]
    for kind, label in EXAMPLES.items():
        examples = [one for one in draft.examples(kind) if one.strip()]
        if examples:
            shown = [tag("div", markdown_html(one), class_=f"aw-example aw-is-{_MEANINGS[kind]}") for one in examples]
            rows += [tag("section", tag("h3", f"{label}s"), shown), tag("div")]
    return tag("div", rows, class_="aw-beside")


def _said(rows: Sequence[dict[str, Any]], refusal: str | None) -> Html:
    return tag("aside", feedback_list(rows, refusal=refusal, where=False) if rows else None)


def difference(old: Instructions, draft: Draft) -> Html:
    """What changed since a version."""
    return section(f"Changes since version {old.version}", difference_html(Draft.of(old).whole(), draft.whole()))


def scores(history: Sequence[dict[str, Any]]) -> Html | None:
    """The calibration score of each version, newest first."""
    if not history:
        return None
    rows = [
        [
            row["instructions_version"],
            row["batch"],
            [_score(row), _interval(row)],
        ]
        for row in reversed(history)
    ]
    table = table_html(_SCORES, rows, caption="Calibration score by version")
    return section("Calibration score by version", table)


def _score(row: dict[str, Any]) -> Content:
    if row["score"] is None:
        return coloured("none", "bad")
    return coloured(f"{row['score']:.1f}", "ok" if row["passed"] else "bad")


def _interval(row: dict[str, Any]) -> Html | None:
    return (
        None
        if row["low"] is None
        else tag("div", f"{row['low']:.1f} – {row['high']:.1f}", class_="aw-mute aw-interval")
    )


def versions(history: Sequence[Instructions]) -> Html:
    """All versions with what changed, newest first; "take" begins anew with one."""
    listed = [
        tag(
            "li",
            tag("b", f"v{one.version}"),
            " ",
            one.note or tag("span", "no note", class_="aw-mute"),
            " ",
            button("Take up", "take", one.version, plain=True, name=f"Take up version {one.version}"),
        )
        for one in reversed(history)
    ]
    return section("Versions", tag("ul", listed, class_="aw-feedback"))


def footer(current: int, *, changed: bool, refusal: str | None) -> Html:
    """The note and Save; examples to add."""
    add = [
        button(f"Add a {label.lower()}", "add", kind, disabled=refusal is not None, hint=refusal)
        for kind, label in EXAMPLES.items()
    ]
    note = tag(
        "label", "What changes ", tag("input", type="text", name="note", placeholder="a note for those who label")
    )
    why = refusal or (None if changed else "Nothing is changed")
    save = tag(
        "button",
        f"Save as version {current + 1}",
        type="submit",
        class_="aw-primary",
        disabled=why is not None,
        title=why,
    )
    form = tag("form", note, save, class_="aw-row aw-noted", data_act="save", data_key=current)
    return tag("div", add, tag("span", class_="aw-spread"), form, class_="aw-row")


def state(*, changed: bool) -> Html:
    """Whether what is written is saved."""
    return chip("not saved", "warn") if changed else chip("saved", "ok")


def overtaken(newest: Instructions) -> Html:
    """That somebody else saved a version meanwhile."""
    note = f": {newest.note}." if newest.note else "."
    said = "Look at the changes since it, then go on with yours on top of it, or take it up and lose yours."
    ways = [
        button(f"Changes since version {newest.version}", "against", newest.version),
        button("Go on with mine", "mine", newest.version),
        button(f"Take up version {newest.version}", "take", newest.version),
    ]
    return tag(
        "div",
        tag("div", tag("strong", f"Version {newest.version} was saved meanwhile"), note, " ", said),
        tag("div", ways, class_="aw-row"),
        class_="aw-message aw-is-warn",
        role="status",
    )
