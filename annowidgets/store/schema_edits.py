"""The second migration: the undo history of drafts, and what tells one workspace file from another."""

from __future__ import annotations

import sqlite3

from annowidgets.store.triggers import differs, refuse

TABLES = (
    """CREATE TABLE identity (
        -- What tells this file from every other one, also from one that takes its place: random, made once.
        id TEXT PRIMARY KEY
    ) STRICT""",
    "INSERT INTO identity (id) VALUES (lower(hex(randomblob(16))))",
    """CREATE TABLE edits (
        -- The undo history of a draft: one row per finished gesture, position 1, 2, ... forward, backward: JSON, what
        -- was put and removed, and what takes it back; NULL from the submission on, since then only the id matters.
        task INTEGER NOT NULL REFERENCES tasks (id),
        user TEXT NOT NULL,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('edit', 'undo', 'redo')),
        what TEXT NOT NULL,
        of TEXT, -- id of the edit that an undo takes back, or a redo makes again
        forward TEXT,
        backward TEXT,
        ontology_version INTEGER NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (task, user, position),
        UNIQUE (task, user, id),
        CHECK ((forward IS NULL) = (backward IS NULL)),
        CHECK (of IS NULL OR kind <> 'edit')
    ) STRICT""",
)

_STAYS = "T6: an edit stays as it is until its draft is handed in, and is never made twice"
_ONE_IDENTITY = "P3: a workspace keeps its identity"
_FIXED = differs("task, user, position, id, kind, what, of, ontology_version, at")

GUARDS = (
    refuse("identity_not_changed", "BEFORE UPDATE ON identity", "1", _ONE_IDENTITY),
    refuse("identity_not_deleted", "BEFORE DELETE ON identity", "1", _ONE_IDENTITY),
    refuse("identity_not_replaced", "BEFORE INSERT ON identity", "EXISTS (SELECT 1 FROM identity)", _ONE_IDENTITY),
    refuse(
        "edits_not_changed",
        "BEFORE UPDATE ON edits",
        f"{_FIXED} OR NEW.forward IS NOT NULL OR EXISTS (SELECT 1 FROM tasks WHERE id = OLD.task "
        "AND state = 'annotating' AND user = OLD.user)",
        _STAYS,
    ),
    refuse("edits_not_deleted", "BEFORE DELETE ON edits", "1", _STAYS),
    # Also refuses REPLACE, which would delete the row in its way without asking the guard above.
    refuse(
        "edits_numbered",
        "BEFORE INSERT ON edits",
        "NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM edits WHERE task = NEW.task AND user = NEW.user) "
        "OR EXISTS (SELECT 1 FROM edits WHERE task = NEW.task AND user = NEW.user AND id = NEW.id)",
        _STAYS,
    ),
)


def m002_edits(connection: sqlite3.Connection) -> None:
    """The undo history of drafts, and the identity of the file."""
    for statement in (*TABLES, *GUARDS):
        connection.execute(statement)
