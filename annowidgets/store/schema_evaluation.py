"""The schema of evaluation tasks in production, as a migration: what is kept beside tasks, and what guards it.

An evaluation task is a row of `tasks` in a production batch, so that whoever labels or reviews it meets what every task
has. Only the tables here tell which ones they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from secrets import token_bytes

from annowidgets.store.triggers import differs, not_deleted, refuse, written_once

TABLES_4 = (
    """CREATE TABLE draw_seed (
        -- Random bytes, told to nobody: what the draws are seeded with that nobody must foresee.
        id INTEGER PRIMARY KEY CHECK (id = 1),
        seed BLOB NOT NULL CHECK (length(seed) = 32)
    ) STRICT""",
    """CREATE TABLE task_numbers (
        -- From which number to which the tasks of a production batch are called, in no order and with room between:
        -- evaluation tasks, which come later, are called by numbers that the batch has left.
        batch INTEGER PRIMARY KEY REFERENCES batches (id),
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        CHECK (last >= first)
    ) STRICT""",
    """CREATE TABLE evaluation_draws (
        -- Where a person stands. draws: how many tasks of production the queue has given, each by a draw.
        -- counted_after: id of the evaluation score after which the rolling mean begins.
        project INTEGER NOT NULL REFERENCES projects (id),
        user TEXT NOT NULL,
        draws INTEGER NOT NULL DEFAULT 0,
        counted_after INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (project, user)
    ) STRICT""",
    """CREATE TABLE evaluations (
        -- Which tasks of production are evaluation tasks, and for whom. promotion: the promoted task whose labels are
        -- the gold. draw: number of the person's draw that said so.
        task INTEGER PRIMARY KEY REFERENCES tasks (id) DEFERRABLE INITIALLY DEFERRED,
        project INTEGER NOT NULL REFERENCES projects (id),
        user TEXT NOT NULL,
        promotion INTEGER NOT NULL REFERENCES promotions (task),
        draw INTEGER NOT NULL,
        served REAL NOT NULL,
        UNIQUE (project, user, promotion),
        UNIQUE (project, user, draw)
    ) STRICT""",
    """CREATE TABLE evaluation_scores (
        -- Score of each submission of an evaluation task, 0 to 100; NULL where none of its labels counts. measurements:
        -- what was compared with what, packed: see benchmark/blobs.py. gold: the labels that it was compared with.
        -- is_assisted: a reviewer had returned the task before.
        id INTEGER PRIMARY KEY,
        task INTEGER NOT NULL REFERENCES evaluations (task),
        submission INTEGER NOT NULL UNIQUE REFERENCES label_sets (id),
        gold INTEGER NOT NULL REFERENCES label_sets (id),
        function_version INTEGER NOT NULL,
        measurements BLOB NOT NULL,
        score REAL CHECK (score BETWEEN 0 AND 100.000001),
        is_assisted INTEGER NOT NULL CHECK (is_assisted IN (0, 1)),
        created REAL NOT NULL
    ) STRICT""",
    "CREATE INDEX evaluation_scores_by_task ON evaluation_scores (task)",
    # A batch that was launched before this: its tasks are numbered one after the other, and stay so.
    """INSERT INTO task_numbers (batch, first, last)
        SELECT b.id, min(t.id), max(t.id) + 3 * count(*) + 96 FROM batches b JOIN tasks t ON t.batch = b.id
        WHERE b.kind = 'production' GROUP BY b.id""",
)

# Written once. Table -> message, unique keys.
APPEND_ONLY = {
    "draw_seed": ("Q2: the seed of the draws stays, so that they can be replayed", ("id",)),
    "task_numbers": ("Q2: the numbers of a batch stay its own", ("batch",)),
    "evaluations": (
        "Q2: an evaluation task stays one, and is served once",
        ("task", "project, user, promotion", "project, user, draw"),
    ),
    "evaluation_scores": ("Q2: the score of an evaluation is never changed or deleted", ("id", "submission")),
}

_STARTS_QUEUED = (
    "NEW.state <> 'queued' OR NOT EXISTS (SELECT 1 FROM batches b LEFT JOIN batch_items i ON i.batch = b.id "
    "AND i.item = NEW.item AND i.excluded IS NULL AND NEW.attempt BETWEEN 1 AND b.attempts_per_item "
    "WHERE b.id = NEW.batch AND b.project = NEW.project AND b.state = 'in_progress' "
    "AND b.ontology_version = NEW.ontology_version AND (i.item IS NOT NULL OR (b.kind = 'production' "
    "AND EXISTS (SELECT 1 FROM evaluations e JOIN promotions p ON p.task = e.promotion WHERE e.task = NEW.id "
    "AND e.project = NEW.project AND p.item = NEW.item))))"
)
_IS_EVALUATION_ITEM = (
    "EXISTS (SELECT 1 FROM promotions WHERE item = NEW.item AND kind = 'evaluation') "
    "AND (SELECT kind FROM batches WHERE id = NEW.batch) = 'production'"
)
# Drafts hold items before there are tasks; a cancelled task leaves its item free again.
_IN_PRODUCTION = (
    "EXISTS (SELECT 1 FROM batch_items bi JOIN batches b ON b.id = bi.batch "
    "LEFT JOIN tasks t ON t.batch = bi.batch AND t.item = bi.item WHERE bi.item = NEW.item "
    "AND b.kind = 'production' AND bi.excluded IS NULL AND coalesce(t.state <> 'cancelled', b.state = 'draft'))"
)
_KEPT_OUT = "Q2: the items of evaluation tasks are kept out of production"


def _guards() -> Iterator[str]:
    yield from written_once(APPEND_ONLY)
    yield refuse(
        "evaluation_of_promoted_gold",
        "BEFORE INSERT ON evaluations",
        "NOT EXISTS (SELECT 1 FROM promotions WHERE task = NEW.promotion AND kind = 'evaluation' "
        "AND project = NEW.project) OR EXISTS (SELECT 1 FROM tasks WHERE id = NEW.task)",
        "Q2: an evaluation task is new, of gold that was promoted to it",
    )
    yield from _standing()
    yield refuse(
        "numbers_of_a_production_batch",
        "BEFORE INSERT ON task_numbers",
        "(SELECT kind FROM batches WHERE id = NEW.batch) IS NOT 'production' "
        "OR NEW.first <= (SELECT max(last) FROM task_numbers) OR NEW.first <= (SELECT max(id) FROM tasks)",
        "Q2: the numbers of a production batch come after all that are used or set aside",
    )
    for verb in ("INSERT", "UPDATE OF batch, item, excluded"):
        yield refuse(
            f"evaluation_item_not_in_production_{verb.split()[0].lower()}",
            f"BEFORE {verb} ON batch_items",
            f"NEW.excluded IS NULL AND {_IS_EVALUATION_ITEM}",
            _KEPT_OUT,
        )
    yield refuse(
        "production_item_not_for_evaluation",
        "BEFORE INSERT ON promotions",
        f"NEW.kind = 'evaluation' AND {_IN_PRODUCTION}",
        _KEPT_OUT,
    )
    yield refuse(
        "evaluation_stays_with_its_annotator",
        "BEFORE UPDATE OF user, assignee ON tasks",
        f"({differs('user, assignee')}) AND EXISTS (SELECT 1 FROM evaluations WHERE task = OLD.id "
        "AND (NEW.user IS NOT NULL AND user <> NEW.user OR NEW.assignee IS NOT NULL AND user <> NEW.assignee))",
        "Q2: an evaluation task is for one annotator",
    )
    yield refuse(
        "evaluation_is_scored_with_its_submission",
        "BEFORE UPDATE OF state ON tasks",
        "OLD.state = 'annotating' AND NEW.state IN ('in_review', 'completed') "
        "AND EXISTS (SELECT 1 FROM evaluations WHERE task = OLD.id) "
        "AND NOT EXISTS (SELECT 1 FROM evaluation_scores WHERE task = OLD.id AND submission = NEW.labels)",
        "Q2: an evaluation task is scored with its submission",
    )
    yield refuse(
        "evaluation_is_not_opened_again",
        "BEFORE UPDATE OF state ON tasks",
        "OLD.state IN ('completed', 'skipped') AND NEW.state = 'queued' "
        "AND EXISTS (SELECT 1 FROM evaluations WHERE task = OLD.id)",
        "Q2: an evaluation task is served once",
    )
    yield refuse(
        "evaluation_score_of_its_submission",
        "BEFORE INSERT ON evaluation_scores",
        "NOT EXISTS (SELECT 1 FROM evaluations e JOIN label_sets s ON s.task = e.task AND s.kind = 'submission' "
        "AND s.user = e.user JOIN promotions p ON p.task = e.promotion "
        "JOIN functions f ON f.project = e.project AND f.version = NEW.function_version "
        "WHERE e.task = NEW.task AND s.id = NEW.submission AND p.labels = NEW.gold)",
        "Q2: an evaluation is scored against the gold of its task, under a function of its project",
    )


def _standing() -> Iterator[str]:
    """Guards of where a person stands: what was drawn can be replayed, and a score leaves the mean by a pause only."""
    message = "Q2: where a person stands only moves on, draw by draw and pause by pause"
    yield from not_deleted("evaluation_draws", message, ("project, user",))
    yield refuse(
        "evaluation_draws_begin",
        "BEFORE INSERT ON evaluation_draws",
        "NEW.draws > 1 OR NEW.counted_after <> 0 OR NOT EXISTS (SELECT 1 FROM projects WHERE id = NEW.project)",
        message,
    )
    yield refuse(
        "evaluation_draws_move_on",
        "BEFORE UPDATE ON evaluation_draws",
        f"({differs('project, user')}) OR NEW.draws NOT IN (OLD.draws, OLD.draws + 1) "
        "OR NEW.counted_after NOT IN (OLD.counted_after, (SELECT coalesce(max(id), 0) FROM evaluation_scores))",
        message,
    )


def m004_evaluation(connection: sqlite3.Connection) -> None:
    """Evaluation tasks in production: who was served which, and what came of it."""
    for statement in TABLES_4:
        connection.execute(statement)
    connection.execute("INSERT INTO draw_seed (id, seed) VALUES (1, ?)", (token_bytes(32),))
    # What it said before, and for evaluation tasks: their item is not the batch's.
    connection.execute("DROP TRIGGER task_starts_queued")
    starts = "T1: a task starts in the queue of a running batch of its project, for one of its items"
    connection.execute(refuse("task_starts_queued", "BEFORE INSERT ON tasks", _STARTS_QUEUED, starts))
    for guard in _guards():
        connection.execute(guard)
