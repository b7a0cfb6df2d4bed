"""Pointer moves at an even pace into a page of Chromium, and what goes over its websockets meanwhile.

They go by the DevTools protocol on a connection of their own: Playwright waits for the page to be done with each move
before it sends the next, so that a slow page would be moved over more slowly.
"""

from __future__ import annotations

import base64
import itertools
import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import websocket
from playwright.sync_api import Page

Point = tuple[float, float]


class Hand:
    """A mouse over one page; see `hand_on`."""

    def __init__(self, connection: websocket.WebSocket) -> None:
        self.sent: list[dict[str, Any]] = []
        self._connection = connection
        self._number = 0
        self._is_pressed = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.send("Network.enable")

    def send(self, method: str, **parameters: Any) -> None:
        """Send a command and wait for nothing."""
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))

    def move(self, at: Point) -> None:
        button = {"button": "left", "buttons": 1} if self._is_pressed else {"button": "none", "buttons": 0}
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=at[0], y=at[1], **button)

    def press(self, at: Point) -> None:
        self._is_pressed = True
        self.send(
            "Input.dispatchMouseEvent", type="mousePressed", x=at[0], y=at[1], button="left", buttons=1, clickCount=1
        )

    def release(self, at: Point) -> None:
        self._is_pressed = False
        self.send(
            "Input.dispatchMouseEvent", type="mouseReleased", x=at[0], y=at[1], button="left", buttons=0, clickCount=1
        )

    def stroke(self, path: Sequence[Point], *, rate: float) -> None:
        """Move along a path; each move at a random moment of its share of time, so that none keeps step with frames."""
        start = time.perf_counter()
        for number, at in enumerate(path):
            due = start + (number + random.random()) / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            self.move(at)

    def _read(self) -> None:
        while True:
            try:
                message = json.loads(self._connection.recv())
            except (websocket.WebSocketException, OSError, ValueError):
                return
            if message.get("method") == "Network.webSocketFrameSent":
                self.sent.append(_kernel_message(message["params"]["response"]))


@contextmanager
def hand_on(page: Page, port: int) -> Iterator[Hand]:
    """Put a hand on a page of a Chromium that listens for DevTools on `port`."""
    session = page.context.new_cdp_session(page)
    target = session.send("Target.getTargetInfo")["targetInfo"]["targetId"]
    session.detach()
    # Chromium lets nobody in who says where he comes from
    connection = websocket.create_connection(f"ws://127.0.0.1:{port}/devtools/page/{target}", suppress_origin=True)
    try:
        yield Hand(connection)
    finally:
        connection.close()


def _kernel_message(frame: dict[str, Any]) -> dict[str, Any]:
    """Type and content of a message in Jupyter's binary protocol (v1.kernel.websocket.jupyter.org)."""
    if frame["opcode"] != 2:
        return {"type": f"frame of opcode {frame['opcode']}", "content": {}}
    data = base64.b64decode(frame["payloadData"])
    count = int.from_bytes(data[:8], "little")
    offsets = [int.from_bytes(data[8 * i : 8 * i + 8], "little") for i in range(1, count + 1)]
    _, header, _, _, content = (data[a:b] for a, b in itertools.pairwise(offsets[:6]))
    return {"type": json.loads(header)["msg_type"], "content": json.loads(content)}
