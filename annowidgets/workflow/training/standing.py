"""Where each round of each trainee stands: progress, score, and whether it was passed (A11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from annowidgets.benchmark.intervals import interval
from annowidgets.store import training as stored_training
from annowidgets.store import training_figures as stored_figures
from annowidgets.store.training import RoundRow, TrainingRow
from annowidgets.store.training_figures import FigureRow
from annowidgets.workflow.training.judging import function_of

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.benchmark import BenchmarkFunction
    from annowidgets.workflow.workspace import Action

# A mark that is reached by construction is reached, whatever the last digit.
ALLOWANCE = 1e-9


class Result(NamedTuple):
    """What a round has come to.

    Attributes
    ----------
    score : float or None
        0 to 100; None where no submission has one.
    passed : bool or None
        None until the round is complete, and where there is no pass mark.
    empty, unscored : int
        Submissions in which nothing was to judge, which score 100, and those left out of the mean since none of their
        evaluation labels counts.
    """

    score: float | None
    passed: bool | None
    empty: int
    unscored: int


class Move(NamedTuple):
    """How a trainee's figures changed; ``empty`` and ``unscored`` are those of the round after it."""

    trainee: str
    round: int
    before: float | None
    after: float | None
    passed_before: bool | None
    passed_after: bool | None
    empty: int
    unscored: int


def by_round(figures: Iterable[FigureRow]) -> dict[int, list[FigureRow]]:
    """Figures by the batch that the round is."""
    found: dict[int, list[FigureRow]] = {}
    for row in figures:
        found.setdefault(row.batch, []).append(row)
    return found


def mean(figures: Sequence[FigureRow], function: BenchmarkFunction) -> float | None:
    """Score of submissions, aggregated as the function says; None where none has a score."""
    values, masses = _aggregated(figures, function)
    return float((values * masses).sum() / masses.sum()) if values.size else None


def bounds(figures: Sequence[FigureRow], function: BenchmarkFunction) -> tuple[float, float]:
    """95 % interval of `mean`; NaN below three submissions."""
    return interval(*_aggregated(figures, function))


def left_aside(figures: Sequence[FigureRow]) -> dict[str, int]:
    """What stands beside a mean: ``empty`` and ``unscored`` as of `Result`."""
    return {
        "empty": sum(row.is_empty for row in figures),
        "unscored": sum(row.score is None for row in figures),
    }


def _aggregated(
    figures: Sequence[FigureRow], function: BenchmarkFunction
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    scored = [row for row in figures if row.score is not None]
    values = np.array([row.score for row in scored], np.float64)
    masses = np.array([row.importance if function.aggregate == "labels" else 1.0 for row in scored], np.float64)
    return values, masses


def is_complete(counts: tuple[int, int]) -> bool:
    """Whether nothing of a round is left to submit; ``counts`` are submitted tasks, and all of them."""
    submitted, tasks = counts
    return submitted == tasks > 0


def result(
    training: TrainingRow,
    round: RoundRow,
    counts: tuple[int, int],
    figures: Sequence[FigureRow],
    function: BenchmarkFunction,
) -> Result:
    """What a round has come to.

    Parameters
    ----------
    counts : (int, int)
        Submitted tasks, and all of them.
    figures : sequence of FigureRow
        Scores of the submitted ones.
    """
    score = mean(figures, function)
    return Result(score, is_passed(training, round, counts, score), **left_aside(figures))


def is_passed(training: TrainingRow, round: RoundRow, counts: tuple[int, int], score: float | None) -> bool | None:
    """Whether a round with that score is passed; None until it is complete, and where there is no pass mark (A11)."""
    if not is_complete(counts) or training.pass_mark is None:
        return None
    # A12: who has seen the gold can't show by it that they can do it.
    return score is not None and not round.seen and score >= training.pass_mark - ALLOWANCE


def results(action: Action, rounds: Iterable[RoundRow]) -> list[Result]:
    """The results of rounds under the applied function and the newest gold."""
    connection, project = action.connection, action.project.id
    training = stored_training.of(connection, project)
    function = function_of(connection, project, training.function_version)
    rounds = list(rounds)
    # A trainee who ends a round does not wait for the figures of all the others.
    only = rounds[0].batch if len(rounds) == 1 else None
    figures = by_round(stored_figures.figures(connection, project, batch=only))
    return [
        result(training, row, stored_training.counts(connection, row.batch), figures.get(row.batch, []), function)
        for row in rounds
    ]


def keep_results(action: Action, rounds: Sequence[RoundRow]) -> list[Result]:
    """Keep the results of rounds as they are now, and return them."""
    found = results(action, rounds)
    for row, now in zip(rounds, found, strict=True):
        # Of an unfinished round the score is not kept, since the next submission would make it stale.
        kept = (now.score, now.passed) if now.passed is not None else (None, None)
        if kept != (row.score, row.passed):
            stored_training.set_result(action.connection, row.batch, *kept)
    return found


def moves(rounds: Iterable[RoundRow], before: Iterable[Result], after: Iterable[Result]) -> list[Move]:
    """What became of each round."""
    return [
        Move(row.trainee, row.round, was.score, now.score, was.passed, now.passed, now.empty, now.unscored)
        for row, was, now in zip(rounds, before, after, strict=True)
    ]


def end_round_if_done(action: Action, batch: int) -> None:
    """Keep the result of a round when nothing of it is left to submit (A11)."""
    if is_complete(stored_training.counts(action.connection, batch)):
        round = stored_training.round_of(action.connection, batch)
        (now,) = keep_results(action, [round])
        log_completion(action, round, now)


def log_completion(action: Action, round: RoundRow, now: Result) -> None:
    """Tell in the log that a round is complete, and what it has come to."""
    action.log(
        "round.complete",
        "batch",
        round.batch,
        trainee=round.trainee,
        round=round.round,
        score=now.score,
        passed=now.passed,
    )


def moves_frame(moves: Sequence[Move], **columns: object) -> pd.DataFrame:
    """Moves as a table, with the same value of further columns in each row."""
    import pandas as pd

    frame = pd.DataFrame(moves, columns=list(Move._fields))
    for name in ("before", "after"):
        frame[name] = frame[name].astype(float)
    for name in ("passed_before", "passed_after"):
        frame[name] = frame[name].astype("boolean")
    return frame.assign(**columns)  # type: ignore[arg-type]
