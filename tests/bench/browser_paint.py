"""The label editor under the hand, beside jupyter-bbox-widget in the same JupyterLab: from a move to its paint.

How a move is timed stands in `browser_probe.py`: real mouse events, with the same method for all. Contenders take turns
in each round; printed are medians of rounds. A busy kernel is one that is stopped: it answers nothing at all, and
takes no processor from the page.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from tests.bench.browser_hand import Point
from tests.bench.browser_kernel import FREE, LAST, SIZE
from tests.bench.browser_pages import OURS, SHOW, THEIRS, Contender, Lab, Sheet
from tests.bench.browser_probe import Probe, Stroke, summed_up

COUNTS = (0, 200, 1000)
RATES = (60, 120)  # moves per second
ROUNDS = 3
SECONDS = 2.0  # of a stroke
FAR = 0.1  # seconds of round trip
FRAME = 17.0  # ms: the target at 60 moves/s
STILL = 150  # ms


class Case(NamedTuple):
    """What is done."""

    labels: int
    gesture: str
    rate: int
    state: str


class Place(NamedTuple):
    """A contender's page with its probe."""

    name: str
    sheet: Sheet
    probe: Probe


def paint(lab: Lab) -> None:
    """Print pointer to paint, and what was sent meanwhile."""
    floor = Floor(lab)
    near, far = [[_place(lab, contender, round_trip) for contender in (OURS, THEIRS)] for round_trip in (0.0, FAR)]
    strokes: dict[Case, dict[str, list[Stroke]]] = defaultdict(lambda: defaultdict(list))
    sent: Counter[str] = Counter()
    bare: list[Stroke] = []
    for cell, labels in enumerate(COUNTS):
        for place in (*near, *far):
            place.sheet.show(cell)
        gestures = ("draw", "move", "hover") if labels else ("draw", "hover")
        for _ in range(ROUNDS):
            floor.stroke(bare)
            for state, places in (("loopback", near), (f"{FAR * 1000:g} ms", far)):
                for rate in RATES:
                    _in_turn(places, Case(labels, "draw", rate, state), strokes, sent)
            for gesture in gestures[1:]:
                _in_turn(near, Case(labels, gesture, RATES[0], "loopback"), strokes, sent)
        with ExitStack() as stopped:
            for place in near:
                stopped.enter_context(place.sheet.frozen_kernel())
            for _ in range(ROUNDS):
                _in_turn(near, Case(labels, "draw", RATES[0], "kernel busy"), strokes, sent)
    _print_paint(strokes, bare)
    gestures = sum(len(own[OURS.name]) for own in strokes.values())
    print(
        f"\nmessages of annowidgets' page to its kernel while the pointer moved, in {gestures} gestures: {sent.total()}"
    )
    for what, number in sent.most_common():
        print(f"  {number:4d}  {what}")


def _place(lab: Lab, contender: Contender, round_trip: float) -> Place:
    cells = [SHOW.format(cell=contender.cell.format(count=count)) for count in COUNTS]
    sheet = lab.sheet(contender, cells, round_trip=round_trip)
    return Place(contender.name, sheet, Probe(sheet.page, contender.watched))


class Floor:
    """A page in which nothing happens."""

    def __init__(self, lab: Lab) -> None:
        self._page, self._hand = lab.blank()
        self._probe = Probe(self._page, "body")

    def stroke(self, into: list[Stroke]) -> None:
        self._page.bring_to_front()
        with self._probe.stroke(into):
            self._hand.stroke([(100.0 + 3 * step, 100.0 + 2 * step) for step in range(120)], rate=60)


def _in_turn(
    places: Sequence[Place], case: Case, strokes: Mapping[Case, dict[str, list[Stroke]]], sent: Counter[str]
) -> None:
    for name, sheet, probe in places:
        _stroke(sheet, probe, case, strokes[case][name], sent if name == OURS.name else Counter())


def _stroke(sheet: Sheet, probe: Probe, case: Case, into: list[Stroke], sent: Counter[str]) -> None:
    """One gesture of two seconds, which is given up at its end."""
    sheet.page.bring_to_front()
    ours = sheet.contender is OURS
    start = _middle(LAST) if case.gesture == "move" else (FREE[0] / 4, FREE[1] / 2)
    path = [sheet.at(*point) for point in _way(start, round(SECONDS * case.rate))]
    if ours:
        sheet.key("1" if case.gesture == "draw" else "v")
    sheet.hand.move(sheet.at(*start))
    sheet.page.wait_for_timeout(STILL)
    if case.gesture != "hover":
        sheet.hand.press(sheet.at(*start))
        sheet.page.wait_for_timeout(STILL)
    before = len(sheet.hand.sent)
    with probe.stroke(into):
        sheet.hand.stroke(path, rate=case.rate)
    sent.update(map(_kind, sheet.hand.sent[before:]))
    if case.gesture == "hover":
        return
    if ours:
        sheet.key("Escape")
        sheet.hand.release(path[-1])
    else:
        # it has nothing to give up a drag with: back to where it began, or to what was there before
        sheet.hand.release(path[-1] if case.gesture == "draw" else sheet.at(*start))
        if case.gesture == "draw":
            sheet.page.keyboard.press("Delete")
    sheet.page.wait_for_timeout(STILL)


def _middle(box: tuple[float, float, float, float]) -> Point:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def _way(start: Point, count: int) -> list[Point]:
    """Out to the far corner and back, so that hundreds of labels are passed over."""
    end = (SIZE[0] - 80, SIZE[1] - 80)
    shares = [1 - abs(1 - 2 * step / count) for step in range(1, count + 1)]
    return [(start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share) for share in shares]


def _kind(message: Mapping[str, Any]) -> str:
    data = message["content"].get("data", {})
    told = data.get("content") if data.get("method") == "custom" else data.get("state")
    inner = told.get("type", "") if data.get("method") == "custom" else ", ".join(told or ())
    return f"{message['type']} {data.get('method', '')} {inner}".strip()


def _print_paint(strokes: Mapping[Case, dict[str, list[Stroke]]], bare: Sequence[Stroke]) -> None:
    nothing = summed_up(bare)
    print(f"\nfrom a move of the pointer to its paint, ms (p50, p95), frames/s with moves; medians of {ROUNDS} rounds")
    print(f"  a page that does nothing: {nothing.p50:.1f}, {nothing.p95:.1f}; {nothing.frames:.0f} frames/s")
    if nothing.p95 > FRAME:
        print("  so the machine is too busy to hold any page to a frame; compare, and look at the processor time")
    print(f"  {'':<36}{OURS.name:^34}{THEIRS.name:^34}")
    print(f"  {'labels gesture moves/s kernel':<36}" + f"{'p50':>7}{'p95':>7}{'frames/s':>10}{'CPU/move':>10}" * 2)
    for case, own in strokes.items():
        ours, theirs = (summed_up(own[name]) for name in (OURS.name, THEIRS.name))
        cells = "".join(f"{each.p50:7.1f}{each.p95:7.1f}{each.frames:10.0f}{each.cpu:10.2f}" for each in (ours, theirs))
        told = ""
        if case.rate == RATES[0]:
            told = f"  within a frame: {'reached' if ours.p95 <= FRAME else 'MISSED'}"
        if case.labels == 200:
            told += f", not slower: {'reached' if ours.p95 <= theirs.p95 else 'MISSED'}"
        print(f"  {case.labels:>6} {case.gesture:<7} {case.rate:>7} {case.state:<12}{cells}{told}")
    shown = min(summed_up(own[OURS.name]).shown for case, own in strokes.items() if case.gesture != "hover")
    print(f"  frames of a drag in which annowidgets drew, at the least: {shown:.0%}")
