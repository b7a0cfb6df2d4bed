"""How long a pointer's move takes until it is painted, measured in the page, alike for whatever handles it.

From the moment at which the browser took the move from the mouse (`timeStamp` of the event, also of each that Chromium
has joined into one) to the moment at which the main thread is done with the frame that shows it: a message posted in
that frame's `requestAnimationFrame` arrives after scripts, style, layout and painting of the frame. Moves come at any
time and frames every 16.7 ms, so that a page which does nothing at all already has a median of half a frame and a p95
of nearly one: that floor is measured too, over a part of the page that listens to nothing. What the compositor, the
screen and the mouse need comes on top for everybody. That the frame does show the move is checked as well: changes of
the widget's nodes, and lines drawn on a canvas, between the event and the end of the frame are counted. On a machine
that others use too, the times grow with what these do; the processor time of the page's main thread does not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

import numpy as np
from playwright.sync_api import Page

BEGIN = """selector => {
    window.benchProbe?.stop();
    const waits = [], batches = [], channel = new MessageChannel();
    let stamps = [], frames = 0, shown = 0, changed = false;
    const observer = new MutationObserver(() => { changed = true; });
    observer.observe(document.querySelector(selector),
        {subtree: true, attributes: true, characterData: true, childList: true});
    const context = CanvasRenderingContext2D.prototype, {stroke} = context;
    context.stroke = function (...given) {
        changed = true;
        return stroke.apply(this, given);
    };
    channel.port1.onmessage = () => {
        const now = performance.now();
        for (const stamp of batches.shift()) waits.push(now - stamp);
        frames++;
        if (changed) shown++;
        changed = false;
    };
    const moved = event => {
        if (!stamps.length) {
            requestAnimationFrame(() => {
                batches.push(stamps);
                stamps = [];
                channel.port2.postMessage(null);
            });
        }
        const joined = event.getCoalescedEvents();
        for (const one of joined.length ? joined : [event]) stamps.push(one.timeStamp);
    };
    addEventListener('pointermove', moved, {capture: true});
    window.benchProbe = {
        stop() {
            removeEventListener('pointermove', moved, {capture: true});
            observer.disconnect();
            context.stroke = stroke;
        },
        read: () => ({waits, frames, shown}),
    };
}"""
SETTLED = 300  # ms, in which the last move is painted
END = "() => { benchProbe.stop(); return benchProbe.read(); }"


class Stroke(NamedTuple):
    """What was measured of one drag.

    Attributes
    ----------
    waits : list of float
        Per move, ms from the browser's taking it to its being painted.
    frames, shown : int
        Frames with moves; those of them in which the widget changed or drew.
    cpu : float
        Seconds that the page's main thread worked.
    seconds : float
        How long it took.
    """

    waits: list[float]
    frames: int
    shown: int
    cpu: float
    seconds: float


class Probe:
    """Measures in one page, as often as asked.

    Parameters
    ----------
    page : Page
        Where pointers move.
    watched : str
        Selector of what changes when a move is handled.
    """

    def __init__(self, page: Page, watched: str) -> None:
        self._page, self._watched = page, watched
        self._session = page.context.new_cdp_session(page)
        # processor time, which other programs on the machine do not lengthen
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    @contextmanager
    def stroke(self, into: list[Stroke]) -> Iterator[None]:
        """Measure what happens inside, and add it to a list."""
        self._page.evaluate(BEGIN, self._watched)
        cpu, start = self._busy(), time.perf_counter()
        yield
        seconds, cpu = time.perf_counter() - start, self._busy() - cpu
        self._page.wait_for_timeout(SETTLED)
        into.append(Stroke(**self._page.evaluate(END), cpu=cpu, seconds=seconds))

    def _busy(self) -> float:
        metrics = {each["name"]: each["value"] for each in self._session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"])


class Paint(NamedTuple):
    """Medians over the strokes of a contender.

    Attributes
    ----------
    p50, p95 : float
        ms from a move to its being painted.
    cpu : float
        ms of processor time of the page's main thread per move.
    frames : float
        Frames with moves per second.
    shown : float
        Share of these in which the widget changed.
    """

    p50: float
    p95: float
    cpu: float
    frames: float
    shown: float


def summed_up(strokes: Sequence[Stroke]) -> Paint:
    """Medians over strokes."""
    return Paint(
        p50=median(float(np.percentile(stroke.waits, 50)) for stroke in strokes),
        p95=median(float(np.percentile(stroke.waits, 95)) for stroke in strokes),
        cpu=median(1000 * stroke.cpu / len(stroke.waits) for stroke in strokes),
        frames=median(stroke.frames / stroke.seconds for stroke in strokes),
        shown=sum(stroke.shown for stroke in strokes) / sum(stroke.frames for stroke in strokes),
    )
