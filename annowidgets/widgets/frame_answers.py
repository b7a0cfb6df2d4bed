"""Answers to the questions that are asked of each frame, as runs of frames that share one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from annowidgets.labels import Answer, AnswerValue


class _Run(NamedTuple):
    first: int
    last: int
    value: AnswerValue


class FrameAnswers:
    """What is answered on which frames.

    Parameters
    ----------
    answers : iterable of Answer
        Those to questions of frames count; of one question none lies over another, as in every draft.
    """

    def __init__(self, answers: Iterable[Answer] = ()) -> None:
        listed: dict[str, list[_Run]] = {}
        for answer in answers:
            if answer.frame is not None:
                last = answer.frame if answer.until is None else answer.until
                listed.setdefault(answer.question, []).append(_Run(answer.frame, last, answer.value))
        self._runs = {question: _joined(runs) for question, runs in listed.items()}

    def at(self, frame: int) -> dict[str, AnswerValue]:
        """Question -> answer on a frame."""
        return {
            question: run.value
            for question, runs in self._runs.items()
            for run in runs
            if run.first <= frame <= run.last
        }

    def set(self, questions: Iterable[str], given: Mapping[str, AnswerValue], first: int, last: int) -> None:
        """Answer questions on the frames from ``first`` to ``last``; those that are not given are unanswered there."""
        for question in questions:
            self._clear(question, first, last)
            if question in given:
                self._runs[question] = _joined([*self._runs[question], _Run(first, last, given[question])])

    @property
    def answers(self) -> list[Answer]:
        """As labels: one per run of frames."""
        return [
            Answer(question, value, frame=first, until=None if last == first else last)
            for question, runs in self._runs.items()
            for first, last, value in runs
        ]

    def _clear(self, question: str, first: int, last: int) -> None:
        left: list[_Run] = []
        for run in self._runs.get(question, ()):
            if run.first < first:
                left.append(run._replace(last=min(run.last, first - 1)))
            if run.last > last:
                left.append(run._replace(first=max(run.first, last + 1)))
        self._runs[question] = left


def _joined(runs: Iterable[_Run]) -> list[_Run]:
    """Those that say the same and lie side by side as one."""
    joined: list[_Run] = []
    for run in sorted(runs, key=lambda run: run.first):
        before = joined[-1] if joined else None
        if before is not None and before.last + 1 == run.first and _is_same(before.value, run.value):
            joined[-1] = before._replace(last=run.last)
        else:
            joined.append(run)
    return joined


def _is_same(a: AnswerValue, b: AnswerValue) -> bool:
    return type(a) is type(b) and a == b
