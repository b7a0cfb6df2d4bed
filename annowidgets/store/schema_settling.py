"""The fifth migration: rounds follow from a withdrawal of gold, whoever withdraws it."""

from __future__ import annotations

import sqlite3

# Score and passed of a round, as the guard "result_follows_from_scores" of the third migration asks for them.
_RESULT = """SELECT iif(is_complete, score, NULL),
        iif(is_complete, score IS NOT NULL AND training_rounds.seen = 0 AND score >= pass_mark - 1e-9, NULL)
    FROM (SELECT n.pass_mark,
            count(*) > 0 AND sum(t.state = 'submitted') = count(*) AND n.pass_mark IS NOT NULL AS is_complete,
            CASE (SELECT function ->> 'aggregate' FROM functions
                WHERE project = n.project AND version = n.function_version)
                WHEN 'labels' THEN sum(s.score * s.importance) / sum(s.importance) FILTER (WHERE s.score IS NOT NULL)
                ELSE avg(s.score) END AS score
        FROM trainings n JOIN tasks t ON t.batch = training_rounds.batch
            JOIN training_items i ON i.item = t.item AND i.withdrawn IS NULL
            LEFT JOIN training_scores s ON s.task = t.id AND s.function_version = n.function_version
                AND s.gold = (SELECT id FROM gold WHERE item = t.item ORDER BY revision DESC LIMIT 1)
        WHERE n.project = NEW.project)"""

# A passed round opens production (C7): one that was passed by gold which no longer counts must not stay so until
# somebody acts in the training. The workflow adds the same up to the last digit, and tells it in the log.
_SETTLES = f"""CREATE TRIGGER withdrawal_settles_rounds AFTER UPDATE OF withdrawn ON training_items
    WHEN OLD.withdrawn IS NULL AND NEW.withdrawn IS NOT NULL BEGIN
        UPDATE training_rounds SET (score, passed) = ({_RESULT})
            WHERE batch IN (SELECT batch FROM tasks WHERE item = NEW.item); END"""


def m005_settling(connection: sqlite3.Connection) -> None:
    """Withdrawing gold settles the rounds that hold it."""
    connection.execute(_SETTLES)
