"""Whether answers fit a tree of questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from annowidgets.labels.label import AnswerValue
from annowidgets.labels.questions import Checklist, Number, Question, Radio, walk
from annowidgets.labels.values import shown


def is_unanswered(value: AnswerValue | None) -> bool:
    """Whether a value is no answer: None, a text of white space, an empty checklist."""
    return value is None or (isinstance(value, str) and not value.strip()) or value == ()


def asked(questions: Sequence[Question], given: Mapping[str, AnswerValue]) -> Iterator[Question]:
    """The questions that the given answers leave asked: the outer ones, and those under the options chosen."""
    for question in questions:
        yield question
        if isinstance(question, Radio):
            for option in question.options:
                if given.get(question.name) == option.value:
                    yield from asked(option.questions, given)


def missing(questions: Sequence[Question], given: Mapping[str, AnswerValue]) -> list[str]:
    """Names of the required questions that are asked and not answered."""
    return [
        question.name
        for question in asked(questions, given)
        if question.required and is_unanswered(given.get(question.name))
    ]


def misplaced(
    questions: Sequence[Question], given: Mapping[str, AnswerValue], names: Mapping[str, object]
) -> list[str]:
    """Those of ``names`` that the tree knows, but only under an option that the given answers don't choose."""
    open_names = {question.name for question in asked(questions, given)}
    known = {question.name for question in walk(questions)}
    return [name for name in names if name in known and name not in open_names]


def value_problem(question: Question, value: AnswerValue) -> str | None:
    """What keeps a value from answering a question, None where nothing does."""
    if isinstance(question, Radio):
        options = [option.value for option in question.options]
        if value not in options:
            return f"{question.name} can't be {shown(value)}, options: {', '.join(options)}"
    elif isinstance(question, Checklist):
        if not isinstance(value, tuple):
            return f"{question.name} takes a list of options, got {shown(value)}"
        unknown = [option for option in value if option not in question.options]
        if unknown:
            return f"{question.name} can't hold {shown(unknown[0])}, options: {', '.join(question.options)}"
    elif isinstance(question, Number):
        if not isinstance(value, (int, float)):
            return f"{question.name} takes a number, got {shown(value)}"
    elif not isinstance(value, str):
        return f"{question.name} takes text, got {shown(value)}"
    return None
