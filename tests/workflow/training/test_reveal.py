"""A10: gold, explanations and own scores are shown to nobody before the submission, and then as the project says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from annowidgets.errors import InvalidInput, NotFound, PermissionDenied
from annowidgets.workflow.training import TrainingProject, TrainingTask
from tests.workflow.building import Team, cell
from tests.workflow.training.building import GOLD, answer, new_training, seen_by, work_off

STEP = 10_000_000


def shown(training: TrainingProject, user: str, task: TrainingTask) -> bool:
    """Whether a trainee gets to see anything of the gold or the score of a task; all ways agree."""
    mine = seen_by(training, user)

    def given(look: Callable[[], object]) -> bool:
        try:
            look()
        except (InvalidInput, PermissionDenied) as error:
            return error.rule != "A10"
        return True

    frame = mine.tasks().to_frame().set_index("id")
    by_task = mine.scores("task").set_index("task")
    found = {
        "compare": given(lambda: mine.compare(task.id)),
        "explain": given(lambda: mine.explain(task.id * STEP)),
        "score": mine.task(task.id).score is not None,
        "frame": not np.isnan(frame.loc[task.id, "score"] or np.nan),
        "scores by task": task.id in by_task.index,
        "evaluation labels": task.id in set(mine.evaluation_labels()["task"]),
        "sample": task.id in set(mine.evaluation_labels(sample=500)["task"]),
    }
    assert len(set(found.values())) == 1, found
    return found["compare"]


@pytest.mark.parametrize("reveal", ["never", "after_each", "after_last"])
def test_a10_trainees_see_what_the_project_reveals_when_it_does(golden: Team, reveal: str) -> None:
    training = new_training(golden, reveal=reveal)
    tasks = list(seen_by(training, "uma").tasks())
    assert not any(shown(training, "uma", task) for task in tasks)
    answer(tasks[0].claim(), off=1)
    tasks[1].claim().save_draft([cell()])
    assert [shown(training, "uma", task) for task in tasks] == [reveal == "after_each", False, False, False]
    work_off(training, "uma", off=1)
    assert [shown(training, "uma", task) for task in tasks] == [reveal != "never"] * 4
    status = seen_by(training, "uma").my_status()
    assert (status.score is not None) == (reveal != "never")
    assert status.passed is True
    own = seen_by(training, "uma").scores()
    assert own["trainee"].tolist() == ["uma"]
    assert np.isnan(own.loc[0, "score"]) == (reveal == "never")


def test_a10_the_last_task_is_that_of_the_round_without_withdrawn_ones(golden: Team) -> None:
    training = new_training(golden, reveal="after_last")
    tasks = {task.item.name: task for task in seen_by(training, "uma").tasks()}
    for name in ("cell00", "cell01", "cell02"):
        answer(tasks[name].claim())
    assert not shown(training, "uma", tasks["cell00"])
    training.withdraw_gold("cell03", reason="blurred")
    assert shown(training, "uma", tasks["cell00"])


def test_a10_nothing_of_others_is_shown_whatever_is_revealed(golden: Team) -> None:
    training = new_training(golden, reveal="after_each")
    theirs = work_off(training, "vic", off=1)[0]
    uma = seen_by(training, "uma")
    for look in (
        lambda: uma.compare(theirs.id),
        lambda: uma.explain(theirs.id * STEP),
        lambda: uma.task(theirs.id),
    ):
        golden.refuses(PermissionDenied, look, rule="R3")
    assert uma.scores()["trainee"].tolist() == ["uma"]
    assert len(uma.evaluation_labels()) == 0
    assert uma.confusion().to_numpy().sum() == 0
    assert len(uma.scores("class")) == 0


def test_a10_the_gold_is_nowhere_in_what_a_trainee_reads_before(golden: Team) -> None:
    training = new_training(golden, reveal="after_each")
    ids = {label.id for item in GOLD for label in training.gold(item).labels}
    uma = seen_by(training, "uma")
    task = uma.next_task()
    read = [
        repr(task),
        task._repr_html_(),
        repr(task.labels()),
        repr(task.copies()),
        repr(task.history()),
        repr(task.comments),
        uma._repr_html_(),
        repr(uma.my_status()),
        uma.scores().to_string(),
        uma.evaluation_labels().to_string(),
        uma.tasks().to_frame().to_string(),
        uma.items().to_frame().to_string(),
    ]
    assert not [text for text in read if any(id in text for id in ids)]
    assert "concepts" not in uma.tasks().to_frame()
    with pytest.raises(PermissionDenied):
        uma.events()


def test_leads_see_all_and_explanations_name_every_point(golden: Team) -> None:
    training = new_training(golden, reveal="never")
    training.add_member("tom", role="team_manager")
    task = work_off(training, "uma", off=2, limit=1)[0]
    for user in ("lea", "tom"):
        lead = seen_by(training, user)
        comparison = lead.compare(task)
        assert [label.shape for label in comparison.gold] == [label.shape for label in GOLD[task.item.name]]
        assert len(comparison.submission) == len(comparison.gold)
        assert (comparison.trainee, comparison.function_version, comparison.gold_revision) == ("uma", 1, 1)
        for row in comparison.evaluation_labels.itertuples():
            explanation = lead.explain(row.evaluation_label)
            assert explanation.evaluation_label == row.evaluation_label
            assert sum(term.points for term in explanation.terms) == pytest.approx(row.points)
            assert explanation.benchmark_label == row.benchmark_label
    waiting = training.tasks(state="queued")[0]
    golden.refuses(InvalidInput, lambda: training.compare(waiting), rule="A10")
    with pytest.raises(NotFound):
        training.explain(task.id * STEP + 99)
    with pytest.raises(NotFound):
        training.explain(99_999 * STEP)
