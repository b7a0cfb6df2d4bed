"""From the end of a gesture to the sign that it is in the file, beside a widget of which the kernel repeats a word."""

from __future__ import annotations

import numpy as np

from tests.bench.browser_kernel import SIZE
from tests.bench.browser_pages import OURS, SHOW, Contender, Lab, Sheet

COUNTS = (0, 200, 1000)
SHAPES = 40
TARGET = 60.0  # ms, p95

# From the release of the button to "saved", which the editor says when it is told that the draft is in the file.
WATCH = """() => {
    const place = document.querySelector('.aw-ed-saving');
    const waits = window.benchWaits = [];
    let released = null;
    addEventListener('pointerup', event => { released = event.timeStamp; }, {capture: true});
    new MutationObserver(() => {
        if (released === null || place.textContent !== 'saved') return;
        waits.push(performance.now() - released);
        released = null;
    }).observe(place, {subtree: true, childList: true, characterData: true, attributes: true});
}"""
# The least that an answer takes in such a page: one message there, one back, nothing saved, nothing painted.
ECHO = Contender("echo", "shown = echo()", ".bench-echo", ".bench-echo", ".bench-echo")


def saving(lab: Lab) -> None:
    """Print the time to the acknowledgement, on loopback, and in turn that of an echo."""
    sheet = lab.sheet(OURS, [SHOW.format(cell=OURS.cell.format(count=count)) for count in COUNTS])
    echo = lab.sheet(ECHO, [SHOW.format(cell=ECHO.cell)])
    echo.show(0)
    print(f"\nfrom the end of a gesture to its being acknowledged, ms, on loopback; {SHAPES} boxes drawn")
    for cell, count in enumerate(COUNTS):
        sheet.show(cell)
        sheet.key("1")
        sheet.page.evaluate(WATCH)
        echo.page.evaluate("() => { benchWaits.length = 0; }")
        for number in range(SHAPES):
            sheet.page.bring_to_front()
            if number:
                sheet.key("Escape")  # the box before is not selected any more, so that no handle of it is in the way
            column, row = number % 8, number // 8
            _drag(sheet, (20 + column * (SIZE[0] - 40) / 8, 20 + row * (SIZE[1] - 40) / 5), number)
            echo.page.bring_to_front()
            _drag(echo, (100 + number, 100), number)
        kept = sheet.book.value("len(shown.task.history())")
        assert kept == SHAPES, f"{kept} of {SHAPES} boxes are in the file"
        (p50, p95), (echo50, echo95) = (_percentiles(each) for each in (sheet, echo))
        told = "reached" if p95 < TARGET else "MISSED"
        print(
            f"  {count:>5} labels   p50 {p50:6.1f}   p95 {p95:6.1f}   target {TARGET:g}: {told}"
            f"   an echo meanwhile: p50 {echo50:.1f}, p95 {echo95:.1f}"
        )


def _drag(sheet: Sheet, start: tuple[float, float], number: int) -> None:
    sheet.hand.move(sheet.at(*start))
    sheet.hand.press(sheet.at(*start))
    sheet.hand.stroke([sheet.at(start[0] + 3 * step, start[1] + 2 * step) for step in range(1, 11)], rate=60)
    sheet.hand.release(sheet.at(start[0] + 30, start[1] + 20))
    sheet.page.wait_for_function(f"() => benchWaits.length > {number}")


def _percentiles(sheet: Sheet) -> tuple[float, float]:
    p50, p95 = np.percentile(sheet.page.evaluate("() => benchWaits"), [50, 95])
    return float(p50), float(p95)
