"""The questions of an ontology: radio with nesting, checklist, text and number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, TypeAlias, get_args

import msgspec
from msgspec.structs import force_setattr

from annowidgets.errors import InvalidOntology
from annowidgets.labels.checks import (
    checked_name,
    checked_names,
    checked_number,
    refuse_repeated,
    require_different,
    sequence,
)
from annowidgets.labels.values import shown

Scope = Literal["item", "frame"]

# How deep questions may lie under options; nobody answers a form that is deeper.
DEEPEST = 20


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One answer of a Radio, with the questions that it opens.

    Parameters
    ----------
    value : str
        The answer.
    questions : sequence of questions
        Asked only where this option is chosen.
    """

    value: str
    questions: tuple[Question, ...] = ()

    def __post_init__(self) -> None:
        force_setattr(self, "value", checked_name("Option", self.value))
        force_setattr(self, "questions", checked_questions(f"Option {self.value!r}", self.questions))


class _Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"):
    pass


class Radio(_Question, frozen=True, tag="radio"):
    """A question with exactly one of several answers.

    Parameters
    ----------
    name : str
        The question.
    options : sequence of str or Option
        At least one, all different; an Option may open further questions.
    required : bool
        Whether a submission must answer it.
    scope : {"item", "frame"}
        For classifications: whether it is asked once, or of every frame.
    """

    name: str
    options: tuple[Option, ...]
    required: bool = False
    scope: Scope = "item"

    def __post_init__(self) -> None:
        _check_question(self)
        options = tuple(
            option if isinstance(option, Option) else Option(option) for option in sequence(self.name, self.options)
        )
        require_different(self.name, [option.value for option in options])
        force_setattr(self, "options", options)


class Checklist(_Question, frozen=True, tag="checklist"):
    """A question with any number of several answers.

    Parameters
    ----------
    name : str
        The question.
    options : sequence of str
        At least one; all different.
    required : bool
        Whether a submission must tick at least one.
    scope : {"item", "frame"}
        For classifications: whether it is asked once, or of every frame.
    """

    name: str
    options: tuple[str, ...]
    required: bool = False
    scope: Scope = "item"

    def __post_init__(self) -> None:
        _check_question(self)
        force_setattr(self, "options", checked_names(self.name, self.options))


class Text(_Question, frozen=True, tag="text"):
    """A question answered in words.

    Parameters
    ----------
    name : str
        The question.
    required : bool
        Whether a submission must answer it.
    scope : {"item", "frame"}
        For classifications: whether it is asked once, or of every frame.
    """

    name: str
    required: bool = False
    scope: Scope = "item"

    def __post_init__(self) -> None:
        _check_question(self)


class Number(_Question, frozen=True, tag="number"):
    """A question answered by a number.

    Parameters
    ----------
    name : str
        The question.
    tolerance : float
        How far from the benchmark's answer still counts as equal; 0 unless set.
    required : bool
        Whether a submission must answer it.
    scope : {"item", "frame"}
        For classifications: whether it is asked once, or of every frame.
    """

    name: str
    tolerance: float = 0.0
    required: bool = False
    scope: Scope = "item"

    def __post_init__(self) -> None:
        _check_question(self)
        tolerance = checked_number(f"Number {self.name!r}", "tolerance", self.tolerance)
        if tolerance < 0:
            raise InvalidOntology(f"Number {self.name!r}: tolerance must be a number from 0, got {tolerance:g}.")
        force_setattr(self, "tolerance", tolerance)


Question: TypeAlias = Radio | Checklist | Text | Number


def walk(questions: Iterable[Question]) -> Iterator[Question]:
    """All questions, each followed by those nested under its options."""
    for question in questions:
        yield question
        if isinstance(question, Radio):
            for option in question.options:
                yield from walk(option.questions)


def checked_questions(owner: str, value: Any) -> tuple[Question, ...]:
    """Questions, nested no deeper than `DEEPEST`, whose names are all different."""
    questions = sequence(owner, value)
    for question in questions:
        if not isinstance(question, get_args(Question)):
            raise InvalidOntology(
                f"{owner}: {shown(question)} is no question.", hint="Radio, Checklist, Text or Number."
            )
    if _depth(questions) > DEEPEST:
        raise InvalidOntology(f"{owner}: questions are nested more than {DEEPEST} deep.")
    refuse_repeated(owner, [question.name for question in walk(questions)])
    return questions


def _depth(questions: Iterable[Question]) -> int:
    inner = (
        _depth(option.questions)
        for question in questions
        if isinstance(question, Radio)
        for option in question.options
        if option.questions
    )
    return 1 + max(inner, default=0)


def _check_question(question: Question) -> None:
    force_setattr(question, "name", checked_name(f"{type(question).__name__}: name", question.name))
    if not isinstance(question.required, bool):
        raise InvalidOntology(f"{question.name!r}: required must be True or False, got {shown(question.required)}.")
    if not isinstance(question.scope, str) or question.scope not in get_args(Scope):
        raise InvalidOntology(f"{question.name!r}: scope must be 'item' or 'frame', got {shown(question.scope)}.")
    force_setattr(question, "scope", str.__str__(question.scope))
