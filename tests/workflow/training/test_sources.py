"""A1, A2, A3: where the benchmark comes from, that it is the exact same ontology, and that it stays what it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import annowidgets as aw
from annowidgets.errors import (
    AlreadyExists,
    Immutable,
    InvalidInput,
    NotFound,
    Notice,
    OntologyMismatch,
    PermissionDenied,
    RuleViolation,
    SourceNotEligible,
)
from annowidgets.workflow.training import TrainingProject
from tests.workflow.building import NAME, ONTOLOGY, Team, cell
from tests.workflow.training.building import GOLD, TRAINEES, new_training, work_off


def names(training: TrainingProject) -> list[str]:
    return [item.name for item in training.items()]


def create(team: Team, *sources: object, user: str = "lea", **settings: object) -> TrainingProject:
    return team(user).workspace.create_training_project(settings.pop("name", "new"), sources=list(sources), **settings)  # type: ignore[arg-type]


def test_a1_a_project_a_batch_and_tasks_are_sources_and_give_their_finished_tasks(golden: Team) -> None:
    batch = golden("lea").batch("gold")
    chosen = batch.tasks()[:2]
    assert names(create(golden, golden("lea"))) == list(GOLD)
    workspace = golden.workspace
    assert names(workspace.create_training_project("batch", sources=[batch])) == list(GOLD)
    assert names(workspace.create_training_project("tasks", sources=[chosen])) == ["cell00", "cell01"]
    assert names(workspace.create_training_project("flat", sources=list(chosen))) == ["cell00", "cell01"]
    assert workspace.training_project("tasks").sources()["tasks"].tolist() == [2]
    assert workspace.training_project("batch").sources()["batch"].tolist() == ["gold"]


def test_a1_a_training_project_is_no_source(golden: Team, training: TrainingProject) -> None:
    refused = golden.refuses(SourceNotEligible, lambda: create(golden, training), rule="A1")
    assert "clone" in refused.hint


def test_a1_the_creator_is_admin_of_each_source(golden: Team) -> None:
    for user in ("tim", "rea", "ann", "zoe"):
        golden.refuses(PermissionDenied, lambda user=user: create(golden, golden(user), user=user), rule="R1")
    golden("lea").set_role("tim", "admin")
    assert names(create(golden, golden("tim"), user="tim")) == list(GOLD)


def test_a1_tasks_in_review_and_promoted_ones_are_eligible_and_open_ones_are_not(open_project: Team) -> None:
    team = open_project
    promoted = next(task for task in team("lea").tasks(kind="calibration") if task.item.name == "cell01")
    promoted.promote("training", concepts=["border"], difficulty="hard")
    team.sample(1.0)
    batch = team.ground_truth("reviewed", items=["cell05", "cell06", "cell07"])
    team("ann").next_task().submit([cell()])
    done = batch.tasks(state="in_review")[0].item.name
    with pytest.warns(Notice, match=r"'Blood' is at 33 %: 2 tasks are not submitted"):
        training = create(team, team("lea"))
    assert names(training) == ["cell01", done]
    gold = training.gold("cell01")
    assert (gold.concepts, gold.difficulty, gold.source_task) == (["border"], "hard", promoted.id)
    unfinished = batch.tasks(state="queued")[0]
    refused = team.refuses(SourceNotEligible, lambda: create(team, [promoted, unfinished], name="newer"), rule="A1")
    assert str(unfinished.id) in refused.message


def test_a1_a_source_without_an_eligible_task_is_refused(team: Team) -> None:
    refused = team.refuses(SourceNotEligible, lambda: create(team, team("lea")), rule="A1")
    assert "create_ground_truth_batch" in refused.hint
    for nothing in ([], [[]], ["Blood"], [3]):
        with pytest.raises(InvalidInput):
            create(team, *nothing)


def test_a1_the_same_content_twice_is_refused_and_listed(golden: Team) -> None:
    batch = golden("lea").batch("gold")
    refused = golden.refuses(SourceNotEligible, lambda: create(golden, golden("lea"), batch.tasks()[:1]), rule="A1")
    assert "cell00" in refused.message
    other = golden.workspace.create_project("Other", ontology=ONTOLOGY)
    other.update_settings(sampling_rate=0)
    other.add_images([golden("lea").item("cell01").path], progress=False)
    other.create_ground_truth_batch("gold").submit_labels({"cell01": [cell()]}, progress=False)
    refused = golden.refuses(SourceNotEligible, lambda: create(golden, batch, other), rule="A1")
    assert refused.message.endswith("one gold: cell01.")


def test_a1_q2_gold_of_evaluations_is_kept_out(open_project: Team) -> None:
    team = open_project
    first, second = team("lea").tasks(kind="calibration")[:2]
    first.promote("evaluation")
    second.promote("training")
    assert names(create(team, team("lea"))) == [second.item.name]
    team.refuses(SourceNotEligible, lambda: create(team, [first], name="newer"), rule="A1")


def test_a1_a_size_draws_a_subset_by_its_seed_that_is_kept(golden: Team) -> None:
    workspace = golden.workspace
    drawn = {
        seed: names(workspace.create_training_project(f"seed {seed}", sources=[golden("lea")], size=2, rng=seed % 3))
        for seed in range(6)
    }
    assert all(len(one) == 2 for one in drawn.values())
    assert [drawn[seed] for seed in range(3)] == [drawn[seed] for seed in range(3, 6)]
    assert len({tuple(one) for one in drawn.values()}) > 1
    with pytest.warns(Notice, match="Only 4 tasks are eligible, 9 were asked for"):
        create(golden, golden("lea"), size=9)
    golden.refuses(InvalidInput, lambda: create(golden, golden("lea"), name="huge", size=10**30))


def test_a2_another_ontology_is_refused_with_the_differences(golden: Team) -> None:
    other = aw.Ontology(
        objects=[aw.ObjectClass("RBC", shape="bounding_box"), aw.ObjectClass("platelet", shape="keypoint")]
    )
    refused = golden.refuses(OntologyMismatch, lambda: create(golden, golden("lea"), ontology=other), rule="A2")
    assert "platelet" in refused.message
    assert "WBC" in refused.message
    recoloured = aw.Ontology(
        objects=[
            aw.ObjectClass("WBC", shape="bounding_box", attributes=[aw.Radio("kind", ["long", "round"])]),
            aw.ObjectClass("RBC", shape="bounding_box", color="#123456"),
        ],
        classifications=ONTOLOGY.classifications,
    )
    assert names(create(golden, golden("lea"), ontology=recoloured)) == list(GOLD)


def test_a2_sources_of_different_ontologies_are_refused(golden: Team) -> None:
    other = golden.workspace.create_project("Other", ontology=aw.Ontology(objects=ONTOLOGY.objects[:1]))
    other.update_settings(sampling_rate=0)
    other.add_images([golden("lea").item("cell08").path], progress=False)
    other.create_ground_truth_batch("gold").submit_labels({"cell08": [cell()]}, progress=False)
    golden.refuses(OntologyMismatch, lambda: create(golden, golden("lea"), other), rule="A2")


def test_a1_what_was_labelled_under_another_ontology_is_left_out(golden: Team) -> None:
    wider = aw.Ontology(
        objects=[*ONTOLOGY.objects, aw.ObjectClass("platelet", shape="keypoint")],
        classifications=ONTOLOGY.classifications,
    )
    golden("lea").update_ontology(wider)
    refused = golden.refuses(SourceNotEligible, lambda: create(golden, golden("lea")), rule="A1")
    assert "4 were labelled under another ontology" in refused.message
    golden("lea").create_ground_truth_batch("new", items=["cell05"]).submit_labels({"cell05": [cell()]}, progress=False)
    with pytest.warns(Notice, match="4 tasks of 'Blood' were labelled under another ontology"):
        training = create(golden, golden("lea"))
    assert names(training) == ["cell05"]


def test_a3_the_benchmark_is_a_snapshot_and_the_source_works_on_freely(golden: Team) -> None:
    training = new_training(golden)
    before = {item.name: training.gold(item).labels for item in training.items()}
    task = golden("lea").tasks(item="cell00")[0]
    golden.refuses(Immutable, lambda: golden.task("lea", task).reopen(reason="again"), rule="T1")
    golden.task("lea", task).recall()
    golden.task("lea", task).submit([cell(9), cell(25)])
    golden("lea").create_ground_truth_batch("more", items=["cell05"]).submit_labels(
        {"cell05": [cell()]}, progress=False
    )
    assert {item.name: training.gold(item).labels for item in training.items()} == before
    assert [label.shape for label in before["cell00"]] == [label.shape for label in GOLD["cell00"]]
    work_off(training, "uma")
    assert training.scores().loc[0, "score"] == 100


def test_a3_no_script_changes_the_sources_or_the_benchmark(
    training: TrainingProject, script: Callable[..., None]
) -> None:
    source = training.workspace.project(NAME).id
    insert = "INSERT INTO training_sources (project, position, source) VALUES (?, ?, ?)"
    script("A3", insert, training.id, 1, source)
    script("A3", "UPDATE training_sources SET source = source + 1")
    script("A3", "UPDATE training_sources SET tasks = '[1]'")
    script("A3", "DELETE FROM training_sources")
    script(
        "A3",
        "INSERT OR REPLACE INTO training_sources (project, position, source) VALUES (?, 0, ?)",
        training.id,
        source,
    )
    script("A3", "DELETE FROM training_items")
    script("A3", "UPDATE training_items SET source_task = source_task + 1")
    script("A3", "UPDATE trainings SET size = 3")
    script("A3", "DELETE FROM trainings")
    script("A1", "INSERT INTO training_sources (project, position, source) VALUES (?, 0, ?)", 99, training.id)
    item = "INSERT INTO training_items (item, project, source_task, source_labels, concepts) SELECT 1, ?, 1, 1, '[]'"
    script("A3", item, training.id)


def test_p6_a_source_is_not_archived_while_a_training_uses_it(golden: Team, training: TrainingProject) -> None:
    refused = golden.refuses(RuleViolation, golden("lea").archive, rule="P6")
    assert "training_project('Onboarding').close()" in refused.hint
    training.close()
    golden("lea").archive()
    assert golden("lea").state == "archived"


def test_a_name_that_exists_is_refused_or_opened(golden: Team, training: TrainingProject) -> None:
    workspace = golden.workspace
    refused = golden.refuses(
        AlreadyExists, lambda: workspace.create_training_project(training.name, sources=[golden("lea")])
    )
    assert "ws.training_project('Onboarding')" in refused.hint
    with pytest.warns(Notice, match="exists and was opened"):
        again = workspace.create_training_project(training.name, sources=[golden("lea")], exist_ok=True, pass_mark=1)
    assert again == training
    assert again.pass_mark == 80
    golden.refuses(AlreadyExists, lambda: workspace.create_training_project(NAME, sources=[golden("lea")]))
    other = aw.Ontology(objects=[aw.ObjectClass("RBC", shape="polygon")])
    again = {"sources": [golden("lea")], "ontology": other, "exist_ok": True}
    refused = golden.refuses(
        OntologyMismatch, lambda: workspace.create_training_project(training.name, **again), rule="P1"
    )
    assert "ws.training_project" in refused.hint
    with pytest.raises(NotFound, match="Onboarding"):
        workspace.training_project("onbording")
    with pytest.raises(NotFound):
        workspace.project(training.name)
    assert workspace.training_projects() == [training]
    assert [project.name for project in workspace.projects()] == [NAME]


@pytest.mark.parametrize(
    "wrong",
    [
        {"reveal": "sometimes"},
        {"pass_mark": 0.8},
        {"pass_mark": 101},
        {"size": 0},
        {"description": 3},
        {"benchmark": "good"},
        {"benchmark": aw.BenchmarkFunction(importance={"thrombocyte": 2})},
        {"allow_seen": 1},
        {"trainees": [3]},
        {"trainees": 3},
        {"trainees": None},
        {"size": 2, "rng": "a"},
        {"size": 2, "rng": -1},
        {"ontology": "RBC"},
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_written(golden: Team, wrong: dict[str, object]) -> None:
    golden.refuses(InvalidInput, lambda: create(golden, golden("lea"), **wrong))


@pytest.mark.parametrize("sources", [None, 3, [], [[]], "Blood", ["Blood"]])
def test_a1_what_is_no_source_is_refused_with_what_is_one(golden: Team, sources: object) -> None:
    refused = golden.refuses(InvalidInput, lambda: golden.workspace.create_training_project("T", sources=sources))
    assert "source" in str(refused)


def test_a_clone_has_the_same_benchmark_as_it_stands_for_another_cohort(golden: Team) -> None:
    training = new_training(golden, pass_mark=90, reveal="never", benchmark=aw.BenchmarkFunction(iou=3, category=1))
    training.correct_gold("cell00", labels=[cell(4)], reason="off")
    training.update_instructions("# Cells", good=["whole cells"], bad=["half cells"])
    training.withdraw_gold("cell01", reason="blurred")
    training.amend_benchmark(iou=1, category=3)
    copy = training.clone("Second cohort", trainees=["wim"])
    assert names(copy) == ["cell00", "cell02", "cell03"]
    assert [label.shape.x for label in copy.gold("cell00").labels] == [4]
    assert copy.gold("cell00").revision == 1
    assert (copy.pass_mark, copy.reveal) == (90, "never")
    assert copy.benchmark == training.benchmark
    assert copy.pending is None
    told = copy.instructions
    assert (told.version, told.text, told.good, told.bad) == (1, "# Cells", ["whole cells"], ["half cells"])
    assert copy.sources().equals(training.sources())
    assert copy.tasks().to_frame()["trainee"].unique().tolist() == ["wim"]
    golden.refuses(AlreadyExists, lambda: training.clone("Second cohort"))
    assert list(TRAINEES) == training.scores()["trainee"].tolist()


def test_a_source_of_another_file_is_refused(golden: Team, tmp_path: Path) -> None:
    other = aw.open_workspace(tmp_path / "other.db", user="lea")
    project = other.create_project("Elsewhere", ontology=ONTOLOGY)
    golden.refuses(SourceNotEligible, lambda: create(golden, project), rule="A1")


def test_items_of_equal_names_and_other_content_are_told_apart(golden: Team, tmp_path: Path) -> None:
    other = golden.workspace.create_project("Other", ontology=ONTOLOGY)
    other.update_settings(sampling_rate=0)
    file = tmp_path / "cell00.png"
    shutil.copy(golden("lea").item("cell09").path, file)
    other.add_images([file], progress=False)
    other.create_ground_truth_batch("gold").submit_labels({"cell00": [cell()]}, progress=False)
    assert names(create(golden, golden("lea"), other)) == [*GOLD, "cell00 (Other)"]
