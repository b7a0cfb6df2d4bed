"""The workspace: one file, one user who acts."""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from annowidgets.errors import AlreadyExists, InvalidInput, NotFound, OntologyMismatch, RuleViolation, notice
from annowidgets.labels import Ontology
from annowidgets.labels.values import name as checked_name
from annowidgets.store import Connection, Database, events, members, projects
from annowidgets.store.projects import ProjectRow
from annowidgets.workflow import permissions
from annowidgets.workflow.checks import composed
from annowidgets.workflow.permissions import Permission, Role
from annowidgets.workflow.policies import CalibrationPolicy, Settings, to_json

if TYPE_CHECKING:
    import numpy as np

    from annowidgets.benchmark import BenchmarkFunction
    from annowidgets.workflow.project import Project
    from annowidgets.workflow.training import TrainingProject
    from annowidgets.workflow.training.sources import Source

# Accounts that many people share, so that their name says nothing about who labels.
_SHARED_ACCOUNTS = frozenset(("jovyan", "root", "admin", "user", "ubuntu"))


def open_workspace(
    path: str | os.PathLike[str],
    *,
    user: str | None = None,
    media_root: str | os.PathLike[str] | None = None,
    create: bool = True,
) -> Workspace:
    """Open a workspace file, or make it.

    Parameters
    ----------
    path : path
        The SQLite file.
    user : str, optional
        Who acts; ``JUPYTERHUB_USER`` or the system's user where left out. For attribution, not for security.
    media_root : path, optional
        What the items' paths are relative to; the file's own folder where left out.
    create : bool
        Whether to make the file where there is none.

    Raises
    ------
    StoreError
        Where the file can't be opened, is no workspace or was written by a newer version.
    """
    if user is None:
        user = os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
        if user in _SHARED_ACCOUNTS:
            notice(
                f"Acting as {user!r}, an account that people share. Say who you are: open_workspace(..., user='ann')."
            )
    path = Path(path).expanduser().absolute()
    user = checked_name("user", user)
    root = path.parent if media_root is None else Path(media_root).expanduser().absolute()
    if not root.is_dir():
        raise InvalidInput(f"There is no folder {root} for media_root.")
    return Workspace(Database(path, create=create), user=user, behind=None, media_root=root)


class Action:
    """One action, or one look: who acts, on which project, in which transaction.

    Attributes
    ----------
    connection : Connection
        The open transaction.
    now : float
        When the action happens, in seconds since 1970.
    user : str
        Who acts.
    project : ProjectRow
        As stored now.
    member : MemberRow or None
        The user's membership as stored now.
    """

    def __init__(self, workspace: Workspace, connection: Connection, project: int) -> None:
        self.workspace = workspace
        self.connection = connection
        self.now = workspace.clock()
        self.user = workspace.user
        self.project = projects.by_id(connection, project)
        self.member = members.of(connection, project, self.user)

    @property
    def settings(self) -> Settings:
        """The project's settings as stored now."""
        return msgspec.json.decode(self.project.settings, type=Settings)

    @property
    def policy(self) -> CalibrationPolicy:
        """The project's calibration policy as stored now."""
        return msgspec.json.decode(projects.policy(self.connection, self.project.id)[1], type=CalibrationPolicy)

    @property
    def role(self) -> str | None:
        """The user's role, None for a stranger."""
        return None if self.member is None else self.member.role

    def may(self, permission: Permission) -> bool:
        """Whether the user's role has a permission."""
        return permissions.is_allowed(self.role, self._here(permission))

    def require(self, permission: Permission) -> None:
        """Raise PermissionDenied unless the user's role has a permission."""  # R1
        permission = self._here(permission)
        if not self.may(permission):
            needed = Permission.MANAGE_MEMBERS if self.role is None else permission
            leads = [
                member.user
                for member in members.all_of(self.connection, self.project.id)
                # Those who may annotate a training are its trainees, whom nobody should ask.
                if permissions.is_allowed(member.role, needed) and needed != Permission.ANNOTATE_TRAINING
            ]
            joining = "project.add_member({!r}, role='annotator')"
            if self.project.kind == "training":
                joining = "training.add_trainees([{!r}])"
            permissions.require(
                self.role,
                permission,
                user=self.user,
                project=self.project.name,
                leads=leads,
                joining=joining.format(self.user),
            )

    def _here(self, permission: Permission) -> Permission:
        """What annotating takes depends on the kind of project: tasks of all kinds are saved by the same code."""
        if self.project.kind == "training" and permission == Permission.ANNOTATE:
            return Permission.ANNOTATE_TRAINING  # A5
        return permission

    def log(self, action: str, subject: str, subject_id: int | None, **figures: Any) -> None:
        """Append the action's event (L1)."""
        events.append(
            self.connection,
            at=self.now,
            user=self.user,
            behind=self.workspace.behind,
            project=self.project.id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            figures=msgspec.json.encode(figures).decode(),
        )


class Workspace:
    """One file with its projects, seen by one user. Made by `open_workspace`.

    Attributes
    ----------
    user : str
        Who acts.
    behind : str or None
        Who really sits there, where somebody acts for another.
    media_root : Path
        What the items' paths are relative to.
    clock : callable
        Gives the time in seconds since 1970; replaced in tests.
    """

    def __init__(self, database: Database, *, user: str, behind: str | None, media_root: Path) -> None:
        self.database = database
        self.user = user
        self.behind = behind
        self.media_root = media_root
        self.clock: Callable[[], float] = time.time

    def as_user(self, user: str) -> Workspace:
        """The same file, acting as somebody else; events keep both names."""
        other = Workspace(
            self.database,
            user=checked_name("user", user),
            behind=self.behind or self.user,
            media_root=self.media_root,
        )
        other.clock = self.clock
        return other

    @contextmanager
    def act(self, project: int, permission: Permission, *, archived: bool = False) -> Iterator[Action]:
        """One action in one transaction: everything inside is written, or nothing.

        Parameters
        ----------
        project : int
            Where.
        permission : Permission
            What the action needs, checked on the role as stored now.
        archived : bool
            Whether it is possible in an archived project.
        """
        with self.database.transaction() as connection:
            action = Action(self, connection, project)
            action.require(permission)  # R1
            if action.project.state == "archived" and not archived:
                raise RuleViolation(  # P6
                    f"Project {action.project.name!r} is archived.", rule="P6", hint="It can be read, not changed."
                )
            yield action

    @contextmanager
    def look(self, project: int, permission: Permission = Permission.SEE_OWN) -> Iterator[Action]:
        """One consistent view of the file, for who has the permission."""
        with self.database.read() as connection:
            action = Action(self, connection, project)
            action.require(permission)  # R1
            yield action

    def changes(self) -> int:
        """How many actions the file has seen, in projects and training projects, by whomever.

        A live screen asks this every second or so: while it stays, nothing that the screen shows has changed.
        """
        with self.database.read() as connection:
            return events.newest(connection)

    def projects(self) -> list[Project]:
        """The annotation projects, oldest first."""
        from annowidgets.workflow.project import Project

        with self.database.read() as connection:
            return [Project(self, row.id) for row in projects.all_of_kind(connection, "annotation")]

    def project(self, name: str) -> Project:
        """Open a project; NotFound lists the closest names."""
        from annowidgets.workflow.project import Project

        return Project(self, self._id_of(name, "annotation", "project"))

    def create_project(
        self,
        name: str,
        *,
        ontology: Ontology,
        instructions: str = "",
        sampling_rate: float = 0.1,
        policy: CalibrationPolicy | None = None,
        benchmark: BenchmarkFunction | None = None,
        exist_ok: bool = False,
    ) -> Project:
        """Make an annotation project; its creator is its admin.

        Parameters
        ----------
        name : str
            Different from every other project's.
        ontology : Ontology
            What may be labelled.
        instructions : str
            Markdown.
        sampling_rate : float
            Share of submits drawn for review, 0 to 1.
        policy : CalibrationPolicy, optional
            What a calibration has to reach.
        benchmark : BenchmarkFunction, optional
            For audits and evaluation tasks; IoU 0.4, category 0.4, attributes 0.2 where left out.
        exist_ok : bool
            Open the project of that name where there is one with that ontology; the other arguments are then ignored.

        Raises
        ------
        AlreadyExists
            There is a project of that name.
        """
        from annowidgets.benchmark import BenchmarkFunction
        from annowidgets.workflow.project import Project
        from annowidgets.workflow.versions import require_function

        name = checked_name("project name", name)
        if not isinstance(ontology, Ontology):
            raise InvalidInput(f"ontology must be an Ontology, got {type(ontology).__name__}.")
        if not isinstance(instructions, str):
            raise InvalidInput("instructions must be Markdown text.")
        policy = CalibrationPolicy() if policy is None else policy
        function = BenchmarkFunction.project_default() if benchmark is None else benchmark
        if not isinstance(policy, CalibrationPolicy):
            raise InvalidInput("policy must be a CalibrationPolicy.")
        require_function(function, ontology)
        settings = Settings(sampling_rate=sampling_rate)
        now = self.clock()
        with self.database.transaction() as connection:
            row = projects.by_name(connection, name)
            if row is not None:
                self._require_openable(connection, row, ontology, exist_ok)
                return Project(self, row.id)
            project = projects.create(
                connection, name=name, kind="annotation", settings=to_json(settings), at=now, user=self.user
            )
            members.add(connection, project=project, user=self.user, role=Role.ADMIN, added=now)
            first = projects.OntologyRow(1, to_json(ontology), ontology.fingerprint, "{}")
            projects.add_ontology(connection, project, first, revision=False, at=now, user=self.user)
            text = projects.InstructionsRow(1, instructions, "", "[]", "[]", now, self.user)
            projects.add_instructions(connection, project, text)
            projects.add_policy(connection, project, to_json(policy), at=now, user=self.user)
            projects.add_function(connection, project, to_json(function), at=now, user=self.user)
            Action(self, connection, project).log("project.create", "project", project, name=name)
        return Project(self, project)

    def training_projects(self) -> list[TrainingProject]:
        """The training projects, oldest first."""
        from annowidgets.workflow.training import TrainingProject

        with self.database.read() as connection:
            return [TrainingProject(self, row.id) for row in projects.all_of_kind(connection, "training")]

    def training_project(self, name: str) -> TrainingProject:
        """Open a training project; NotFound lists the closest names."""
        from annowidgets.workflow.training import TrainingProject

        return TrainingProject(self, self._id_of(name, "training", "training project"))

    def _id_of(self, name: str, kind: str, called: str) -> int:
        with self.database.read() as connection:
            row = projects.by_name(connection, composed(name))
            if row is None or row.kind != kind:
                known = [project.name for project in projects.all_of_kind(connection, kind)]
                raise NotFound.named(called, name, known)
        return row.id

    def create_training_project(
        self,
        name: str,
        *,
        sources: Iterable[Source],
        size: int | None = None,
        rng: int | np.random.Generator | None = None,
        ontology: Ontology | None = None,
        description: str = "",
        instructions: str = "",
        trainees: str | Iterable[str] = (),
        benchmark: BenchmarkFunction | None = None,
        pass_mark: float | None = 80.0,
        reveal: str = "after_last",
        allow_seen: bool = False,
        exist_ok: bool = False,
    ) -> TrainingProject:
        """Make a training project: a snapshot of finished tasks is the benchmark that trainees are measured against.

        Parameters
        ----------
        name : str
            Different from every other project's.
        sources : sequence of projects, batches or lists of tasks
            Where the benchmark comes from; the user is admin of each (A1).
        size : int, optional
            How many of the eligible tasks to draw; all where left out.
        rng : int or Generator, optional
            Seed of the draw.
        ontology : Ontology, optional
            Exactly the sources'; theirs where left out (A2).
        description : str
            What it is for.
        instructions : str
            Markdown, for the trainees.
        trainees : str or iterable of str
            Who takes part; more may come later.
        benchmark : BenchmarkFunction, optional
            How points are given; IoU and category alike where left out.
        pass_mark : float, optional
            The score that passes, 0 to 100 (A11); None: nobody passes or fails.
        reveal : {"never", "after_each", "after_last"}
            When trainees see the gold, own scores and explanations: never, after each task (practice) or after the
            last (exam) (A10).
        allow_seen : bool
            Whether trainees get items whose gold they have seen (A12).
        exist_ok : bool
            Open the training project of that name where there is one with that ontology; the other arguments are then
            ignored.

        Raises
        ------
        SourceNotEligible
            A source gives nothing, is a training project, or the same content comes twice.
        OntologyMismatch
            Sources differ in their ontology, listing how.
        AlreadyExists
            There is a project of that name.
        """
        from annowidgets.workflow.training.creation import create

        return create(
            self,
            name,
            sources=sources,
            size=size,
            rng=rng,
            ontology=ontology,
            description=description,
            instructions=instructions,
            trainees=trainees,
            benchmark=benchmark,
            pass_mark=pass_mark,
            reveal=reveal,
            allow_seen=allow_seen,
            exist_ok=exist_ok,
        )

    def _require_openable(
        self, connection: Connection, row: ProjectRow, ontology: Ontology, exist_ok: bool, *, kind: str = "annotation"
    ) -> None:
        if not exist_ok or row.kind != kind:
            opening = "training_project" if row.kind == "training" else "project"
            raise AlreadyExists(f"There is a project {row.name!r}.", hint=f"Open it: ws.{opening}({row.name!r}).")
        versions = projects.ontology_versions(connection, row.id)
        if ontology.fingerprint not in {version.fingerprint for version in versions}:
            stored = Ontology.from_dict(msgspec.json.decode(versions[-1].ontology))
            way_out = (
                "The ontology of a training project stays its sources'; open it with ws.training_project(...)."
                if kind == "training"
                else "Open it with ws.project(...) and change it with project.update_ontology(...)."
            )
            raise OntologyMismatch(
                f"Project {row.name!r} exists with another ontology: {'; '.join(stored.differences(ontology))}.",
                rule="P1",
                hint=way_out,
            )
        notice(f"Project {row.name!r} exists and was opened; the other arguments were ignored.")

    def __repr__(self) -> str:
        return f"Workspace({str(self.database.path)!r}, user={self.user!r})"

    def _repr_html_(self) -> str:
        from html import escape

        names = "".join(f"<li>{escape(project.name)}</li>" for project in self.projects())
        return f"<b>{escape(self.database.path.name)}</b>, acting as {escape(self.user)}<ul>{names}</ul>"
