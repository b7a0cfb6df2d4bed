"""Screens of a notebook's cell that runs again: those of the run before are in nobody's sight, and are closed."""

from __future__ import annotations

import weakref
from typing import Any, NamedTuple, Protocol


class _Closable(Protocol):
    def close(self) -> None: ...


class Run(NamedTuple):
    """One run of one cell.

    Attributes
    ----------
    cell : str
        Which cell, as the front end numbers them.
    number : str
        Which run of it.
    """

    cell: str
    number: str


class _Made(NamedTuple):
    run: str
    screens: weakref.WeakSet[Any]


_made: dict[str, _Made] = {}


def close_earlier(screen: _Closable) -> None:
    """Close what the cell that runs now made when it ran before.

    Widgets live as long as the kernel, whoever has forgotten them: a cell that runs ten times would leave ten screens
    with their pictures. Outside of a notebook, or in a front end that does not name its cells, nothing is closed.

    Parameters
    ----------
    screen : Screen
        What it makes now; several of one run stand side by side.
    """
    run = current_run()
    if run is None:
        return
    before = _made.get(run.cell)
    if before is None or before.run != run.number:
        _made[run.cell] = _Made(run.number, weakref.WeakSet())
        for earlier in () if before is None else list(before.screens):
            earlier.close()
    _made[run.cell].screens.add(screen)


def current_run() -> Run | None:
    """The run of a cell that is going on."""
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return None
    request = kernel.get_parent("shell")
    cell = request.get("metadata", {}).get("cellId")
    number = request.get("header", {}).get("msg_id")
    return Run(cell, number) if isinstance(cell, str) and isinstance(number, str) else None
