"""The first loop as a person walks it: label, audit, read the score, open production; then the rows in the file."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.canvas import Canvas, rounded
from tests.browser.lab import JupyterServer, in_both_apps
from tests.browser.notebook import Notebook

MakeNotebook = Callable[..., Notebook]

PROJECT = """
import annowidgets as aw
from annowidgets.demo.cells import write_cells

pictures = write_cells("{folder}", 2, rng=3, progress=False).pictures
ws = aw.open_workspace("{folder}/cells.db", user="lead")
project = ws.create_project(
    "Blood cells",
    ontology=aw.Ontology(objects=[
        aw.ObjectClass("RBC", shape="bounding_box", color="#d62728"),
        aw.ObjectClass("WBC", shape="bounding_box", color="#1f77b4"),
    ]),
    instructions="# Blood cells\\n\\n## Boxes\\n\\nTwo boxes will do.",
    policy=aw.CalibrationPolicy(min_items=2),
)
project.add_images(pictures, progress=False)
project.add_member("ann")
batch = project.create_calibration_batch("round 1", items=list(project.items()))
batch.launch()
"""
DESK = 'aw.LabelDesk("{folder}/cells.db", "Blood cells", user="ann")'
AUDIT = 'aw.AuditTool(project.batch("round 1"))'
PRODUCTION = 'production = project.create_production_batch("production 1")\nproduction.launch()'

# what is drawn: class, x, y, width, height in pixels of the picture
DRAWN = [
    [("RBC", 60, 40, 110, 90), ("WBC", 300, 200, 140, 150)],
    [("RBC", 200, 100, 80, 95), ("WBC", 420, 310, 100, 70)],
]
SURE = [80, 60]


@in_both_apps
def test_a_calibration_goes_from_drawn_boxes_to_an_open_production(
    notebook: MakeNotebook, jupyter: JupyterServer
) -> None:
    folder = Path(tempfile.mkdtemp(dir=jupyter.files)).name
    cells = [cell.format(folder=folder) if "{folder}" in cell else cell for cell in (PROJECT, DESK, AUDIT, PRODUCTION)]
    book = notebook(*cells)
    book.run(0)
    with pytest.raises(AssertionError, match="ProductionLocked"):
        book.run(3)

    # ann labels
    book.run(1)
    book.hide_code()
    desk, page = book.page.locator(".aw-desk"), book.page
    said = desk.locator("> .aw-live > .aw-message")
    hand = Canvas(book)
    hand.wait()
    expect(desk.locator(".aw-reading")).to_contain_text("Two boxes will do.")
    desk.get_by_role("button", name="Instructions v1").click()
    for number, (boxes, percent) in enumerate(zip(DRAWN, SURE, strict=True), 1):
        expect(desk.locator(".aw-title")).to_contain_text(f"task {number} of 2")
        for category, x, y, width, height in boxes:
            desk.get_by_role("button", name=f"Class {category}").click()
            hand.drag((x, y), (x + width, y + height))
        slider = desk.get_by_role("slider", name="How sure are you?")
        slider.focus()
        for _ in range(abs(percent - 50) // 5):
            slider.press("ArrowRight" if percent > 50 else "ArrowLeft")
        expect(desk.locator(".aw-sure output")).to_have_text(f"{percent} %")
        desk.get_by_role("button", name="Submit").click()
        expect(said).to_contain_text(f"1 RBC, 1 WBC, {percent} % sure.")
    expect(desk.locator(".aw-idle")).to_contain_text("Nothing to label now")

    # the lead audits
    book.run(2)
    book.hide_code()
    audit = page.locator(".aw-audit")
    for graded in (1, 2):
        audit.get_by_role("button", name="Approve").click()
        expect(audit.locator(".aw-title")).to_contain_text(f"{graded} of 2 graded")
    audit.get_by_role("button", name="Complete audit").click()
    result = audit.locator(".aw-result")
    expect(result).to_be_visible()
    mean_accuracy, brier = 1.0, sum((1 - percent / 100) ** 2 for percent in SURE) / 2
    score = 100 * (0.8 * mean_accuracy + 0.2 * (1 - brier))
    assert f"{score:.1f}" == "98.0"
    expect(result.locator(".aw-figure")).to_have_text("98.0")
    expect(result).to_contain_text("Production is open.")
    book.run(3)

    # and all of it is in the file
    with closing(sqlite3.connect(jupyter.files / folder / "cells.db")) as file:
        attempts = file.execute(
            "SELECT t.state, t.user, t.confidence, t.seconds > 0, g.grade, g.auditor, g.accuracy, s.labels "
            "FROM tasks t JOIN grades g ON g.task = t.id JOIN label_sets s ON s.id = t.labels ORDER BY t.submitted"
        ).fetchall()
        certificates = file.execute("SELECT count(*) FROM certificates").fetchone()
        batches = file.execute("SELECT kind, state FROM batches ORDER BY id").fetchall()
        actions = [action for (action,) in file.execute("SELECT action FROM events ORDER BY id")]
    assert [attempt[:-1] for attempt in attempts] == [
        ("graded", "ann", percent / 100, 1, "approve", "lead", 1.0) for percent in SURE
    ]
    for (*_, labels), boxes in zip(attempts, DRAWN, strict=True):
        shapes = [(d["category"], rounded(d["shape"])) for d in json.loads(labels)]
        assert [(name, *(shape[side] for side in ("x", "y", "width", "height"))) for name, shape in shapes] == boxes
    assert certificates == (1,)
    assert batches == [("calibration", "completed"), ("production", "in_progress")]
    assert [actions.count(action) for action in ("task.claim", "task.submit", "audit.grade")] == [2, 2, 2]
