"""The demo on 364 real photos, every figure computed again from the XML files and the workspace file alone."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from click.testing import CliRunner

from annowidgets.cli import main
from tests.demo.formulas import Attempt, Labels, attempts, figures, graded, iou, read_truth

ROUNDS = ("round 1", "round 2")


class Run(NamedTuple):
    printed: str
    file: sqlite3.Connection
    truth: dict[str, Labels]
    without_size: list[str]

    def attempts(self, batch: str) -> list[Attempt]:
        return attempts(self.file, batch)

    def row(self, query: str, *parameters: Any) -> Any:
        """The only row of a query."""
        (row,) = self.file.execute(query, parameters)
        return row


@pytest.fixture(scope="module")
def run(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    data = shared / "data" / "bccd"
    workspace = tmp_path_factory.mktemp("demo") / "bccd.db"
    result = CliRunner().invoke(
        main,
        ["demo", "--images", f"{data}/JPEGImages", "--voc", f"{data}/Annotations", "--workspace", str(workspace)],
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    file = sqlite3.connect(f"{workspace.as_uri()}?mode=ro", uri=True)
    yield Run(result.stdout, file, *read_truth(data / "Annotations"))
    file.close()


def test_all_photos_are_added_and_the_two_boxes_without_size_are_reported(run: Run) -> None:
    assert run.row("SELECT count(*) FROM items") == (364,)
    assert "364 pictures added" in run.printed
    assert len(run.without_size) == 2
    reported = re.findall(r"^Left out: (\S+), RBC.*0 x 0", run.printed, re.MULTILINE)
    assert reported == run.without_size


@pytest.mark.parametrize("batch", ROUNDS)
def test_every_attempt_has_the_grade_and_accuracy_that_the_xml_files_give_it(run: Run, batch: str) -> None:
    found = run.attempts(batch)
    assert len({attempt.item for attempt in found}) == len(found) == 20
    assert {attempt.user for attempt in found} == {"ann", "bo"}
    for attempt in found:
        grade, accuracy = graded(run.truth[attempt.item], attempt.submitted)
        assert attempt.grade == grade
        assert attempt.accuracy == pytest.approx(accuracy, abs=1e-12)
        assert attempt.corrected == (run.truth[attempt.item] if grade == "fix" else None)


@pytest.mark.parametrize(("batch", "passes"), list(zip(ROUNDS, (False, True), strict=True)))
def test_the_calibration_score_follows_from_the_attempts_and_decides_the_lock(
    run: Run, batch: str, passes: bool
) -> None:
    expected = figures(run.attempts(batch), run.truth)
    stored = run.row(
        """SELECT c.score, c.accuracy, c.low, c.high, c.passed, c.items, c.excluded, c.taskers FROM certificates c
        JOIN batches b ON b.id = c.batch WHERE b.name = ?""",
        batch,
    )
    assert stored[:4] == pytest.approx(expected, abs=1e-9)
    assert stored[4:] == (passes, 20, 0, 2)
    assert (expected.score >= 80 and expected.accuracy >= 0.8) == passes
    assert f"Calibration score {expected.score:.1f}" in run.printed


def test_production_was_refused_after_the_first_score_and_made_after_the_second(run: Run) -> None:
    expected = figures(run.attempts("round 1"), run.truth)
    assert (
        f"[C2] Production of 'bccd' is locked: calibration score: {expected.score:.1f} (needs >= 80.0); "
        f"mean accuracy: {expected.accuracy:.2f} (needs >= 0.80)." in run.printed
    )
    query = "SELECT action FROM events WHERE action IN ('batch.create', 'audit.complete') ORDER BY id"
    order = [action for (action,) in run.file.execute(query)]
    assert order == ["batch.create", "audit.complete", "batch.create", "audit.complete", "batch.create"]
    production = run.row(
        """SELECT b.state, r.name, (SELECT count(*) FROM tasks WHERE batch = b.id AND state = 'queued') FROM batches b
        JOIN certificates c ON c.id = b.certificate JOIN batches r ON r.id = c.batch WHERE b.kind = 'production'"""
    )
    assert production == ("in_progress", "round 2", 364)


def test_the_second_batch_holds_other_photos_under_other_instructions_that_answer_the_feedback(run: Run) -> None:
    first, second = ({attempt.item for attempt in run.attempts(batch)} for batch in ROUNDS)
    assert not first & second
    versions = run.file.execute("SELECT name, instructions_version FROM batches WHERE kind = 'calibration' ORDER BY id")
    assert versions.fetchall() == [("round 1", 1), ("round 2", 2)]
    answered = run.file.execute("SELECT author, instructions_version, state, version FROM feedback ORDER BY author")
    assert answered.fetchall() == [("ann", 1, "addressed", 2), ("bo", 1, "addressed", 2)]


def test_the_known_faults_lie_in_the_labels_of_the_first_batch_alone(run: Run) -> None:
    shift, platelets = {}, {}
    for batch in ROUNDS:
        for user in ("ann", "bo"):
            mine = [attempt for attempt in run.attempts(batch) if attempt.user == user]
            moved = [
                (b[0] - a[0], b[1] - a[1])
                for attempt in mine
                for name, b in attempt.submitted
                for other, a in run.truth[attempt.item]
                if name == other == "RBC" and iou(a, b) > 0.4
            ]
            shift[batch, user] = np.median(moved, axis=0)
            found = sum(name == "Platelets" for attempt in mine for name, _ in attempt.submitted)
            platelets[batch, user] = found / sum(
                name == "Platelets" for attempt in mine for name, _ in run.truth[attempt.item]
            )
    assert shift["round 1", "ann"] == pytest.approx((16, 12), abs=3)
    for faultless in (("round 1", "bo"), ("round 2", "ann"), ("round 2", "bo")):
        assert shift[faultless] == pytest.approx((0, 0), abs=2)
    assert platelets["round 1", "ann"] < 0.4
    assert min(platelets["round 2", user] for user in ("ann", "bo")) > 0.7
