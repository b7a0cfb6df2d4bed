"""R1, L1: every public method of a training project with every role and a stranger; and what it writes into the log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from matplotlib.figure import Figure

from annowidgets.errors import PermissionDenied, RuleViolation
from annowidgets.workflow.training import TrainingProject, TrainingTask
from tests.workflow.building import STRANGER, Team, cell, open_team, without_notices
from tests.workflow.test_permissions import public_names
from tests.workflow.training.building import GOLD, NAME, answer, new_training, seen_by, with_gold

ADMIN = {"lea"}
LEADS = {"lea", "tom"}
MEMBERS = {"lea", "tom", "rik", "uma"}
TRAINEE = {"uma"}
EVERYBODY = [*sorted(MEMBERS), STRANGER]


class Scene:
    """A training in its midst: uma has submitted one task and holds one, vic is done."""

    def __init__(self, team: Team, user: str) -> None:
        self.team = team
        workspace = team.workspace if user == "lea" else team.workspace.as_user(user)
        self.training = workspace.training_project(NAME)
        self.lead = team.workspace.training_project(NAME)

    def of_uma(self, state: str) -> TrainingTask:
        from annowidgets.store import tasks as stored_tasks

        task = self.lead.tasks(user="uma", state=state)[0]
        with self.training.workspace.database.read() as connection:
            row = stored_tasks.by_id(connection, task.id)
        assert row is not None
        return TrainingTask(self.training.workspace, row)

    def label(self) -> int:
        return self.of_uma("submitted").id * 10_000_000


class Row(NamedTuple):
    allowed: set[str]
    act: Callable[[Scene], Any]
    # Events that an accepted call appends.
    says: tuple[str, ...] = ()


def no_pause(act: Callable[[], Any]) -> None:
    """Check that who may direct tasks elsewhere is told the way out here (Q3)."""
    with pytest.raises(RuleViolation, match=r"remove_trainee\('uma'\)") as refused:
        act()
    assert refused.value.rule == "Q3"


TABLE = {
    "TrainingProject.name": Row({*MEMBERS, STRANGER}, lambda s: s.training.name),
    "TrainingProject.state": Row({*MEMBERS, STRANGER}, lambda s: s.training.state),
    "TrainingProject.description": Row(MEMBERS, lambda s: s.training.description),
    "TrainingProject.pass_mark": Row(MEMBERS, lambda s: s.training.pass_mark),
    "TrainingProject.reveal": Row(MEMBERS, lambda s: s.training.reveal),
    "TrainingProject.ontology": Row(MEMBERS, lambda s: s.training.ontology),
    "TrainingProject.instructions": Row(MEMBERS, lambda s: s.training.instructions),
    "TrainingProject.instructions_history": Row(MEMBERS, lambda s: s.training.instructions_history()),
    "TrainingProject.read_instructions": Row(MEMBERS, lambda s: s.training.read_instructions(), ("instructions.read",)),
    "TrainingProject.update_instructions": Row(
        ADMIN, lambda s: s.training.update_instructions("New."), ("instructions.update",)
    ),
    "TrainingProject.feedback": Row(MEMBERS, lambda s: s.training.feedback()),
    "TrainingProject.give_feedback": Row(MEMBERS, lambda s: s.training.give_feedback("Why?"), ("feedback.give",)),
    "TrainingProject.relink": Row(ADMIN, lambda s: s.training.relink(s.team.workspace.media_root)),
    "TrainingProject.members": Row(MEMBERS, lambda s: s.training.members()),
    "TrainingProject.join_snippet": Row({*MEMBERS, STRANGER}, lambda s: s.training.join_snippet()),
    "TrainingProject.add_member": Row(LEADS, lambda s: s.training.add_member("pat", role="reviewer"), ("member.add",)),
    "TrainingProject.set_role": Row(ADMIN, lambda s: s.training.set_role("rik", "team_manager"), ("member.role",)),
    "TrainingProject.remove_member": Row(LEADS, lambda s: s.training.remove_member("rik"), ("member.remove",)),
    "TrainingProject.pause": Row(LEADS, lambda s: no_pause(lambda: s.training.pause("uma"))),
    "TrainingProject.reinstate": Row(LEADS, lambda s: no_pause(lambda: s.training.reinstate("uma", reason="-"))),
    "TrainingProject.add_trainees": Row(
        LEADS, lambda s: s.training.add_trainees(["wim", "xia"]), ("training.add_trainees",)
    ),
    "TrainingProject.remove_trainee": Row(
        LEADS, lambda s: s.training.remove_trainee("uma"), ("task.release", "training.remove_trainee")
    ),
    "TrainingProject.new_round": Row(LEADS, lambda s: s.training.new_round("vic"), ("training.new_round",)),
    "TrainingProject.clone": Row(ADMIN, lambda s: s.training.clone("Second"), ("training.create",)),
    "TrainingProject.close": Row(ADMIN, lambda s: s.training.close(), ("task.release", "training.close")),
    "TrainingProject.next_task": Row(TRAINEE, lambda s: s.training.next_task()),
    "TrainingProject.my_status": Row(TRAINEE, lambda s: s.training.my_status()),
    "TrainingProject.task": Row({*LEADS, "uma"}, lambda s: s.training.task(s.of_uma("submitted").id)),
    "TrainingProject.tasks": Row(MEMBERS, lambda s: s.training.tasks().to_frame()),
    "TrainingProject.items": Row(MEMBERS, lambda s: s.training.items()),
    "TrainingProject.events": Row(LEADS, lambda s: s.training.events()),
    "TrainingProject.scores": Row(MEMBERS, lambda s: [s.training.scores(by) for by in (None, "class", "task")]),
    "TrainingProject.evaluation_labels": Row(MEMBERS, lambda s: s.training.evaluation_labels()),
    "TrainingProject.volumes": Row(MEMBERS, lambda s: s.training.volumes()),
    "TrainingProject.confusion": Row(MEMBERS, lambda s: s.training.confusion()),
    **{
        f"TrainingProject.{name}": Row(MEMBERS, lambda s, name=name: getattr(s.training, name)(Figure().subplots()))
        for name in ("plot_scores", "plot_learning_curve", "plot_class_scores", "plot_confusion")
    },
    "TrainingProject.plot_before_and_after": Row(
        LEADS, lambda s: s.training.plot_before_and_after(Figure().subplots())
    ),
    "TrainingProject.explain": Row(LEADS, lambda s: s.training.explain(s.label())),
    "TrainingProject.compare": Row(LEADS, lambda s: s.training.compare(s.of_uma("submitted"))),
    "TrainingProject.to_csv": Row(LEADS, lambda s: s.training.to_csv(s.team.file.with_suffix(".csv"), progress=False)),
    "TrainingProject.benchmark": Row(LEADS, lambda s: s.training.benchmark),
    "TrainingProject.pending": Row(LEADS, lambda s: s.training.pending),
    "TrainingProject.functions": Row(LEADS, lambda s: s.training.functions()),
    "TrainingProject.what_if": Row(LEADS, lambda s: s.training.what_if(iou=2, category=1)),
    "TrainingProject.amend_benchmark": Row(
        ADMIN, lambda s: s.training.amend_benchmark(iou=2, category=1), ("training.amend",)
    ),
    "TrainingProject.recalculate": Row(ADMIN, lambda s: s.training.recalculate(), ("training.recalculate",)),
    "TrainingProject.gold": Row(ADMIN, lambda s: s.training.gold("cell00")),
    "TrainingProject.gold_history": Row(ADMIN, lambda s: s.training.gold_history("cell00")),
    "TrainingProject.gold_health": Row(ADMIN, lambda s: s.training.gold_health()),
    "TrainingProject.sources": Row(ADMIN, lambda s: s.training.sources()),
    "TrainingProject.correct_gold": Row(
        ADMIN, lambda s: s.training.correct_gold("cell00", labels=[cell(4)], reason="off"), ("gold.correct",)
    ),
    "TrainingProject.withdraw_gold": Row(
        ADMIN, lambda s: s.training.withdraw_gold("cell00", reason="blurred"), ("gold.withdraw",)
    ),
    "TrainingProject.submit_predictions": Row(
        LEADS,
        lambda s: s.training.submit_predictions("yolo", GOLD, progress=False),
        ("training.predictions", "round.complete"),
    ),
    "TrainingTask.trainee": Row({*LEADS, "uma"}, lambda s: s.of_uma("submitted").trainee),
    "TrainingTask.round": Row({*LEADS, "uma"}, lambda s: s.of_uma("submitted").round),
    "TrainingTask.score": Row({*LEADS, "uma"}, lambda s: s.of_uma("submitted").score),
    "TrainingTask.comments": Row({*LEADS, "uma"}, lambda s: s.of_uma("submitted").comments),
    "TrainingTask.give_hint": Row(LEADS, lambda s: s.of_uma("submitted").give_hint("Tighter."), ("task.hint",)),
    "TrainingTask.claim": Row(TRAINEE, lambda s: s.of_uma("queued").claim(), ("task.claim",)),
    "TrainingTask.save_draft": Row(
        TRAINEE, lambda s: s.of_uma("annotating").save_draft([cell()]), ("task.save_draft",)
    ),
    "TrainingTask.keep_alive": Row(TRAINEE, lambda s: s.of_uma("annotating").keep_alive(), ("task.keep_alive",)),
    "TrainingTask.submit": Row(TRAINEE, lambda s: answer(s.of_uma("annotating")), ("task.submit", "task.score")),
    "TrainingTask.release": Row({*LEADS, "uma"}, lambda s: s.of_uma("annotating").release(), ("task.release",)),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, pictures: Path, fresh_template: Path) -> Path:
    folder = tmp_path_factory.mktemp("training")
    team = open_team(folder / "made.db", pictures, copy_of=fresh_template)
    with_gold(team)
    training = new_training(team, reveal="never")
    training.add_member("tom", role="team_manager")
    training.add_member("rik", role="reviewer")
    uma = seen_by(training, "uma")
    answer(uma.next_task(), off=1)
    uma.next_task()
    while task := seen_by(training, "vic").next_task():
        answer(task, off=2)
    training.amend_benchmark(iou=3, category=1)
    team.save_to(folder / "template.db")
    return folder / "template.db"


@pytest.fixture
def scene(tmp_path: Path, pictures: Path, template: Path) -> Callable[[str], Scene]:
    def give(user: str) -> Scene:
        return Scene(open_team(tmp_path / f"{user}.db", pictures, copy_of=template), user)

    return give


def test_r1_every_public_method_of_a_training_project_stands_in_the_table() -> None:
    own = {f"TrainingTask.{name}" for name in vars(TrainingTask) if not name.startswith("_")}
    public = public_names(TrainingProject) | own
    assert public - TABLE.keys() == set(), "a new method needs a row that says who may call it"
    known = {name for name in TABLE if name.startswith("TrainingProject.")}
    assert known - public == set(), "a row of a method that is gone"


@pytest.mark.parametrize("user", EVERYBODY)
@pytest.mark.parametrize("action", TABLE)
def test_r1_l1_who_may_does_it_with_its_events_and_who_may_not_leaves_no_trace(
    action: str, user: str, scene: Callable[[str], Scene]
) -> None:
    row, there = TABLE[action], scene(user)
    if user not in row.allowed:
        with without_notices():
            refused = there.team.refuses(PermissionDenied, lambda: row.act(there))
        assert refused.rule in ("R1", "R3", "A10")
        if user == STRANGER:
            assert f"lea, tom can add you: training.add_trainees(['{STRANGER}'])" in refused.hint
        return
    before = there.team.dump()
    with without_notices(), there.team.new_events() as events:
        row.act(there)
    assert tuple(name for _, name in events) == row.says
    assert {who for who, _ in events} <= {user}
    if not row.says:
        assert there.team.dump() == before
