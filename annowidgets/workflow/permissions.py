"""Who may do what: one table (R1)."""

from __future__ import annotations

from enum import StrEnum

from annowidgets.errors import InvalidInput, PermissionDenied


class Role(StrEnum):
    """Role of a member in a project."""

    ADMIN = "admin"
    TEAM_MANAGER = "team_manager"
    REVIEWER = "reviewer"
    ANNOTATOR = "annotator"


class Permission(StrEnum):
    """What a role may allow; the value completes "may not ..."."""

    VIEW_GOLD = "view the benchmark source and gold health"
    EDIT_BENCHMARK = "edit the benchmark function, re-calculate, or make training projects"
    EDIT_PROJECT = "edit instructions and ontology, add data or set policies"
    ARCHIVE = "archive the project"
    MANAGE_ROLES = "manage admins and roles"
    MANAGE_MEMBERS = "invite and remove members"
    RUN_BATCHES = "create and launch batches, or import and submit labels by program"
    DIRECT_TASKS = "assign, prioritise or re-open tasks, close batches, pause people or answer feedback"
    READ_ALL = "read all labels and events"
    AUDIT = "audit a calibration batch or promote quality tasks"
    REVIEW = "review labels"
    SEE_SCORES = "see everyone's scores"
    SEE_OWN = "see the project"
    ANNOTATE = "annotate tasks of an annotation project"
    ANNOTATE_TRAINING = "annotate tasks of a training project"
    GIVE_FEEDBACK = "give feedback on the instructions"


_ALL = frozenset(Role)
_LEADS = frozenset((Role.ADMIN, Role.TEAM_MANAGER))

ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.VIEW_GOLD: frozenset((Role.ADMIN,)),
    Permission.EDIT_BENCHMARK: frozenset((Role.ADMIN,)),
    Permission.EDIT_PROJECT: frozenset((Role.ADMIN,)),
    Permission.ARCHIVE: frozenset((Role.ADMIN,)),
    Permission.MANAGE_ROLES: frozenset((Role.ADMIN,)),
    Permission.MANAGE_MEMBERS: _LEADS,
    Permission.RUN_BATCHES: _LEADS,
    Permission.DIRECT_TASKS: _LEADS,
    Permission.READ_ALL: _LEADS,
    Permission.AUDIT: _LEADS,
    Permission.REVIEW: _LEADS | {Role.REVIEWER},
    Permission.SEE_SCORES: _LEADS,
    Permission.SEE_OWN: _ALL,
    Permission.ANNOTATE: _ALL,
    Permission.ANNOTATE_TRAINING: frozenset((Role.ANNOTATOR,)),
    Permission.GIVE_FEEDBACK: _ALL,
}


def as_role(role: str) -> Role:
    """Return the role of that name; refuse others, naming those there are."""
    try:
        return Role(role)
    except ValueError:
        raise InvalidInput(f"There is no role {role!r:.60}.", hint=f"Roles: {', '.join(Role)}.") from None


def is_allowed(role: str | None, permission: Permission) -> bool:
    """Whether a role, or a stranger (None), has a permission."""
    return role is not None and Role(role) in ALLOWED[permission]


def require(
    role: str | None, permission: Permission, *, user: str, project: str, leads: list[str], joining: str
) -> None:
    """Raise PermissionDenied unless the role has the permission.

    Parameters
    ----------
    role : str or None
        As stored now; None for somebody who is no member.
    permission : Permission
        What the action needs.
    user, project : str
        Who acts, and where: for the message.
    leads : list of str
        Who can add or promote the user; none where it would help nobody to ask.
    joining : str
        The call that adds the user.
    """
    if is_allowed(role, permission):
        return
    who = ", ".join(leads)
    if role is None:
        raise PermissionDenied(
            f"{user!r} is no member of {project!r}.",
            rule="R1",
            hint=f"{who} can add you: {joining}.",
        )
    needed = " or ".join(sorted(role.replace("_", " ") for role in ALLOWED[permission]))
    raise PermissionDenied(
        f"{user!r} is {role.replace('_', ' ')} of {project!r} and may not {permission}.",
        rule="R1",
        hint=f"It takes {needed}{'; ask ' if who else ''}{who}.",
    )
