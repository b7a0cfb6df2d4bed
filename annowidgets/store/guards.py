"""What the file itself refuses: the rules marked (db), as triggers.

A script that writes to the file directly meets the same rules as the workflow, with the same ids. The workflow decides
first and explains better; these are the second lock. A plain connection has neither foreign keys nor recursive triggers
on, so no guard leans on them: REPLACE, which would delete the row in its way without a DELETE trigger, is refused by
the row's keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from annowidgets.store.calibration_view import CALIBRATION, FIGURES, POLICY_IS_SOUND
from annowidgets.store.triggers import differs, kept, refuse, written_once

# Written once: a change or a replacement of a row would rewrite history. Table -> message, unique keys.
APPEND_ONLY = {
    "events": ("L1: events are never changed or deleted", ("id",)),
    "certificates": ("C2: certificates are never changed or deleted", ("id", "batch, ontology_version")),
    "ontologies": ("P2: an ontology changes as the next version", ("project, version, revision",)),
    "instructions": ("I1: instructions change as the next version", ("project, version",)),
    "policies": ("C2: a policy changes as the next version", ("project, version",)),
    "functions": ("C2: a benchmark function changes as the next version", ("project, version",)),
    "label_sets": ("L1: submitted labels are never changed or deleted", ("id",)),
    "promotions": ("Q1: a promoted task stays what it is, and an item has one gold", ("task", "project, item")),
}

# Never deleted, and always what they were. Table -> message, unique keys, columns that never change.
KEPT = {
    "projects": ("P6: a project is archived, not deleted", ("id", "name"), "id, name, kind, created, created_by"),
    "items": (
        "P3: an item stays what it was when it was added",
        ("id", "project, name", "project, hash"),
        "id, project, name, modality, sizes, spacing, hash, added, added_by",
    ),
    "batches": (
        "C2: a batch stays, with its project, name and kind",
        ("id", "project, name"),
        "id, project, name, kind, attempts_per_item, created, created_by",
    ),
    "tasks": (
        "T1: a task stays, in its batch",
        ("id", "batch, item, attempt"),
        "id, project, batch, item, attempt, draw",
    ),
    "feedback": (
        "I2: feedback is answered, not changed or deleted",
        ("id",),
        "id, project, batch, task, author, instructions_version, section, kind, text, created",
    ),
}

# What the tables of the workflow lead from and to (T1).
MANUAL_STEPS = (
    "queued>annotating", "returned>annotating", "annotating>queued", "annotating>returned", "annotating>in_review",
    "annotating>completed", "annotating>skipped", "in_review>completed", "in_review>returned", "in_review>annotating",
    "completed>annotating", "queued>cancelled", "annotating>cancelled", "returned>cancelled", "skipped>queued",
    "completed>queued",
)  # fmt: skip
CALIBRATION_STEPS = (
    "queued>annotating", "annotating>queued", "annotating>submitted", "submitted>graded", "queued>excluded",
    "annotating>excluded", "submitted>excluded", "graded>excluded",
)  # fmt: skip
MANUAL_BATCH_STEPS = (
    "draft>in_progress", "draft>closed_early", "in_progress>closed_early", "in_progress>completed",
    "completed>in_progress",
)  # fmt: skip
CALIBRATION_BATCH_STEPS = (
    "draft>in_progress", "draft>closed_early", "in_progress>closed_early", "in_progress>completed",
    "closed_early>completed",
)  # fmt: skip


def _numbered() -> Iterator[str]:
    """Guards of histories: the next row is the next number, so none is slipped in, and a missing one would show."""
    for table in ("events", "certificates"):
        # Afterwards, since a number that SQLite gives is not known before.
        gap = f"NEW.id < 1 OR (NEW.id > 1 AND NOT EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id - 1))"
        yield refuse(f"{table}_numbered", f"AFTER INSERT ON {table}", gap, f"{APPEND_ONLY[table][0]}, nor left out")
    for table in ("instructions", "policies", "functions"):
        yield refuse(
            f"{table}_numbered", f"BEFORE INSERT ON {table}", f"NEW.version <> {_next(table)}", APPEND_ONLY[table][0]
        )
    # A revision of other meaning would change the ontology under a calibration that goes on counting.
    is_revision = (
        "EXISTS (SELECT 1 FROM ontologies WHERE project = NEW.project AND version = NEW.version "
        "AND revision = NEW.revision - 1 AND fingerprint = NEW.fingerprint)"
    )
    yield refuse(
        "ontologies_numbered",
        "BEFORE INSERT ON ontologies",
        f"NOT CASE NEW.revision WHEN 0 THEN NEW.version = {_next('ontologies')} ELSE {is_revision} END",
        APPEND_ONLY["ontologies"][0],
    )


def _next(table: str) -> str:
    return f"(SELECT coalesce(max(version), 0) + 1 FROM {table} WHERE project = NEW.project)"


def _newest(table: str) -> str:
    return f"(SELECT max(version) FROM {table} WHERE project = NEW.project)"


def _steps(manual: tuple[str, ...], calibration: tuple[str, ...], kind: str) -> str:
    """That a state changes to one that no table leads to."""
    lists = [", ".join(f"'{step}'" for step in steps) for steps in (calibration, manual)]
    return (
        "NEW.state <> OLD.state AND NOT CASE "
        f"{kind} WHEN 'calibration' THEN OLD.state || '>' || NEW.state IN ({lists[0]}) "
        f"ELSE OLD.state || '>' || NEW.state IN ({lists[1]}) END"
    )


_IN_FORCE = "(SELECT certificate FROM calibration WHERE project = NEW.project AND unlocked)"
_IS_PRODUCTION = "(SELECT kind FROM batches WHERE id = NEW.batch) IS 'production'"
_LOCKED = "C2: production is locked until the project is calibrated"


def _batches() -> Iterator[str]:
    yield refuse(
        "production_batch_needs_certificate",
        "BEFORE INSERT ON batches",
        f"NEW.kind = 'production' AND (NEW.certificate IS NULL OR NEW.certificate IS NOT {_IN_FORCE})",
        _LOCKED,
    )
    yield refuse(
        "production_launch_needs_certificate",
        "BEFORE UPDATE OF state, certificate ON batches",
        "NEW.kind = 'production' AND (NEW.certificate IS NOT OLD.certificate OR (OLD.state = 'draft' AND NEW.state = "
        f"'in_progress')) AND (NEW.certificate IS NULL OR NEW.certificate IS NOT {_IN_FORCE})",
        _LOCKED,
    )
    yield refuse(
        "batch_starts_as_draft", "BEFORE INSERT ON batches", "NEW.state <> 'draft'", "T1: a batch starts as a draft"
    )
    yield refuse(
        "batch_follows_its_table",
        "BEFORE UPDATE OF state ON batches",
        _steps(MANUAL_BATCH_STEPS, CALIBRATION_BATCH_STEPS, "OLD.kind"),
        "T1: the batch can not go from its state to this one",
    )
    # A calibration that was pinned to a version to come would count when it comes.
    yield refuse(
        "batch_pins_the_newest_versions",
        "BEFORE UPDATE OF state ON batches",
        f"OLD.state = 'draft' AND NEW.state = 'in_progress' AND (NEW.ontology_version IS NOT {_newest('ontologies')} "
        f"OR (NEW.kind = 'calibration' AND NEW.instructions_version IS NOT {_newest('instructions')}))",
        "P2: a batch is launched on the newest versions",
    )
    yield refuse(
        "batch_keeps_its_versions",
        "BEFORE UPDATE OF ontology_version, instructions_version ON batches",
        f"({differs('ontology_version, instructions_version')}) "
        "AND NOT (OLD.state = 'draft' AND NEW.state = 'in_progress') AND NOT (NEW.kind = 'production' "
        f"AND NEW.certificate IS {_IN_FORCE} AND NEW.ontology_version IS {_newest('ontologies')} "
        "AND NEW.instructions_version IS OLD.instructions_version)",
        "P2: a launched batch keeps its versions",
    )
    yield refuse(
        "calibration_completes_by_its_audit",
        "BEFORE UPDATE OF state ON batches",
        "NEW.kind = 'calibration' AND NEW.state = 'completed' AND OLD.state <> 'completed' "
        "AND NOT EXISTS (SELECT 1 FROM certificates WHERE batch = NEW.id)",
        "C5: a calibration batch is completed by its audit",
    )
    launched = "(SELECT state FROM batches WHERE id = {row}.batch) <> 'draft'"
    for verb, rows in (("INSERT", ("NEW",)), ("DELETE", ("OLD",)), ("UPDATE OF batch, item, position", ("OLD", "NEW"))):
        yield refuse(
            f"launched_items_stay_{verb.split()[0].lower()}",
            f"BEFORE {verb} ON batch_items",
            " OR ".join(launched.format(row=row) for row in rows),
            "C2: the items of a launched batch are fixed",
        )
    yield refuse(
        "batch_holds_items_of_its_project",
        "BEFORE INSERT ON batch_items",
        "(SELECT project FROM items WHERE id = NEW.item) IS NOT (SELECT project FROM batches WHERE id = NEW.batch)",
        "C1: a batch holds items of its own project",
    )


def _tasks() -> Iterator[str]:
    is_locked = f"{_IS_PRODUCTION} AND {_IN_FORCE} IS NULL"
    yield refuse("production_task_needs_calibration", "BEFORE INSERT ON tasks", is_locked, _LOCKED)
    yield refuse(
        "task_starts_queued",
        "BEFORE INSERT ON tasks",
        "NEW.state <> 'queued' OR NOT EXISTS (SELECT 1 FROM batches b JOIN batch_items i ON i.batch = b.id "
        "WHERE b.id = NEW.batch AND b.project = NEW.project AND b.state = 'in_progress' AND i.item = NEW.item "
        "AND i.excluded IS NULL AND NEW.attempt BETWEEN 1 AND b.attempts_per_item "
        "AND b.ontology_version = NEW.ontology_version)",
        "T1: a task starts in the queue of a running batch of its project, for one of its items",
    )
    yield refuse(
        "task_follows_its_table",
        "BEFORE UPDATE OF state ON tasks",
        _steps(MANUAL_STEPS, CALIBRATION_STEPS, "(SELECT kind FROM batches WHERE id = OLD.batch)"),
        "T1: the task can not go from its state to this one",
    )
    yield refuse(
        "production_claim_needs_calibration",
        "BEFORE UPDATE OF state ON tasks",
        f"OLD.state = 'queued' AND NEW.state = 'annotating' AND {is_locked}",
        _LOCKED,
    )
    yield refuse(
        "production_return_keeps_its_author_while_locked",
        "BEFORE UPDATE OF user ON tasks",
        f"OLD.state = 'returned' AND NEW.state = 'annotating' AND NEW.user IS NOT OLD.user AND {is_locked}",
        _LOCKED,
    )
    # Somebody else comes in by the queue, or where a lead assigns what was returned; then it goes back to its author.
    yield refuse(
        "one_annotator_at_a_time",
        "BEFORE UPDATE OF user ON tasks",
        "NEW.user IS NOT OLD.user AND NEW.state <> 'queued' "
        "AND NOT (NEW.state = 'annotating' AND OLD.state IN ('queued', 'returned')) "
        "AND NOT (NEW.state = 'returned' AND OLD.state = 'annotating' "
        "AND NEW.user IS (SELECT user FROM label_sets WHERE id = NEW.labels))",
        "T2: a task has at most one annotator at a time",
    )
    yield refuse(
        "task_labels_are_its_own",
        "BEFORE UPDATE OF labels ON tasks",
        "NEW.labels IS NOT NULL AND NOT EXISTS (SELECT 1 FROM label_sets WHERE id = NEW.labels AND task = NEW.id)",
        "T1: the labels of a task are its own",
    )
    submitted = "user, labels, confidence, submitted, ontology_version, instructions_version, seconds"
    yield refuse(
        "attempt_stays_as_submitted",
        f"BEFORE UPDATE OF {submitted} ON tasks",
        f"OLD.state IN ('submitted', 'graded') AND ({differs(submitted)})",
        "C3: a calibration attempt stays as it was submitted",
    )
    yield refuse(
        "audited_task_stays",
        "BEFORE UPDATE OF state, reviewer ON tasks",
        "EXISTS (SELECT 1 FROM certificates WHERE batch = OLD.batch)",
        "C5: the audit of this batch is complete",
    )


def _audits() -> Iterator[str]:
    audited = "EXISTS (SELECT 1 FROM certificates c JOIN tasks t ON t.batch = c.batch WHERE t.id = {row}.task)"
    for verb, rows in (("INSERT", ("NEW",)), ("DELETE", ("OLD",)), ("UPDATE", ("OLD", "NEW"))):
        yield refuse(
            f"grade_stays_{verb.lower()}",
            f"BEFORE {verb} ON grades",
            " OR ".join(audited.format(row=row) for row in rows),
            "C4: the audit of this batch is complete",
        )
    for verb in ("INSERT", "UPDATE"):
        yield refuse(
            f"grade_of_a_submitted_attempt_{verb.lower()}",
            f"BEFORE {verb} ON grades",
            "NOT EXISTS (SELECT 1 FROM tasks WHERE id = NEW.task AND state IN ('submitted', 'graded')) "
            "OR (NEW.labels IS NOT NULL AND NOT EXISTS (SELECT 1 FROM label_sets WHERE id = NEW.labels "
            "AND task = NEW.task AND kind = 'audit'))",
            "C4: only a submitted attempt is graded, and fixed by the labels of its audit",
        )
    yield refuse(
        "certificate_of_a_complete_audit",
        "BEFORE INSERT ON certificates",
        "NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = NEW.batch AND b.kind = 'calibration' "
        "AND b.project = NEW.project AND b.ontology_version = NEW.ontology_version "
        "AND b.instructions_version = NEW.instructions_version AND b.state IN ('in_progress', 'closed_early')) "
        "OR EXISTS (SELECT 1 FROM tasks WHERE batch = NEW.batch AND state NOT IN ('graded', 'excluded'))",
        "C5: the audit of this calibration batch is not complete",
    )
    yield refuse(
        "certificate_matches_grades",
        "BEFORE INSERT ON certificates",
        f"NOT EXISTS ({FIGURES})",
        "C2: the figures of the certificate are not those of the audit",
    )
    yield refuse(
        "policy_is_sound",
        "BEFORE INSERT ON policies",
        f"NOT coalesce({POLICY_IS_SOUND}, 0)",
        "C2: this is no calibration policy",
    )
    yield refuse(
        "promotion_of_an_audited_attempt",
        "BEFORE INSERT ON promotions",
        "NOT EXISTS (SELECT 1 FROM grades g JOIN tasks t ON t.id = g.task JOIN certificates c ON c.batch = t.batch "
        "WHERE g.task = NEW.task AND g.grade IN ('approve', 'fix') AND t.item = NEW.item AND t.project = NEW.project "
        "AND NEW.labels = coalesce(g.labels, t.labels))",
        "Q1: only an attempt that a complete audit approved or fixed can be promoted",
    )


GUARDS_1: tuple[str, ...] = (
    CALIBRATION,
    *written_once(APPEND_ONLY),
    *kept(KEPT),
    *_numbered(),
    *_batches(),
    *_tasks(),
    *_audits(),
)
