"""Edits of a draft as values: what a finished gesture or an answer puts and removes, and what takes it back."""

from __future__ import annotations

import secrets
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from annowidgets.errors import InvalidInput
from annowidgets.labels import Answer, Label
from annowidgets.labels.values import EMPTY, shown

T = TypeVar("T")

_LONGEST = 120  # characters of an id, and of what an edit is called


class Delta(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change of a draft: first all of ``remove`` go, then ``put`` come in ascending index, and answers change.

    Parameters
    ----------
    put : sequence of (Label, int)
        A label whose id is there is replaced where it stands; another is inserted at that index of the list.
    remove : sequence of str
        Ids; what isn't there is none the less gone.
    answers : mapping of str -> sequence of Answer
        Question -> all its answers from then on, of an item one, of frames one per run; none: it is not answered.
    """

    put: tuple[tuple[Label, int], ...]
    remove: tuple[str, ...]
    answers: dict[str, tuple[Answer, ...]] = {}

    def __post_init__(self) -> None:
        ids = [label.id for label, _ in self.put]
        if len(set(ids)) < len(ids):
            raise InvalidInput("An edit puts the same label twice.")
        if any(index < 0 for _, index in self.put):
            raise InvalidInput("An edit puts labels at an index from 0 on.")
        for question, answers in self.answers.items():
            if any(answer.question != question for answer in answers):
                raise InvalidInput(f"An edit answers {shown(question)} with an answer to another question.")


class Edit(msgspec.Struct, frozen=True):
    """One finished gesture, or one question answered.

    Parameters
    ----------
    id : str
        Unique in its draft: the same edit is never applied twice.
    kind : {"edit", "undo", "redo"}
        Whether it is new, or takes back or repeats an earlier one.
    forward, backward : Delta
        What it does, and what takes it back: applied one after the other they change nothing.
    what : str
        What it is called ("draw RBC").
    of : str, optional
        Id of the edit that an undo takes back, or a redo makes again; the last one there is where it is not said.
    """

    id: str
    kind: Literal["edit", "undo", "redo"]
    forward: Delta
    backward: Delta = Delta((), ())
    what: str = ""
    of: str | None = None

    def __post_init__(self) -> None:
        for edit_id in (self.id,) if self.of is None else (self.id, self.of):
            if not 0 < len(edit_id) <= _LONGEST or not edit_id.isascii() or not edit_id.isprintable():
                raise InvalidInput(f"The id of an edit must be a short word, got {shown(edit_id)}.")
        if self.kind == "edit" and self.of is not None:
            raise InvalidInput("Only an undo or a redo is of another edit.")
        msgspec.structs.force_setattr(self, "what", self.what[:_LONGEST])


def as_edit(edit: Edit | Mapping[str, Any]) -> Edit:
    """An edit as the editor sends it, as a checked value.

    Raises
    ------
    InvalidInput
        It is no edit, or a label of it is impossible.
    """
    if isinstance(edit, Edit):
        return edit
    try:
        return msgspec.json.decode(msgspec.json.encode(edit), type=Edit)
    except msgspec.DecodeError as error:
        if isinstance(error.__cause__, InvalidInput):
            raise error.__cause__ from None
        raise InvalidInput(f"Not an edit: {error}.") from None
    except UnicodeEncodeError:
        raise InvalidInput("An edit holds text that is no valid Unicode.") from None
    except TypeError:
        raise InvalidInput(f"An edit is needed, got {type(edit).__name__}.") from None


def putting(edit: Edit, labels: Iterable[Label | Answer]) -> Edit:
    """An edit that puts these labels in the places of those it puts."""
    put = tuple((label, index) for label, (_, index) in zip(labels, edit.forward.put, strict=True))
    return msgspec.structs.replace(edit, forward=msgspec.structs.replace(edit.forward, put=put))


def new_edit(forward: Delta, what: str) -> Edit:
    """An edit that a program makes; what takes it back is found when it is applied."""
    return Edit(secrets.token_hex(16), "edit", forward, what=what)


# --- on any ordered labels: values by id


class Change(NamedTuple):
    """A delta without saying what a label or an answer is: values by id, with the index of those that are put."""

    put: list[tuple[str, Any, int]]
    remove: Collection[str]
    answers: Mapping[str, tuple[Any, ...]] = EMPTY


def change_of(delta: Delta) -> Change:
    """A delta as a change of `Content` that holds labels and answers."""
    return Change([(label.id, label, index) for label, index in delta.put], delta.remove, delta.answers)


def delta_of(change: Change) -> Delta:
    """A change of `Content` that holds labels and answers as a delta."""
    put = tuple((label, index) for _, label, index in change.put)
    return Delta(put, tuple(change.remove), dict(change.answers))


class Content(NamedTuple):
    """What a draft holds, without saying what a label or an answer is.

    Attributes
    ----------
    labels : dict of id -> label
        In order.
    answers : dict of question -> its answers
        Of the questions that have any.
    """

    labels: dict[str, Any]
    answers: dict[str, tuple[Any, ...]]

    def after(self, change: Change) -> tuple[Content, Change]:
        """What it is after a change, and what takes that back."""
        labels, backward = apply(self.labels, change)
        answers = {question: given for question, given in {**self.answers, **change.answers}.items() if given}
        before = {question: self.answers.get(question, ()) for question in change.answers}
        return Content(labels, answers), backward._replace(answers=before)

    def until(self, other: Content) -> Change:
        """The change that makes it the other."""
        questions = self.answers | other.answers
        return between(self.labels, other.labels)._replace(
            answers={
                question: other.answers.get(question, ())
                for question in questions
                if self.answers.get(question) != other.answers.get(question)
            }
        )


def content_of(labels: Iterable[Label | Answer]) -> Content:
    """What a draft of these labels holds."""
    listed = list(labels)
    return Content(labels_of(listed), by_question(label for label in listed if isinstance(label, Answer)))


def labels_of(labels: Iterable[Label | Answer]) -> dict[str, Label]:
    """Id -> label of the objects among labels, in order."""
    return {label.id: label for label in labels if isinstance(label, Label)}


def by_question(answers: Iterable[Answer]) -> dict[str, tuple[Answer, ...]]:
    """Question -> its answers, in the order in which they come."""
    listed: dict[str, list[Answer]] = {}
    for answer in answers:
        listed.setdefault(answer.question, []).append(answer)
    return {question: tuple(given) for question, given in listed.items()}


def apply(labels: Mapping[str, T], change: Change) -> tuple[dict[str, T], Change]:
    """Apply the part of a change that is about labels.

    Parameters
    ----------
    labels : mapping of id -> label, in order

    Returns
    -------
    labels : dict
        As they are then.
    backward : Change
        What makes them what they were.
    """
    places = {label_id: place for place, label_id in enumerate(labels)}
    gone = set(change.remove)
    after = {label_id: label for label_id, label in labels.items() if label_id not in gone}
    back = {label_id for label_id in gone if label_id in places}
    inserted: list[tuple[str, T, int]] = []
    for label_id, label, index in sorted(change.put, key=lambda one: one[2]):
        if label_id in after:
            after[label_id] = label
            back.add(label_id)
        else:
            inserted.append((label_id, label, index))
    if inserted:
        order = list(after)
        for label_id, label, index in inserted:
            order.insert(min(index, len(order)), label_id)
            after[label_id] = label
        after = {label_id: after[label_id] for label_id in order}
    backward = Change(
        sorted(((label_id, labels[label_id], places[label_id]) for label_id in back), key=lambda one: one[2]),
        [label_id for label_id, _, _ in inserted],
    )
    return after, backward


def between(before: Mapping[str, T], after: Mapping[str, T]) -> Change:
    """The change that makes one ordered mapping id -> label the other, moving as few labels as can be."""
    places = {label_id: place for place, label_id in enumerate(before)}
    kept = _longest_rise([label_id for label_id in after if label_id in places], places)
    put = [
        (label_id, label, index)
        for index, (label_id, label) in enumerate(after.items())
        if label_id not in kept or before[label_id] != label
    ]
    return Change(put, [label_id for label_id in before if label_id not in kept])


def _longest_rise(ids: list[str], places: Mapping[str, int]) -> set[str]:
    """Most of the ids that stand in the order of their places (patience sorting)."""
    ends: list[int] = []  # of the rises of length 1, 2, ... so far: the lowest place at which one ends
    last: list[str] = []  # and the id there
    before: dict[str, str | None] = {}
    for label_id in ids:
        place = places[label_id]
        length = bisect_left(ends, place)
        before[label_id] = last[length - 1] if length else None
        ends[length : length + 1], last[length : length + 1] = [place], [label_id]
    rise: set[str] = set()
    one = last[-1] if last else None
    while one is not None:
        rise.add(one)
        one = before[one]
    return rise
