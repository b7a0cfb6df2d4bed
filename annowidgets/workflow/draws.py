"""Draws that can be replayed from the file, and that nobody who works through annowidgets can foresee (T4, T8, Q2)."""

from __future__ import annotations

from hashlib import blake2b
from random import Random
from typing import TYPE_CHECKING

from annowidgets.store import evaluation as stored_evaluation

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Action


def luck(action: Action, what: str) -> Random:
    """A source of random numbers, the same for the same thing in the same file.

    Who knew how the queue is ordered could tell evaluation tasks by what comes out of order, and who knew which submits
    are reviewed would take care with these only. Names, ids and times are known to annotators, so the file's own random
    bytes are in it. Each thing has a hash of its own, so that what one draw gave tells nothing of another.

    Parameters
    ----------
    what : str
        What is drawn, unique in the file.
    """
    return Random(blake2b(what.encode(), key=stored_evaluation.draw_seed(action.connection)).digest())
