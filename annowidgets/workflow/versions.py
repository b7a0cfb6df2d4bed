"""What a project keeps in versions: ontology, policy, benchmark function; and its settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from annowidgets.errors import InvalidInput, notice
from annowidgets.labels import Ontology, walk
from annowidgets.store import projects as stored_projects
from annowidgets.store import training as stored_training
from annowidgets.workflow.base import (
    names_carried,
    names_of,
    stored_ontology,
)
from annowidgets.workflow.instructions import ProjectInstructions
from annowidgets.workflow.ontology_change import labelled, require_names
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.policies import CalibrationPolicy, EvaluationPolicy, Settings, changed, to_json

if TYPE_CHECKING:
    from annowidgets.benchmark import BenchmarkFunction
    from annowidgets.workflow.workspace import Action


class ProjectVersions(ProjectInstructions):
    """The versions' room of a project."""

    @property
    def ontology(self) -> Ontology:
        """The current ontology."""
        with self.workspace.look(self.id) as action:
            return stored_ontology(action.connection, self.id)

    @property
    def policy(self) -> CalibrationPolicy:
        """What a calibration has to reach."""
        with self.workspace.look(self.id) as action:
            return action.policy

    @property
    def settings(self) -> Settings:
        """Sampling rate, length of a lease, evaluation tasks."""
        with self.workspace.look(self.id) as action:
            return action.settings

    @property
    def benchmark(self) -> BenchmarkFunction:
        """The project's own benchmark function, for audits and evaluation tasks."""
        with self.workspace.look(self.id, Permission.SEE_SCORES) as action:
            return stored_function(action)[1]

    def update_ontology(self, new: Ontology, *, rename: Mapping[str, str] | None = None) -> int:
        """Save a new version of the ontology (P2).

        A change of colours or order alone keeps the version, since it changes no meaning. Otherwise the calibration
        becomes stale (C2).

        Parameters
        ----------
        new : Ontology
            The whole new ontology.
        rename : mapping of old name -> new name, optional
            Classes and classifications whose labels are carried along.

        Returns
        -------
        int
            The version.

        Raises
        ------
        InvalidOntology
            Ground-truth or production labels, gold or open tasks use what the new version removes or re-types.
        """
        if not isinstance(new, Ontology):
            raise InvalidInput(f"An Ontology is needed, got {type(new).__name__}.")
        if not isinstance(rename, Mapping | None):
            raise InvalidInput("rename must map old names to new ones.", hint="For example {'old': 'new'}.")
        renamed = dict(rename or {})
        with self.workspace.look(self.id, Permission.EDIT_PROJECT) as action:
            before = labelled(action)
        require_names(before.ontology, new, renamed)
        before.require_fit(new, renamed)
        with self.workspace.act(self.id, Permission.EDIT_PROJECT) as action:
            row = stored_projects.ontology(action.connection, self.id)
            current = stored_ontology(action.connection, self.id)
            require_names(current, new, renamed)
            if new == current and not renamed:
                notice(f"Version {row.version} is the same; no new version was made.")
                return row.version
            meaning_kept = new.fingerprint == row.fingerprint and not renamed
            if not meaning_kept:
                # Looked at already, save what came in since, or all if somebody else has changed the ontology.
                known = before.bound if current == before.ontology else ()
                labelled(action).require_fit(new, renamed, known=known)
            version = row.version if meaning_kept else row.version + 1
            added = stored_projects.OntologyRow(version, to_json(new), new.fingerprint, json.dumps(renamed))
            stored_projects.add_ontology(
                action.connection, self.id, added, revision=meaning_kept, at=action.now, user=action.user
            )
            _carry_function(action, new, renamed)
            action.log("ontology.update", "ontology", version, renamed=renamed, differences=current.differences(new))
            return version

    def update_policy(self, **changes: Any) -> CalibrationPolicy:
        """Change fields of the calibration policy; an event, and a new version (C2)."""
        with self.workspace.act(self.id, Permission.EDIT_PROJECT) as action:
            policy = changed(action.policy, **changes)
            if policy != action.policy:
                version = stored_projects.add_policy(
                    action.connection, self.id, to_json(policy), at=action.now, user=action.user
                )
                action.log("policy.update", "policy", version, **{name: getattr(policy, name) for name in changes})
        return policy

    def update_settings(
        self,
        *,
        sampling_rate: float | None = None,
        lease_minutes: float | None = None,
        benchmark: BenchmarkFunction | None = None,
        evaluation: EvaluationPolicy | None = None,
    ) -> Settings:
        """Change what is given, leave the rest.

        Parameters
        ----------
        sampling_rate : float, optional
            Share of submits drawn for review, 0 to 1.
        lease_minutes : float, optional
            How long a claim lasts without a sign of life.
        benchmark : BenchmarkFunction, optional
            A new version of the project's own benchmark function.
        evaluation : EvaluationPolicy, optional
            How evaluation tasks are mixed into production.
        """
        given = {"sampling_rate": sampling_rate, "lease_minutes": lease_minutes, "evaluation": evaluation}
        changes = {name: value for name, value in given.items() if value is not None}
        with self.workspace.act(self.id, Permission.EDIT_PROJECT) as action:
            settings = changed(action.settings, **changes)
            if settings != action.settings:
                stored_projects.set_settings(action.connection, self.id, to_json(settings))
                action.log("settings.update", "project", self.id, **{name: getattr(settings, name) for name in changes})
            if benchmark is not None:
                require_function(benchmark, stored_ontology(action.connection, self.id))
                if benchmark != stored_function(action)[1]:
                    version = stored_projects.add_function(
                        action.connection, self.id, to_json(benchmark), at=action.now, user=action.user
                    )
                    action.log("function.update", "function", version, function=json.loads(to_json(benchmark)))
        return settings


def stored_function(action: Action, version: int | None = None) -> tuple[int, BenchmarkFunction]:
    """Version and value of the project's benchmark function: the current one, or that of a version."""
    from annowidgets.benchmark import BenchmarkFunction

    if version is None:
        version, text = stored_projects.function(action.connection, action.project.id)
    else:
        text = stored_training.function(action.connection, action.project.id, version)
    return version, msgspec.json.decode(text, type=BenchmarkFunction)


def in_names_of(action: Action, function: BenchmarkFunction, version: int) -> BenchmarkFunction:
    """The project's function in the names of an earlier ontology version, for labels that are still in these (P2)."""
    names = names_carried(action.connection, action.project.id, version)

    def earlier(settings: Mapping[str, Any]) -> dict[str, Any]:
        return {old: settings[name] for old, name in names.items() if name in settings}

    return function.amended(per_class=earlier(function.per_class), importance=earlier(function.importance))


def require_function(benchmark: object, ontology: Ontology) -> None:
    """Refuse what is no benchmark function, or speaks of classes and questions that the ontology lacks."""
    from annowidgets.benchmark import BenchmarkFunction

    if not isinstance(benchmark, BenchmarkFunction):
        raise InvalidInput(f"benchmark must be a BenchmarkFunction, got {type(benchmark).__name__}.")
    benchmark.require_known(names_of(ontology), {question.name for question in walk(ontology.classifications)})


def _carry_function(action: Action, new: Ontology, renamed: dict[str, str]) -> None:
    """Let the benchmark function speak of the new names; what it says of removed classes goes with them."""
    function = stored_function(action)[1]
    known = names_of(new)

    def carried(settings: Mapping[str, Any]) -> dict[str, Any]:
        moved = {renamed.get(name, name): value for name, value in settings.items()}
        return {name: value for name, value in moved.items() if name in known}

    changes = {"per_class": carried(function.per_class), "importance": carried(function.importance)}
    amended = function.amended(**changes)
    if amended != function:
        version = stored_projects.add_function(
            action.connection, action.project.id, to_json(amended), at=action.now, user=action.user
        )
        action.log("function.update", "function", version, function=json.loads(to_json(amended)))
