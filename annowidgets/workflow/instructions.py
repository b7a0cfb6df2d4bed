"""Instructions: what the people who label are told, in versions (I1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from annowidgets.errors import InvalidInput, NotFound, notice
from annowidgets.store import members as stored_members
from annowidgets.store import projects as stored_projects
from annowidgets.workflow.base import ProjectBase
from annowidgets.workflow.checks import require_count, require_seconds
from annowidgets.workflow.permissions import Permission

# Stands for "read in full" where a program, not a person with a clock, confirms the reading.
_READ_IN_FULL = 1e9


class Instructions(NamedTuple):
    """A version of the instructions.

    Attributes
    ----------
    version : int
        From 1.
    text : str
        Markdown.
    note : str
        What changed.
    good, bad : list of str
        Examples, as Markdown.
    """

    version: int
    text: str
    note: str
    good: list[str]
    bad: list[str]

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


def as_instructions(row: stored_projects.InstructionsRow | None) -> Instructions:
    """The public view of stored instructions."""
    assert row is not None, "every project has instructions"
    return Instructions(row.version, row.text, row.note, json.loads(row.good), json.loads(row.bad))


class ProjectInstructions(ProjectBase):
    """The instructions' room of a project, and of a training project."""

    @property
    def instructions(self) -> Instructions:
        """The current instructions."""
        with self.workspace.look(self.id) as action:
            return as_instructions(stored_projects.instructions(action.connection, self.id))

    def instructions_history(self) -> list[Instructions]:
        """Every version of the instructions, oldest first."""
        with self.workspace.look(self.id) as action:
            return [as_instructions(row) for row in stored_projects.instructions_versions(action.connection, self.id)]

    def update_instructions(
        self, text: str, *, note: str = "", good: Sequence[str] = (), bad: Sequence[str] = ()
    ) -> Instructions:
        """Save a new version of the instructions (I1).

        Parameters
        ----------
        text : str
            Markdown.
        note : str
            What changed.
        good, bad : sequence of str
            Examples, as Markdown.
        """
        if not isinstance(text, str) or not isinstance(note, str):
            raise InvalidInput("Instructions and note must be text.")
        for examples in (good, bad):
            if not isinstance(examples, Sequence) or isinstance(examples, str) or not all(map(_is_text, examples)):
                raise InvalidInput("Examples must be lists of text.")
        with self.workspace.act(self.id, Permission.EDIT_PROJECT) as action:
            current = as_instructions(stored_projects.instructions(action.connection, self.id))
            if (current.text, current.good, current.bad) == (text, list(good), list(bad)):
                notice(f"Version {current.version} says the same; no new version was made.")
                return current
            row = stored_projects.InstructionsRow(
                current.version + 1, text, note, json.dumps(list(good)), json.dumps(list(bad)), action.now, action.user
            )
            stored_projects.add_instructions(action.connection, self.id, row)
            action.log("instructions.update", "instructions", row.version, note=note)
            return as_instructions(row)

    def read_instructions(self, *, version: int | None = None, seconds: float | None = None) -> Instructions:
        """Return the instructions, and count the time on them (C7).

        Parameters
        ----------
        version : int, optional
            The current one where left out; a calibration batch asks for the version that it was launched with.
        seconds : float, optional
            Focused time to add, as a desk measures it. Left out, they count as read in full.
        """
        seconds = None if seconds is None else require_seconds("seconds", seconds)
        version = None if version is None else require_count("version", version, least=1)
        with self.workspace.act(self.id, Permission.SEE_OWN) as action:
            row = stored_projects.instructions(action.connection, self.id, version)
            if row is None:
                newest = as_instructions(stored_projects.instructions(action.connection, self.id)).version
                raise NotFound(f"There is no version {version} of the instructions; the newest is {newest}.")
            assert action.member is not None
            spent: dict[str, float] = json.loads(action.member.instruction_seconds)
            before = spent.get(str(row.version), 0.0)
            spent[str(row.version)] = max(before, _READ_IN_FULL) if seconds is None else before + seconds
            if spent[str(row.version)] != before:
                stored_members.change(action.connection, self.id, action.user, instruction_seconds=json.dumps(spent))
                action.log("instructions.read", "instructions", row.version, seconds=seconds)
        return as_instructions(row)


def _is_text(value: object) -> bool:
    return isinstance(value, str)
