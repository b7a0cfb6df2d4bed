"""Snapshots of the small parts: what a browser gets, letter by letter."""

from __future__ import annotations

import pandas as pd

from annowidgets.widgets.parts import (
    button,
    chip,
    coloured,
    inline_form,
    join,
    message,
    pairs,
    progress,
    readiness_list,
    section,
    swatch,
)

HOSTILE = "<script>alert('x')</script>"
ESCAPED = "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;"


def test_a_chip_and_coloured_text() -> None:
    assert chip(HOSTILE) == f'<span class="aw-chip">{ESCAPED}</span>'
    assert chip("late", "warn") == '<span class="aw-chip aw-warn">late</span>'
    assert coloured("61.4", "bad") == '<span class="aw-bad">61.4</span>'
    assert swatch("#d62728") == '<i class="aw-swatch" style="background:#d62728" aria-hidden="true"></i>'


def test_a_button_says_what_it_does_to_whom() -> None:
    assert button("Open", "open", 7, name="Open <calibration 1>") == (
        '<button type="button" data-act="open" data-key="7" aria-label="Open &lt;calibration 1&gt;">Open</button>'
    )
    assert button("Submit", "submit", primary=True, shortcut="Ctrl+Enter", disabled=True, hint="Not yet") == (
        '<button type="button" class="aw-primary" data-act="submit" disabled title="Not yet">'
        "Submit <kbd>Ctrl+Enter</kbd></button>"
    )
    assert button("Names", "names", pressed=False).startswith(
        '<button type="button" data-act="names" aria-pressed="false"'
    )


def test_a_progress_bar_tells_screen_readers_and_stays_within_its_ends() -> None:
    assert progress(7, 10, "7 of 10 tasks") == (
        '<div class="aw-progress" role="progressbar" aria-label="7 of 10 tasks" aria-valuemin="0" aria-valuemax="10" '
        'aria-valuenow="7" title="7 of 10 tasks"><i style="width:70.0%"></i></div>'
    )
    assert "width:0.0%" in progress(0, 0, "none")
    assert "width:100.0%" in progress(12, 10, "over")


def test_pairs_leave_out_what_is_not_known() -> None:
    assert pairs({"by": "bo", "time": None, HOSTILE: HOSTILE}) == (
        f'<dl class="aw-pairs"><dt>by</dt><dd>bo</dd><dt>{ESCAPED}</dt><dd>{ESCAPED}</dd></dl>'
    )


def test_readiness_tells_met_not_met_and_advice_by_sign_word_and_colour() -> None:
    rows = [
        {"condition": "items open", "required": None, "actual": None, "met": True},
        {"condition": "calibration score", "required": 80, "actual": 61.4, "met": False},
        {"condition": HOSTILE, "required": None, "actual": "2 open", "met": None},
    ]
    expected = (
        '<ul class="aw-readiness">'
        '<li><span aria-hidden="true">✓</span><span><span class="aw-hear">met: </span>items open</span></li>'
        '<li class="aw-bad"><span aria-hidden="true">✗</span><span><span class="aw-hear">not met: </span>'
        'calibration score: <b class="aw-num">61.4</b><span> (needs 80)</span></span></li>'
        '<li class="aw-warn"><span aria-hidden="true">○</span><span><span class="aw-hear">advice: </span>'
        f'{ESCAPED}: <b class="aw-num">2 open</b></span></li></ul>'
    )
    assert readiness_list(rows) == expected
    # in a frame what is missing may have become NaN, or NA
    assert readiness_list(pd.DataFrame(rows)) == expected
    assert readiness_list(pd.DataFrame(rows).astype({"met": "boolean"})) == expected


def test_a_section_has_a_heading_and_parts_are_joined() -> None:
    assert section("Grade", "x", None, 1) == "<section><h3>Grade</h3>x1</section>"
    assert join(["a", "<"], " · ") == "a · &lt;"


def test_an_inline_form_has_a_label_for_its_field_and_asks_for_text() -> None:
    written = inline_form("Skip…", "skip", prompt=HOSTILE, submit="Skip it", key=3)
    assert written.startswith('<details class="aw-inline" data-key="skip 3"><summary class="aw-button">Skip…</summary>')
    assert f'<label for="aw-skip-3">{ESCAPED}</label>' in written
    assert '<textarea name="text" id="aw-skip-3" rows="2" required></textarea>' in written
    assert '<form class="aw-form" data-act="skip" data-key="3">' in written


def test_a_message_interrupts_only_where_something_went_wrong() -> None:
    assert 'role="alert"' in message("no", "bad")
    assert 'role="status"' in message("yes", "ok")
    assert f"<pre>{ESCAPED}</pre>" in message("no", "bad", details=HOSTILE)
