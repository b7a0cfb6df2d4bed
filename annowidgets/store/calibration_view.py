"""When production is open, in SQL: the view that the guards ask, and what a certificate must say."""

from __future__ import annotations

# One row per project: its newest certificate on its current ontology, and whether that meets its current policy. The
# slack of 1e-9 allows for the last digit of a computed figure, as in the workflow.
CALIBRATION = """CREATE VIEW calibration AS
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
FROM newest n LEFT JOIN certificates c ON c.id = n.certificate"""

# A row where the certificate to be inserted, NEW, is what the grades of its batch add up to. The interval is resampled
# and can't be computed here: it must hold the score, and be there from three items on.
FIGURES = """
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
"""

# Whether NEW.policy is one that the view can judge by: text where a number belongs would compare as anything.
POLICY_IS_SOUND = " AND ".join(
    (
        "json_extract(NEW.policy, '$.min_score') BETWEEN 0 AND 100",
        "json_extract(NEW.policy, '$.min_accuracy') BETWEEN 0 AND 1",
        "json_extract(NEW.policy, '$.max_excluded_share') BETWEEN 0 AND 1",
        "json_extract(NEW.policy, '$.confidence_weight') BETWEEN 0 AND 1.0 / 3 + 1e-8",
        "json_type(NEW.policy, '$.min_items') = 'integer'",
        *(
            f"coalesce(json_type(NEW.policy, '$.{name}'), 'null') IN ('null', 'integer', 'real')"
            for name in ("min_low", "min_taskers", "min_training_tasks", "min_evaluation_tasks")
        ),
        *(
            f"json_type(NEW.policy, '$.{name}') IN ('true', 'false')"
            for name in ("feedback_answered", "relock_on_instructions")
        ),
    )
)
