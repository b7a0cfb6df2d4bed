"""Which answers count: those of the right kind, under the branches that their own side took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from annowidgets.labels.answers import asked, is_unanswered
from annowidgets.labels.label import AnswerValue
from annowidgets.labels.questions import Checklist, Number, Question
from annowidgets.labels.values import shown

Given = Mapping[str, AnswerValue]


def own_answers(questions: Sequence[Question], given: Given) -> dict[str, AnswerValue]:
    """Answers to a tree of questions, without empty ones and those under an option that was not chosen."""
    return {
        question.name: given[question.name]
        for question in asked(questions, given)
        if not is_unanswered(given.get(question.name))
    }


def kind_problem(question: Question, value: AnswerValue) -> str | None:
    """What keeps an answer from being compared, None where nothing does.

    Whether an option exists is not asked: comparing needs equality only.
    """
    match question:
        case Checklist():
            fits, kind = isinstance(value, tuple), "a list of options"
        case Number():
            fits, kind = isinstance(value, (int, float)), "a number"
        case _:
            fits, kind = isinstance(value, str), "text"
    return None if fits else f"the answer to {question.name!r} must be {kind}, got {shown(value)}"
