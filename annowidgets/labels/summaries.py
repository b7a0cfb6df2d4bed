"""Values as a notebook shows them; every text of a user is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from annowidgets.labels.questions import Question, Radio

if TYPE_CHECKING:
    from annowidgets.labels.label import Answer, Label
    from annowidgets.labels.ontology import Ontology
    from annowidgets.labels.shapes import Shape


def html_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; cells are escaped, None is left empty."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{_cell(key)} {_cell(one)}" for key, one in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(_cell, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else escape(f"{value:g}" if isinstance(value, float) else str(value))


def ontology_html(ontology: Ontology) -> str:
    """Classes with colour, shape and attributes; questions with their answers."""
    rows = "".join(
        f'<tr><td><span style="color:{escape(one.color or "")}">&#9632;</span> {escape(one.name)}</td>'
        f"<td>{escape(one.shape.replace('_', ' '))}</td>"
        f"<td>{escape('; '.join(map(_question, one.attributes)))}</td></tr>"
        for one in ontology.objects
    )
    head = "<tr><th>class</th><th>shape</th><th>attributes</th></tr>"
    classes = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
    questions = html_table(
        ("question", "answers", "of"), [(one.name, _answers(one), one.scope) for one in ontology.classifications]
    )
    return (classes if ontology.objects else "") + (questions if ontology.classifications else "")


def _question(question: Question) -> str:
    return f"{question.name}: {_answers(question)}"


def _answers(question: Question) -> str:
    options: tuple[Any, ...] = getattr(question, "options", ())
    told = ", ".join(option.value if isinstance(question, Radio) else option for option in options)
    told = told or type(question).__name__.lower()
    return f"{told} (required)" if question.required else told


def label_html(label: Label) -> str:
    """Class, shape or key frames, and attributes."""
    frames = ", ".join(map(str, label.key_frames))
    held = "" if label.until is None else f", held until {label.until}"
    first = label.shape or next(one for one in label.key_frames.values() if one is not None)
    shape = f"{_shape(first)} at first; key frames {frames}{held}" if frames else _shape(first)
    return " &middot; ".join([f"<b>{escape(label.category)}</b>", escape(shape), *_answered(label.attributes)])


def answer_html(answer: Answer) -> str:
    """Question and answer, and the frames that it is of."""
    frame = "" if answer.frame is None else f"frame {answer.frame}"
    frame += "" if answer.until is None else f" to {answer.until}"
    return " &middot; ".join([*_answered({answer.question: answer.value}), *([frame] if frame else [])])


def _answered(answers: Mapping[str, Any]) -> list[str]:
    return [
        f"{escape(name)}: {escape(', '.join(value) if isinstance(value, tuple) else str(value))}"
        for name, value in answers.items()
    ]


def _shape(shape: Shape) -> str:
    """A shape in a few words: numbers as they are, points and pixels counted."""
    plain = shape.to_dict()
    words = []
    for name, value in plain.items():
        if isinstance(value, (int, float)):
            words.append(f"{name} {value:g}")
        elif name == "size":
            words.append(f"{value[1]} x {value[0]} px")
        elif name == "rings":
            words.append(f"{sum(map(len, value))} points")
        elif name == "points":
            words.append(f"{len(value)} points")
    return ", ".join([plain["type"].replace("_", " "), *words])
