"""The browser's side of the label editor as the contract has it: what a page keeps, sends and shows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from annowidgets.labels import Label
from annowidgets.widgets.editor import Editor
from annowidgets.workflow.edits import Delta

Op = dict[str, Any]


def as_json(value: object) -> Any:
    return json.loads(msgspec.json.encode(value))


def op(op_id: str, put: Iterable[tuple[Label, int]] = (), remove: Iterable[str] = (), *, kind: str = "edit") -> Op:
    """An edit as the browser sends it; what takes it back is Python's to say."""
    return {
        "id": op_id,
        "kind": kind,
        "what": "draw",
        "forward": as_json(Delta(tuple(put), tuple(remove))),
        "backward": {"put": [], "remove": []},
    }


class Page:
    """A page with an editor in it, and what its browser keeps over reloads.

    Attributes
    ----------
    kept : dict of str -> op
        What lies in IndexedDB, oldest first.
    sent : list of dict
        Messages on their way to Python.
    heard : list of dict
        Messages that came from Python.
    deaf : bool
        Whether what Python says is lost, as when its kernel dies.
    """

    def __init__(self) -> None:
        self.kept: dict[str, Op] = {}
        self.sent: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []
        self.buffers: list[Any] = []
        self.deaf = False

    def open(self, editor: Editor) -> None:
        """Load the page, or run its cell again: what was kept is sent again, once each."""
        self.editor, self.sent, self.deaf = editor, [], False
        editor.stage.send = self._hear
        given = editor.stage.get_state("document")["document"]
        self.number, self.labels = given["number"], given["labels"]
        self.known = {one["id"] for one in given["log"]}
        self.kept = {key: one for key, one in self.kept.items() if key not in self.known}
        for one in self.kept.values():
            self._send(one)

    def draw(self, one: Op, **more: Any) -> None:
        """Finish a gesture."""
        self.kept[one["id"]] = one
        self._send(one, **more)

    def deliver(self, at_most: int | None = None) -> None:
        """Let messages arrive, in their order."""
        count = len(self.sent) if at_most is None else min(at_most, len(self.sent))
        for _ in range(count):
            message = self.sent.pop(0)
            self.editor._take_in(message)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What came of a kind."""
        return [message for message in self.heard if message["type"] == kind]

    def _send(self, one: Op, **more: Any) -> None:
        self.sent.append({"type": "op", "number": self.number, "sequence": 1, "op": one, **more})

    def _hear(self, message: dict[str, Any], buffers: Any = None) -> None:
        if self.deaf:
            return
        message = json.loads(json.dumps(message))  # as it goes over the wire
        self.heard.append(message)
        self.buffers = buffers
        if message.get("number", self.number) != self.number:
            return
        if message["type"] == "applied":
            self.kept.pop(message["op"]["id"], None)
            if message["op"]["id"] not in self.known:
                self.known.add(message["op"]["id"])
                self.labels = after(self.labels, message["op"]["forward"])
        elif message["type"] == "refused":
            self.kept.pop(message["id"], None)
        elif message["type"] == "state":
            self.labels = message["labels"]
            self.known = {one["id"] for one in message["log"]}


def after(labels: list[Any], delta: dict[str, Any]) -> list[Any]:
    """The contract, word by word."""
    labels = [label for label in labels if label["id"] not in delta["remove"]]
    for label, index in sorted(delta["put"], key=lambda put: int(put[1])):
        places = [place for place, one in enumerate(labels) if one["id"] == label["id"]]
        if places:
            labels[places[0]] = label
        else:
            labels.insert(min(index, len(labels)), label)
    return labels
