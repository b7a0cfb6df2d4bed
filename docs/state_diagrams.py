"""Draw a table of transitions as an SVG picture, without a program or a service for graphs.

States stand in a row. An arrow to the right runs above them, one to the left below; arrows that would share a stretch
run at different heights, so that each has its words for itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from xml.sax.saxutils import escape

_BOX, _GAP, _LANE, _PORT = 40, 46, 30, 16
_LETTER = 6.6  # mean width, in pixels at a font size of 12
_MARGIN = 14


class Arrow(NamedTuple):
    """What leads from one state to another: all events that do, in the order of the table."""

    start: str
    end: str
    words: str


class _Lane(NamedTuple):
    left: float
    right: float
    level: int


def svg(title: str, transitions: Iterable[tuple[str, str, str]]) -> str:
    """Draw (state, event, next state) triples; words have spaces instead of underscores."""
    events: dict[tuple[str, str], list[str]] = {}
    for start, event, end in transitions:
        events.setdefault((start, end), []).append(event)
    states = list(dict.fromkeys(state for pair in events for state in pair))
    arrows = [Arrow(start, end, ", ".join(names)) for (start, end), names in events.items() if start != end]
    loops = {start: ", ".join(names) for (start, end), names in events.items() if start == end}
    above = [one for one in arrows if states.index(one.start) < states.index(one.end)]
    below = [one for one in arrows if one not in above]

    widths = {state: _width(state, loops.get(state, ""), above, below) for state in states}
    lefts, x = {}, float(_MARGIN)
    for state in states:
        lefts[state] = x
        x += widths[state] + _GAP
    ports = [_ports(side, states, lefts, widths) for side in (above, below)]
    lanes = [_lanes(side, place) for side, place in zip((above, below), ports, strict=True)]
    heights = [_MARGIN + 12 + _LANE * max((lane.level for lane in each), default=0) for each in lanes]
    rights = [lane.right for each in lanes for lane in each]
    width, height = max([x - _GAP, *rights]) + _MARGIN, sum(heights) + _BOX

    size = f'width="{width:.0f}" height="{height:.0f}"'
    font = 'font-family="sans-serif" font-size="12" text-anchor="middle"'
    tip = 'viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" {size} {font}>',
        f"<title>{escape(title)}</title>",
        f'<defs><marker id="tip" {tip}><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
        f'<rect {size} rx="6" fill="#fff"/>',
    ]
    words: list[str] = []
    for side, place, lane, up in zip((above, below), ports, lanes, (True, False), strict=True):
        edge = heights[0] if up else heights[0] + _BOX
        for arrow, (start, end), one in zip(side, place, lane, strict=True):
            y = edge + (-1 if up else 1) * (one.level * _LANE - 4)
            parts.append(
                f'<path d="M{start:.0f} {edge}V{y}H{end:.0f}V{edge}" fill="none" stroke="#555" stroke-linejoin="round" '
                f'marker-end="url(#tip)"/>'
            )
            # White around the letters, where another arrow passes behind them.
            words.append(
                f'<text x="{(start + end) / 2:.0f}" y="{y - 4 if up else y + 13}" fill="#333" stroke="#fff" '
                f'stroke-width="4" paint-order="stroke">{escape(_words(arrow.words))}</text>'
            )
    for state in states:
        middle, y = lefts[state] + widths[state] / 2, heights[0]
        loop = loops.get(state)
        parts.append(
            f'<rect x="{lefts[state]:.0f}" y="{y}" width="{widths[state]:.0f}" height="{_BOX}" rx="6" fill="#e8eef7" '
            f'stroke="#4a6fa5"/><text x="{middle:.0f}" y="{y + (17 if loop else 24)}" fill="#111" font-weight="bold">'
            f"{escape(_words(state))}</text>"
        )
        if loop:
            told = f"\N{CLOCKWISE OPEN CIRCLE ARROW} {escape(_words(loop))}"
            parts.append(f'<text x="{middle:.0f}" y="{y + 33}" fill="#333">{told}</text>')
    return "\n".join([*parts, *words, "</svg>"]) + "\n"


def _width(state: str, loop: str, above: list[Arrow], below: list[Arrow]) -> float:
    ends = max(sum(state in (one.start, one.end) for one in side) for side in (above, below))
    return max(_LETTER * 1.15 * len(state), _LETTER * (len(loop) + 2 * bool(loop)), _PORT * ends) + 24


def _ports(
    side: list[Arrow], states: list[str], lefts: dict[str, float], widths: dict[str, float]
) -> list[tuple[float, float]]:
    """Where each arrow leaves and arrives: ends that go left stand left, the shortest outermost, so that few cross."""
    ports: dict[tuple[str, int], float] = {}
    for state in states:
        here = states.index(state)
        others = [
            (states.index(one.end if one.start == state else one.start), number)
            for number, one in enumerate(side)
            if state in (one.start, one.end)
        ]
        order = sorted(others, key=lambda each: (each[0] > here, -each[0]))
        step = widths[state] / (len(order) + 1)
        for place, (_, number) in enumerate(order, 1):
            ports[state, number] = lefts[state] + step * place
    return [(ports[one.start, number], ports[one.end, number]) for number, one in enumerate(side)]


def _lanes(side: list[Arrow], ports: list[tuple[float, float]]) -> list[_Lane]:
    """A height for each arrow, the shortest nearest to the states."""
    lanes: dict[int, _Lane] = {}
    for number in sorted(range(len(side)), key=lambda each: abs(ports[each][0] - ports[each][1])):
        middle, half = sum(ports[number]) / 2, _LETTER * len(side[number].words) / 2 + 4
        left, right = min(*ports[number], middle - half), max(*ports[number], middle + half)
        level = 1 + max((lane.level for lane in lanes.values() if lane.left < right and left < lane.right), default=0)
        lanes[number] = _Lane(left, right, level)
    return [lanes[number] for number in range(len(side))]


def _words(value: str) -> str:
    return value.replace("_", " ")
