"""Labels of several people on the same items."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from annowidgets.store.rows import select


class GivenRow(NamedTuple):
    """What somebody last submitted on an item, as they submitted it; labels is JSON."""

    item: int
    user: str
    ontology_version: int
    labels: str


def given(connection: sqlite3.Connection, project: int, *, batch: int | None = None) -> list[GivenRow]:
    """What each person submitted on each item of a project or a batch of it, without evaluation tasks.

    Corrections by reviewers and auditors are not theirs, and what was excluded or cancelled does not count.
    """
    return select(
        connection,
        GivenRow,
        """FROM (SELECT t.item, s.user, s.ontology_version, s.labels, max(s.id) FROM tasks t
            JOIN label_sets s ON s.task = t.id AND s.kind = 'submission'
            WHERE t.project = ?1 AND (?2 IS NULL OR t.batch = ?2)
                AND t.state IN ('in_review', 'returned', 'completed', 'submitted', 'graded')
                AND NOT EXISTS (SELECT 1 FROM evaluations e WHERE e.task = t.id)
            GROUP BY t.item, s.user) r ORDER BY r.item, r.user""",
        (project, batch),
    )
