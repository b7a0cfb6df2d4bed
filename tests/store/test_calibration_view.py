"""C2: the view that the guards ask agrees with the workflow's conditions, and both with the rule, on any figures."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import annowidgets as aw
from annowidgets.errors import ProductionLocked
from annowidgets.store import Connection, audits, schema
from annowidgets.workflow import Workspace
from annowidgets.workflow.calibration import current_conditions, require_calibrated
from annowidgets.workflow.permissions import Permission
from tests.store.building import LEAD, NAME, ONTOLOGY, new_workspace

# Slack of the thresholds, and figures just inside and outside of it.
SLACK = 1e-9
NUDGES = (0.0, -0.5 * SLACK, -0.99 * SLACK, -1.01 * SLACK, -2 * SLACK, 2 * SLACK, -0.1, 0.1)


@dataclasses.dataclass
class Certificate:
    """What a completed audit left, with any figures."""

    ontology_version: int
    instructions_version: int
    score: float | None
    accuracy: float | None
    low: float | None
    items: int
    excluded: int
    taskers: int


@dataclasses.dataclass
class Situation:
    """All that the lock depends on."""

    policies: list[aw.CalibrationPolicy]
    ontologies: list[int]  # revisions of each version
    instructions: int
    certificates: list[Certificate]
    training: int
    evaluation: int
    feedback: list[str]
    elsewhere: bool  # another project has promotions, feedback and a certificate too


def unlocked(now: Situation) -> bool:
    """The rule, as its text has it."""
    policy, version = now.policies[-1], len(now.ontologies)
    current = [one for one in now.certificates if one.ontology_version == version]
    if not current:
        return False
    newest = current[-1]

    def reached(required: float | None, actual: float | None) -> bool:
        return required is None or (actual is not None and actual >= required - SLACK)

    total = newest.items + newest.excluded
    share = newest.excluded / total if total else 0.0
    return (
        reached(policy.min_score, newest.score)
        and reached(policy.min_accuracy, newest.accuracy)
        and reached(policy.min_items, newest.items)
        and share <= policy.max_excluded_share + SLACK
        and reached(policy.min_low, newest.low)
        and reached(policy.min_taskers, newest.taskers)
        and reached(policy.min_training_tasks, now.training)
        and reached(policy.min_evaluation_tasks, now.evaluation)
        and not (policy.feedback_answered and "open" in now.feedback)
        and not (policy.relock_on_instructions and newest.instructions_version != now.instructions)
    )


# --- making situations


def numbers(highest: float) -> st.SearchStrategy[float]:
    round_ones = st.sampled_from([0.0, highest, 0.8 * highest, highest / 3, 2 * highest / 3, 0.1 * highest])
    found = round_ones | st.floats(0, highest, allow_subnormal=False)
    # Policies refuse what looks like a rate where a score belongs.
    return found if highest == 1 else found.filter(lambda value: value == 0 or value >= 1)


counts = st.integers(0, 6)

policies = st.builds(
    aw.CalibrationPolicy,
    min_score=numbers(100),
    min_accuracy=numbers(1),
    min_items=counts,
    max_excluded_share=numbers(1),
    min_low=st.none() | numbers(100),
    min_taskers=st.none() | counts,
    min_training_tasks=st.none() | st.integers(0, 3),
    min_evaluation_tasks=st.none() | st.integers(0, 3),
    feedback_answered=st.booleans(),
    relock_on_instructions=st.booleans(),
    confidence_weight=st.sampled_from([0.0, 0.2, 1 / 3]),
)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Situations whose figures lie at the thresholds more often than chance would have it."""
    chosen = draw(st.lists(policies, min_size=1, max_size=2))
    policy = chosen[-1]
    ontologies = draw(st.lists(st.integers(1, 2), min_size=1, max_size=3))
    instructions = draw(st.integers(1, 2))

    # Most figures pass, so that each condition is the deciding one often enough.
    doubtful = draw(st.sets(st.sampled_from(["score", "accuracy", "low", "share", "counts"]), max_size=2))

    def near(name: str, threshold: float | None, highest: float) -> float | None:
        if name not in doubtful:
            return draw(st.sampled_from([threshold or 0.0, highest]))
        close = st.sampled_from(NUDGES).map(lambda nudge: min(max((threshold or 0.0) + nudge, 0.0), highest))
        return draw(st.none() | close | close | numbers(highest))

    def count(threshold: int | None) -> int:
        return max(0, (threshold or 0) + draw(st.sampled_from([-1, 0, 5] if "counts" in doubtful else [0, 0, 5])))

    made = []
    for _ in range(draw(st.integers(0, 3))):
        items = count(policy.min_items)
        most = math.floor(policy.max_excluded_share * items)
        made.append(
            Certificate(
                ontology_version=draw(st.sampled_from([len(ontologies)] * 3 + [1])),
                instructions_version=draw(st.sampled_from([instructions] * 3 + [1])),
                score=near("score", policy.min_score, 100),
                accuracy=near("accuracy", policy.min_accuracy, 1),
                low=near("low", policy.min_low, 100),
                items=items,
                excluded=draw(st.sampled_from([most, most + 1, items]) if "share" in doubtful else st.just(most)),
                taskers=count(policy.min_taskers),
            )
        )
    return Situation(
        policies=chosen,
        ontologies=ontologies,
        instructions=instructions,
        certificates=made,
        training=count(policy.min_training_tasks),
        evaluation=count(policy.min_evaluation_tasks),
        feedback=draw(st.lists(st.sampled_from(["open", "addressed", "declined"]), max_size=2)),
        elsewhere=draw(st.booleans()),
    )


# --- writing them


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Return a workspace without guards and references, so that any figures can be written."""
    project = new_workspace(tmp_path_factory.mktemp("bare") / "cells.db", items=1)
    project.workspace.create_project("Other", ontology=ONTOLOGY)
    connection = project.workspace.database.connection()
    for (trigger,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    yield project.workspace
    project.workspace.database.close()


def insert(connection: Connection, table: str, **columns: Any) -> None:
    marks = ", ".join("?" * len(columns))
    connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))


def write(connection: Connection, now: Situation) -> None:
    for table in ("policies", "ontologies", "instructions"):
        connection.execute(f"DELETE FROM {table} WHERE project = 1")
    stamp = {"created": 1.0, "created_by": "me"}
    for version, policy in enumerate(now.policies, 1):
        text = json.dumps({field: getattr(policy, field) for field in policy.__struct_fields__})
        insert(connection, "policies", project=1, version=version, policy=text, **stamp)
    for version, revisions in enumerate(now.ontologies, 1):
        for revision in range(revisions):
            insert(
                connection, "ontologies", project=1, version=version, revision=revision, ontology="{}", fingerprint="f",
                **stamp,
            )  # fmt: skip
    for version in range(1, now.instructions + 1):
        insert(connection, "instructions", project=1, version=version, text="", note="", good="[]", bad="[]", **stamp)
    task = 0

    def surroundings(project: int, training: int, evaluation: int, feedback: list[str]) -> None:
        nonlocal task
        for kind in ["training"] * training + ["evaluation"] * evaluation:
            task += 1
            insert(
                connection, "promotions", task=task, project=project, item=task, kind=kind, labels=1, concepts="[]",
                **stamp,
            )  # fmt: skip
        for state in feedback:
            insert(
                connection, "feedback", project=project, author="ann", instructions_version=1, kind="unclear", text="?",
                state=state, version=1, answer="!", created=1.0,
            )  # fmt: skip

    def certify(project: int, batch: int, one: Certificate) -> None:
        insert(
            connection, "certificates", project=project, batch=batch, function_version=1, policy_version=1, weight=0.2,
            high=None, self_audited=0, passed=0, conditions="[]", **dataclasses.asdict(one), **stamp,
        )  # fmt: skip

    surroundings(1, now.training, now.evaluation, now.feedback)
    for batch, one in enumerate(now.certificates, 1):
        certify(1, batch, one)
    if now.elsewhere:
        surroundings(2, 3, 3, ["open"])
        certify(2, 99, Certificate(len(now.ontologies), now.instructions, 100.0, 1.0, 100.0, 99, 0, 99))


class _Undo(Exception):
    """Leaves the workspace as it was."""


def answers(bare: Workspace, now: Situation) -> tuple[bool, bool, bool]:
    """What the view, the workflow's conditions and its refusal say."""
    found = (False, False, False)
    try:
        with bare.database.transaction() as connection:
            write(connection, now)
            with bare.look(1, Permission.SEE_OWN) as action:
                row = audits.calibration(action.connection, 1)
                met = [condition.met for condition in current_conditions(action) if condition.locks]
                try:
                    refused = require_calibrated(action) != row.certificate
                except ProductionLocked:
                    refused = True
            found = (bool(row.unlocked), all(met), not refused)
            raise _Undo
    except _Undo:
        return found


def passing(**changes: Any) -> Situation:
    certificate = Certificate(1, 1, 90.0, 0.9, 80.0, 12, 1, 2)
    base = Situation([aw.CalibrationPolicy()], [1], 1, [certificate], 0, 0, [], False)
    return dataclasses.replace(base, **changes)


@settings(max_examples=300)
@given(now=situations())
@example(now=passing())
@example(now=passing(certificates=[]))
@example(now=passing(ontologies=[1, 1]))
@example(now=passing(ontologies=[2]))
@example(now=passing(certificates=[Certificate(1, 1, 80 - SLACK, 0.8 - SLACK, None, 10, 0, 1)]))
@example(
    now=passing(
        certificates=[Certificate(1, 1, None, None, None, 0, 12, 0)], policies=[aw.CalibrationPolicy(min_items=0)]
    )
)
def test_c2_the_view_the_workflow_and_the_rule_agree_on_whether_production_is_open(
    bare: Workspace, now: Situation
) -> None:
    wanted = unlocked(now)
    assert answers(bare, now) == (wanted, wanted, wanted)


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, True),
        ({"certificates": []}, False),
        ({"ontologies": [1, 1]}, False),  # stale
        ({"ontologies": [3]}, True),  # other colours alone
        ({"instructions": 2}, True),
        ({"instructions": 2, "policies": [aw.CalibrationPolicy(relock_on_instructions=True)]}, False),
        ({"feedback": ["open"]}, True),
        ({"feedback": ["open"], "policies": [aw.CalibrationPolicy(feedback_answered=True)]}, False),
        ({"feedback": ["declined"], "policies": [aw.CalibrationPolicy(feedback_answered=True)]}, True),
        ({"policies": [aw.CalibrationPolicy(min_low=80)]}, True),
        ({"policies": [aw.CalibrationPolicy(min_low=81)]}, False),
        ({"policies": [aw.CalibrationPolicy(min_taskers=3)]}, False),
        ({"policies": [aw.CalibrationPolicy(min_training_tasks=1)]}, False),
        ({"policies": [aw.CalibrationPolicy(min_training_tasks=1)], "training": 1}, True),
        ({"policies": [aw.CalibrationPolicy(min_evaluation_tasks=2)], "evaluation": 1, "training": 2}, False),
        ({"policies": [aw.CalibrationPolicy(min_score=91), aw.CalibrationPolicy()]}, True),
        ({"policies": [aw.CalibrationPolicy(), aw.CalibrationPolicy(min_score=91)]}, False),
        # A later failing batch locks again, a later passing one opens; those on other ontologies don't matter.
        ({"certificates": [Certificate(1, 1, s, 0.9, 80.0, 12, 1, 2) for s in (90.0, 70.0)]}, False),
        ({"certificates": [Certificate(1, 1, s, 0.9, 80.0, 12, 1, 2) for s in (70.0, 90.0)]}, True),
        (
            {
                "ontologies": [1, 1],
                "certificates": [Certificate(v, 1, s, 0.9, 80.0, 12, 1, 2) for v, s in ((2, 90.0), (1, 70.0))],
            },
            True,
        ),
        (
            {
                "certificates": [Certificate(1, 1, 90.0, 0.9, None, 2, 0, 2)],
                "policies": [aw.CalibrationPolicy(min_items=2)],
            },
            True,
        ),
        (
            {
                "certificates": [Certificate(1, 1, 90.0, 0.9, None, 2, 0, 2)],
                "policies": [aw.CalibrationPolicy(min_items=2, min_low=0)],
            },
            False,
        ),
    ],
)
def test_c2_production_is_open_in_the_situations_that_the_rule_names(
    bare: Workspace, changes: dict[str, Any], is_open: bool
) -> None:
    now = passing(**changes)
    assert answers(bare, now) == (is_open, is_open, is_open)
    assert unlocked(now) is is_open


def test_c2_every_condition_of_the_policy_is_in_the_view() -> None:
    named = schema.guards.CALIBRATION
    not_of_the_lock = {"confidence_weight", "allow_self_review"}
    for field in set(aw.CalibrationPolicy.__struct_fields__) - not_of_the_lock:
        assert f"'$.{field}'" in named


def test_c2_the_workspace_is_left_as_it_was_by_these_tests(bare: Workspace, tmp_path: Path) -> None:
    assert not bare.project(NAME).is_calibrated
    assert bare.user == LEAD
    with bare.database.read() as connection:
        assert connection.execute("SELECT count(*) FROM certificates").fetchone() == (0,)
