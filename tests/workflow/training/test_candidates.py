"""What could be a source: told exactly as making the training would decide."""

from __future__ import annotations

import annowidgets as aw
from annowidgets.errors import AnnowidgetsError, OntologyMismatch
from annowidgets.workflow.training.candidates import Candidate, annotators, candidates
from tests.workflow.building import Team, without_notices
from tests.workflow.training.building import new_training

OTHER = aw.Ontology([aw.ObjectClass("X", shape="polygon")])


def named(found: list[Candidate]) -> dict[tuple[str, str | None], Candidate]:
    return {(one.project, one.batch): one for one in found}


def test_a1_each_project_and_launched_batch_tells_what_it_would_give(golden: Team) -> None:
    golden.ground_truth("half", items=["cell04", "cell05"])
    golden("lea").create_ground_truth_batch("draft", items=["cell06"])
    found = named(candidates(golden.workspace))
    assert list(found) == [("Blood", None), ("Blood", "gold"), ("Blood", "half")]
    assert [(one.submitted, one.tasks, one.eligible) for one in found.values()] == [(4, 6, 4), (4, 4, 4), (0, 2, 0)]
    assert "2 tasks are not submitted" in found["Blood", None].said[0]
    refusal = found["Blood", "half"].refusal
    assert refusal is not None
    assert refusal.rule == "A1"


def test_a2_a_source_of_another_ontology_is_told_with_the_differences(golden: Team) -> None:
    golden.workspace.create_project("Other", ontology=OTHER)
    found = named(candidates(golden.workspace, golden("lea").ontology))
    assert found["Blood", None].refusal is None
    refusal = found["Other", None].refusal
    assert isinstance(refusal, OntologyMismatch)
    assert "X: only there" in refusal.message
    assert found["Other", None].ontology == OTHER


def test_what_is_refused_here_is_refused_there_and_what_is_not_gives_as_many(golden: Team) -> None:
    golden.ground_truth("half", items=["cell04"])
    golden.workspace.create_project("Other", ontology=OTHER)
    ontology = golden("lea").ontology
    make = golden.workspace.create_training_project
    for number, one in enumerate(candidates(golden.workspace, ontology)):
        given = {"sources": [one.source], "ontology": ontology}
        if one.refusal is not None:
            refused = golden.refuses(AnnowidgetsError, lambda n=number, given=given: make(f"T{n}", **given))
            assert str(refused) == str(one.refusal)
            continue
        with without_notices():
            assert len(make(f"T{number}", **given).items()) == one.eligible


def test_a1_only_the_own_projects_in_use_are_there(golden: Team) -> None:
    assert candidates(golden.workspace.as_user("tim")) == []  # a team manager is no admin
    assert candidates(golden.workspace.as_user("zoe")) == []
    new_training(golden)  # no source of another one
    assert {one.project for one in candidates(golden.workspace)} == {"Blood"}
    closed = golden.workspace.create_project("Closed", ontology=OTHER)
    closed.archive()
    assert {one.project for one in candidates(golden.workspace)} == {"Blood"}


def test_the_annotators_of_sources_could_be_trained(golden: Team) -> None:
    golden("lea").add_member("cy", role="annotator", tags=["haematology"])
    sources = [one.source for one in candidates(golden.workspace)]
    found = annotators(golden.workspace, sources)
    assert [(one.user, one.tags) for one in found] == [("ann", []), ("bo", []), ("cy", ["haematology"])]
