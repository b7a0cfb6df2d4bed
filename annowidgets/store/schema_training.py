"""The schema of annotator training, as a migration: what is kept beside tasks, and what guards it.

A trainee's copies of the benchmark tasks are rows of `tasks`, in a batch of kind "training" per trainee and round, so
that leases, drafts and conflicts are those of every task.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from annowidgets.store.guards import (
    CALIBRATION_BATCH_STEPS,
    CALIBRATION_STEPS,
    MANUAL_BATCH_STEPS,
    MANUAL_STEPS,
)
from annowidgets.store.triggers import differs, kept, refuse, written_once

# SQLITE_DBCONFIG_DEFENSIVE, which Python names from 3.12 on.
_DEFENSIVE = 1010

TRAINING_STEPS = ("queued>annotating", "annotating>queued", "annotating>submitted")
TRAINING_BATCH_STEPS = ("draft>in_progress", "in_progress>closed_early")

TABLES_3 = (
    """CREATE TABLE trainings (
        -- What a training project has beside a project; written last when it is made, which closes its list of sources.
        -- function_version: the one that scores are made under; a newer one in `functions` waits to be applied.
        project INTEGER PRIMARY KEY REFERENCES projects (id),
        description TEXT NOT NULL,
        pass_mark REAL CHECK (pass_mark BETWEEN 0 AND 100),
        reveal TEXT NOT NULL CHECK (reveal IN ('never', 'after_each', 'after_last')),
        size INTEGER,
        function_version INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE training_sources (
        -- Where the benchmark of a training project was taken from: a whole project, a batch of it, or some tasks.
        -- tasks: JSON list of ids, or NULL.
        project INTEGER NOT NULL REFERENCES projects (id),
        position INTEGER NOT NULL,
        source INTEGER NOT NULL REFERENCES projects (id),
        batch INTEGER REFERENCES batches (id),
        tasks TEXT,
        PRIMARY KEY (project, position)
    ) STRICT""",
    """CREATE TABLE training_items (
        -- The benchmark tasks of a training project: a copy of each source item, and the task and labels that it came
        -- from. concepts: JSON list. withdrawn: number of the gold's revision from which it no longer counts, or NULL.
        item INTEGER PRIMARY KEY REFERENCES items (id),
        project INTEGER NOT NULL REFERENCES projects (id),
        source_task INTEGER NOT NULL REFERENCES tasks (id),
        source_labels INTEGER NOT NULL REFERENCES label_sets (id),
        concepts TEXT NOT NULL,
        difficulty TEXT,
        withdrawn INTEGER,
        reason TEXT,
        CHECK ((withdrawn IS NULL) = (reason IS NULL))
    ) STRICT""",
    "CREATE INDEX training_items_by_project ON training_items (project)",
    "CREATE INDEX training_items_by_source ON training_items (source_task)",
    """CREATE TABLE gold (
        -- Benchmark labels of an item, in revisions that are numbered through the training project: 1 is the snapshot,
        -- each correction or withdrawal the next. labels: JSON.
        id INTEGER PRIMARY KEY,
        project INTEGER NOT NULL REFERENCES projects (id),
        item INTEGER NOT NULL REFERENCES training_items (item),
        revision INTEGER NOT NULL,
        labels TEXT NOT NULL,
        reason TEXT,
        created REAL NOT NULL,
        created_by TEXT NOT NULL,
        UNIQUE (item, revision)
    ) STRICT""",
    "CREATE INDEX gold_by_project ON gold (project, revision)",
    """CREATE TABLE training_rounds (
        -- One set of tasks of one trainee, who may be a model; its tasks are those of the batch. seen: how many of its
        -- items are in training_seen, which keeps the round from passing. score: 0 to 100, and passed, as they stand
        -- under the applied function, once all tasks are submitted.
        batch INTEGER PRIMARY KEY REFERENCES batches (id),
        project INTEGER NOT NULL REFERENCES projects (id),
        trainee TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('person', 'model')),
        round INTEGER NOT NULL,
        seen INTEGER NOT NULL,
        score REAL,
        passed INTEGER,
        UNIQUE (project, trainee, round),
        CHECK (NOT passed OR seen = 0)
    ) STRICT""",
    """CREATE TABLE training_seen (
        -- Items of a round whose gold the trainee saw before submitting them: when it was made, or meanwhile.
        batch INTEGER NOT NULL REFERENCES training_rounds (batch),
        item INTEGER NOT NULL REFERENCES training_items (item),
        PRIMARY KEY (batch, item)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE measurements (
        -- What was compared with what, per submission and revision of the gold, packed: see benchmark/blobs.py. Of a
        -- correction they are written before the gold, which comes in only when all is measured.
        task INTEGER NOT NULL REFERENCES tasks (id),
        gold INTEGER NOT NULL REFERENCES gold (id) DEFERRABLE INITIALLY DEFERRED,
        measurements BLOB NOT NULL,
        created REAL NOT NULL,
        PRIMARY KEY (task, gold)
    ) STRICT""",
    """CREATE TABLE training_scores (
        -- Score of a submission under a revision of the gold and a version of the function, 0 to 100; NULL where none
        -- of its evaluation labels counts. importance: their weight. labels: their number. is_empty: nothing to judge.
        task INTEGER NOT NULL,
        gold INTEGER NOT NULL,
        function_version INTEGER NOT NULL,
        score REAL CHECK (score BETWEEN 0 AND 100.000001),
        importance REAL NOT NULL,
        labels INTEGER NOT NULL,
        is_empty INTEGER NOT NULL,
        PRIMARY KEY (task, gold, function_version),
        FOREIGN KEY (task, gold) REFERENCES measurements (task, gold)
    ) WITHOUT ROWID, STRICT""",
    "CREATE INDEX items_by_hash ON items (hash)",
    # The scores that count: of the newest gold of each item, under the applied function.
    """CREATE VIEW current_scores AS
        -- One row per submission: score, importance, labels and is_empty under the newest gold and applied function.
        SELECT t.id AS task, t.project, t.batch, t.item, g.id AS gold, g.revision AS gold_revision, s.function_version,
            s.score, s.importance, s.labels, s.is_empty
        FROM trainings r JOIN tasks t ON t.project = r.project AND t.state = 'submitted'
        JOIN gold g ON g.item = t.item AND g.revision = (SELECT max(revision) FROM gold WHERE item = t.item)
        JOIN training_scores s ON s.task = t.id AND s.gold = g.id AND s.function_version = r.function_version""",
)

_SUBMITTED = "A6: a submitted training task stays as it is"
_OF_TRAINING = "(SELECT kind FROM batches WHERE id = {row}.batch) IS 'training'"

# Written once. Table -> message, unique keys.
APPEND_ONLY = {
    "training_sources": ("A3: the sources of a training project are fixed when it is made", ("project, position",)),
    "gold": ("A3: gold changes as the next revision", ("id", "item, revision")),
    "training_seen": ("A12: what was seen stays seen", ("batch, item",)),
    "measurements": ("A7: a measurement is never changed or deleted", ("task, gold",)),
    "training_scores": ("A8: old scores are kept", ("task, gold, function_version",)),
}
# Never deleted, and always what they were. Table -> message, unique keys, columns that never change.
KEPT = {
    "trainings": (
        "A3: a training project stays what it was made",
        ("project",),
        "project, description, pass_mark, reveal, size",
    ),
    "training_items": (
        "A3: the benchmark of a training project is fixed when it is made",
        ("item",),
        "item, project, source_task, source_labels, concepts, difficulty",
    ),
    "training_rounds": (
        "A6: a round of training stays",
        ("batch", "project, trainee, round"),
        "batch, project, trainee, kind, round",
    ),
}


# A score of task t under the newest gold and the function that is to be applied.
_SCORED = """SELECT 1 FROM training_scores s WHERE s.task = t.id AND s.function_version = NEW.function_version
    AND s.gold = (SELECT id FROM gold WHERE item = t.item ORDER BY revision DESC LIMIT 1)"""
# A submission that has no score under gold which is about to come in.
_UNMEASURED = """SELECT 1 FROM tasks t JOIN trainings r ON r.project = t.project
    WHERE t.item = NEW.item AND t.state = 'submitted' AND NOT EXISTS (SELECT 1 FROM training_scores s
        WHERE s.task = t.id AND s.gold = NEW.id AND s.function_version = r.function_version)"""
# The allowances are those of the workflow, and of the order in which floats are added up.
_RESULT = """SELECT 1 FROM (
    SELECT n.pass_mark, count(*) AS tasks, sum(t.state = 'submitted') AS submitted,
        CASE (SELECT function ->> 'aggregate' FROM functions WHERE project = n.project AND version = n.function_version)
            WHEN 'labels' THEN sum(s.score * s.importance) / sum(s.importance) FILTER (WHERE s.score IS NOT NULL)
            ELSE avg(s.score) END AS score
    FROM trainings n JOIN tasks t ON t.batch = NEW.batch
        JOIN training_items i ON i.item = t.item AND i.withdrawn IS NULL
        LEFT JOIN training_scores s ON s.task = t.id AND s.function_version = n.function_version
            AND s.gold = (SELECT id FROM gold WHERE item = t.item ORDER BY revision DESC LIMIT 1)
    WHERE n.project = NEW.project)
    WHERE CASE WHEN tasks > 0 AND submitted = tasks AND pass_mark IS NOT NULL
        THEN (NEW.score IS score OR abs(NEW.score - score) < 1e-6)
            AND NEW.passed IS (NEW.score IS NOT NULL AND NEW.seen = 0 AND NEW.score >= pass_mark - 1e-9)
        ELSE NEW.score IS NULL AND NEW.passed IS NULL END"""


def _guards() -> Iterator[str]:
    yield from written_once(APPEND_ONLY)
    yield from kept(KEPT)
    is_made = "EXISTS (SELECT 1 FROM trainings WHERE project = NEW.project)"
    for table in ("training_sources", "training_items"):
        message = (APPEND_ONLY.get(table) or KEPT[table])[0]
        yield refuse(f"{table}_closed", f"BEFORE INSERT ON {table}", is_made, message)
    yield refuse(
        "source_is_an_annotation_project",
        "BEFORE INSERT ON training_sources",
        "(SELECT kind FROM projects WHERE id = NEW.source) IS NOT 'annotation' "
        "OR (SELECT kind FROM projects WHERE id = NEW.project) IS NOT 'training'",
        "A1: the sources of a training project are annotation projects",
    )
    newest = (
        "(SELECT max(coalesce(max(g.revision), 0), coalesce((SELECT max(withdrawn) FROM training_items "
        "WHERE project = NEW.project), 0)) FROM gold g WHERE g.project = NEW.project)"
    )
    yield refuse(
        "gold_numbered",
        "BEFORE INSERT ON gold",
        f"NEW.revision <> CASE WHEN {is_made} THEN {newest} + 1 ELSE 1 END "
        "OR NEW.project IS NOT (SELECT project FROM training_items WHERE item = NEW.item)",
        APPEND_ONLY["gold"][0],
    )
    yield refuse(
        "correction_is_measured",
        "BEFORE INSERT ON gold",
        f"NEW.revision > 1 AND (NEW.reason IS NULL OR EXISTS ({_UNMEASURED}))",
        "A3: a correction has a reason, and measures what was submitted again",
    )
    yield refuse(
        "withdrawal_numbered",
        "BEFORE UPDATE OF withdrawn, reason ON training_items",
        f"({differs('withdrawn, reason')}) AND (OLD.withdrawn IS NOT NULL OR NEW.withdrawn <> {newest} + 1)",
        "A3: withdrawn gold stays withdrawn",
    )
    yield refuse(
        "seen_is_counted",
        "BEFORE UPDATE OF seen ON training_rounds",
        f"({differs('seen')}) AND NEW.seen <> (SELECT count(*) FROM training_seen WHERE batch = OLD.batch)",
        APPEND_ONLY["training_seen"][0],
    )
    yield refuse(
        "applied_function_is_there",
        "BEFORE UPDATE OF function_version ON trainings",
        "NEW.function_version < OLD.function_version OR NOT EXISTS (SELECT 1 FROM functions "
        "WHERE project = NEW.project AND version = NEW.function_version)",
        "A8: only a later version of the function is applied",
    )
    yield refuse(
        "applied_function_has_scored",
        "BEFORE UPDATE OF function_version ON trainings",
        "NEW.function_version <> OLD.function_version AND EXISTS (SELECT 1 FROM tasks t "
        f"WHERE t.project = NEW.project AND t.state = 'submitted' AND NOT EXISTS ({_SCORED}))",
        "A8: a function is applied to every submission at once",
    )
    yield refuse(
        "score_is_under_a_function_of_its_project",
        "BEFORE INSERT ON training_scores",
        "NOT EXISTS (SELECT 1 FROM tasks t JOIN functions f ON f.project = t.project "
        "WHERE t.id = NEW.task AND f.version = NEW.function_version)",
        "A8: there is no such version of the function",
    )
    yield from _results()
    yield from _tasks()


def _results() -> Iterator[str]:
    """Guards of what a round has come to, which opens production (C7)."""
    message = "A11: what a round has come to follows from its scores"
    yield refuse(
        "round_begins_without_result",
        "BEFORE INSERT ON training_rounds",
        "NEW.score IS NOT NULL OR NEW.passed IS NOT NULL OR NEW.seen <> 0",
        message,
    )
    yield refuse(
        "result_follows_from_scores",
        "BEFORE UPDATE OF score, passed ON training_rounds",
        f"({differs('score, passed')}) AND NOT EXISTS ({_RESULT})",
        message,
    )


def _tasks() -> Iterator[str]:
    yield refuse(
        "training_task_is_for_its_trainee",
        "BEFORE INSERT ON tasks",
        f"{_OF_TRAINING.format(row='NEW')} AND NEW.assignee IS NOT "
        "(SELECT trainee FROM training_rounds WHERE batch = NEW.batch)",
        "A4: a training task is for its trainee",
    )
    yield refuse(
        "training_task_stays_with_its_trainee",
        "BEFORE UPDATE OF user, assignee ON tasks",
        f"{_OF_TRAINING.format(row='OLD')} AND coalesce(NEW.user, NEW.assignee) IS NOT "
        "(SELECT trainee FROM training_rounds WHERE batch = OLD.batch)",
        "A4: a training task is for its trainee",
    )
    yield refuse(
        "submitted_training_task_stays",
        "BEFORE UPDATE ON tasks",
        f"OLD.state = 'submitted' AND {_OF_TRAINING.format(row='OLD')}",
        _SUBMITTED,
    )
    yield refuse(
        "submission_is_measured_and_scored",
        "BEFORE UPDATE OF state ON tasks",
        f"NEW.state = 'submitted' AND {_OF_TRAINING.format(row='OLD')} AND NOT EXISTS "
        "(SELECT 1 FROM training_scores s JOIN trainings r ON r.function_version = s.function_version "
        "WHERE s.task = OLD.id AND r.project = OLD.project "
        "AND s.gold = (SELECT id FROM gold WHERE item = OLD.item ORDER BY revision DESC LIMIT 1))",
        "A7: a submission is measured and scored with it",
    )
    yield refuse(
        "batch_holds_items_of_its_project_update",
        "BEFORE UPDATE OF batch, item ON batch_items",
        "(SELECT project FROM items WHERE id = NEW.item) IS NOT (SELECT project FROM batches WHERE id = NEW.batch)",
        "C1: a batch holds items of its own project",
    )
    yield refuse(
        "training_items_are_not_excluded",
        "BEFORE UPDATE OF excluded ON batch_items",
        f"{_OF_TRAINING.format(row='OLD')} AND NEW.excluded IS NOT NULL",
        "A4: each trainee gets each benchmark task",
    )
    draft = (
        "EXISTS (SELECT 1 FROM tasks t JOIN batches b ON b.id = t.batch WHERE t.id = {row}.task "
        "AND b.kind = 'training' AND t.state = 'submitted')"
    )
    for verb, row in (("UPDATE", "OLD"), ("DELETE", "OLD"), ("INSERT", "NEW")):
        yield refuse(
            f"draft_of_a_submission_{verb.lower()}", f"BEFORE {verb} ON drafts", draft.format(row=row), _SUBMITTED
        )


def _steps(name: str, kind: str, message: str, **tables: tuple[str, ...]) -> str:
    """The guard of a table of states, by the kind of batch; "others" is for those that are not named."""
    known = {key: ", ".join(f"'{step}'" for step in steps) for key, steps in tables.items()}
    others = known.pop("others")
    cases = " ".join(f"WHEN '{key}' THEN OLD.state || '>' || NEW.state IN ({steps})" for key, steps in known.items())
    when = f"NEW.state <> OLD.state AND NOT CASE {kind} {cases} ELSE OLD.state || '>' || NEW.state IN ({others}) END"
    table = "batches" if name.startswith("batch") else "tasks"
    return refuse(name, f"BEFORE UPDATE OF state ON {table}", when, message)


def _widen(connection: sqlite3.Connection, table: str, before: str, after: str) -> None:
    """Let a table hold more than its checks allowed.

    SQLite's documentation names this way for changes that leave every stored row as it is (ALTER TABLE, section 7).
    Making the table anew would need foreign keys off, which a transaction can't.
    """
    (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,)).fetchone()
    assert before in sql, f"{table} is not what the first version made"
    connection.execute(
        "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (sql.replace(before, after), table)
    )


def m003_training(connection: sqlite3.Connection) -> None:
    """Training projects: sources, gold in revisions, rounds, measurements and scores."""
    if hasattr(connection, "setconfig"):  # Python 3.12; some builds of SQLite are defensive by default
        connection.setconfig(_DEFENSIVE, False)
    connection.execute("PRAGMA writable_schema = ON")
    kinds = "kind IN ('calibration', 'ground_truth', 'production'"
    _widen(connection, "batches", kinds, f"{kinds}, 'training'")
    # C3 asks for a confidence in calibration only; there it is the workflow and the guard below that ask.
    confident = "CHECK (state NOT IN ('submitted', 'graded') OR confidence IS NOT NULL)"
    _widen(connection, "tasks", confident, "CHECK (state <> 'graded' OR confidence IS NOT NULL)")
    connection.execute("PRAGMA writable_schema = RESET")
    for name in ("task_follows_its_table", "batch_follows_its_table"):
        connection.execute(f"DROP TRIGGER {name}")
    task_kind = "(SELECT kind FROM batches WHERE id = OLD.batch)"
    for statement in (
        *TABLES_3,
        *_guards(),
        _steps(
            "task_follows_its_table",
            task_kind,
            "T1: the task can not go from its state to this one",
            calibration=CALIBRATION_STEPS,
            training=TRAINING_STEPS,
            others=MANUAL_STEPS,
        ),
        _steps(
            "batch_follows_its_table",
            "OLD.kind",
            "T1: the batch can not go from its state to this one",
            calibration=CALIBRATION_BATCH_STEPS,
            training=TRAINING_BATCH_STEPS,
            others=MANUAL_BATCH_STEPS,
        ),
        refuse(
            "attempt_tells_a_confidence",
            "BEFORE UPDATE OF state, confidence ON tasks",
            f"NEW.state = 'submitted' AND NEW.confidence IS NULL AND {task_kind} IS 'calibration'",
            "C3: a calibration attempt needs a confidence",
        ),
    ):
        connection.execute(statement)
