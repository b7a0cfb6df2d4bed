"""Members of a project: who takes part, in which role, and who is paused."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from annowidgets.errors import NotFound, RuleViolation, notice
from annowidgets.labels.values import name as checked_name
from annowidgets.store import members as stored_members
from annowidgets.store import tasks as stored_tasks
from annowidgets.store import training as stored_training
from annowidgets.workflow.base import ProjectBase
from annowidgets.workflow.checks import checked_tags, composed, require_languages, require_text
from annowidgets.workflow.claims import give_back, release_audit_locks
from annowidgets.workflow.collection import Collection
from annowidgets.workflow.permissions import Permission, Role, as_role
from annowidgets.workflow.states import TaskState

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.workflow.workspace import Action


class Member(NamedTuple):
    """A member of a project.

    Attributes
    ----------
    user, role : str
        Who, and as what.
    languages : dict of str to str
        Language -> level.
    tags : list of str
        What the person is qualified for.
    paused : str or None
        Why the person gets no new production tasks.
    """

    user: str
    role: str
    languages: dict[str, str]
    tags: list[str]
    paused: str | None


def as_member(row: stored_members.MemberRow) -> Member:
    """The public view of a stored member."""
    return Member(row.user, row.role, json.loads(row.languages), json.loads(row.tags), row.paused)


class ProjectMembers(ProjectBase):
    """The members' room of a project."""

    def members(self, *, role: str | None = None, paused: bool | None = None) -> Collection[Member]:
        """Members in the order they were added; why somebody else is paused is for leads to know."""
        with self.workspace.look(self.id) as action:
            found = [as_member(row) for row in stored_members.all_of(action.connection, self.id)]
            if not action.may(Permission.SEE_SCORES):
                found = [one if one.user == action.user else one._replace(paused=None) for one in found]
        role = None if role is None else as_role(role)
        chosen = [
            member for member in found if role in (None, member.role) and paused in (None, member.paused is not None)
        ]
        return Collection(chosen, _members_frame)

    def add_member(
        self,
        user: str,
        *,
        role: str | None = None,
        languages: Mapping[str, str] | None = None,
        tags: Sequence[str] | None = None,
    ) -> Member:
        """Add somebody to the project.

        Adding a member again changes nothing but the languages and tags that are given; the role is changed by
        `set_role`.

        Parameters
        ----------
        user : str
            Name as the hub or the system gives it.
        role : {"admin", "team_manager", "reviewer", "annotator"}, optional
            What the person may do; an annotator where left out.
        languages : mapping of language -> level, optional
            For example {"en": "C1"}.
        tags : sequence of str, optional
            What the person is qualified for.
        """
        user = checked_name("user", user)
        wanted = None if role is None else as_role(role)
        details: dict[str, str] = {}
        if languages is not None:
            details["languages"] = json.dumps(require_languages(languages))
        if tags is not None:
            details["tags"] = json.dumps(checked_tags(tags))
        with self.workspace.act(self.id, Permission.MANAGE_MEMBERS) as action:
            known = stored_members.of(action.connection, self.id, user)
            changes = known is not None and any(getattr(known, field) != value for field, value in details.items())
            if known is None:
                new = wanted or Role.ANNOTATOR
                if new == Role.ADMIN:
                    action.require(Permission.MANAGE_ROLES)
                stored_members.add(action.connection, project=self.id, user=user, role=new, added=action.now, **details)
                action.log("member.add", "member", None, user=user, role=new, **details)
            elif changes:
                stored_members.change(action.connection, self.id, user, **details)
                action.log("member.change", "member", None, user=user, **details)
            member = stored_members.of(action.connection, self.id, user)
            assert member is not None
            ended = _training_ended(action, member) if known is None else []
        _tell_of_training(user, ended)
        if known is not None and wanted not in (None, known.role):
            notice(
                f"{user!r} is {known.role.replace('_', ' ')} already; "
                f"to change the role: project.set_role({user!r}, {str(wanted)!r})."
            )
        elif known is not None and not changes:
            notice(f"{user!r} is a member already; nothing was changed.")
        return as_member(member)

    def set_role(self, user: str, role: str) -> None:
        """Give a member another role (R2: the last admin stays one)."""
        role = as_role(role)
        with self.workspace.act(self.id, Permission.MANAGE_ROLES) as action:
            member = _known(action, user)
            if member.role == role:
                return
            self._require_role(action, member, role)
            _keep_an_admin(action, member, "demoted")
            stored_members.change(action.connection, self.id, member.user, role=role)
            action.log("member.role", "member", None, user=member.user, before=member.role, role=role)
            ended = _training_ended(action, member._replace(role=role))
        _tell_of_training(user, ended)

    def remove_member(self, user: str) -> None:
        """Remove a member: leases, audit locks and assignments are released, submissions stay (R2)."""
        with self.workspace.act(self.id, Permission.MANAGE_MEMBERS) as action:
            member = _known(action, user)
            if member.role == Role.ADMIN:
                action.require(Permission.MANAGE_ROLES)
            _keep_an_admin(action, member, "removed")
            self._leave(action, member)

    def _require_role(self, action: Action, member: stored_members.MemberRow, role: Role) -> None:
        """Refuse a role that a member can't have in a project of this kind."""

    def _leave(self, action: Action, member: stored_members.MemberRow) -> None:
        """Take leave of a member inside the action: what they hold is released."""
        for row in stored_tasks.matching(action.connection, self.id, state=TaskState.ANNOTATING, user=member.user):
            give_back(action, row)
        for row in stored_tasks.matching(action.connection, self.id):
            if row.assignee == member.user and row.state in (TaskState.QUEUED, TaskState.RETURNED):
                stored_tasks.change(action.connection, row.id, assignee=None)
        release_audit_locks(action, member.user)
        stored_members.remove(action.connection, self.id, member.user)
        action.log("member.remove", "member", None, user=member.user, role=member.role)

    def pause(self, user: str, *, reason: str = "paused by the lead") -> None:
        """Keep a member from claiming production tasks; held and returned tasks may be finished (Q3)."""
        reason = require_text("A pause", "reason", reason)
        with self.workspace.act(self.id, Permission.DIRECT_TASKS) as action:
            member = _known(action, user)
            if member.paused is not None:
                notice(f"{user!r} is paused already: {member.paused}.")
                return
            stored_members.change(action.connection, self.id, member.user, paused=reason)
            action.log("member.pause", "member", None, user=member.user, reason=reason)

    def reinstate(self, user: str, *, reason: str) -> None:
        """Let a paused member claim production tasks again (Q3)."""
        reason = require_text("Reinstating", "reason", reason)
        with self.workspace.act(self.id, Permission.DIRECT_TASKS) as action:
            member = _known(action, user)
            if member.paused is None:
                notice(f"{user!r} is not paused.")
                return
            stored_members.change(action.connection, self.id, member.user, paused=None)
            action.log("member.reinstate", "member", None, user=member.user, reason=reason)

    def join_snippet(self) -> str:
        """The cell that an annotator runs, to be sent to the team."""
        path = str(self.workspace.database.path)
        return f"import annowidgets as aw\n\naw.LabelDesk({path!r}, {self.name!r})"


def reading_seconds(member: stored_members.MemberRow | None, version: int) -> float:
    """Focused seconds that a member spent on a version of the instructions."""
    if member is None:
        return 0.0
    seconds: dict[str, float] = msgspec.json.decode(member.instruction_seconds)
    return seconds.get(str(version), 0.0)


def _known(action: Action, user: str) -> stored_members.MemberRow:
    member = stored_members.of(action.connection, action.project.id, composed(user))
    if member is None:
        names = [row.user for row in stored_members.all_of(action.connection, action.project.id)]
        raise NotFound.named("member", user, names)
    return member


def _training_ended(action: Action, member: stored_members.MemberRow) -> list[str]:
    """Training projects in which a member can't go on, since who leads or reviews in a source is no trainee (A5)."""
    if member.role == Role.ANNOTATOR:
        return []
    return stored_training.trained_from(action.connection, action.project.id, member.user)


def _tell_of_training(user: str, ended: list[str]) -> None:
    if ended:
        notice(f"{user!r} leads or reviews here now, and can't go on as a trainee of {', '.join(map(repr, ended))}.")


def _keep_an_admin(action: Action, member: stored_members.MemberRow, verb: str) -> None:  # R2
    if member.role == Role.ADMIN and stored_members.admins(action.connection, action.project.id) == 1:
        raise RuleViolation(
            f"{member.user!r} is the last admin of {action.project.name!r} and can't be {verb}.",
            rule="R2",
            hint="Make somebody else admin first: project.set_role(user, 'admin').",
        )


def _members_frame(members: Sequence[Member]) -> pd.DataFrame:
    import pandas as pd

    rows: list[dict[str, Any]] = [
        {
            "user": member.user,
            "role": member.role,
            "languages": ", ".join(f"{language} {level}" for language, level in member.languages.items()),
            "tags": ", ".join(member.tags),
            "paused": member.paused,
        }
        for member in members
    ]
    return pd.DataFrame(rows, columns=["user", "role", "languages", "tags", "paused"])
