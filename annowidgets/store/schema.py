"""The schema of the workspace file, as migrations.

A migration that has been released is never edited; a change is a further one. Times are seconds since 1970 (UTC),
states, kinds and roles are words with underscores, structured values are JSON.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from annowidgets.store import guards
from annowidgets.store.files import APPLICATION_ID
from annowidgets.store.schema_edits import m002_edits
from annowidgets.store.schema_evaluation import m004_evaluation
from annowidgets.store.schema_settling import m005_settling
from annowidgets.store.schema_training import m003_training

if TYPE_CHECKING:
    from sqlite_utils import Database as SqliteUtils

TABLES_1 = (
    """CREATE TABLE projects (
        -- One row per project. settings: JSON.
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('annotation', 'training')),
        state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'archived')),
        settings TEXT NOT NULL,
        created REAL NOT NULL,
        created_by TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE ontologies (
        -- What may be labelled, in versions. A change of colours or order alone is a further revision of a version: it
        -- has the same meaning, so the same fingerprint, and makes nothing stale. renamed: JSON, old name -> new name.
        project INTEGER NOT NULL REFERENCES projects (id),
        version INTEGER NOT NULL,
        revision INTEGER NOT NULL DEFAULT 0,
        ontology TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        renamed TEXT NOT NULL DEFAULT '{}',
        created REAL NOT NULL,
        created_by TEXT NOT NULL,
        PRIMARY KEY (project, version, revision)
    ) STRICT""",
    """CREATE TABLE instructions (
        -- The instructions, in versions, as Markdown. good, bad: JSON lists of examples.
        project INTEGER NOT NULL REFERENCES projects (id),
        version INTEGER NOT NULL,
        text TEXT NOT NULL,
        note TEXT NOT NULL,
        good TEXT NOT NULL,
        bad TEXT NOT NULL,
        created REAL NOT NULL,
        created_by TEXT NOT NULL,
        PRIMARY KEY (project, version)
    ) STRICT""",
    """CREATE TABLE policies (
        -- What a calibration has to reach, in versions. policy: JSON.
        project INTEGER NOT NULL REFERENCES projects (id),
        version INTEGER NOT NULL,
        policy TEXT NOT NULL CHECK (json_valid(policy)),
        created REAL NOT NULL,
        created_by TEXT NOT NULL,
        PRIMARY KEY (project, version)
    ) STRICT""",
    """CREATE TABLE functions (
        -- The project's own benchmark function, in versions. function: JSON.
        project INTEGER NOT NULL REFERENCES projects (id),
        version INTEGER NOT NULL,
        function TEXT NOT NULL,
        created REAL NOT NULL,
        created_by TEXT NOT NULL,
        PRIMARY KEY (project, version)
    ) STRICT""",
    """CREATE TABLE members (
        -- Who takes part. languages: JSON, language -> level. tags: JSON list. paused: why, or NULL.
        -- instruction_seconds: JSON, version of the instructions -> focused seconds.
        project INTEGER NOT NULL REFERENCES projects (id),
        user TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('admin', 'team_manager', 'reviewer', 'annotator')),
        languages TEXT NOT NULL DEFAULT '{}',
        tags TEXT NOT NULL DEFAULT '[]',
        paused TEXT,
        instruction_seconds TEXT NOT NULL DEFAULT '{}',
        added REAL NOT NULL,
        PRIMARY KEY (project, user)
    ) STRICT""",
    """CREATE TABLE items (
        -- What is labelled. sizes: JSON list of [height, width] in pixels per frame. spacing: JSON, millimetres per row
        -- and column. hash: of the content. files: JSON list of paths with size, time and hash. thumbnail: JPEG.
        id INTEGER PRIMARY KEY,
        project INTEGER NOT NULL REFERENCES projects (id),
        name TEXT NOT NULL,
        modality TEXT NOT NULL CHECK (modality IN ('image', 'image_group', 'image_sequence', 'video', 'dicom_series')),
        sizes TEXT NOT NULL,
        spacing TEXT,
        hash TEXT NOT NULL,
        files TEXT NOT NULL,
        thumbnail BLOB NOT NULL,
        added REAL NOT NULL,
        added_by TEXT NOT NULL,
        UNIQUE (project, name),
        UNIQUE (project, hash)
    ) STRICT""",
    """CREATE TABLE checks (
        -- When the project was last checked, and what was found. findings: JSON.
        project INTEGER PRIMARY KEY REFERENCES projects (id),
        at REAL NOT NULL,
        findings TEXT NOT NULL
    ) STRICT""",
    """CREATE TABLE certificates (
        -- What a completed audit leaves; production depends on the newest on the current ontology version. score, low,
        -- high: 0 to 100. accuracy: 0 to 1. items, excluded: with and without a graded attempt. conditions: JSON.
        id INTEGER PRIMARY KEY,
        project INTEGER NOT NULL REFERENCES projects (id),
        batch INTEGER NOT NULL REFERENCES batches (id),
        ontology_version INTEGER NOT NULL,
        instructions_version INTEGER NOT NULL,
        function_version INTEGER NOT NULL,
        policy_version INTEGER NOT NULL,
        weight REAL NOT NULL,
        score REAL,
        accuracy REAL,
        low REAL,
        high REAL,
        items INTEGER NOT NULL,
        excluded INTEGER NOT NULL,
        taskers INTEGER NOT NULL,
        self_audited INTEGER NOT NULL,
        passed INTEGER NOT NULL,
        conditions TEXT NOT NULL,
        created REAL NOT NULL,
        created_by TEXT NOT NULL,
        UNIQUE (batch, ontology_version)
    ) STRICT""",
    """CREATE TABLE batches (
        -- Sets of items that are labelled together. requirements: JSON. The versions are pinned at the launch;
        -- certificate: what a production batch was opened by.
        id INTEGER PRIMARY KEY,
        project INTEGER NOT NULL REFERENCES projects (id),
        name TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('calibration', 'ground_truth', 'production')),
        state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'in_progress', 'completed', 'closed_early')),
        attempts_per_item INTEGER NOT NULL DEFAULT 1 CHECK (attempts_per_item >= 1),
        max_per_tasker INTEGER,
        requirements TEXT NOT NULL DEFAULT '{}',
        ontology_version INTEGER,
        instructions_version INTEGER,
        certificate INTEGER REFERENCES certificates (id),
        created REAL NOT NULL,
        created_by TEXT NOT NULL,
        launched REAL,
        UNIQUE (project, name),
        CHECK (kind <> 'production' OR certificate IS NOT NULL)
    ) STRICT""",
    """CREATE TABLE batch_items (
        -- The items of a batch, fixed from its launch on. excluded: why one was taken out, or NULL.
        batch INTEGER NOT NULL REFERENCES batches (id),
        item INTEGER NOT NULL REFERENCES items (id),
        position INTEGER NOT NULL,
        excluded TEXT,
        PRIMARY KEY (batch, item)
    ) STRICT""",
    """CREATE TABLE tasks (
        -- One item to be labelled by one person. attempt: 1 to the batch's attempts_per_item. draw: place in the seeded
        -- order. revision: number of the draft. seconds: focused time. labels: what the task stands for.
        id INTEGER PRIMARY KEY,
        project INTEGER NOT NULL REFERENCES projects (id),
        batch INTEGER NOT NULL REFERENCES batches (id),
        item INTEGER NOT NULL REFERENCES items (id),
        attempt INTEGER NOT NULL DEFAULT 1,
        state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'annotating', 'in_review', 'returned',
            'completed', 'skipped', 'cancelled', 'submitted', 'graded', 'excluded')),
        state_before TEXT CHECK (state_before IN ('queued', 'returned')),
        user TEXT,
        assignee TEXT,
        priority INTEGER NOT NULL DEFAULT 0,
        draw REAL NOT NULL,
        lease_until REAL,
        revision INTEGER NOT NULL DEFAULT 0,
        seconds REAL NOT NULL DEFAULT 0,
        confidence REAL CHECK (confidence BETWEEN 0 AND 1),
        ontology_version INTEGER NOT NULL,
        instructions_version INTEGER,
        submitted REAL,
        reviewer TEXT,
        labels INTEGER REFERENCES label_sets (id),
        reason TEXT,
        UNIQUE (batch, item, attempt),
        CHECK (state <> 'annotating' OR (user IS NOT NULL AND lease_until IS NOT NULL AND state_before IS NOT NULL)),
        CHECK (state <> 'queued' OR user IS NULL),
        CHECK (state NOT IN ('submitted', 'graded', 'in_review', 'completed')
            OR (labels IS NOT NULL AND user IS NOT NULL)),
        CHECK (state NOT IN ('submitted', 'graded') OR confidence IS NOT NULL)
    ) STRICT""",
    "CREATE INDEX tasks_by_state ON tasks (project, state, user)",
    "CREATE INDEX tasks_by_item ON tasks (item, user)",
    "CREATE INDEX tasks_by_user ON tasks (user, project)",
    "CREATE INDEX tasks_by_assignee ON tasks (assignee) WHERE assignee IS NOT NULL",
    "CREATE INDEX tasks_in_queue ON tasks (batch, state, priority DESC, draw)",
    """CREATE TABLE label_sets (
        -- Submissions, reviewers' and auditors' corrections, and copies of what lost a conflict. labels: JSON.
        id INTEGER PRIMARY KEY,
        task INTEGER NOT NULL REFERENCES tasks (id),
        kind TEXT NOT NULL CHECK (kind IN ('submission', 'review', 'audit', 'copy')),
        user TEXT NOT NULL,
        ontology_version INTEGER NOT NULL,
        labels TEXT NOT NULL,
        created REAL NOT NULL
    ) STRICT""",
    "CREATE INDEX label_sets_by_task ON label_sets (task, user)",
    """CREATE TABLE drafts (
        -- What is being labelled, as last saved; one per task and person. labels: JSON.
        task INTEGER NOT NULL REFERENCES tasks (id),
        user TEXT NOT NULL,
        labels TEXT NOT NULL,
        saved REAL NOT NULL,
        PRIMARY KEY (task, user)
    ) STRICT""",
    """CREATE TABLE skips (
        -- Who gave a task up, and why.
        task INTEGER NOT NULL REFERENCES tasks (id),
        user TEXT NOT NULL,
        reason TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (task, user)
    ) STRICT""",
    """CREATE TABLE comments (
        -- What a reviewer wrote to the annotator. label: id of the label that it is about, or NULL for the whole task.
        id INTEGER PRIMARY KEY,
        task INTEGER NOT NULL REFERENCES tasks (id),
        author TEXT NOT NULL,
        label TEXT,
        text TEXT NOT NULL,
        created REAL NOT NULL
    ) STRICT""",
    """CREATE TABLE feedback (
        -- What annotators said of the instructions. version: of the instructions that addresses it.
        id INTEGER PRIMARY KEY,
        project INTEGER NOT NULL REFERENCES projects (id),
        batch INTEGER REFERENCES batches (id),
        task INTEGER REFERENCES tasks (id),
        author TEXT NOT NULL,
        instructions_version INTEGER NOT NULL,
        section TEXT,
        kind TEXT NOT NULL CHECK (kind IN ('unclear', 'missing', 'wrong', 'question')),
        text TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'addressed', 'declined')),
        version INTEGER,
        answer TEXT,
        created REAL NOT NULL,
        CHECK (state <> 'addressed' OR version IS NOT NULL),
        CHECK (state <> 'declined' OR answer IS NOT NULL)
    ) STRICT""",
    "CREATE INDEX feedback_by_state ON feedback (project, state)",
    """CREATE TABLE audit_locks (
        -- Who audits an item of a calibration batch, and until when.
        batch INTEGER NOT NULL REFERENCES batches (id),
        item INTEGER NOT NULL REFERENCES items (id),
        auditor TEXT NOT NULL,
        lease_until REAL NOT NULL,
        PRIMARY KEY (batch, item)
    ) STRICT""",
    """CREATE TABLE grades (
        -- The auditor's judgement of a calibration attempt. accuracy: 0 to 1. labels: the corrected ones of a fix.
        task INTEGER PRIMARY KEY REFERENCES tasks (id),
        auditor TEXT NOT NULL,
        grade TEXT NOT NULL CHECK (grade IN ('approve', 'fix', 'reject')),
        accuracy REAL NOT NULL CHECK (accuracy BETWEEN 0 AND 1),
        labels INTEGER REFERENCES label_sets (id),
        reason TEXT,
        self_audited INTEGER NOT NULL,
        graded REAL NOT NULL,
        CHECK ((grade = 'fix') = (labels IS NOT NULL)),
        CHECK (grade <> 'reject' OR reason IS NOT NULL),
        CHECK (grade <> 'approve' OR accuracy = 1),
        CHECK (grade <> 'reject' OR accuracy = 0)
    ) STRICT""",
    """CREATE TABLE promotions (
        -- Audited attempts that became training or evaluation tasks. labels: the gold. concepts: JSON list.
        task INTEGER PRIMARY KEY REFERENCES tasks (id),
        project INTEGER NOT NULL REFERENCES projects (id),
        item INTEGER NOT NULL REFERENCES items (id),
        kind TEXT NOT NULL CHECK (kind IN ('training', 'evaluation')),
        labels INTEGER NOT NULL REFERENCES label_sets (id),
        concepts TEXT NOT NULL,
        difficulty TEXT,
        created REAL NOT NULL,
        created_by TEXT NOT NULL,
        UNIQUE (project, item)
    ) STRICT""",
    """CREATE TABLE events (
        -- The log. behind: who acted as the user, where somebody did. figures: JSON.
        id INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        user TEXT NOT NULL,
        behind TEXT,
        project INTEGER REFERENCES projects (id),
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        subject_id INTEGER,
        figures TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX events_by_subject ON events (subject, subject_id)",
)


def m001_first_loop(connection: sqlite3.Connection) -> None:
    """Projects, items, batches, tasks, audits, certificates, feedback, events; and what guards them."""
    for statement in (*TABLES_1, *guards.GUARDS_1):
        connection.execute(statement)


# In the order in which they are applied.
MIGRATIONS: dict[str, Callable[[sqlite3.Connection], None]] = {
    "m001_first_loop": m001_first_loop,
    "m002_edits": m002_edits,
    "m003_training": m003_training,
    "m004_evaluation": m004_evaluation,
    "m005_settling": m005_settling,
}

# What sqlite-utils calls the set of them, in its own table.
_SET = "annowidgets"


def compare(connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """Migrations that the file still lacks, and those applied to it that this version doesn't have.

    Asks without sqlite-utils, which takes longer to import than a file takes to open.
    """
    has_any = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = '_sqlite_migrations'").fetchone()
    query = "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY id"
    applied = [name for (name,) in connection.execute(query, (_SET,))] if has_any else []
    return [name for name in MIGRATIONS if name not in applied], [name for name in applied if name not in MIGRATIONS]


def migration() -> Callable[[sqlite3.Connection], None]:
    """Give what brings a file to the newest schema, inside a transaction.

    sqlite-utils is imported here, before: it takes longer than all that happens while the file is locked.
    """
    from sqlite_utils import Database as SqliteUtils
    from sqlite_utils.migrations import Migrations

    migrations = Migrations(_SET)
    for name, step in MIGRATIONS.items():
        migrations(name=name)(_on_connection(step))

    def migrate(connection: sqlite3.Connection) -> None:
        migrations.apply(SqliteUtils(connection, execute_plugins=False))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    return migrate


def _on_connection(step: Callable[[sqlite3.Connection], None]) -> Callable[[SqliteUtils], None]:
    def apply(db: SqliteUtils) -> None:
        step(db.conn)

    return apply
