"""A3: gold has numbered revisions; a correction measures again and keeps the old figures; what is withdrawn stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import msgspec
import pytest

import annowidgets as aw
from annowidgets.errors import Conflict, Immutable, InvalidInput, InvalidLabels, NotFound, Notice, PermissionDenied
from annowidgets.workflow.training import TrainingProject
from tests.workflow.building import Team, cell
from tests.workflow.training.building import GOLD, answer, new_training, seen_by, shifted, work_off


@pytest.fixture
def done(golden: Team) -> TrainingProject:
    """Where uma answers the gold, and vic two pixels beside it."""
    training = new_training(golden, pass_mark=85)
    work_off(training, "uma")
    work_off(training, "vic", off=2)
    return training


def test_a3_a_correction_adds_a_revision_and_measures_the_submissions_again(
    golden: Team, done: TrainingProject
) -> None:
    before = done.scores().set_index("trainee")["score"]
    old = done.evaluation_labels()
    table = done.correct_gold("cell02", labels=shifted(GOLD["cell02"], 2), reason="drawn beside the cells")
    after = done.scores().set_index("trainee")["score"]
    assert table.set_index("trainee")["before"].to_dict() == before.to_dict()
    assert table.set_index("trainee")["after"].to_dict() == after.to_dict()
    assert after["uma"] < before["uma"]
    assert after["vic"] > before["vic"]
    assert done.tasks(item="cell02", user="vic")[0].score == 100
    rows = done.evaluation_labels()
    assert rows.groupby("item", observed=True)["gold_revision"].first().to_dict() == {
        "cell00": 1,
        "cell01": 1,
        "cell02": 2,
        "cell03": 1,
    }
    others = rows["item"] != "cell02"
    assert rows[others].reset_index(drop=True).equals(old[old["item"] != "cell02"].reset_index(drop=True))
    event = done.events().iloc[-1]
    assert event["action"] == "gold.correct"
    figures = msgspec.json.decode(event["figures"])
    assert (figures["reason"], figures["gold_revision"], figures["submissions"]) == ("drawn beside the cells", 2, 2)
    with golden.workspace.database.read() as connection:
        kept = connection.execute(
            "SELECT g.revision, count(*) FROM training_scores s JOIN gold g ON g.id = s.gold "
            "JOIN items i ON i.id = g.item WHERE i.name = 'cell02' GROUP BY g.revision"
        ).fetchall()
    assert kept == [(1, 2), (2, 2)]


def test_a3_revisions_are_numbered_through_the_project_and_all_are_there(done: TrainingProject) -> None:
    done.correct_gold("cell00", labels=[cell(3)], reason="one")
    done.correct_gold("cell01", labels=[cell(4)], reason="two")
    done.withdraw_gold("cell03", reason="blurred")
    done.correct_gold("cell00", labels=[cell(5)], reason="three")
    history = done.gold_history("cell00")
    assert [(gold.revision, gold.reason, gold.labels[0].shape.x) for gold in history] == [
        (1, None, 2),
        (2, "one", 3),
        (5, "three", 5),
    ]
    assert done.gold("cell01").revision == 3
    withdrawn = done.gold("cell03")
    assert (withdrawn.withdrawn, withdrawn.reason) == (True, "blurred")
    assert done.scores()["gold_revision"].unique().tolist() == [5]


def test_a3_a_correction_that_says_the_same_is_no_revision_though_its_labels_are_made_anew(
    done: TrainingProject,
) -> None:
    done.correct_gold("cell00", labels=[cell(3)], reason="one")
    with pytest.warns(Notice, match="says the same"):
        assert done.correct_gold("cell00", labels=[cell(3)], reason="one").empty
    assert done.gold("cell00").revision == 2
    assert done.correct_gold("cell00", labels=[cell(3), cell(3)], reason="two")["gold_revision"].tolist() == [3, 3]


def test_a3_of_two_leads_who_correct_one_gold_the_later_hears_of_the_other(golden: Team, done: TrainingProject) -> None:
    done.add_member("lou", role="admin")
    lou = seen_by(done, "lou")
    assert lou.gold("cell00").revision == done.gold("cell00").revision == 1
    done.correct_gold("cell00", labels=[cell(3)], reason="a pixel beside")
    for change in (
        lambda: lou.correct_gold("cell00", labels=[cell(4)], reason="two beside"),
        lambda: lou.withdraw_gold("cell00", reason="unclear"),
        lambda: done.correct_gold("cell00", labels=[cell(4)], reason="two beside", revision=1),
    ):
        refusal = golden.refuses(Conflict, change, rule="A3")
        assert "revision 2 by lea (a pixel beside)" in refusal.message
    with pytest.warns(Notice, match="says the same"):
        lou.correct_gold("cell00", labels=[cell(3)], reason="a pixel beside")
    lou.correct_gold("cell01", labels=[cell(3)], reason="another item, another matter")
    lou.correct_gold("cell00", labels=[cell(4)], reason="two beside", revision=2)
    golden.refuses(Conflict, lambda: done.correct_gold("cell00", labels=[cell(5)], reason="three"), rule="A3")
    assert done.gold("cell00").labels == [cell(4)], "which is a look at it"
    done.correct_gold("cell00", labels=[cell(5)], reason="three")


def test_a3_two_corrections_at_the_same_moment_are_a_conflict_too(
    golden: Team, done: TrainingProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither lead has looked before; the second comes in while the first measures."""
    changed = TrainingProject._changed
    other = seen_by(done, "lea")

    def overtaken(self: TrainingProject, *given: object, **named: object) -> object:
        if self is done:
            other.correct_gold("cell00", labels=[cell(3)], reason="quicker")
        return changed(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(TrainingProject, "_changed", overtaken)
    with pytest.raises(Conflict, match="quicker"):
        done.correct_gold("cell00", labels=[cell(4)], reason="slower")
    assert [gold.reason for gold in done.gold_history("cell00")] == [None, "quicker"]


def test_a3_a_correction_can_make_somebody_pass(golden: Team) -> None:
    training = new_training(golden, trainees=["uma"], pass_mark=95)
    work_off(training, "uma", off=1)
    assert training.scores()["passed"].tolist() == [False]
    tables = [
        training.correct_gold(item, labels=shifted(GOLD[item], 1), reason="a pixel beside").iloc[0] for item in GOLD
    ]
    assert not tables[0]["passed_before"]
    assert tables[-1]["passed_after"]
    assert [table["after"] for table in tables] == sorted(table["after"] for table in tables)
    assert training.scores()["passed"].tolist() == [True]


def test_a3_what_is_withdrawn_leaves_the_scores_and_is_no_longer_waited_for(golden: Team) -> None:
    training = new_training(golden, trainees=["uma", "vic"])
    uma = seen_by(training, "uma")
    for task in uma.tasks():
        if task.item.name != "cell03":
            answer(task.claim(), off=2 if task.item.name == "cell00" else 0)
    work_off(training, "vic", off=1)
    assert training.scores()["passed"].isna().tolist() == [True, False]
    training.withdraw_gold("cell03", reason="blurred")
    scores = training.scores()
    assert scores["passed"].isna().sum() == 0
    assert scores[["tasks", "submitted"]].to_numpy().tolist() == [[3, 3], [3, 3]]
    assert "cell03" not in set(training.evaluation_labels()["item"])
    assert len(training.tasks(item="cell03")) == 2, "it stays in the record"
    assert training.tasks(item="cell03", user="vic")[0].state == "submitted"
    health = training.gold_health().set_index("item")
    assert health["withdrawn"].to_dict() == {"cell00": False, "cell01": False, "cell02": False, "cell03": True}
    table = training.withdraw_gold("cell00", reason="blurred too")
    assert table.set_index("trainee").loc["uma", "after"] == 100
    golden.refuses(Immutable, lambda: training.withdraw_gold("cell00", reason="again"), rule="A3")
    golden.refuses(Immutable, lambda: training.correct_gold("cell00", labels=[cell()], reason="no"), rule="A3")


def test_a3_gold_is_checked_like_any_labels_and_needs_a_reason(golden: Team, done: TrainingProject) -> None:
    golden.refuses(InvalidLabels, lambda: done.correct_gold("cell00", labels=[cell(100)], reason="off"), rule="P4")
    for reason in ("", "  ", None):
        golden.refuses(InvalidInput, lambda r=reason: done.correct_gold("cell00", labels=[cell()], reason=r))
        golden.refuses(InvalidInput, lambda r=reason: done.withdraw_gold("cell00", reason=r))
    golden.refuses(NotFound, lambda: done.correct_gold("cell99", labels=[cell()], reason="off"))
    with pytest.warns(Notice, match="says the same"):
        done.correct_gold("cell00", labels=done.gold("cell00").labels, reason="nothing")


def test_a3_a_submission_in_the_midst_of_a_correction_is_measured_too(
    golden: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = new_training(golden)
    late = next(task for task in seen_by(training, "vic").tasks() if task.item.name == "cell00").claim()
    work_off(training, "uma")
    changed = TrainingProject._changed
    times = iter(range(9))

    def slow(self: TrainingProject, *given: object, **named: object) -> object:
        if next(times) == 0:
            answer(late)
        return changed(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(TrainingProject, "_changed", slow)
    table = training.correct_gold("cell00", labels=[cell(5)], reason="off")
    assert table["trainee"].tolist() == ["uma", "vic"]
    assert training.tasks(item="cell00").to_frame()["gold_revision"].tolist() == [2, 2]


def test_a3_no_script_changes_gold(done: TrainingProject, script: Callable[..., None]) -> None:
    item = done.items()[0].id
    script("A3", "UPDATE gold SET labels = '[]'")
    script("A3", "UPDATE gold SET reason = 'none'")
    script("A3", "DELETE FROM gold")
    script("A3", "INSERT OR REPLACE INTO gold SELECT * FROM gold")
    columns = "(project, item, revision, labels, created, created_by)"
    for revision in (0, 1, 3):
        script("A3", f"INSERT INTO gold {columns} VALUES (?, ?, ?, '[]', 0, 'lea')", done.id, item, revision)
    # The next revision, though without a reason, and without what was submitted being measured again.
    script("A3", f"INSERT INTO gold {columns} VALUES (?, ?, 2, '[]', 0, 'lea')", done.id, item)
    insert = "INSERT INTO gold (project, item, revision, labels, reason, created, created_by)"
    script("A3", f"{insert} VALUES (?, ?, 2, '[]', 'r', 0, 'lea')", done.id, item)
    script("A3", "UPDATE training_items SET withdrawn = 1, reason = 'r' WHERE item = ?", item)
    done.withdraw_gold("cell00", reason="blurred")
    script("A3", "UPDATE training_items SET withdrawn = NULL, reason = NULL WHERE item = ?", item)
    script("A3", f"INSERT INTO gold {columns} VALUES (?, ?, 2, '[]', 0, 'lea')", done.id, item)


@pytest.mark.parametrize(("aggregate", "mark"), [("tasks", 85), ("labels", 87)])
def test_a11_gold_that_a_script_withdraws_settles_the_rounds_at_once(golden: Team, aggregate: str, mark: float) -> None:
    training = new_training(
        golden, trainees=["uma", "vic", "wim"], pass_mark=mark, benchmark=aw.BenchmarkFunction(aggregate=aggregate)
    )
    for user, last in (("uma", 9), ("vic", 0), ("wim", None)):
        for task in seen_by(training, user).tasks():
            off = last if task.item.name == "cell03" else 4 if user == "vic" and task.item.name != "cell02" else 0
            if off is not None:
                answer(task.claim(), off=off)

    def standing() -> list[tuple[object, ...]]:
        with golden.workspace.database.read() as connection:
            return connection.execute("SELECT score, passed FROM training_rounds ORDER BY batch").fetchall()

    before = standing()
    with closing(sqlite3.connect(golden.file)) as connection:
        (item,) = [item.id for item in training.items() if item.name == "cell03"]
        connection.execute("UPDATE training_items SET withdrawn = 2, reason = 'blurred' WHERE item = ?", (item,))
        connection.commit()
    settled = standing()
    assert [passed for _, passed in before] == [0, 1, None], before
    assert [passed for _, passed in settled] == [1, 0, 1], (before, settled)
    scores = training.scores()
    assert scores["score"].tolist() == pytest.approx([score for score, _ in settled], abs=1e-9)
    assert scores["passed"].tolist() == [True, False, True]


def test_only_admins_see_and_change_gold(golden: Team, done: TrainingProject) -> None:
    done.add_member("tom", role="team_manager")
    for user in ("tom", "uma"):
        theirs = seen_by(done, user)
        for act in (
            lambda t: t.gold("cell00"),
            lambda t: t.gold_history("cell00"),
            lambda t: t.gold_health(),
            lambda t: t.sources(),
            lambda t: t.correct_gold("cell00", labels=[cell(4)], reason="off"),
            lambda t: t.withdraw_gold("cell00", reason="off"),
        ):
            golden.refuses(PermissionDenied, lambda act=act, theirs=theirs: act(theirs), rule="R1")


def test_gold_that_most_fail_is_suspect(golden: Team) -> None:
    training = new_training(golden, trainees=["uma", "vic", "wim"])
    for user in ("uma", "vic", "wim"):
        for task in seen_by(training, user).tasks():
            answer(task.claim(), off=9 if task.item.name == "cell01" else 0)
    health = training.gold_health()
    assert health["item"].tolist()[0] == "cell01"
    assert health.set_index("item")["suspect"].to_dict() == {
        "cell01": True,
        "cell00": False,
        "cell02": False,
        "cell03": False,
    }
    assert health.set_index("item").loc["cell01", "failed"] == 1
