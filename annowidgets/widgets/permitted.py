"""What the user may not do, and why, so that a screen can say so before somebody tries."""

from __future__ import annotations

from annowidgets.errors import AnnowidgetsError, PermissionDenied, ProductionLocked
from annowidgets.workflow import Project
from annowidgets.workflow.base import ProjectBase
from annowidgets.workflow.calibration import require_calibrated
from annowidgets.workflow.permissions import Permission


def why_not(project: ProjectBase, permission: Permission) -> str | None:
    """Why the user's role, or the project's state, does not allow actions of a kind; None where it does.

    The workflow decides again when the action is tried.
    """
    try:
        with project.workspace.look(project.id, permission) as action:
            if action.project.state == "archived":
                return f"Project {action.project.name!r} is archived: it can be read, not changed."
    except PermissionDenied as error:
        return reason_of(error)
    return None


def why_locked(project: Project) -> ProductionLocked | None:
    """Why production is locked (C2), as the workflow says it; None where it is open."""
    try:
        with project.workspace.look(project.id) as action:
            require_calibrated(action)
    except ProductionLocked as error:
        return error
    return None


def reason_of(error: AnnowidgetsError) -> str:
    """An error as one line: what is refused, and what would unlock it."""
    return f"{error.message} {error.hint or ''}".strip()
