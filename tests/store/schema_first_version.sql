-- The schema as the first migration made it.
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE TABLE projects (
        -- One row per project. settings: JSON.
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('annotation', 'training')),
        state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'archived')),
        settings TEXT NOT NULL,
        created REAL NOT NULL,
        created_by TEXT NOT NULL
    ) STRICT;
CREATE TABLE ontologies (
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
    ) STRICT;
CREATE TABLE instructions (
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
    ) STRICT;
CREATE TABLE policies (
        -- What a calibration has to reach, in versions. policy: JSON.
        project INTEGER NOT NULL REFERENCES projects (id),
        version INTEGER NOT NULL,
        policy TEXT NOT NULL CHECK (json_valid(policy)),
        created REAL NOT NULL,
        created_by TEXT NOT NULL,
        PRIMARY KEY (project, version)
    ) STRICT;
CREATE TABLE functions (
        -- The project's own benchmark function, in versions. function: JSON.
        project INTEGER NOT NULL REFERENCES projects (id),
        version INTEGER NOT NULL,
        function TEXT NOT NULL,
        created REAL NOT NULL,
        created_by TEXT NOT NULL,
        PRIMARY KEY (project, version)
    ) STRICT;
CREATE TABLE members (
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
    ) STRICT;
CREATE TABLE items (
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
    ) STRICT;
CREATE TABLE checks (
        -- When the project was last checked, and what was found. findings: JSON.
        project INTEGER PRIMARY KEY REFERENCES projects (id),
        at REAL NOT NULL,
        findings TEXT NOT NULL
    ) STRICT;
CREATE TABLE certificates (
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
    ) STRICT;
CREATE TABLE batches (
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
    ) STRICT;
CREATE TABLE batch_items (
        -- The items of a batch, fixed from its launch on. excluded: why one was taken out, or NULL.
        batch INTEGER NOT NULL REFERENCES batches (id),
        item INTEGER NOT NULL REFERENCES items (id),
        position INTEGER NOT NULL,
        excluded TEXT,
        PRIMARY KEY (batch, item)
    ) STRICT;
CREATE TABLE tasks (
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
    ) STRICT;
CREATE TABLE label_sets (
        -- Submissions, reviewers' and auditors' corrections, and copies of what lost a conflict. labels: JSON.
        id INTEGER PRIMARY KEY,
        task INTEGER NOT NULL REFERENCES tasks (id),
        kind TEXT NOT NULL CHECK (kind IN ('submission', 'review', 'audit', 'copy')),
        user TEXT NOT NULL,
        ontology_version INTEGER NOT NULL,
        labels TEXT NOT NULL,
        created REAL NOT NULL
    ) STRICT;
CREATE TABLE drafts (
        -- What is being labelled, as last saved; one per task and person. labels: JSON.
        task INTEGER NOT NULL REFERENCES tasks (id),
        user TEXT NOT NULL,
        labels TEXT NOT NULL,
        saved REAL NOT NULL,
        PRIMARY KEY (task, user)
    ) STRICT;
CREATE TABLE skips (
        -- Who gave a task up, and why.
        task INTEGER NOT NULL REFERENCES tasks (id),
        user TEXT NOT NULL,
        reason TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (task, user)
    ) STRICT;
CREATE TABLE comments (
        -- What a reviewer wrote to the annotator. label: id of the label that it is about, or NULL for the whole task.
        id INTEGER PRIMARY KEY,
        task INTEGER NOT NULL REFERENCES tasks (id),
        author TEXT NOT NULL,
        label TEXT,
        text TEXT NOT NULL,
        created REAL NOT NULL
    ) STRICT;
CREATE TABLE feedback (
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
    ) STRICT;
CREATE TABLE audit_locks (
        -- Who audits an item of a calibration batch, and until when.
        batch INTEGER NOT NULL REFERENCES batches (id),
        item INTEGER NOT NULL REFERENCES items (id),
        auditor TEXT NOT NULL,
        lease_until REAL NOT NULL,
        PRIMARY KEY (batch, item)
    ) STRICT;
CREATE TABLE grades (
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
    ) STRICT;
CREATE TABLE promotions (
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
    ) STRICT;
CREATE TABLE events (
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
    ) STRICT;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX tasks_by_state ON tasks (project, state, user);
CREATE INDEX tasks_by_item ON tasks (item, user);
CREATE INDEX tasks_by_user ON tasks (user, project);
CREATE INDEX tasks_by_assignee ON tasks (assignee) WHERE assignee IS NOT NULL;
CREATE INDEX tasks_in_queue ON tasks (batch, state, priority DESC, draw);
CREATE INDEX label_sets_by_task ON label_sets (task, user);
CREATE INDEX feedback_by_state ON feedback (project, state);
CREATE INDEX events_by_subject ON events (subject, subject_id);
CREATE VIEW calibration AS
-- Whether production is open: unlocked is 1 or 0, certificate is the newest on the current ontology version.
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
        AND 1.0 * c.excluded / max(c.items + c.excluded, 1) <= json_extract(n.policy, '$.max_excluded_share') + 1e-9
        AND coalesce(c.low >= json_extract(n.policy, '$.min_low') - 1e-9, json_extract(n.policy, '$.min_low') IS NULL)
        AND c.taskers >= coalesce(json_extract(n.policy, '$.min_taskers'), 0)
        AND (json_extract(n.policy, '$.min_training_tasks') IS NULL
            OR (SELECT count(*) FROM promotions WHERE project = n.project AND kind = 'training')
                >= json_extract(n.policy, '$.min_training_tasks'))
        AND (json_extract(n.policy, '$.min_evaluation_tasks') IS NULL
            OR (SELECT count(*) FROM promotions WHERE project = n.project AND kind = 'evaluation')
                >= json_extract(n.policy, '$.min_evaluation_tasks'))
        AND (NOT json_extract(n.policy, '$.feedback_answered')
            OR NOT EXISTS (SELECT 1 FROM feedback WHERE project = n.project AND state = 'open'))
        AND (NOT json_extract(n.policy, '$.relock_on_instructions')
            OR c.instructions_version = n.instructions_version),
        0) AS unlocked
FROM newest n LEFT JOIN certificates c ON c.id = n.certificate;
CREATE TRIGGER events_not_changed BEFORE UPDATE ON events WHEN 1 BEGIN SELECT RAISE(ABORT, 'L1: events are never changed or deleted'); END;
CREATE TRIGGER events_not_deleted BEFORE DELETE ON events WHEN 1 BEGIN SELECT RAISE(ABORT, 'L1: events are never changed or deleted'); END;
CREATE TRIGGER events_not_replaced BEFORE INSERT ON events WHEN EXISTS (SELECT 1 FROM events WHERE id IS NEW.id) BEGIN SELECT RAISE(ABORT, 'L1: events are never changed or deleted'); END;
CREATE TRIGGER certificates_not_changed BEFORE UPDATE ON certificates WHEN 1 BEGIN SELECT RAISE(ABORT, 'C2: certificates are never changed or deleted'); END;
CREATE TRIGGER certificates_not_deleted BEFORE DELETE ON certificates WHEN 1 BEGIN SELECT RAISE(ABORT, 'C2: certificates are never changed or deleted'); END;
CREATE TRIGGER certificates_not_replaced BEFORE INSERT ON certificates WHEN EXISTS (SELECT 1 FROM certificates WHERE id IS NEW.id) OR EXISTS (SELECT 1 FROM certificates WHERE batch IS NEW.batch AND ontology_version IS NEW.ontology_version) BEGIN SELECT RAISE(ABORT, 'C2: certificates are never changed or deleted'); END;
CREATE TRIGGER ontologies_not_changed BEFORE UPDATE ON ontologies WHEN 1 BEGIN SELECT RAISE(ABORT, 'P2: an ontology changes as the next version'); END;
CREATE TRIGGER ontologies_not_deleted BEFORE DELETE ON ontologies WHEN 1 BEGIN SELECT RAISE(ABORT, 'P2: an ontology changes as the next version'); END;
CREATE TRIGGER ontologies_not_replaced BEFORE INSERT ON ontologies WHEN EXISTS (SELECT 1 FROM ontologies WHERE project IS NEW.project AND version IS NEW.version AND revision IS NEW.revision) BEGIN SELECT RAISE(ABORT, 'P2: an ontology changes as the next version'); END;
CREATE TRIGGER instructions_not_changed BEFORE UPDATE ON instructions WHEN 1 BEGIN SELECT RAISE(ABORT, 'I1: instructions change as the next version'); END;
CREATE TRIGGER instructions_not_deleted BEFORE DELETE ON instructions WHEN 1 BEGIN SELECT RAISE(ABORT, 'I1: instructions change as the next version'); END;
CREATE TRIGGER instructions_not_replaced BEFORE INSERT ON instructions WHEN EXISTS (SELECT 1 FROM instructions WHERE project IS NEW.project AND version IS NEW.version) BEGIN SELECT RAISE(ABORT, 'I1: instructions change as the next version'); END;
CREATE TRIGGER policies_not_changed BEFORE UPDATE ON policies WHEN 1 BEGIN SELECT RAISE(ABORT, 'C2: a policy changes as the next version'); END;
CREATE TRIGGER policies_not_deleted BEFORE DELETE ON policies WHEN 1 BEGIN SELECT RAISE(ABORT, 'C2: a policy changes as the next version'); END;
CREATE TRIGGER policies_not_replaced BEFORE INSERT ON policies WHEN EXISTS (SELECT 1 FROM policies WHERE project IS NEW.project AND version IS NEW.version) BEGIN SELECT RAISE(ABORT, 'C2: a policy changes as the next version'); END;
CREATE TRIGGER functions_not_changed BEFORE UPDATE ON functions WHEN 1 BEGIN SELECT RAISE(ABORT, 'C2: a benchmark function changes as the next version'); END;
CREATE TRIGGER functions_not_deleted BEFORE DELETE ON functions WHEN 1 BEGIN SELECT RAISE(ABORT, 'C2: a benchmark function changes as the next version'); END;
CREATE TRIGGER functions_not_replaced BEFORE INSERT ON functions WHEN EXISTS (SELECT 1 FROM functions WHERE project IS NEW.project AND version IS NEW.version) BEGIN SELECT RAISE(ABORT, 'C2: a benchmark function changes as the next version'); END;
CREATE TRIGGER label_sets_not_changed BEFORE UPDATE ON label_sets WHEN 1 BEGIN SELECT RAISE(ABORT, 'L1: submitted labels are never changed or deleted'); END;
CREATE TRIGGER label_sets_not_deleted BEFORE DELETE ON label_sets WHEN 1 BEGIN SELECT RAISE(ABORT, 'L1: submitted labels are never changed or deleted'); END;
CREATE TRIGGER label_sets_not_replaced BEFORE INSERT ON label_sets WHEN EXISTS (SELECT 1 FROM label_sets WHERE id IS NEW.id) BEGIN SELECT RAISE(ABORT, 'L1: submitted labels are never changed or deleted'); END;
CREATE TRIGGER promotions_not_changed BEFORE UPDATE ON promotions WHEN 1 BEGIN SELECT RAISE(ABORT, 'Q1: a promoted task stays what it is, and an item has one gold'); END;
CREATE TRIGGER promotions_not_deleted BEFORE DELETE ON promotions WHEN 1 BEGIN SELECT RAISE(ABORT, 'Q1: a promoted task stays what it is, and an item has one gold'); END;
CREATE TRIGGER promotions_not_replaced BEFORE INSERT ON promotions WHEN EXISTS (SELECT 1 FROM promotions WHERE task IS NEW.task) OR EXISTS (SELECT 1 FROM promotions WHERE project IS NEW.project AND item IS NEW.item) BEGIN SELECT RAISE(ABORT, 'Q1: a promoted task stays what it is, and an item has one gold'); END;
CREATE TRIGGER projects_not_changed BEFORE UPDATE ON projects WHEN NEW.id IS NOT OLD.id OR NEW.name IS NOT OLD.name OR NEW.kind IS NOT OLD.kind OR NEW.created IS NOT OLD.created OR NEW.created_by IS NOT OLD.created_by BEGIN SELECT RAISE(ABORT, 'P6: a project is archived, not deleted'); END;
CREATE TRIGGER projects_not_deleted BEFORE DELETE ON projects WHEN 1 BEGIN SELECT RAISE(ABORT, 'P6: a project is archived, not deleted'); END;
CREATE TRIGGER projects_not_replaced BEFORE INSERT ON projects WHEN EXISTS (SELECT 1 FROM projects WHERE id IS NEW.id) OR EXISTS (SELECT 1 FROM projects WHERE name IS NEW.name) BEGIN SELECT RAISE(ABORT, 'P6: a project is archived, not deleted'); END;
CREATE TRIGGER items_not_changed BEFORE UPDATE ON items WHEN NEW.id IS NOT OLD.id OR NEW.project IS NOT OLD.project OR NEW.name IS NOT OLD.name OR NEW.modality IS NOT OLD.modality OR NEW.sizes IS NOT OLD.sizes OR NEW.spacing IS NOT OLD.spacing OR NEW.hash IS NOT OLD.hash OR NEW.added IS NOT OLD.added OR NEW.added_by IS NOT OLD.added_by BEGIN SELECT RAISE(ABORT, 'P3: an item stays what it was when it was added'); END;
CREATE TRIGGER items_not_deleted BEFORE DELETE ON items WHEN 1 BEGIN SELECT RAISE(ABORT, 'P3: an item stays what it was when it was added'); END;
CREATE TRIGGER items_not_replaced BEFORE INSERT ON items WHEN EXISTS (SELECT 1 FROM items WHERE id IS NEW.id) OR EXISTS (SELECT 1 FROM items WHERE project IS NEW.project AND name IS NEW.name) OR EXISTS (SELECT 1 FROM items WHERE project IS NEW.project AND hash IS NEW.hash) BEGIN SELECT RAISE(ABORT, 'P3: an item stays what it was when it was added'); END;
CREATE TRIGGER batches_not_changed BEFORE UPDATE ON batches WHEN NEW.id IS NOT OLD.id OR NEW.project IS NOT OLD.project OR NEW.name IS NOT OLD.name OR NEW.kind IS NOT OLD.kind OR NEW.attempts_per_item IS NOT OLD.attempts_per_item OR NEW.created IS NOT OLD.created OR NEW.created_by IS NOT OLD.created_by BEGIN SELECT RAISE(ABORT, 'C2: a batch stays, with its project, name and kind'); END;
CREATE TRIGGER batches_not_deleted BEFORE DELETE ON batches WHEN 1 BEGIN SELECT RAISE(ABORT, 'C2: a batch stays, with its project, name and kind'); END;
CREATE TRIGGER batches_not_replaced BEFORE INSERT ON batches WHEN EXISTS (SELECT 1 FROM batches WHERE id IS NEW.id) OR EXISTS (SELECT 1 FROM batches WHERE project IS NEW.project AND name IS NEW.name) BEGIN SELECT RAISE(ABORT, 'C2: a batch stays, with its project, name and kind'); END;
CREATE TRIGGER tasks_not_changed BEFORE UPDATE ON tasks WHEN NEW.id IS NOT OLD.id OR NEW.project IS NOT OLD.project OR NEW.batch IS NOT OLD.batch OR NEW.item IS NOT OLD.item OR NEW.attempt IS NOT OLD.attempt OR NEW.draw IS NOT OLD.draw BEGIN SELECT RAISE(ABORT, 'T1: a task stays, in its batch'); END;
CREATE TRIGGER tasks_not_deleted BEFORE DELETE ON tasks WHEN 1 BEGIN SELECT RAISE(ABORT, 'T1: a task stays, in its batch'); END;
CREATE TRIGGER tasks_not_replaced BEFORE INSERT ON tasks WHEN EXISTS (SELECT 1 FROM tasks WHERE id IS NEW.id) OR EXISTS (SELECT 1 FROM tasks WHERE batch IS NEW.batch AND item IS NEW.item AND attempt IS NEW.attempt) BEGIN SELECT RAISE(ABORT, 'T1: a task stays, in its batch'); END;
CREATE TRIGGER feedback_not_changed BEFORE UPDATE ON feedback WHEN NEW.id IS NOT OLD.id OR NEW.project IS NOT OLD.project OR NEW.batch IS NOT OLD.batch OR NEW.task IS NOT OLD.task OR NEW.author IS NOT OLD.author OR NEW.instructions_version IS NOT OLD.instructions_version OR NEW.section IS NOT OLD.section OR NEW.kind IS NOT OLD.kind OR NEW.text IS NOT OLD.text OR NEW.created IS NOT OLD.created BEGIN SELECT RAISE(ABORT, 'I2: feedback is answered, not changed or deleted'); END;
CREATE TRIGGER feedback_not_deleted BEFORE DELETE ON feedback WHEN 1 BEGIN SELECT RAISE(ABORT, 'I2: feedback is answered, not changed or deleted'); END;
CREATE TRIGGER feedback_not_replaced BEFORE INSERT ON feedback WHEN EXISTS (SELECT 1 FROM feedback WHERE id IS NEW.id) BEGIN SELECT RAISE(ABORT, 'I2: feedback is answered, not changed or deleted'); END;
CREATE TRIGGER events_numbered AFTER INSERT ON events WHEN NEW.id < 1 OR (NEW.id > 1 AND NOT EXISTS (SELECT 1 FROM events WHERE id = NEW.id - 1)) BEGIN SELECT RAISE(ABORT, 'L1: events are never changed or deleted, nor left out'); END;
CREATE TRIGGER certificates_numbered AFTER INSERT ON certificates WHEN NEW.id < 1 OR (NEW.id > 1 AND NOT EXISTS (SELECT 1 FROM certificates WHERE id = NEW.id - 1)) BEGIN SELECT RAISE(ABORT, 'C2: certificates are never changed or deleted, nor left out'); END;
CREATE TRIGGER instructions_numbered BEFORE INSERT ON instructions WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM instructions WHERE project = NEW.project) BEGIN SELECT RAISE(ABORT, 'I1: instructions change as the next version'); END;
CREATE TRIGGER policies_numbered BEFORE INSERT ON policies WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM policies WHERE project = NEW.project) BEGIN SELECT RAISE(ABORT, 'C2: a policy changes as the next version'); END;
CREATE TRIGGER functions_numbered BEFORE INSERT ON functions WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM functions WHERE project = NEW.project) BEGIN SELECT RAISE(ABORT, 'C2: a benchmark function changes as the next version'); END;
CREATE TRIGGER ontologies_numbered BEFORE INSERT ON ontologies WHEN NOT CASE NEW.revision WHEN 0 THEN NEW.version = (SELECT coalesce(max(version), 0) + 1 FROM ontologies WHERE project = NEW.project) ELSE EXISTS (SELECT 1 FROM ontologies WHERE project = NEW.project AND version = NEW.version AND revision = NEW.revision - 1 AND fingerprint = NEW.fingerprint) END BEGIN SELECT RAISE(ABORT, 'P2: an ontology changes as the next version'); END;
CREATE TRIGGER production_batch_needs_certificate BEFORE INSERT ON batches WHEN NEW.kind = 'production' AND (NEW.certificate IS NULL OR NEW.certificate IS NOT (SELECT certificate FROM calibration WHERE project = NEW.project AND unlocked)) BEGIN SELECT RAISE(ABORT, 'C2: production is locked until the project is calibrated'); END;
CREATE TRIGGER production_launch_needs_certificate BEFORE UPDATE OF state, certificate ON batches WHEN NEW.kind = 'production' AND (NEW.certificate IS NOT OLD.certificate OR (OLD.state = 'draft' AND NEW.state = 'in_progress')) AND (NEW.certificate IS NULL OR NEW.certificate IS NOT (SELECT certificate FROM calibration WHERE project = NEW.project AND unlocked)) BEGIN SELECT RAISE(ABORT, 'C2: production is locked until the project is calibrated'); END;
CREATE TRIGGER batch_starts_as_draft BEFORE INSERT ON batches WHEN NEW.state <> 'draft' BEGIN SELECT RAISE(ABORT, 'T1: a batch starts as a draft'); END;
CREATE TRIGGER batch_follows_its_table BEFORE UPDATE OF state ON batches WHEN NEW.state <> OLD.state AND NOT CASE OLD.kind WHEN 'calibration' THEN OLD.state || '>' || NEW.state IN ('draft>in_progress', 'draft>closed_early', 'in_progress>closed_early', 'in_progress>completed', 'closed_early>completed') ELSE OLD.state || '>' || NEW.state IN ('draft>in_progress', 'draft>closed_early', 'in_progress>closed_early', 'in_progress>completed', 'completed>in_progress') END BEGIN SELECT RAISE(ABORT, 'T1: the batch can not go from its state to this one'); END;
CREATE TRIGGER batch_pins_the_newest_versions BEFORE UPDATE OF state ON batches WHEN OLD.state = 'draft' AND NEW.state = 'in_progress' AND (NEW.ontology_version IS NOT (SELECT max(version) FROM ontologies WHERE project = NEW.project) OR (NEW.kind = 'calibration' AND NEW.instructions_version IS NOT (SELECT max(version) FROM instructions WHERE project = NEW.project))) BEGIN SELECT RAISE(ABORT, 'P2: a batch is launched on the newest versions'); END;
CREATE TRIGGER batch_keeps_its_versions BEFORE UPDATE OF ontology_version, instructions_version ON batches WHEN (NEW.ontology_version IS NOT OLD.ontology_version OR NEW.instructions_version IS NOT OLD.instructions_version) AND NOT (OLD.state = 'draft' AND NEW.state = 'in_progress') AND NOT (NEW.kind = 'production' AND NEW.certificate IS (SELECT certificate FROM calibration WHERE project = NEW.project AND unlocked) AND NEW.ontology_version IS (SELECT max(version) FROM ontologies WHERE project = NEW.project) AND NEW.instructions_version IS OLD.instructions_version) BEGIN SELECT RAISE(ABORT, 'P2: a launched batch keeps its versions'); END;
CREATE TRIGGER calibration_completes_by_its_audit BEFORE UPDATE OF state ON batches WHEN NEW.kind = 'calibration' AND NEW.state = 'completed' AND OLD.state <> 'completed' AND NOT EXISTS (SELECT 1 FROM certificates WHERE batch = NEW.id) BEGIN SELECT RAISE(ABORT, 'C5: a calibration batch is completed by its audit'); END;
CREATE TRIGGER launched_items_stay_insert BEFORE INSERT ON batch_items WHEN (SELECT state FROM batches WHERE id = NEW.batch) <> 'draft' BEGIN SELECT RAISE(ABORT, 'C2: the items of a launched batch are fixed'); END;
CREATE TRIGGER launched_items_stay_delete BEFORE DELETE ON batch_items WHEN (SELECT state FROM batches WHERE id = OLD.batch) <> 'draft' BEGIN SELECT RAISE(ABORT, 'C2: the items of a launched batch are fixed'); END;
CREATE TRIGGER launched_items_stay_update BEFORE UPDATE OF batch, item, position ON batch_items WHEN (SELECT state FROM batches WHERE id = OLD.batch) <> 'draft' OR (SELECT state FROM batches WHERE id = NEW.batch) <> 'draft' BEGIN SELECT RAISE(ABORT, 'C2: the items of a launched batch are fixed'); END;
CREATE TRIGGER batch_holds_items_of_its_project BEFORE INSERT ON batch_items WHEN (SELECT project FROM items WHERE id = NEW.item) IS NOT (SELECT project FROM batches WHERE id = NEW.batch) BEGIN SELECT RAISE(ABORT, 'C1: a batch holds items of its own project'); END;
CREATE TRIGGER production_task_needs_calibration BEFORE INSERT ON tasks WHEN (SELECT kind FROM batches WHERE id = NEW.batch) IS 'production' AND (SELECT certificate FROM calibration WHERE project = NEW.project AND unlocked) IS NULL BEGIN SELECT RAISE(ABORT, 'C2: production is locked until the project is calibrated'); END;
CREATE TRIGGER task_starts_queued BEFORE INSERT ON tasks WHEN NEW.state <> 'queued' OR NOT EXISTS (SELECT 1 FROM batches b JOIN batch_items i ON i.batch = b.id WHERE b.id = NEW.batch AND b.project = NEW.project AND b.state = 'in_progress' AND i.item = NEW.item AND i.excluded IS NULL AND NEW.attempt BETWEEN 1 AND b.attempts_per_item AND b.ontology_version = NEW.ontology_version) BEGIN SELECT RAISE(ABORT, 'T1: a task starts in the queue of a running batch of its project, for one of its items'); END;
CREATE TRIGGER task_follows_its_table BEFORE UPDATE OF state ON tasks WHEN NEW.state <> OLD.state AND NOT CASE (SELECT kind FROM batches WHERE id = OLD.batch) WHEN 'calibration' THEN OLD.state || '>' || NEW.state IN ('queued>annotating', 'annotating>queued', 'annotating>submitted', 'submitted>graded', 'queued>excluded', 'annotating>excluded', 'submitted>excluded', 'graded>excluded') ELSE OLD.state || '>' || NEW.state IN ('queued>annotating', 'returned>annotating', 'annotating>queued', 'annotating>returned', 'annotating>in_review', 'annotating>completed', 'annotating>skipped', 'in_review>completed', 'in_review>returned', 'in_review>annotating', 'completed>annotating', 'queued>cancelled', 'annotating>cancelled', 'returned>cancelled', 'skipped>queued', 'completed>queued') END BEGIN SELECT RAISE(ABORT, 'T1: the task can not go from its state to this one'); END;
CREATE TRIGGER production_claim_needs_calibration BEFORE UPDATE OF state ON tasks WHEN OLD.state = 'queued' AND NEW.state = 'annotating' AND (SELECT kind FROM batches WHERE id = NEW.batch) IS 'production' AND (SELECT certificate FROM calibration WHERE project = NEW.project AND unlocked) IS NULL BEGIN SELECT RAISE(ABORT, 'C2: production is locked until the project is calibrated'); END;
CREATE TRIGGER production_return_keeps_its_author_while_locked BEFORE UPDATE OF user ON tasks WHEN OLD.state = 'returned' AND NEW.state = 'annotating' AND NEW.user IS NOT OLD.user AND (SELECT kind FROM batches WHERE id = NEW.batch) IS 'production' AND (SELECT certificate FROM calibration WHERE project = NEW.project AND unlocked) IS NULL BEGIN SELECT RAISE(ABORT, 'C2: production is locked until the project is calibrated'); END;
CREATE TRIGGER one_annotator_at_a_time BEFORE UPDATE OF user ON tasks WHEN NEW.user IS NOT OLD.user AND NEW.state <> 'queued' AND NOT (NEW.state = 'annotating' AND OLD.state IN ('queued', 'returned')) AND NOT (NEW.state = 'returned' AND OLD.state = 'annotating' AND NEW.user IS (SELECT user FROM label_sets WHERE id = NEW.labels)) BEGIN SELECT RAISE(ABORT, 'T2: a task has at most one annotator at a time'); END;
CREATE TRIGGER task_labels_are_its_own BEFORE UPDATE OF labels ON tasks WHEN NEW.labels IS NOT NULL AND NOT EXISTS (SELECT 1 FROM label_sets WHERE id = NEW.labels AND task = NEW.id) BEGIN SELECT RAISE(ABORT, 'T1: the labels of a task are its own'); END;
CREATE TRIGGER attempt_stays_as_submitted BEFORE UPDATE OF user, labels, confidence, submitted, ontology_version, instructions_version, seconds ON tasks WHEN OLD.state IN ('submitted', 'graded') AND (NEW.user IS NOT OLD.user OR NEW.labels IS NOT OLD.labels OR NEW.confidence IS NOT OLD.confidence OR NEW.submitted IS NOT OLD.submitted OR NEW.ontology_version IS NOT OLD.ontology_version OR NEW.instructions_version IS NOT OLD.instructions_version OR NEW.seconds IS NOT OLD.seconds) BEGIN SELECT RAISE(ABORT, 'C3: a calibration attempt stays as it was submitted'); END;
CREATE TRIGGER audited_task_stays BEFORE UPDATE OF state, reviewer ON tasks WHEN EXISTS (SELECT 1 FROM certificates WHERE batch = OLD.batch) BEGIN SELECT RAISE(ABORT, 'C5: the audit of this batch is complete'); END;
CREATE TRIGGER grade_stays_insert BEFORE INSERT ON grades WHEN EXISTS (SELECT 1 FROM certificates c JOIN tasks t ON t.batch = c.batch WHERE t.id = NEW.task) BEGIN SELECT RAISE(ABORT, 'C4: the audit of this batch is complete'); END;
CREATE TRIGGER grade_stays_delete BEFORE DELETE ON grades WHEN EXISTS (SELECT 1 FROM certificates c JOIN tasks t ON t.batch = c.batch WHERE t.id = OLD.task) BEGIN SELECT RAISE(ABORT, 'C4: the audit of this batch is complete'); END;
CREATE TRIGGER grade_stays_update BEFORE UPDATE ON grades WHEN EXISTS (SELECT 1 FROM certificates c JOIN tasks t ON t.batch = c.batch WHERE t.id = OLD.task) OR EXISTS (SELECT 1 FROM certificates c JOIN tasks t ON t.batch = c.batch WHERE t.id = NEW.task) BEGIN SELECT RAISE(ABORT, 'C4: the audit of this batch is complete'); END;
CREATE TRIGGER grade_of_a_submitted_attempt_insert BEFORE INSERT ON grades WHEN NOT EXISTS (SELECT 1 FROM tasks WHERE id = NEW.task AND state IN ('submitted', 'graded')) OR (NEW.labels IS NOT NULL AND NOT EXISTS (SELECT 1 FROM label_sets WHERE id = NEW.labels AND task = NEW.task AND kind = 'audit')) BEGIN SELECT RAISE(ABORT, 'C4: only a submitted attempt is graded, and fixed by the labels of its audit'); END;
CREATE TRIGGER grade_of_a_submitted_attempt_update BEFORE UPDATE ON grades WHEN NOT EXISTS (SELECT 1 FROM tasks WHERE id = NEW.task AND state IN ('submitted', 'graded')) OR (NEW.labels IS NOT NULL AND NOT EXISTS (SELECT 1 FROM label_sets WHERE id = NEW.labels AND task = NEW.task AND kind = 'audit')) BEGIN SELECT RAISE(ABORT, 'C4: only a submitted attempt is graded, and fixed by the labels of its audit'); END;
CREATE TRIGGER certificate_of_a_complete_audit BEFORE INSERT ON certificates WHEN NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = NEW.batch AND b.kind = 'calibration' AND b.project = NEW.project AND b.ontology_version = NEW.ontology_version AND b.instructions_version = NEW.instructions_version AND b.state IN ('in_progress', 'closed_early')) OR EXISTS (SELECT 1 FROM tasks WHERE batch = NEW.batch AND state NOT IN ('graded', 'excluded')) BEGIN SELECT RAISE(ABORT, 'C5: the audit of this calibration batch is not complete'); END;
CREATE TRIGGER certificate_matches_grades BEFORE INSERT ON certificates WHEN NOT EXISTS (
    SELECT 1 FROM (
        SELECT avg(a) AS accuracy, avg(b) AS brier, count(*) AS items FROM (
            SELECT avg(g.accuracy) AS a, avg((t.confidence - g.accuracy) * (t.confidence - g.accuracy)) AS b
            FROM tasks t JOIN grades g ON g.task = t.id
            WHERE t.batch = NEW.batch AND t.state = 'graded' GROUP BY t.item)) found
    WHERE NEW.items = found.items
        AND NEW.items + NEW.excluded = (SELECT count(*) FROM batch_items WHERE batch = NEW.batch)
        AND NEW.taskers = (SELECT count(DISTINCT user) FROM tasks WHERE batch = NEW.batch AND state = 'graded')
        AND NEW.self_audited = (SELECT coalesce(max(g.self_audited), 0) FROM tasks t JOIN grades g ON g.task = t.id
            WHERE t.batch = NEW.batch AND t.state = 'graded')
        AND NEW.policy_version = (SELECT max(version) FROM policies WHERE project = NEW.project)
        AND NEW.function_version = (SELECT max(version) FROM functions WHERE project = NEW.project)
        AND abs(NEW.weight - (SELECT json_extract(policy, '$.confidence_weight') FROM policies
            WHERE project = NEW.project AND version = NEW.policy_version)) < 1e-9
        AND CASE WHEN found.items = 0 THEN NEW.accuracy IS NULL AND NEW.score IS NULL
            ELSE abs(NEW.accuracy - found.accuracy) < 1e-6
                AND abs(NEW.score - 100 * ((1 - NEW.weight) * found.accuracy + NEW.weight * (1 - found.brier))) < 1e-6
            END
        AND CASE WHEN found.items < 3 THEN NEW.low IS NULL AND NEW.high IS NULL
            ELSE NEW.low BETWEEN 0 AND NEW.score + 1e-6 AND NEW.high BETWEEN NEW.score - 1e-6 AND 100 + 1e-6 END
) BEGIN SELECT RAISE(ABORT, 'C2: the figures of the certificate are not those of the audit'); END;
CREATE TRIGGER policy_is_sound BEFORE INSERT ON policies WHEN NOT coalesce(json_extract(NEW.policy, '$.min_score') BETWEEN 0 AND 100 AND json_extract(NEW.policy, '$.min_accuracy') BETWEEN 0 AND 1 AND json_extract(NEW.policy, '$.max_excluded_share') BETWEEN 0 AND 1 AND json_extract(NEW.policy, '$.confidence_weight') BETWEEN 0 AND 1.0 / 3 + 1e-8 AND json_type(NEW.policy, '$.min_items') = 'integer' AND coalesce(json_type(NEW.policy, '$.min_low'), 'null') IN ('null', 'integer', 'real') AND coalesce(json_type(NEW.policy, '$.min_taskers'), 'null') IN ('null', 'integer', 'real') AND coalesce(json_type(NEW.policy, '$.min_training_tasks'), 'null') IN ('null', 'integer', 'real') AND coalesce(json_type(NEW.policy, '$.min_evaluation_tasks'), 'null') IN ('null', 'integer', 'real') AND json_type(NEW.policy, '$.feedback_answered') IN ('true', 'false') AND json_type(NEW.policy, '$.relock_on_instructions') IN ('true', 'false'), 0) BEGIN SELECT RAISE(ABORT, 'C2: this is no calibration policy'); END;
CREATE TRIGGER promotion_of_an_audited_attempt BEFORE INSERT ON promotions WHEN NOT EXISTS (SELECT 1 FROM grades g JOIN tasks t ON t.id = g.task JOIN certificates c ON c.batch = t.batch WHERE g.task = NEW.task AND g.grade IN ('approve', 'fix') AND t.item = NEW.item AND t.project = NEW.project AND NEW.labels = coalesce(g.labels, t.labels)) BEGIN SELECT RAISE(ABORT, 'Q1: only an attempt that a complete audit approved or fixed can be promoted'); END;
INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('annowidgets', 'm001_first_loop', '2026-11-22 00:00:00+00:00');
PRAGMA application_id = 1634627183;
