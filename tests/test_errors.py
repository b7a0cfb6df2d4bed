from __future__ import annotations

import inspect
import pickle

import pytest

from annowidgets import errors
from annowidgets.errors import (
    AnnowidgetsError,
    InvalidInput,
    InvalidLabels,
    NotFound,
    ProductionLocked,
    RuleViolation,
)
from annowidgets.labels import Problem

FAMILY = {
    "AnnowidgetsError": {"PermissionDenied", "RuleViolation", "InvalidInput", "StoreError"},
    "RuleViolation": {
        "ProductionLocked",
        "TaskLocked",
        "TransitionRefused",
        "AuditIncomplete",
        "OntologyMismatch",
        "SourceNotEligible",
        "Immutable",
        "NotQualified",
        "Conflict",
        "AlreadyExists",
    },
    "InvalidInput": {"InvalidShape", "InvalidLabels", "InvalidOntology", "InvalidMedia", "InvalidImport", "NotFound"},
}


def test_there_is_one_family_of_errors_and_nobody_is_outside_of_it() -> None:
    classes = {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, BaseException) and not issubclass(value, Warning)
    }
    assert set(classes) == {"AnnowidgetsError"}.union(*FAMILY.values())
    for parent, children in FAMILY.items():
        for child in children:
            assert classes[parent] in classes[child].__bases__
            assert classes[child].__doc__


def test_a_message_says_the_rule_first_and_the_way_out_last() -> None:
    error = ProductionLocked("Production is closed: score 70, needed 80.", rule="C2", hint="Calibrate again.")
    assert str(error) == "[C2] Production is closed: score 70, needed 80. Calibrate again."
    assert (error.message, error.rule, error.hint) == (
        "Production is closed: score 70, needed 80.",
        "C2",
        "Calibrate again.",
    )
    assert str(RuleViolation("No.")) == "No."
    assert str(RuleViolation("No.", hint="Wait.")) == "No. Wait."
    assert str(RuleViolation("No.", rule="T1")) == "[T1] No."


def test_wrong_input_is_also_the_error_that_python_has_for_it() -> None:
    assert issubclass(InvalidInput, ValueError)
    assert issubclass(NotFound, LookupError)


@pytest.mark.parametrize(
    "error",
    [
        ProductionLocked("closed", rule="C2", hint="calibrate"),
        InvalidInput("bad"),
        NotFound.named("project", "blod", ["blood"]),
        InvalidLabels([Problem(0, "abc", "RBC (labels[0]): wrong."), Problem(None, None, "q is missing.")], rule="P4"),
    ],
)
def test_an_error_crosses_from_one_process_to_another_whole(error: AnnowidgetsError) -> None:
    there = pickle.loads(pickle.dumps(error))
    assert type(there) is type(error)
    assert str(there) == str(error)
    assert (there.message, there.rule, there.hint) == (error.message, error.rule, error.hint)
    assert vars(there) == vars(error)


def test_invalid_labels_names_each_problem() -> None:
    problems = [Problem(0, "abc", "RBC (labels[0]): wrong."), Problem(None, None, "quality: it must be answered.")]
    error = InvalidLabels(problems, rule="P4")
    assert error.problems == tuple(problems)
    assert str(error).startswith("[P4] 2 problem(s)")
    assert all(problem.text in str(error) for problem in problems)


def test_an_unknown_name_lists_the_closest_ones_and_otherwise_some() -> None:
    assert "'Blood cells'" in str(NotFound.named("project", "blood cell", ["Blood cells", "Bones"]))
    assert "'a', 'b'" in str(NotFound.named("project", "zzz", iter(["b", "a"])))
    assert "There is no project yet" in str(NotFound.named("project", "zzz", []))
    assert "No item 7." in str(NotFound.named("item", 7, []))
    assert len(str(NotFound.named("item", "zzz", map(str, range(10_000))))) < 200
