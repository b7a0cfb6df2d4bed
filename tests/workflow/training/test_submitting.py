"""A7, T1, T3, T6: a training task is drafted like any other; submitting measures and scores it, or leaves no trace."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest

import annowidgets as aw
from annowidgets.benchmark import Measurements, measure, score
from annowidgets.errors import Conflict, InvalidLabels, Notice, PermissionDenied, RuleViolation, TransitionRefused
from annowidgets.store import training as stored_training
from annowidgets.store import training_figures as stored_figures
from annowidgets.workflow.edits import Delta, new_edit
from annowidgets.workflow.training import TrainingProject, TrainingTask
from tests.workflow.building import ONTOLOGY, Team, cell
from tests.workflow.training.building import GOLD, answer, new_training, seen_by, shifted, work_off


@pytest.fixture
def uma(training: TrainingProject) -> TrainingProject:
    return seen_by(training, "uma")


def test_next_task_gives_the_open_task_and_reading_claims_nothing(golden: Team, uma: TrainingProject) -> None:
    before = golden.dump()
    assert uma.my_status().available
    assert len(uma.tasks()) == 4
    assert [task.labels() for task in uma.tasks()] == [[]] * 4
    assert golden.dump() == before
    task = uma.next_task()
    assert uma.next_task() == task
    assert (task.trainee, task.round, task.state, task.kind) == ("uma", 1, "annotating", "training")
    assert uma.my_status().open_task == task.id
    assert str(uma.my_status()) == "Round 1: 0 of 4 tasks submitted."


def test_drafts_are_saved_released_and_found_again(golden: Team, uma: TrainingProject) -> None:
    task = uma.next_task()
    assert task.save_draft([cell(3)], seconds=5) == 1
    task.release()
    assert task.state == "queued"
    again = uma.task(task.id).claim()
    assert again.labels() == [cell(3)]


def test_t6_edits_of_the_editor_are_kept_one_by_one(uma: TrainingProject) -> None:
    task = uma.next_task()
    edit = new_edit(Delta(((cell(3), 0),), ()), "draw RBC")
    task.save_edit(edit)
    task.save_edit(edit)
    assert task.labels() == [cell(3)]
    assert len(task.history()) == 1
    task.submit()
    assert task.state == "submitted"


def test_t6_a_second_window_gets_a_conflict_and_keeps_its_version(uma: TrainingProject) -> None:
    task = uma.next_task()
    other = uma.task(task.id)
    task.save_draft([cell(3)])
    for act in (lambda: other.save_draft([cell(7)]), lambda: other.submit([cell(7)])):
        with pytest.raises(Conflict) as caught:
            act()
        assert caught.value.rule == "T6"
    assert task.labels() == [cell(3)]
    assert other.copies() == [[cell(7)], [cell(7)]]
    task.submit()
    with pytest.raises((Conflict, TransitionRefused)):
        other.save_draft([cell(9)])
    assert task.labels() == [cell(3)]


def test_t3_a_lease_that_ran_out_is_still_the_trainees_and_saving_renews_it(golden: Team, uma: TrainingProject) -> None:
    task = uma.next_task()
    task.save_draft([cell(3)])
    golden.clock.forward(minutes=600)
    task.save_draft([cell(4)])
    assert task.lease_until == golden.clock.now + 3600
    golden.clock.forward(minutes=600)
    assert uma.next_task() == task
    assert task.labels() == [cell(4)]


def test_t1_training_tasks_know_no_skip_review_or_recall(golden: Team, training: TrainingProject) -> None:
    task = seen_by(training, "uma").next_task()
    golden.refuses(TransitionRefused, lambda: task.skip(reason="hard"))
    lead = training.task(task.id)
    golden.refuses(TransitionRefused, lead.approve)
    golden.refuses(TransitionRefused, lambda: lead.reopen(reason="hard"))
    golden.refuses(RuleViolation, lambda: lead.promote("training"))


def test_t1_no_script_brings_a_training_task_to_another_state(
    training: TrainingProject, uma: TrainingProject, script: Callable[..., None]
) -> None:
    task = uma.next_task()
    for state in ("returned", "skipped", "cancelled", "excluded"):
        script("T1", "UPDATE tasks SET state = ? WHERE id = ?", state, task.id)
    batch = task.batch.id
    script("T1", "UPDATE batches SET state = 'completed' WHERE id = ?", batch)
    assert training.task(task.id).state == "annotating"


def test_p4_labels_that_do_not_fit_are_refused_and_the_draft_is_kept(golden: Team, uma: TrainingProject) -> None:
    task = uma.next_task()
    task.save_draft([cell(3)])
    for wrong in ([cell(100)], [cell(category="thrombocyte")]):
        golden.refuses(InvalidLabels, lambda wrong=wrong: task.submit(wrong), rule="P4")
    assert task.labels() == [cell(3)]


def test_a7_a_submission_is_measured_and_scored_with_it(golden: Team, training: TrainingProject) -> None:
    task = seen_by(training, "uma").next_task()
    labels = [*shifted(GOLD[task.item.name], 2), cell(2, 22, 5, 5)]
    task.submit(labels, confidence=0.5, seconds=7)
    expected = measure(GOLD[task.item.name], labels, ontology=ONTOLOGY, frame_size=(30, 40))
    with golden.workspace.database.read() as connection:
        ((blob,),) = connection.execute("SELECT measurements FROM measurements").fetchall()
        ((version, stored),) = connection.execute("SELECT function_version, score FROM training_scores").fetchall()
    found = Measurements.from_bytes(blob)
    columns = ["frame", "kind", "family", "similarity", "benchmark_category", "trainee_category"]
    assert found.to_frame()[columns].equals(expected.to_frame()[columns])
    assert stored == score(expected, aw.BenchmarkFunction()).task_score
    assert version == 1
    event = training.events().iloc[-1]
    assert event["action"] == "task.score"
    figures = msgspec.json.decode(event["figures"])
    assert figures == {"score": stored, "labels": len(expected), "function_version": 1, "gold_revision": 1}


@pytest.mark.parametrize(
    "step",
    [
        "annowidgets.workflow.training.tasks.keep_measured",
        "annowidgets.workflow.training.tasks.end_round_if_done",
        "annowidgets.store.training_figures.add_scores",
        "annowidgets.workflow.submissions.add_label_set",
    ],
)
def test_a7_where_one_of_it_fails_nothing_is_kept(
    step: str, golden: Team, uma: TrainingProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = uma.next_task()
    before = golden.dump()

    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(step, fail)
        with pytest.raises(KeyboardInterrupt):
            answer(task)
    assert golden.dump() == before
    answer(task)
    assert task.state == "submitted"


def test_a7_no_script_submits_without_a_score_or_changes_one(
    training: TrainingProject, uma: TrainingProject, script: Callable[..., None]
) -> None:
    done, task = answer(uma.next_task()), uma.next_task()
    submitted = "state = 'submitted', labels = (SELECT max(id) FROM label_sets WHERE task = tasks.id), assignee = NULL"
    task.save_draft([cell()])
    other = uma.task(task.id)
    task.save_draft([cell(4)])
    with pytest.raises(Conflict):
        other.save_draft([cell()])  # leaves a set of labels that a script could point at
    script("A7", f"UPDATE tasks SET {submitted} WHERE id = ?", task.id)
    script("A7", "UPDATE measurements SET measurements = x'00' WHERE task = ?", done.id)
    script("A7", "DELETE FROM measurements")
    script("A8", "UPDATE training_scores SET score = 100")
    script("A8", "DELETE FROM training_scores")
    script("A8", "INSERT OR REPLACE INTO training_scores SELECT * FROM training_scores")


def test_a7_no_script_submits_with_a_score_under_gold_that_was_corrected(
    golden: Team, training: TrainingProject, uma: TrainingProject, script: Callable[..., None]
) -> None:
    task = uma.next_task()
    with golden.workspace.database.transaction() as connection:
        before = stored_training.benchmark_of(connection, task.item.id).gold
        stored_figures.add_measurement(connection, task.id, before, b"", 0)
        stored_figures.add_scores(connection, [stored_figures.ScoreRow(task.id, before, 1, 100, 1, 1, False)])
    training.correct_gold(task.item, labels=[cell(4)], reason="off")
    script("A7", "UPDATE tasks SET state = 'submitted', assignee = NULL WHERE id = ?", task.id)


def test_a7_gold_that_is_corrected_while_somebody_submits_is_what_counts(
    golden: Team, training: TrainingProject, uma: TrainingProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = next(one for one in uma.tasks() if one.item.name == "cell00").claim()
    prepared = TrainingTask._prepared

    def slow(self: TrainingTask, labels: object) -> object:
        found = prepared(self, labels)  # type: ignore[arg-type]
        training.correct_gold("cell00", labels=[cell(5)], reason="off")
        return found

    monkeypatch.setattr(TrainingTask, "_prepared", slow)
    task.submit([cell(5)])
    assert training.task(task.id).score == 100
    assert training.tasks(user="uma", state="submitted").to_frame()["gold_revision"].tolist() == [2]


def test_c7_and_the_lead_see_where_everybody_stands(training: TrainingProject) -> None:
    work_off(training, "uma", off=1, limit=3)
    frame = training.tasks(user="uma").to_frame()
    assert frame["state"].value_counts().to_dict() == {"submitted": 3, "queued": 1}
    assert frame["score"].notna().sum() == 3
    assert (frame.dropna(subset=["score"])["function_version"] == 1).all()
    scores = training.scores().set_index("trainee")
    assert scores.loc["uma", ["tasks", "submitted"]].tolist() == [4, 3]
    assert np.isnan(scores.loc["vic", "score"])
    assert scores["passed"].isna().all()


def test_a_closed_training_gives_nothing_and_can_be_read(golden: Team, training: TrainingProject) -> None:
    uma = seen_by(training, "uma")
    answer(uma.next_task())
    held = uma.next_task()
    held.save_draft([cell()])
    training.close()
    assert uma.next_task() is None
    assert uma.my_status().reasons == ["the training is closed"]
    golden.refuses(RuleViolation, lambda: held.submit([cell()]), rule="P6")
    golden.refuses(RuleViolation, lambda: training.add_trainees("wim"), rule="P6")
    assert training.scores()["submitted"].tolist() == [1, 0]


def test_a_stranger_and_an_annotator_of_the_source_have_no_tasks(golden: Team, training: TrainingProject) -> None:
    for user in ("ann", "zoe"):
        golden.refuses(PermissionDenied, seen_by(training, user).next_task, rule="R1")
        golden.refuses(PermissionDenied, seen_by(training, user).scores, rule="R1")


def test_a_task_whose_gold_was_withdrawn_is_not_given_out(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"])
    training.withdraw_gold("cell02", reason="blurred")
    assert {task.item.name for task in work_off(training, "uma")} == {"cell00", "cell01", "cell03"}
    left = training.tasks(user="uma", state="queued")[0]
    golden.refuses(TransitionRefused, seen_by(training, "uma").task(left.id).claim, rule="A3")
    assert training.scores().loc[0, ["tasks", "submitted", "passed"]].tolist() == [3, 3, True]
    with pytest.warns(Notice, match="is a trainee already"):
        training.add_trainees("uma")
