"""What stands around the panes of a comparison: the frames, the evaluation labels, the arithmetic of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from annowidgets.labels import Answer, Label, Labels
from annowidgets.widgets.comparison_source import Compared, Judged
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.parts import Meaning, button, chip, figure, inline_form, pairs, section
from annowidgets.widgets.table import Column, table_html
from annowidgets.widgets.wording import counted

if TYPE_CHECKING:
    from annowidgets.benchmark import Explanation, Term

_KINDS: dict[str, tuple[str, Meaning]] = {
    "matched": ("found", "ok"),
    "missing": ("missed", "bad"),
    "extra": ("one too many", "bad"),
    "empty": ("nothing to judge", "mute"),
}
_TERMS = {"iou": "overlap (IoU)", "category": "class", "attributes": "attributes", "answer": "answer"}
FILTERS = {"all": "All", "lost": "With lost points", "frame": "Of this frame"}


def columns(*, several_frames: bool) -> list[Column]:
    """Of the table of evaluation labels."""
    frame = [Column("Frame", right=True)] if several_frames else []
    return [Column("Label"), Column("Result"), *frame, Column("Similarity", right=True), Column("Points", right=True)]


def row(judged: Judged, *, chosen: bool, several_frames: bool) -> list[Content]:
    """An evaluation label; its name is a button (act "choose")."""
    word, meaning = _result(judged)
    frame: list[Content] = [judged.frame] if several_frames else []
    name = button(judged.name, "choose", judged.id, plain=True, pressed=chosen, hint="Show it, and its arithmetic")
    return [
        name,
        [chip(word, meaning), judged.called and tag("span", f" called {judged.called}", class_="aw-mute")],
        *frame,
        None if judged.similarity is None else f"{judged.similarity:.3f}",
        f"{judged.points:.1f}",
    ]


def _result(judged: Judged) -> tuple[str, Meaning]:
    if judged.question is not None and judged.kind == "matched":
        return (
            ("right", "ok") if judged.points >= 100 else ("partly right", "warn") if judged.points else ("wrong", "bad")
        )
    if judged.question is not None and judged.kind == "missing":
        return "not answered", "bad"
    word, meaning = _KINDS[judged.kind]
    return word, "warn" if meaning == "ok" and judged.points < 100 else meaning


def chosen_rows(compared: Compared, filtered: str, frame: int) -> list[Judged]:
    """The evaluation labels that one of `FILTERS` leaves."""
    if filtered == "lost":
        return [one for one in compared.judged if one.points < 100]
    if filtered == "frame":
        return [one for one in compared.judged if one.frame == frame]
    return list(compared.judged)


def controls(compared: Compared, frame: int) -> Html:
    """The buttons above the panes, and where there are several frames, which one is shown."""
    last = compared.item.frames - 1
    frames: list[Content] = []
    if last > 0:
        frames = [
            button("‹", "step", -1, disabled=frame == 0, name="Previous frame"),
            tag(
                "input",
                type="range",
                min=0,
                max=last,
                value=frame,
                data_act="frame",
                aria_label=f"Frame, 0 to {last}",
            ),
            button("›", "step", 1, disabled=frame == last, name="Next frame"),
            tag("span", f"frame {frame} / {last}", class_="aw-mute aw-num"),
        ]
    return tag(
        "div",
        frames,
        tag("span", class_="aw-spread"),
        button("Labels", "hide", plain=True, shortcut="H", hint="Hide or show the labels"),
        button("−", "zoom", -1, plain=True, name="Zoom out", hint="Zoom out (-); the wheel zooms at the pointer"),
        button("+", "zoom", 1, plain=True, name="Zoom in", hint="Zoom in (+); drag to move"),
        button("Fit", "fit", plain=True, shortcut="F", hint="Show the whole picture"),
        class_="aw-row",
    )


def filters(compared: Compared, filtered: str, frame: int) -> Html:
    """Which evaluation labels the table lists (act "filter")."""
    kinds = [kind for kind in FILTERS if kind != "frame" or compared.item.frames > 1]
    return tag(
        "div",
        [
            button(
                f"{FILTERS[kind]} {len(chosen_rows(compared, kind, frame))}",
                "filter",
                kind,
                plain=True,
                pressed=kind == filtered,
            )
            for kind in kinds
        ],
        class_="aw-row aw-tight",
    )


def arithmetic(compared: Compared, judged: Judged | None, explanation: Explanation | None) -> Html:
    """The points of one evaluation label, term by term, and what it adds to the task's score."""
    if judged is None or explanation is None:
        return section("Arithmetic", tag("p", _hint(compared), class_="aw-mute"))
    word, meaning = _result(judged)
    said: list[Content] = [tag("p", chip(word, meaning)), tag("p", explanation.text)]
    if explanation.terms:
        said.append(_terms(explanation.terms, explanation.points))
    said.append(_sides(compared, judged))
    total = sum(one.importance for one in compared.judged)
    if total > 0:
        share = judged.importance / total
        added = f"{judged.points:.1f} × {share:.3f} = {judged.points * share:.2f}, of {100 * share:.2f} at best"
        said.append(
            pairs(
                {
                    "Importance": f"{figure(judged.importance)} of {figure(total)} in this task",
                    "Adds": added,
                }
            )
        )
    return section(judged.name, *said)


def _hint(compared: Compared) -> str:
    lost = sum(one.points < 100 for one in compared.judged)
    what = counted(len(compared.judged), "evaluation label")
    return f"{what}, {lost} with lost points. Choose one in the table or in a picture."


def _terms(terms: Sequence[Term], points: float) -> Html:
    rows = [
        tag(
            "tr",
            tag("th", _TERMS[term.name], scope="row"),
            tag("td", f"{term.value:.3f}", class_="aw-right"),
            tag("td", f"× {100 * term.weight:.1f}", class_="aw-right"),
            tag("td", f"= {term.points:.1f}", class_="aw-right"),
        )
        for term in terms
    ]
    total = tag(
        "tr", tag("th", "Points", scope="row", colspan=3), tag("td", tag("b", f"{points:.1f}"), class_="aw-right")
    )
    heads = [
        tag("th", word, scope="col", class_=place)
        for word, place in zip(("Term", "Reached", "Weight", "Points"), (None, *["aw-right"] * 3), strict=True)
    ]
    return tag(
        "table",
        tag("caption", "The points, term by term", class_="aw-hear"),
        tag("thead", tag("tr", heads)),
        tag("tbody", rows, total),
        class_="aw-table aw-terms",
    )


def _sides(compared: Compared, judged: Judged) -> Html | None:
    """The answers of the two sides: to the question, or the attributes of the labels."""
    known, told = (_answers(side, judged, place) for place, side in enumerate((compared.benchmark, compared.submitted)))
    asked = dict.fromkeys([*known, *told])
    if not asked:
        return None
    heads = [tag("th", word, scope="col") for word in ("", *compared.sides)]
    heads[0] = tag("td")
    rows = [
        tag("tr", tag("th", name, scope="row"), [tag("td", side.get(name, "–")) for side in (known, told)])
        for name in asked
    ]
    return tag(
        "table",
        tag("caption", "The answers of both", class_="aw-hear"),
        tag("thead", tag("tr", heads)),
        tag("tbody", rows),
        class_="aw-table aw-terms",
    )


def _answers(labels: Labels, judged: Judged, side: int) -> dict[str, str]:
    own = (judged.benchmark, judged.submitted)[side]
    for one in labels:
        if isinstance(one, Label) and one.id == own and own is not None:
            return {name: _said(value) for name, value in one.attributes_at(judged.frame or 0).items()}
        if isinstance(one, Answer) and one.question == judged.question and _holds(one, judged.frame):
            return {one.question: _said(one.value)}
    return {}


def _holds(answer: Answer, frame: int | None) -> bool:
    if answer.frame is None or frame is None:
        return answer.frame is None
    return answer.frame <= frame <= (answer.frame if answer.until is None else answer.until)


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else figure(value)


def hints(compared: Compared, judged: Judged | None) -> Html | None:
    """What the lead said of the chosen label, or of the whole; for a lead, a form to say something (act "hint")."""
    own = () if judged is None else (judged.benchmark, judged.submitted)
    about = [one for one in compared.hints if one.label is None or one.label in own]
    others = len(compared.hints) - len(about)
    said = [tag("li", tag("q", one.text), tag("span", one.author, class_="aw-mute")) for one in about]
    form: Html | None = None
    if compared.give_hint is not None:
        target = None if judged is None else judged.benchmark or judged.submitted
        form = inline_form(
            "Hint on this label…" if target else "Hint on the whole…",
            "hint",
            key=f"{target or ''} {len(compared.hints)}",
            prompt=f"What should {compared.sides[1]} do better?",
            submit="Give the hint",
        )
    if not (said or others or form):
        return None
    more = tag("p", f"{counted(others, 'hint')} on other labels", class_="aw-mute") if others else None
    return section("Hints", tag("ul", said, class_="aw-feedback") if said else None, more, form)


def score_text(compared: Compared) -> str:
    """The task's score in words."""
    return "no score" if compared.score is None else f"score {compared.score:.1f}"


def static_table(compared: Compared, most: int) -> Html:
    """The first evaluation labels, for who has no kernel."""
    several = compared.item.frames > 1
    heads = columns(several_frames=several)
    rows = [[one.name, *row(one, chosen=False, several_frames=several)[1:]] for one in compared.judged[:most]]
    more = len(compared.judged) - most
    return Html(
        table_html(heads, rows, caption="Evaluation labels", empty="None.")
        + (tag("p", f"and {more} more") if more > 0 else Html())
    )
