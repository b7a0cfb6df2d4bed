"""Edits of a draft: what a finished gesture puts and removes, and what takes it back (T6).

The editor draws at once and sends one edit per gesture; here it is applied to the draft in the file. A draft is one
JSON text, and of a thousand labels an edit concerns one: the others are passed on as the bytes that they are.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import weakref
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeVar

import msgspec

from annowidgets.errors import InvalidInput
from annowidgets.labels import Answer, Label
from annowidgets.labels.values import EMPTY, shown
from annowidgets.store import drafts as stored_drafts
from annowidgets.store import labels as stored_labels
from annowidgets.store.drafts import EditRow
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.fitting import Fitting, require_still_fit

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action, Workspace

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


class SavedEdit(NamedTuple):
    """What came of saving an edit.

    Attributes
    ----------
    revision : int
        Number of the draft as it is now.
    is_new : bool
        Whether the edit was applied now; a draft takes each edit once.
    """

    revision: int
    is_new: bool


class DraftKey(NamedTuple):
    """Under what a browser keeps edits of a draft that no kernel has acknowledged.

    Attributes
    ----------
    workspace : str
        The file's identity, and where it lies.
    task : int
    user : str
    """

    workspace: str
    task: int
    user: str


def draft_key(workspace: Workspace, task: int) -> DraftKey:
    """Under what a browser keeps the acting user's edits of a task.

    A copy of a file has the identity of the original. Edits that were meant for one must not end in the other, and
    be forgotten for the one they were meant for, so the place of the file counts too.
    """
    with workspace.database.read() as connection:
        identity = stored_drafts.identity(connection)
    place = hashlib.sha256(str(workspace.database.path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
    return DraftKey(f"{identity}-{place[:12]}", task, workspace.user)


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


# --- who wants to know

_watchers: weakref.WeakSet[Watcher] = weakref.WeakSet()
_own = threading.local()


class Watcher(Protocol):
    """What shows drafts, and wants to know when a program in the same process saves one."""

    def draft_saved(self, path: Path, task: int, user: str) -> None:
        """Called after the save, on the thread that made it."""


def watch(watcher: Watcher) -> None:
    """Tell ``watcher`` of every draft that is saved in this process from now on, as long as it lives."""
    _watchers.add(watcher)


@contextmanager
def untold() -> Iterator[None]:
    """Save what a person does on a screen: whoever shows the same draft is another window, which a conflict tells."""
    _own.is_saving = True
    try:
        yield
    finally:
        _own.is_saving = False


def tell(workspace: Workspace, task: int) -> None:
    """Tell whoever watches that the acting user's draft of a task was saved."""
    if not getattr(_own, "is_saving", False):
        for watcher in list(_watchers):
            watcher.draft_saved(workspace.database.path, task, workspace.user)


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


# --- on the text of a draft


class _Head(msgspec.Struct):
    type: str
    id: str = ""
    question: str = ""


_heads = msgspec.json.Decoder(list[_Head])
_parts = msgspec.json.Decoder(list[msgspec.Raw])


class DraftText:
    """A draft as its JSON text, whose labels are told apart by id and not looked into.

    Attributes
    ----------
    content : Content
        JSON of the objects and of the answers to classifications.
    """

    def __init__(self, text: str | None) -> None:
        labels: dict[str, bytes] = {}
        answers: dict[str, list[bytes]] = {}
        data = b"[]" if text is None else text.encode()
        for head, part in zip(_heads.decode(data), _parts.decode(data), strict=True):
            if head.type == "label":
                labels[head.id] = bytes(part)
            else:
                answers.setdefault(head.question, []).append(bytes(part))
        self.content = Content(labels, {question: tuple(given) for question, given in answers.items()})

    def __len__(self) -> int:
        return len(self._all)

    @property
    def answers(self) -> list[Answer]:
        """The answers to classifications, looked into."""
        return [msgspec.json.decode(answer, type=Answer) for given in self.content.answers.values() for answer in given]

    def apply(self, delta: Delta) -> Change:
        """Apply a delta; returns what takes it back, in JSON."""
        put = [(label.id, msgspec.json.encode(label), index) for label, index in delta.put]
        answers = {question: tuple(map(msgspec.json.encode, given)) for question, given in delta.answers.items()}
        self.content, backward = self.content.after(Change(put, delta.remove, answers))
        return backward

    def text(self) -> str:
        """The draft as it is now."""
        return b"".join((b"[", b",".join(self._all), b"]")).decode()

    @property
    def _all(self) -> list[bytes]:
        return [*self.content.labels.values(), *chain.from_iterable(self.content.answers.values())]


def edit_row(edit: Edit, backward: Change) -> EditRow:
    """An edit as it is stored, with what takes it back as `DraftText.apply` found it."""
    forward = msgspec.json.encode(edit.forward).decode()
    return EditRow(edit.id, edit.kind, edit.what, edit.of, forward, _delta_json(backward))


def edit_of(row: EditRow) -> Edit:
    """An edit as it was stored."""
    forward, backward = (msgspec.json.decode(text, type=Delta) for text in (row.forward, row.backward))
    return Edit(row.id, row.kind, forward, backward, row.what, row.of)  # type: ignore[arg-type]


def save_text(action: Action, row: TaskRow, text: str) -> None:
    """Save a whole draft; where it has a history, what differs from the draft before becomes an edit of it.

    So undo goes back over what a program did, and replaying the history always ends in the draft.
    """
    key = (row.id, action.user)
    if stored_drafts.has_history(action.connection, *key, row.ontology_version):
        before = DraftText(stored_labels.draft(action.connection, *key)).content
        forward = before.until(DraftText(text).content)
        if any(forward):
            _, backward = before.after(forward)
            forward_json, backward_json = _delta_json(forward), _delta_json(backward)
            edit = EditRow(secrets.token_hex(16), "edit", "by program", None, forward_json, backward_json)
            _add(action, row, edit)
    stored_labels.save_draft(action.connection, *key, text, action.now)


def save_edit(action: Action, row: TaskRow, edit: Edit, fit: Fitting) -> int:
    """Apply an edit to the acting user's draft and keep it in the history; returns the number of labels then.

    Raises
    ------
    InvalidLabels
        The answers don't fit with the edit: whether one may be given depends on the others (P4).
    """
    draft = DraftText(stored_labels.draft(action.connection, row.id, action.user))
    backward = draft.apply(edit.forward)
    if edit.forward.answers:
        fit.require(draft.answers, complete=False)
        require_still_fit(action, row, fit, draft.answers, complete=False)
    stored_labels.save_draft(action.connection, row.id, action.user, draft.text(), action.now)
    _add(action, row, edit_row(edit, backward))
    return len(draft)


def _add(action: Action, row: TaskRow, edit: EditRow) -> None:
    stored_drafts.add_edit(
        action.connection,
        task=row.id,
        user=action.user,
        edit=edit,
        ontology_version=row.ontology_version,
        at=action.now,
    )


def _delta_json(change: Change) -> str:
    put = [(msgspec.Raw(label), index) for _, label, index in change.put]
    answers = {question: [msgspec.Raw(answer) for answer in given] for question, given in change.answers.items()}
    delta = {"put": put, "remove": list(change.remove)} | ({"answers": answers} if answers else {})
    return msgspec.json.encode(delta).decode()


def with_edit(text: str | None, edit: Edit) -> str:
    """The text of a draft with an edit applied."""
    draft = DraftText(text)
    draft.apply(edit.forward)
    return draft.text()
