"""How fast a batch is labelled, when it may be done, and whose claims have stalled."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

HOURS = 4.0
_OPEN = ("queued", "annotating", "returned")
# Under this the first submissions of a batch say nothing of its pace yet.
_LEAST_HOURS = 1 / 60


class Pace(NamedTuple):
    """How fast tasks are handed in.

    Attributes
    ----------
    per_hour : float or None
        Tasks per hour over the last `HOURS`; None where nothing was handed in, or too little to say.
    recent : int
        How many were handed in over the last `HOURS`.
    left : int
        Tasks that are still to be labelled.
    end : float or None
        When they are done at that pace, in seconds since 1970.
    """

    per_hour: float | None
    recent: int
    left: int
    end: float | None


def pace(tasks: pd.DataFrame, now: float) -> Pace:
    """The pace of a batch.

    Parameters
    ----------
    tasks : DataFrame
        Of `Batch.tasks().to_frame()`: ``state`` and ``submitted`` are looked at.
    now : float
        In seconds since 1970.
    """
    left = int(tasks["state"].isin(_OPEN).sum())
    submitted = sorted(stamp.timestamp() for stamp in tasks["submitted"].dropna())
    recent = sum(at > now - 3600 * HOURS for at in submitted)
    if not recent:
        return Pace(None, 0, left, None)
    since = max(now - 3600 * HOURS, submitted[0])
    hours = (now - since) / 3600
    # Where the first one opens the time that is looked at, it is its start and not a task done in it.
    done = sum(at > since for at in submitted)
    if done == 0 or hours < _LEAST_HOURS:
        return Pace(None, recent, left, None)
    per_hour = done / hours
    return Pace(per_hour, recent, left, now + 3600 * left / per_hour if left else None)


class Stalled(NamedTuple):
    """A claim whose lease ran out, and that nobody else has taken over (T3)."""

    task: int
    item: str
    user: str
    seconds: float


def stalled(tasks: pd.DataFrame, now: float) -> list[Stalled]:
    """Stalled claims, the oldest first; arguments as of `pace`, with ``id``, ``item``, ``user``, ``lease_until``."""
    held = tasks[tasks["state"] == "annotating"].dropna(subset=["lease_until"])
    found = [
        Stalled(int(row["id"]), str(row["item"]), str(row["user"]), now - row["lease_until"].timestamp())
        for row in held.to_dict("records")
    ]
    return sorted((one for one in found if one.seconds > 0), key=lambda one: -one.seconds)


def day_and_time(at: float) -> str:
    """A moment in this machine's time: "2026-11-22 16:40"."""
    return dt.datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")


def how_long(seconds: float) -> str:
    """A time in its two largest units: "40 s", "12 min", "3 h 5 min", "2 d 4 h"."""
    whole = int(seconds)
    days, hours, rest = whole // 86400, whole % 86400 // 3600, whole % 3600
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {rest // 60} min"
    return f"{rest // 60} min" if rest >= 60 else f"{rest} s"
