"""The label editor as Python sees it: finished gestures in, labels out; answers beside them, for one undo of both.

The browser owns the picture, the view and every gesture, and shows at once what a person draws. Here each finished
gesture is one edit: it is checked, saved, and only then acknowledged to all views. What could not be saved waits, and
the browser shows it as pending; what does not fit is taken back with the reason.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any, TypeAlias

import ipywidgets
import msgspec

from annowidgets.errors import AnnowidgetsError, InvalidInput, InvalidLabels, NotFound, StoreError
from annowidgets.labels import Answer, AnswerValue, Label, Labels, Ontology, find_problems, walk
from annowidgets.media import Medium
from annowidgets.widgets.editor.frames import described, frame_message
from annowidgets.widgets.editor.open_draft import OpenDraft
from annowidgets.widgets.editor.parts import EditorPanel, EditorStage
from annowidgets.widgets.editor.turns import Turns, parts_of
from annowidgets.widgets.keywords import KnownKeywords
from annowidgets.workflow.drafts import DraftKey, SavedEdit
from annowidgets.workflow.edits import (
    Content,
    Delta,
    Edit,
    as_edit,
    between,
    change_of,
    content_of,
    delta_of,
    labels_of,
    new_edit,
    putting,
)

Guard: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]
Save: TypeAlias = Callable[[Edit], SavedEdit | None]

log = logging.getLogger(__name__)


class Editor(KnownKeywords, ipywidgets.HBox):
    """Draw and change labels of all seven shapes on an item's pictures.

    Parameters
    ----------
    ontology : Ontology
        What may be labelled.
    read_only : bool
        Whether labels are only shown.
    on_change : callable(list of Label), optional
        Called with all labels after each edit that was saved.
    on_select : callable(Label or None), optional
        Called when another label, or none, is selected.
    on_act : callable(act), optional
        Called when a person presses a key that is for the screen around, as "submit".
    on_late : callable(), optional
        Called when an edit comes of the item before, which is not taken; the browser keeps it for when that item is
        shown again.
    on_behind : callable(), optional
        Called when the file had taken an edit already, as from another window, and so may hold more than is shown.
    on_turn : callable(frame), optional
        Called when a person has gone to another frame and stays there.
    save : callable(Edit) -> SavedEdit or None, optional
        Saves one edit; `labels` hold it already. None: not now, so it waits. InvalidInput: it is refused and taken
        back. Any other error: somebody else has the draft now, and nothing more is sent by the browser.
    guard : callable, optional
        Wraps what is called for a person's gestures, as `Screen.guarded` does.
    lock : context manager, optional
        Of the screen around, which keeps its callbacks apart whatever thread they come on.

    Attributes
    ----------
    stage, panel : widget
        The picture with its tools, and the classes and labels; a screen may show them in different places.
    """

    def __init__(
        self,
        ontology: Ontology,
        *,
        read_only: bool = False,
        on_change: Callable[[list[Label]], object] | None = None,
        on_select: Callable[[Label | None], object] | None = None,
        on_act: Callable[[str], object] | None = None,
        on_late: Callable[[], object] | None = None,
        on_behind: Callable[[], object] | None = None,
        on_turn: Callable[[int], object] | None = None,
        save: Save | None = None,
        guard: Guard | None = None,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self._ontology = ontology
        self._classes = {item.name: item for item in ontology.objects}
        self._on_change, self._on_select, self._save = on_change, on_select, save
        self._on_act, self._on_late, self._on_behind, self._on_turn = on_act, on_late, on_behind, on_turn
        self._lock = threading.RLock() if lock is None else lock
        self._pictures: Medium | None = None
        self._reading = threading.Lock()  # held while a frame is read: nobody closes the pictures meanwhile
        self._turns = Turns()
        self._number = 0
        self._is_seen = False  # whether a page shows the document of this number
        self._key: DraftKey | None = None
        self._title = ""
        self._frame = 0
        self._draft = OpenDraft(Content({}, {}))
        self._in_conflict = False
        # As the browser sent them; what comes back to it letter by letter costs it nothing.
        self._as_sent: dict[str, Any] = {}
        self._selected: str | None = None
        self.stage = EditorStage(ontology, read_only, self._document)
        self.panel = EditorPanel(self.stage)
        self._hear = self._heard if guard is None else guard(self._heard)
        self.stage.on_msg(lambda _, message, __: self._take_in(message))
        super().__init__([self.stage, self.panel])
        self.add_class("aw")
        self.add_class("aw-editor")

    def show(
        self,
        pictures: Medium,
        labels: Iterable[Label | Answer] = (),
        *,
        key: DraftKey | None = None,
        revision: int = 0,
        log: Iterable[Edit] = (),
        title: str = "",
    ) -> None:
        """Show an item with labels; what was there before is forgotten.

        Parameters
        ----------
        pictures : Medium
            Of the item; the editor reads frames from it while it is shown, and closes it.
        labels : iterable of Label and Answer
            Objects in the order in which they lie over each other; answers to classifications, which it does not show.
        key : DraftKey, optional
            Whose draft it is. With it the browser keeps edits until they are acknowledged, over a restart of the kernel
            and a reload of the page.
        revision : int
            Number of the draft.
        log : iterable of Edit
            Its history, for undo.
        title : str
            What a screen reader calls the picture.

        Raises
        ------
        InvalidLabels
            A label does not fit the item or the ontology.
        """
        content = content_of(labels)
        self._require_fit(pictures, list(content.labels.values()))
        with self._lock:
            if self._in_conflict:
                self._give_up_waiting("Your version is kept as a copy.")
            before, self._pictures = self._pictures, pictures
            self._key, self._title, self._frame = key, title, 0
            self._set(content, revision, log)
            self._open()
        if before is not None and before is not pictures:
            with self._reading:
                before.close()

    @property
    def labels(self) -> list[Label]:
        """The labels as they are now, with those edits that wait to be saved."""
        return list(self._draft.now.labels.values())

    @property
    def answers(self) -> list[Answer]:
        """The answers to classifications as they are now, in the same way."""
        return list(chain.from_iterable(self._draft.now.answers.values()))

    @property
    def waiting(self) -> int:
        """How many edits wait to be saved."""
        return len(self._draft.waiting)

    @property
    def revision(self) -> int:
        """Number of the draft that is shown."""
        return self._draft.revision

    def set_labels(self, labels: Iterable[Label]) -> None:
        """Make other labels of these: an edit as any other, which is saved and can be undone; answers stay."""
        with self._lock:
            change = between(self._draft.now.labels, labels_of(labels))
            if any(change):
                self._make(new_edit(delta_of(change), "by program"))

    def set_answers(self, answers: Mapping[str, Iterable[Answer]], what: str) -> None:
        """Answer questions anew: an edit as any other.

        Parameters
        ----------
        answers : mapping of question -> answers
            All answers to each of these questions, none where it is not answered any more; other questions stay.
        what : str
            What the edit is called.

        Raises
        ------
        InvalidLabels
            An answer does not fit its question, the item, or the other answers.
        """
        with self._lock:
            given = {question: tuple(listed) for question, listed in answers.items()}
            before = self._draft.now.answers
            changed = {question: new for question, new in given.items() if new != before.get(question, ())}
            if changed:
                self._make(new_edit(Delta((), (), changed), what))

    def renew(self, labels: Labels, *, revision: int = 0, log: Iterable[Edit] = (), hold_waiting: bool = False) -> None:
        """Show the same item with what is saved now.

        Parameters
        ----------
        labels, revision, log
            As in `show`.
        hold_waiting : bool
            Whether these labels hold the edits that wait, so that they count as saved; else they are given up.
        """
        with self._lock:
            was_in_conflict = self._in_conflict
            if hold_waiting:
                for edit in self._draft.waiting:
                    self._send_applied(edit)
            else:
                self._give_up_waiting("It was made on labels that have been replaced since.")
            self._set(content_of(labels), revision, log)
            if was_in_conflict:
                self._open()  # nothing less makes the browser send again
            else:
                self._send_state()
            self._changed()

    def save_waiting(self) -> None:
        """Try again to save what could not be saved."""
        with self._lock:
            self._save_waiting(own=None)

    @property
    def counts(self) -> dict[str, int]:
        """Class -> number of its labels, for every class."""
        counts = dict.fromkeys(self._classes, 0)
        for label in self._draft.now.labels.values():
            counts[label.category] += 1
        return counts

    @property
    def selected(self) -> Label | None:
        """The selected label."""
        return self._draft.now.labels.get(self._selected) if self._selected else None

    @property
    def frame(self) -> int:
        """The frame that is shown, from 0."""
        return self._frame

    @property
    def active_class(self) -> str:
        """The class that new labels get."""
        return str(self.stage.active[1])

    @active_class.setter
    def active_class(self, name: str) -> None:
        if name not in self._classes:
            raise NotFound.named("class", name, self._classes)
        self.stage.active = (self.stage.active[0] + 1, name)

    def select(self, label_id: str | None) -> None:
        """Select a label, or none, on the screen."""
        with self._lock:
            self._selected = label_id
            self.stage.send({"type": "select", "label": label_id})
            if self._on_select is not None:
                self._on_select(self.selected)

    def set_attributes(
        self,
        label_id: str,
        attributes: Mapping[str, AnswerValue],
        *,
        by_frame: Mapping[int, Mapping[str, AnswerValue]] | None = None,
    ) -> None:
        """Give a label other attributes, with None for ``by_frame`` those of frames stay: an edit as any other."""
        with self._lock:
            labels = self._draft.now.labels
            if label_id not in labels:
                raise NotFound.named("label", label_id, labels)
            label = msgspec.structs.replace(labels[label_id], attributes=dict(attributes))
            if by_frame is not None:
                label = msgspec.structs.replace(label, attributes_by_frame=dict(by_frame))
            place = list(labels).index(label_id)
            self._make(new_edit(Delta(((label, place),), ()), f"answer for {label.category}"))

    def close(self) -> None:
        """Close all its parts, and the pictures."""
        pictures, self._pictures = self._pictures, None
        if pictures is not None:
            with self._reading:
                pictures.close()
        for part in (self.stage, self.panel):
            part.close()
        if self.comm is not None:
            super().close()
            self.layout.close()

    # --- from the browser

    def _take_in(self, message: Any) -> None:
        """Take what the page did; what came of one event comes as one message."""
        frames = [one for one in parts_of(message) if isinstance(one, dict) and one.get("type") == "frame"]
        if frames != parts_of(message):
            with self._lock:
                for one in self._turns.due(message, self._number):
                    self._hear(one)
        for frame in frames:
            self._serve(frame)

    def _serve(self, message: dict[str, Any]) -> None:
        """Send a frame that is asked for; not under the lock, since a large one takes its time."""
        number, index = message.get("number"), message.get("index")
        with self._reading:
            pictures = self._pictures
            if number != self._number or not isinstance(index, int) or pictures is None:
                return
            try:
                content, buffers = frame_message(pictures, number, index)
            except AnnowidgetsError as error:
                reason = f"{error.message} {error.hint or ''}".strip()
            except Exception as error:  # whatever it is, the page must not wait for ever
                log.exception("Frame %d can't be sent", index)
                reason = f"The picture can't be read: {type(error).__name__} {error}".strip()
            else:
                self.stage.send(content, buffers=buffers)
                return
        self.stage.send({"type": "frame-failed", "number": number, "index": index, "reason": reason})

    def _heard(self, message: Any) -> None:
        if not isinstance(message, dict):
            return
        kind = message.get("type")
        with self._lock:
            if kind == "active" and message.get("class") in self._classes:
                self.stage.active = (self.stage.active[0], message["class"])
            elif kind == "select":
                self._selected = message.get("label")
                if self._on_select is not None:
                    self._on_select(self.selected)
            elif message.get("number", self._number) != self._number:
                if kind == "op" and self._on_late is not None:
                    self._on_late()
            elif kind == "turn" and isinstance(message.get("index"), int):
                self._turned(message["index"])
            elif kind == "op" and isinstance(message.get("op"), dict):
                self._take(message["op"], heard=message.get("edits"))
            elif kind == "hello":
                self._is_seen = True
                if (message.get("revision"), message.get("edits")) == (self._draft.revision, len(self._draft.history)):
                    self.stage.send({"type": "here", "number": self._number})
                else:
                    self._send_state()
            # A second stroke, on its way while the first one brought another picture, is meant for neither.
            elif kind == "act" and self._on_act is not None and self._is_seen:
                self._on_act(str(message.get("act")))

    def _turned(self, frame: int) -> None:
        if self._pictures is not None and 0 <= frame < self._pictures.count and frame != self._frame:
            self._frame = frame
            if self._on_turn is not None:
                self._on_turn(frame)

    def _take(self, op: dict[str, Any], heard: Any) -> None:
        op_id = str(op.get("id"))
        if self._draft.holds_back(op_id):
            return
        try:
            edit = self._fitted(as_edit(op))
            if self.stage.read_only:
                raise InvalidInput("Labels are only shown here.")
            if not self._draft.has_saved(op_id):
                self._draft.require_turn(edit, heard)
                self._require_edit_fits(edit)
        except AnnowidgetsError as error:
            self._refuse(op_id, error)
            return
        self._as_sent[op_id] = op["forward"]
        if self._draft.has_saved(op_id):
            self._send_applied(edit)
        else:
            self._draft.add(edit)
            self._save_waiting(own=None)

    def _fitted(self, edit: Edit) -> Edit:
        """The edit without attributes that a label's new class does not ask; they would make the label invalid."""
        return putting(edit, (_without_odd_attributes(label, self._ontology) for label, _ in edit.forward.put))

    # --- edits

    def _make(self, edit: Edit) -> None:
        self._require_edit_fits(edit)
        self._draft.add(edit, own=True)
        self._save_waiting(own=edit.id)

    def _save_waiting(self, own: str | None) -> None:
        """Save what waits, in order, up to the first that can't be saved now.

        Parameters
        ----------
        own : str or None
            Id of an edit that Python makes: its refusal is raised, while one of a person's is shown by the browser.
        """
        while self._draft.waiting:
            edit = self._draft.waiting[0]
            try:
                saved = SavedEdit(self._draft.revision + 1, is_new=True) if self._save is None else self._save(edit)
            except InvalidInput as error:
                self._draft.drop(edit)
                self._refuse(edit.id, error)
                if edit.id == own:
                    raise
                continue
            except StoreError:
                return
            except AnnowidgetsError as error:
                self._in_conflict = True
                self.stage.send({"type": "conflict", "number": self._number, "reason": str(error)})
                return
            if saved is None:
                return
            # What the file took before, as from another window, is done, and the number of this draft is what it was.
            self._send_applied(self._draft.accept(saved.revision if saved.is_new else self._draft.revision))
            self._changed()
            if not saved.is_new and self._on_behind is not None:
                self._on_behind()

    def _open(self) -> None:
        """Give the browser a new document; edits of the one before that come late are not heard any more."""
        self._number += 1
        self._turns.clear()
        self._is_seen = self._in_conflict = False
        self._selected = None
        self.stage.document = self._number

    def _give_up_waiting(self, why: str) -> None:
        for edit in self._draft.waiting:
            self._refuse(edit.id, InvalidInput(why))

    def _set(self, content: Content, revision: int, history: Iterable[Edit]) -> None:
        self._draft = OpenDraft(content, revision, history)
        self._as_sent.clear()

    def _require_edit_fits(self, edit: Edit) -> None:
        """Whether an answer may be given depends on the others."""
        put: list[Label | Answer] = [label for label, _ in edit.forward.put]
        if edit.forward.answers:
            after, _ = self._draft.now.after(change_of(edit.forward))
            put += chain.from_iterable(after.answers.values())
        self._require_fit(self._pictures, put)

    def _require_fit(self, pictures: Medium | None, labels: Labels) -> None:
        assert pictures is not None
        problems = find_problems(
            labels, self._ontology, pictures.sizes, interpolate=_interpolates(pictures), complete=False
        )
        if problems:
            raise InvalidLabels(problems, rule="P4")

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change(self.labels)

    # --- to the browser

    def _document(self) -> dict[str, Any]:
        with self._lock:
            pictures, key = self._pictures, self._key
            return {
                **self._state(),
                "key": {"workspace": "", "task": None, "user": ""} if key is None else key._asdict(),
                **described(pictures),
                "frame": self._frame,
                "title": self._title,
                "saves": self._save is not None,
            }

    def _state(self) -> dict[str, Any]:
        return {
            "number": self._number,
            "labels": _as_json(list(self._draft.saved.labels.values())),
            "revision": self._draft.revision,
            "log": _as_json(self._draft.history),
        }

    def _send_state(self) -> None:
        self.stage.send({"type": "state", **self._state()})

    def _send_applied(self, edit: Edit) -> None:
        op = _as_json(edit)
        sent = self._as_sent.pop(edit.id, None)
        if sent == op["forward"]:
            op["forward"] = sent
        self.stage.send({"type": "applied", "number": self._number, "revision": self._draft.revision, "op": op})

    def _refuse(self, op_id: str, error: AnnowidgetsError) -> None:
        self._as_sent.pop(op_id, None)
        message = {"type": "refused", "number": self._number, "id": op_id, "reason": _reason(error)}
        self.stage.send({**message, "hint": error.hint or ""})


def _as_json(value: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _interpolates(pictures: Medium) -> bool:
    return pictures.modality in ("image_sequence", "video")


def _without_odd_attributes(label: Label, ontology: Ontology) -> Label:
    item = next((item for item in ontology.objects if item.name == label.category), None)
    if item is None or not label.attributes:
        return label
    asked = {question.name for question in walk(item.attributes)}
    kept = {name: answer for name, answer in label.attributes.items() if name in asked}
    return label if len(kept) == len(label.attributes) else msgspec.structs.replace(label, attributes=kept)


def _reason(error: AnnowidgetsError) -> str:
    """Why, without the places in a list that the person never sees."""
    if not isinstance(error, InvalidLabels):
        return error.message
    said = (problem.text.partition("): ") for problem in error.problems)
    return "; ".join(dict.fromkeys((text or whole).rstrip(".") for whole, _, text in said)) + "."
