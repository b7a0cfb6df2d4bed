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
        To questions of frames.
    """

    def __init__(self, answers: Iterable[Answer] = ()) -> None:
        self._runs: dict[str, list[_Run]] = {}
        for answer in answers:
            if answer.frame is not None:
                last = answer.frame if answer.until is None else answer.until
                self._put(answer.question, _Run(answer.frame, last, answer.value))

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
            if question in given:
                self._put(question, _Run(first, last, given[question]))
            else:
                self._clear(question, first, last)

    @property
    def answers(self) -> list[Answer]:
        """As labels: one per run of frames."""
        return [
            Answer(question, value, frame=first, until=None if last == first else last)
            for question, runs in self._runs.items()
            for first, last, value in runs
        ]

    def _put(self, question: str, run: _Run) -> None:
        self._clear(question, run.first, run.last)
        joined: list[_Run] = []
        for one in sorted([*self._runs.get(question, ()), run], key=lambda one: one.first):
            before = joined[-1] if joined else None
            if before is not None and before.last + 1 == one.first and _is_same(before.value, one.value):
                joined[-1] = before._replace(last=one.last)
            else:
                joined.append(one)
        self._runs[question] = joined

    def _clear(self, question: str, first: int, last: int) -> None:
        left: list[_Run] = []
        for run in self._runs.get(question, ()):
            if run.first < first:
                left.append(run._replace(last=min(run.last, first - 1)))
            if run.last > last:
                left.append(run._replace(first=max(run.first, last + 1)))
        self._runs[question] = left


def _is_same(a: AnswerValue, b: AnswerValue) -> bool:
    return type(a) is type(b) and a == b
