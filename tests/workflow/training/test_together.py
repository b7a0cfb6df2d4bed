"""Trainees submit while a lead amends, re-calculates, corrects gold and adds people: at the end all fits together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from annowidgets.benchmark import Measurements, score
from annowidgets.workflow.training.judging import function_of
from tests.workflow.building import Team, cell
from tests.workflow.training.building import GOLD, new_training, shifted, work_off


def test_a7_a8_whatever_happens_at_once_each_submission_has_the_score_that_counts(golden: Team) -> None:
    people = [f"trainee {number}" for number in range(4)]
    training = new_training(golden, trainees=people, reveal="never", pass_mark=90)

    def lead() -> None:
        for turn in range(6):
            training.amend_benchmark(iou=turn + 2, category=1)
            training.recalculate()
            training.correct_gold("cell01", labels=shifted(GOLD["cell01"], turn % 3 + 1), reason=f"turn {turn}")
            training.add_trainees(f"later {turn}")
            training.submit_predictions("model", GOLD, progress=False)

    jobs: list[Callable[[], object]] = [
        lead,
        *(lambda user=user: work_off(training, user, off=1) for user in people),  # type: ignore[misc]
    ]
    with ThreadPoolExecutor(len(jobs)) as pool:
        for job in [pool.submit(job) for job in jobs]:
            job.result(timeout=120)
    with golden.workspace.database.read() as connection:
        submitted = connection.execute("SELECT count(*) FROM tasks WHERE state = 'submitted' AND project = ?",
                                       (training.id,)).fetchone()[0]  # fmt: skip
        current = connection.execute("SELECT task, gold, function_version, score FROM current_scores").fetchall()
        assert submitted == len(current) == 4 * 4 + 6 * 4
        assert {version for _, _, version, _ in current} == {7}
        for task, gold, version, stored in connection.execute(
            "SELECT task, gold, function_version, score FROM training_scores"
        ).fetchall():
            (blob,) = connection.execute(
                "SELECT measurements FROM measurements WHERE task = ? AND gold = ?", (task, gold)
            ).fetchone()
            function = function_of(connection, training.id, version)
            assert score(Measurements.from_bytes(blob), function).task_score == pytest.approx(stored, abs=1e-9)
    scores = training.scores()
    done = scores[scores["tasks"] == scores["submitted"]]
    assert len(done) == 4 + 6
    assert (done["passed"] == (done["score"] >= 90 - 1e-9)).all()
    assert training.gold_history("cell01")[-1].labels[0].shape.x == cell().shape.x + 3
