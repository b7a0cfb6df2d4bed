"""Drafts, and the history of their edits (T6).

The editor draws at once and sends one edit per gesture; here it is applied to the draft in the file. A draft is one
JSON text, and of a thousand labels an edit concerns one: the others are passed on as the bytes that they are.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from annowidgets.labels import Answer
from annowidgets.store import drafts as stored_drafts
from annowidgets.store import labels as stored_labels
from annowidgets.store.drafts import EditRow
from annowidgets.store.tasks import TaskRow
from annowidgets.workflow.edits import Change, Content, Delta, Edit
from annowidgets.workflow.fitting import Fitting, require_still_fit

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action, Workspace


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
