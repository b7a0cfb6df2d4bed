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
_ALLOWANCE = 1e-9


class Result(NamedTuple):
    """Score of a round, 0 to 100, and whether it was passed; None where there is no score, or it is not complete."""

    score: float | None
    passed: bool | None


class Move(NamedTuple):
    """How a trainee's figures changed."""

    trainee: str
    round: int
    before: float | None
    after: float | None
    passed_before: bool | None
    passed_after: bool | None


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


def _aggregated(
    figures: Sequence[FigureRow], function: BenchmarkFunction
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    scored = [row for row in figures if row.score is not None]
    values = np.array([row.score for row in scored], np.float64)
    masses = np.array([row.importance if function.aggregate == "labels" else 1.0 for row in scored], np.float64)
    return values, masses


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
    submitted, tasks = counts
    if submitted < tasks or not tasks or training.pass_mark is None:
        return Result(score, None)
    # A12: who has seen the gold can't show by it that they can do it.
    return Result(score, score is not None and not round.seen and score >= training.pass_mark - _ALLOWANCE)


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


def keep_results(action: Action, rounds: Sequence[RoundRow], before: Sequence[Result] | None = None) -> list[Move]:
    """Keep the results of rounds as they are now; returns what became of each.

    Parameters
    ----------
    before : sequence of Result, optional
        What they were before the action; as last kept where left out.
    """
    if before is None:
        before = [Result(row.score, None if row.passed is None else bool(row.passed)) for row in rounds]
    after = results(action, rounds)
    for row, now in zip(rounds, after, strict=True):
        # Of an unfinished round the score is not kept, since the next submission would make it stale.
        kept = now if now.passed is not None else Result(None, None)
        if kept != (row.score, None if row.passed is None else bool(row.passed)):
            stored_training.set_result(action.connection, row.batch, *kept)
    return [
        Move(row.trainee, row.round, old.score, new.score, old.passed, new.passed)
        for row, old, new in zip(rounds, before, after, strict=True)
    ]


def moves_frame(moves: Sequence[Move], **columns: object) -> pd.DataFrame:
    """Moves as a table, with the same value of further columns in each row."""
    import pandas as pd

    frame = pd.DataFrame(moves, columns=list(Move._fields))
    for name in ("before", "after"):
        frame[name] = frame[name].astype(float)
    for name in ("passed_before", "passed_after"):
        frame[name] = frame[name].astype("boolean")
    return frame.assign(**columns)  # type: ignore[arg-type]
