"""A project: what a lead, an annotator or a reviewer holds in a notebook."""

from __future__ import annotations

from html import escape
from typing import Any

from annowidgets.errors import RuleViolation
from annowidgets.store import projects as stored_projects
from annowidgets.store import training as stored_training
from annowidgets.workflow.agreement import Agreements
from annowidgets.workflow.calibration import ProjectCalibration
from annowidgets.workflow.exports import ProjectExports
from annowidgets.workflow.feedback import ProjectFeedback
from annowidgets.workflow.imports import ProjectImports
from annowidgets.workflow.members import ProjectMembers
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.plotting import ProjectPlots
from annowidgets.workflow.queue import ProjectQueue
from annowidgets.workflow.versions import ProjectVersions


class Project(
    ProjectMembers,
    ProjectVersions,
    ProjectImports,
    ProjectExports,
    ProjectQueue,
    ProjectFeedback,
    ProjectCalibration,
    Agreements,
    ProjectPlots,
):
    """An annotation project. Made by `Workspace.create_project`, opened by `Workspace.project`.

    Its methods live in the rooms that it is made of: members, items, versions, batches, imports (which
    builds on items and batches), exports, queue, feedback, calibration, agreement and plotting, a module each.
    """

    def archive(self) -> None:
        """End the project: it can be read from then on, not changed; not while a training project uses it (P6)."""
        with self.workspace.act(self.id, Permission.ARCHIVE) as action:
            users = stored_training.using(action.connection, self.id)
            if users:
                raise RuleViolation(
                    f"{action.project.name!r} is a source of {', '.join(map(repr, users))}.",
                    rule="P6",
                    hint=f"Close that first: ws.training_project({users[0]!r}).close().",
                )
            stored_projects.archive(action.connection, self.id)
            action.log("project.archive", "project", self.id)

    def __repr__(self) -> str:
        return f"Project({self.name!r})"

    def _repr_html_(self) -> str:
        batches: Any = self.batches().to_frame().to_html(index=False, escape=True, border=0, na_rep="")
        archived = "archived &middot; " if self.state == "archived" else ""
        locked = "open" if self.is_calibrated else "locked"
        return (
            f"<b>{escape(self.name)}</b> &middot; {archived}{len(self.items())} items &middot; "
            f"{len(self.members())} members &middot; production {locked}{batches}"
        )
