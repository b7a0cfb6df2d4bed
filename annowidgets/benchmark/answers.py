"""How far two answers to a question agree, and two sets of answers to a tree of questions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np

from annowidgets.benchmark.branches import Given
from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.collector import Collector, Placed
from annowidgets.benchmark.measurements import EXTRA, MATCHED, MISSING, ROW, Rows
from annowidgets.benchmark.tables import QUESTION_FAMILY
from annowidgets.labels.answers import is_unanswered
from annowidgets.labels.label import AnswerValue
from annowidgets.labels.questions import Checklist, Number, Question, Radio

_ANSWER_COLUMNS = (
    "task",
    "frame",
    "kind",
    "benchmark_category",
    "trainee_category",
    "benchmark_label",
    "trainee_label",
    "similarity",
)


def agreement(question: Question, benchmark: AnswerValue, trainee: AnswerValue) -> float:
    """Agreement of two answers, 0 to 1.

    Radio and Text: 1 where equal (Text after NFC, case folding, white space to one space). Checklist: Jaccard's index
    of the two sets. Number: 1 within the question's tolerance.
    """
    match question:
        case Checklist():
            one, other = set(benchmark), set(trainee)  # type: ignore[arg-type]
            return len(one & other) / len(one | other)
        case Number():
            return float(abs(benchmark - trainee) <= question.tolerance + ALLOWANCE)  # type: ignore[operator]
        case Radio():
            return float(benchmark == trainee)
        case _:
            return float(plain_text(benchmark) == plain_text(trainee))  # type: ignore[arg-type]


def plain_text(text: str) -> str:
    """What of a text counts when it is compared."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def compare(questions: Sequence[Question], benchmark: Given, trainee: Given) -> dict[str, float | None]:
    """Compare answers to a tree of questions.

    Nested questions count where the benchmark took their branch; what a side answered under a branch that it did not
    take itself does not count.

    Parameters
    ----------
    questions : sequence of questions
        The tree's top.
    benchmark, trainee : mapping of question -> answer

    Returns
    -------
    dict
        For each question that counts and either side answered: the agreement, or None where only one side answered.
    """
    return dict(_compare(questions, benchmark, trainee))


def _compare(questions: Sequence[Question], benchmark: Given, trainee: Given) -> Iterator[tuple[str, float | None]]:
    for question in questions:
        one, other = benchmark.get(question.name), trainee.get(question.name)
        if not is_unanswered(one) and not is_unanswered(other):
            yield question.name, agreement(question, one, other)  # type: ignore[arg-type]
        elif not is_unanswered(one) or not is_unanswered(other):
            yield question.name, None
        if isinstance(question, Radio):
            for option in question.options:
                if option.questions and one == option.value:
                    yield from _compare(option.questions, benchmark, trainee if other == one else {})


def answer_rows(collected: Collector) -> Rows:
    """Rows of the answers to classifications: matched, missing and extra, per item or frame."""
    found: list[tuple[float, ...]] = []
    for task, (benchmark, trainee) in enumerate(collected.answers):
        for frame in benchmark.keys() | trainee.keys():
            one, other = benchmark.get(frame, {}), trainee.get(frame, {})
            found += _compared_answers(collected, task, -1 if frame is None else frame, one, other)
    rows = np.empty(len(found), ROW)
    rows["family"] = QUESTION_FAMILY
    rows["benchmark_shape"] = rows["trainee_shape"] = -1
    rows["attribute_agreement"] = np.nan
    columns = np.array(found, np.float64).reshape(-1, len(_ANSWER_COLUMNS)).T
    for name, column in zip(_ANSWER_COLUMNS, columns, strict=True):
        rows[name] = column
    return rows


def _compared_answers(
    collected: Collector, task: int, frame: int, one: Placed, other: Placed
) -> Iterator[tuple[float, ...]]:
    """Rows of the answers of one item or frame, in the order of _ANSWER_COLUMNS."""
    questions = collected.vocabulary.ontology.classifications
    values = [{name: value for name, (value, _) in side.items()} for side in (one, other)]
    for name, agreed in compare(questions, *values).items():
        code = collected.vocabulary.codes[name]
        if agreed is not None:
            yield task, frame, MATCHED, code, code, one[name][1], other[name][1], agreed
        elif name in one:
            yield task, frame, MISSING, code, -1, one[name][1], -1, np.nan
        else:
            yield task, frame, EXTRA, -1, code, -1, other[name][1], np.nan
