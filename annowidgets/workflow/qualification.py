"""Who may draw tasks from a batch: requirements (C7) and shares (C1)."""

from __future__ import annotations

import json
import math

import msgspec

from annowidgets.store import Connection
from annowidgets.store import batches as stored_batches
from annowidgets.store import members as stored_members
from annowidgets.store import projects as stored_projects
from annowidgets.store.batches import BatchRow
from annowidgets.store.members import MemberRow
from annowidgets.workflow.checks import LEVELS
from annowidgets.workflow.members import reading_seconds
from annowidgets.workflow.permissions import Role
from annowidgets.workflow.policies import Requirements


def unmet_requirements(connection: Connection, batch: BatchRow, member: MemberRow) -> list[str]:
    """What a member lacks for a batch, one phrase each; empty where nothing is lacking (C7)."""
    requirements = msgspec.json.decode(batch.requirements, type=Requirements)
    lacking = []
    spoken: dict[str, str] = json.loads(member.languages)
    for language, level in requirements.languages.items():
        has = spoken.get(language)
        if has is None or LEVELS.index(has) < LEVELS.index(level):
            lacking.append(f"language {language} at {level} (has {has or 'none'})")
    missing_tags = [tag for tag in requirements.tags if tag not in json.loads(member.tags)]
    if missing_tags:
        lacking.append(f"tag {', '.join(missing_tags)}")
    if requirements.min_instruction_seconds > 0:
        version = batch.instructions_version
        if version is None or batch.kind != "calibration":
            current = stored_projects.instructions(connection, batch.project)
            assert current is not None
            version = current.version
        spent = reading_seconds(member, version)
        if spent < requirements.min_instruction_seconds:
            lacking.append(
                f"{requirements.min_instruction_seconds:g} s on instructions version {version} (spent {spent:.0f} s)"
            )
    training = requirements.training
    if training is not None and not stored_members.has_passed(connection, training, member.user):
        lacking.append(f"training project {training!r} passed in a round of all its tasks")
    return lacking


def qualified_members(connection: Connection, batch: BatchRow, *, role: Role | None = None) -> list[str]:
    """Members of the project, of one role or of any, who meet the batch's requirements."""
    return [
        member.user
        for member in stored_members.all_of(connection, batch.project)
        if role in (None, member.role) and not unmet_requirements(connection, batch, member)
    ]


def qualified_annotators(connection: Connection, batch: BatchRow) -> list[str]:
    """Annotators of the project who meet the batch's requirements."""
    return qualified_members(connection, batch, role=Role.ANNOTATOR)


def share_of_attempts(connection: Connection, batch: BatchRow) -> int | None:
    """How many attempts of a calibration batch one person takes at most; None: any number (C1)."""
    if batch.max_per_tasker is not None:
        return batch.max_per_tasker
    annotators = qualified_annotators(connection, batch)
    if not annotators:
        return None
    attempts = len(stored_batches.included_items(connection, batch.id)) * batch.attempts_per_item
    return math.ceil(attempts / len(annotators))
