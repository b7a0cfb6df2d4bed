"""What the file itself refuses: the rules marked (db), as views and triggers.

A script that writes to the file directly meets the same rules as the workflow, with the same ids. The workflow decides
first and explains better; these are the second lock.
"""

from __future__ import annotations

# Written once: a change or a replacement of a row would rewrite history.
_APPEND_ONLY = {
    "events": ("L1: events are never changed or deleted", "id"),
    "certificates": ("C2: certificates are never changed or deleted", "id"),
    "ontologies": ("P2: an ontology changes as a new version", "project, version, revision"),
    "instructions": ("I1: instructions change as a new version", "project, version"),
    "policies": ("C2: a policy changes as a new version", "project, version"),
    "functions": ("C2: a benchmark function changes as a new version", "project, version"),
    "label_sets": ("L1: submitted labels are never changed or deleted", "id"),
    "promotions": ("Q1: a promoted task stays what it is", "task"),
}

# Never deleted, never replaced by INSERT OR REPLACE (which a trigger on DELETE alone would not notice).
_KEPT = {
    "projects": ("P6: a project is archived, not deleted", "id"),
    "items": ("L1: items are not deleted", "id"),
    "batches": ("L1: batches are closed, not deleted", "id"),
    "tasks": ("L1: tasks are not deleted", "id"),
}


def _same_key(table: str, key: str) -> str:
    columns = key.split(", ")
    return f"SELECT 1 FROM {table} WHERE " + " AND ".join(f"{column} = NEW.{column}" for column in columns)


def _refuse(name: str, when: str, message: str) -> str:
    return f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"


def _kept() -> list[str]:
    statements = []
    for table, (message, key) in {**_APPEND_ONLY, **_KEPT}.items():
        statements.append(_refuse(f"{table}_not_deleted", f"BEFORE DELETE ON {table}", message))
        statements.append(
            _refuse(f"{table}_not_replaced", f"BEFORE INSERT ON {table} WHEN EXISTS ({_same_key(table, key)})", message)
        )
    for table, (message, _) in _APPEND_ONLY.items():
        statements.append(_refuse(f"{table}_not_changed", f"BEFORE UPDATE ON {table}", message))
    return statements


# One row per project: its newest certificate on its current ontology, and whether that meets its current policy.
_CALIBRATION = """
CREATE VIEW calibration AS
WITH current AS (
    SELECT p.id AS project,
        (SELECT max(version) FROM ontologies WHERE project = p.id) AS ontology_version,
        (SELECT max(version) FROM instructions WHERE project = p.id) AS instructions_version,
        (SELECT policy FROM policies WHERE project = p.id ORDER BY version DESC LIMIT 1) AS policy
    FROM projects p
),
newest AS (
    SELECT current.*, (
        SELECT c.id FROM certificates c
        WHERE c.project = current.project AND c.ontology_version = current.ontology_version
        ORDER BY c.id DESC LIMIT 1
    ) AS certificate
    FROM current
)
SELECT n.project, n.certificate, n.ontology_version, n.policy, c.instructions_version,
    coalesce(
        c.score >= json_extract(n.policy, '$.min_score') - 1e-9
        AND c.accuracy >= json_extract(n.policy, '$.min_accuracy') - 1e-9
        AND c.items >= json_extract(n.policy, '$.min_items')
        AND c.excluded <= json_extract(n.policy, '$.max_excluded_share') * (c.items + c.excluded) + 1e-9
        AND coalesce(c.low >= json_extract(n.policy, '$.min_low') - 1e-9, json_extract(n.policy, '$.min_low') IS NULL)
        AND c.taskers >= coalesce(json_extract(n.policy, '$.min_taskers'), 0)
        AND (SELECT count(*) FROM promotions WHERE project = n.project AND kind = 'training')
            >= coalesce(json_extract(n.policy, '$.min_training_tasks'), 0)
        AND (SELECT count(*) FROM promotions WHERE project = n.project AND kind = 'evaluation')
            >= coalesce(json_extract(n.policy, '$.min_evaluation_tasks'), 0)
        AND (NOT json_extract(n.policy, '$.feedback_answered')
            OR NOT EXISTS (SELECT 1 FROM feedback WHERE project = n.project AND state = 'open'))
        AND (NOT json_extract(n.policy, '$.relock_on_instructions')
            OR c.instructions_version = n.instructions_version),
        0) AS unlocked
FROM newest n LEFT JOIN certificates c ON c.id = n.certificate
"""

_LOCKED = "NOT EXISTS (SELECT 1 FROM calibration WHERE project = {row}.project AND unlocked)"
_IS_PRODUCTION = "(SELECT kind FROM batches WHERE id = NEW.batch) = 'production'"

_CERTIFICATE_FIGURES = """
    SELECT avg(a) AS accuracy, avg(b) AS brier, count(*) AS items FROM (
        SELECT avg(g.accuracy) AS a, avg((t.confidence - g.accuracy) * (t.confidence - g.accuracy)) AS b
        FROM tasks t JOIN grades g ON g.task = t.id
        WHERE t.batch = NEW.batch AND t.state = 'graded' GROUP BY t.item)
"""

GUARDS_1: tuple[str, ...] = (
    *_kept(),
    _CALIBRATION,
    # C2: batches
    _refuse(
        "production_batch_needs_certificate",
        "BEFORE INSERT ON batches WHEN NEW.kind = 'production' AND (NEW.state <> 'draft' OR NEW.certificate IS NULL "
        "OR NEW.certificate IS NOT (SELECT certificate FROM calibration WHERE project = NEW.project AND unlocked))",
        "C2: production is locked until the project is calibrated",
    ),
    _refuse(
        "batch_kind_is_fixed",
        "BEFORE UPDATE OF kind, project ON batches WHEN NEW.kind <> OLD.kind OR NEW.project <> OLD.project",
        "C2: the kind of a batch is fixed",
    ),
    _refuse(
        "production_batch_launch_needs_certificate",
        "BEFORE UPDATE OF state, certificate ON batches WHEN NEW.kind = 'production' "
        "AND (NEW.certificate IS NOT OLD.certificate OR (OLD.state = 'draft' AND NEW.state <> 'draft')) "
        "AND NEW.certificate IS NOT (SELECT certificate FROM calibration WHERE project = NEW.project AND unlocked)",
        "C2: production is locked until the project is calibrated",
    ),
    # C2: tasks
    _refuse(
        "production_task_needs_calibration",
        f"BEFORE INSERT ON tasks WHEN {_IS_PRODUCTION} AND {_LOCKED.format(row='NEW')}",
        "C2: production is locked until the project is calibrated",
    ),
    _refuse(
        "task_starts_queued",
        "BEFORE INSERT ON tasks WHEN NEW.state <> 'queued' OR NEW.project <> "
        "(SELECT project FROM batches WHERE id = NEW.batch)",
        "T1: a task starts in the queue of its own project",
    ),
    _refuse(
        "task_stays_in_its_batch",
        "BEFORE UPDATE OF id, project, batch, item, attempt ON tasks WHEN NEW.id <> OLD.id "
        "OR NEW.project <> OLD.project OR NEW.batch <> OLD.batch OR NEW.item <> OLD.item OR NEW.attempt <> OLD.attempt",
        "T1: a task stays in its batch",
    ),
    _refuse(
        "production_claim_needs_calibration",
        f"BEFORE UPDATE OF state ON tasks WHEN OLD.state = 'queued' AND NEW.state NOT IN ('queued', 'cancelled') "
        f"AND {_IS_PRODUCTION} AND {_LOCKED.format(row='NEW')}",
        "C2: production is locked until the project is calibrated",
    ),
    _refuse(
        "production_return_keeps_its_author_while_locked",
        f"BEFORE UPDATE OF user ON tasks WHEN OLD.state = 'returned' AND NEW.user IS NOT OLD.user "
        f"AND NEW.state = 'annotating' AND {_IS_PRODUCTION} AND {_LOCKED.format(row='NEW')}",
        "C2: production is locked until the project is calibrated",
    ),
    # T2
    _refuse(
        "one_annotator_at_a_time",
        "BEFORE UPDATE OF user ON tasks WHEN OLD.state = 'annotating' AND NEW.state = 'annotating' "
        "AND NEW.user IS NOT OLD.user",
        "T2: a task has at most one annotator at a time",
    ),
    # C5: what an audit has completed stays
    _refuse(
        "audited_task_stays",
        "BEFORE UPDATE OF state, user, confidence, labels ON tasks "
        "WHEN EXISTS (SELECT 1 FROM certificates WHERE batch = OLD.batch)",
        "C5: the audit of this batch is complete",
    ),
    *(
        _refuse(
            f"grade_stays_{verb.lower()}",
            f"BEFORE {verb} ON grades WHEN EXISTS (SELECT 1 FROM certificates c JOIN tasks t ON t.batch = c.batch "
            f"WHERE t.id = {'OLD' if verb == 'DELETE' else 'NEW'}.task)",
            "C4: the audit of this batch is complete",
        )
        for verb in ("INSERT", "UPDATE", "DELETE")
    ),
    # C2: a certificate is what the audit's grades say, no more
    _refuse(
        "certificate_of_a_complete_audit",
        "BEFORE INSERT ON certificates WHEN NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = NEW.batch "
        "AND b.kind = 'calibration' AND b.project = NEW.project AND b.ontology_version = NEW.ontology_version "
        "AND b.instructions_version = NEW.instructions_version AND b.state IN ('in_progress', 'closed_early')) "
        "OR EXISTS (SELECT 1 FROM tasks WHERE batch = NEW.batch AND state NOT IN ('graded', 'excluded'))",
        "C5: the audit of this calibration batch is not complete",
    ),
    (
        "CREATE TRIGGER certificate_matches_grades BEFORE INSERT ON certificates BEGIN SELECT RAISE(ABORT, "
        "'C2: the figures of the certificate are not those of the audit') FROM "
        f"({_CERTIFICATE_FIGURES}) AS found "
        "WHERE NEW.items <> found.items "
        "OR NEW.items + NEW.excluded <> (SELECT count(*) FROM batch_items WHERE batch = NEW.batch) "
        "OR NEW.weight NOT BETWEEN 0 AND 1.0 / 3 + 1e-9 "
        "OR (found.items > 0 AND (NEW.accuracy IS NULL OR NEW.score IS NULL OR abs(NEW.accuracy - found.accuracy) > 1e-6 "
        "OR abs(NEW.score - 100 * ((1 - NEW.weight) * found.accuracy + NEW.weight * (1 - found.brier))) > 1e-6)); END"
    ),
    _refuse(
        "certified_batch_is_unique",
        "BEFORE INSERT ON certificates WHEN EXISTS (SELECT 1 FROM certificates "
        "WHERE batch = NEW.batch AND ontology_version = NEW.ontology_version)",
        "C2: there is one certificate per batch and ontology version",
    ),
    # Q1
    _refuse(
        "promotion_of_an_audited_attempt",
        "BEFORE INSERT ON promotions WHEN NOT EXISTS (SELECT 1 FROM grades g JOIN tasks t ON t.id = g.task "
        "JOIN certificates c ON c.batch = t.batch WHERE g.task = NEW.task AND g.grade IN ('approve', 'fix') "
        "AND t.item = NEW.item AND t.project = NEW.project AND NEW.labels = coalesce(g.labels, t.labels))",
        "Q1: only an attempt that a complete audit approved or fixed can be promoted",
    ),
)
