"""R1: every public method with every role and a stranger, against the permission table as the rules write it."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from annowidgets.errors import PermissionDenied
from annowidgets.workflow import Audit, Batch, Feedback, Item, Project, Task, Workspace
from tests.workflow.actions import INNER, TABLE, Scene
from tests.workflow.building import ROLES, STRANGER, Team, without_notices


def public_names(of: type) -> set[str]:
    """Public methods and properties that a class has from this package."""
    return {
        f"{of.__name__}.{name}"
        for name, _ in inspect.getmembers(of, lambda member: inspect.isfunction(member) or isinstance(member, property))
        if not name.startswith("_")
    }


def test_r1_every_public_method_stands_in_the_table() -> None:
    classes = (Workspace, Project, Batch, Task, Audit, Feedback, Item)
    public = set().union(*map(public_names, classes)) - INNER
    tested = {name.partition(" ")[0] for name in TABLE}
    assert public - tested == set(), "a new method needs a row that says who may call it"
    assert tested - public == set(), "a row of a method that is gone"


@pytest.mark.parametrize("user", ["lea", "tim", "rea", "ann", STRANGER])
@pytest.mark.parametrize("action", TABLE)
def test_r1_an_action_succeeds_for_the_roles_of_its_row_and_is_refused_to_others_without_a_trace(
    action: str, user: str, scene: Callable[[str], Scene]
) -> None:
    allowed, act = TABLE[action]
    there = scene(user)
    role = ROLES.get(user)
    with without_notices():
        if role in allowed:
            act(there)
            return
        refused = there.team.refuses(PermissionDenied, lambda: act(there))
    if role is None:
        assert refused.rule == "R1"
        assert f"add_member('{STRANGER}'" in refused.hint, "a stranger is told who can add them, and the call"
        assert all(lead in refused.hint for lead in ("lea", "tim", "lou"))
    else:
        assert refused.rule in ("R1", "R3")


@pytest.mark.parametrize("action", [name for name, row in TABLE.items() if not row.allowed & {"annotator"}])
def test_r1_the_role_that_counts_is_the_one_stored_now(action: str, scene: Callable[[str], Scene]) -> None:
    there = scene("tim")
    there.team("lea").set_role("tim", "annotator")
    with without_notices():
        there.team.refuses(PermissionDenied, lambda: TABLE[action].act(there))


def test_r1_a_refusal_names_the_roles_that_may_and_who_has_them(team: Team) -> None:
    refused = team.refuses(PermissionDenied, lambda: team("tim").update_policy(min_score=10), rule="R1")
    assert "team manager" in refused.message
    assert "It takes admin; ask lea." in refused.hint
    refused = team.refuses(PermissionDenied, lambda: team("ann").create_ground_truth_batch("gold"), rule="R1")
    assert "It takes admin or team manager; ask lea, tim." in refused.hint
