"""The demo on 364 real photos, every figure computed again from the XML files and the workspace file alone.

Nothing of annowidgets computes here: boxes are parsed, matched and scored by what stands in this file, as the formulas
of the design have it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import linear_sum_assignment

from annowidgets.cli import main

Box = tuple[float, float, float, float]
Labels = list[tuple[str, Box]]  # (class, (x0, y0, x1, y1))

ROUNDS = ("round 1", "round 2")


class Attempt(NamedTuple):
    item: str
    user: str
    confidence: float
    submitted: Labels
    grade: str
    accuracy: float
    corrected: Labels | None


class Run(NamedTuple):
    printed: str
    file: sqlite3.Connection
    truth: dict[str, Labels]
    without_size: list[str]

    def attempts(self, batch: str) -> list[Attempt]:
        """Attempts as they lie in the file, in the order of the batch."""
        rows = self.file.execute(
            """SELECT i.name, t.user, t.confidence, s.labels, g.grade, g.accuracy, c.labels
            FROM tasks t JOIN batches b ON b.id = t.batch JOIN items i ON i.id = t.item
            JOIN batch_items p ON p.batch = b.id AND p.item = i.id
            JOIN label_sets s ON s.id = t.labels JOIN grades g ON g.task = t.id
            LEFT JOIN label_sets c ON c.id = g.labels
            WHERE b.name = ? ORDER BY p.position""",
            (batch,),
        )
        return [Attempt(*row[:3], parsed(row[3]), *row[4:6], row[6] and parsed(row[6])) for row in rows]

    def figures(self, query: str, *parameters: Any) -> Any:
        """The only row of a query."""
        (row,) = self.file.execute(query, parameters)
        return row


def parsed(labels: str) -> Labels:
    boxes = [(label["category"], label["shape"]) for label in json.loads(labels)]
    return [(name, (s["x"], s["y"], s["x"] + s["width"], s["y"] + s["height"])) for name, s in boxes]


def read_truth(folder: Path) -> tuple[dict[str, Labels], list[str]]:
    truth: dict[str, Labels] = {}
    without_size = []
    for path in sorted(folder.glob("*.xml")):
        truth[path.stem] = []
        for item in ET.parse(path).iter("object"):
            x0, y0, x1, y1 = (float(item.findtext(f"bndbox/{side}") or "") for side in ("xmin", "ymin", "xmax", "ymax"))
            if x1 > x0 and y1 > y0:
                truth[path.stem].append((item.findtext("name") or "", (x0, y0, x1, y1)))
            else:
                without_size.append(path.name)
    return truth, without_size


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


# --- the formulas, again


def iou(a: Box, b: Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    overlap = max(width, 0) * max(height, 0)
    return overlap / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - overlap)


def matched(truth: Labels, given: Labels) -> list[tuple[float, bool]]:
    """(IoU, same class) of the pairs with the largest total of IoU * f, f = 1, or 2.02 for the same class."""
    table = np.array([[iou(a, b) for _, b in given] for _, a in truth]).reshape(len(truth), len(given))
    same = np.array([[a == b for b, _ in given] for a, _ in truth]).reshape(table.shape)
    weight = np.where(table >= 0.05, table * np.where(same, 2.02, 1), 0)
    pairs = zip(*linear_sum_assignment(weight, maximize=True), strict=True)
    return [(float(table[i, j]), bool(same[i, j])) for i, j in pairs if table[i, j] >= 0.05]


def task_accuracy(truth: Labels, given: Labels) -> float:
    """Mean over all rows: IoU and class count alike; under 0.3 a pair is one missing and one extra."""
    pairs = [pair for pair in matched(truth, given) if pair[0] >= 0.3]
    rows = len(pairs) + (len(truth) - len(pairs)) + (len(given) - len(pairs))
    return sum((0.4 * overlap + 0.4 * same) / 0.8 for overlap, same in pairs) / rows if rows else 1.0


def graded(truth: Labels, given: Labels) -> tuple[str, float]:
    """Grade and accuracy by the auditor's stated policy."""
    right = [overlap for overlap, same in matched(truth, given) if same]
    if len(right) == len(truth) == len(given) and all(overlap >= 0.75 for overlap in right):
        return "approve", 1.0
    if sum(overlap >= 0.3 for overlap in right) < len(truth) / 2:
        return "reject", 0.0
    return "fix", task_accuracy(truth, given)


def scores(attempts: list[Attempt], accuracies: list[float]) -> np.ndarray[Any, Any]:
    """Calibration score of each item; the batch's is their mean."""
    a, c = np.array(accuracies), np.array([attempt.confidence for attempt in attempts])
    return 100 * (0.8 * a + 0.2 * (1 - (c - a) ** 2))


# --- what the run has to show


def test_all_photos_are_added_and_the_two_boxes_without_size_are_reported(run: Run) -> None:
    assert run.figures("SELECT count(*) FROM items") == (364,)
    assert "364 pictures added" in run.printed
    assert len(run.without_size) == 2
    reported = re.findall(r"^Left out: (\S+), RBC.*0 x 0", run.printed, re.MULTILINE)
    assert reported == run.without_size


@pytest.mark.parametrize("batch", ROUNDS)
def test_every_attempt_has_the_grade_and_accuracy_that_the_xml_files_give_it(run: Run, batch: str) -> None:
    attempts = run.attempts(batch)
    assert len({attempt.item for attempt in attempts}) == len(attempts) == 20
    assert {attempt.user for attempt in attempts} == {"ann", "bo"}
    for attempt in attempts:
        grade, accuracy = graded(run.truth[attempt.item], attempt.submitted)
        assert attempt.grade == grade
        assert attempt.accuracy == pytest.approx(accuracy, abs=1e-12)
        assert attempt.corrected == (run.truth[attempt.item] if grade == "fix" else None)


@pytest.mark.parametrize(("batch", "passes"), list(zip(ROUNDS, (False, True), strict=True)))
def test_the_calibration_score_follows_from_the_attempts_and_decides_the_lock(
    run: Run, batch: str, passes: bool
) -> None:
    attempts = run.attempts(batch)
    accuracies = [graded(run.truth[attempt.item], attempt.submitted)[1] for attempt in attempts]
    per_item = scores(attempts, accuracies)
    draws = np.random.default_rng(0).integers(0, 20, (2000, 20))
    expected = [per_item.mean(), np.mean(accuracies), *np.percentile(per_item[draws].mean(axis=1), [2.5, 97.5])]
    stored = run.figures(
        """SELECT c.score, c.accuracy, c.low, c.high, c.passed, c.items, c.excluded, c.taskers FROM certificates c
        JOIN batches b ON b.id = c.batch WHERE b.name = ?""",
        batch,
    )
    assert stored[:4] == pytest.approx(expected, abs=1e-9)
    assert stored[4:] == (passes, 20, 0, 2)
    assert (expected[0] >= 80 and expected[1] >= 0.8) == passes
    assert f"Calibration score {expected[0]:.1f}" in run.printed


def test_production_was_refused_after_the_first_score_and_made_after_the_second(run: Run) -> None:
    attempts = run.attempts("round 1")
    accuracies = [graded(run.truth[attempt.item], attempt.submitted)[1] for attempt in attempts]
    score, accuracy = scores(attempts, accuracies).mean(), np.mean(accuracies)
    assert (
        f"[C2] Production of 'bccd' is locked: calibration score {score:.1f}, needs >= 80.0; "
        f"mean accuracy {accuracy:.2f}, needs >= 0.80." in run.printed
    )
    query = "SELECT action FROM events WHERE action IN ('batch.create', 'audit.complete') ORDER BY id"
    order = [action for (action,) in run.file.execute(query)]
    assert order == ["batch.create", "audit.complete", "batch.create", "audit.complete", "batch.create"]
    production = run.figures(
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
