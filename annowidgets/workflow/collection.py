"""Sequences of objects that filter by keyword."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import numpy as np

from annowidgets.errors import InvalidInput
from annowidgets.workflow.checks import require_count, require_generator

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


class Collection(Sequence[T], Generic[T]):
    """What a query found, in order: a sequence with a table and a sample.

    Parameters
    ----------
    found : sequence
        The objects.
    frame : callable
        Gives a DataFrame of some of the objects.
    """

    def __init__(self, found: Sequence[T], frame: Callable[[Sequence[T]], pd.DataFrame]) -> None:
        self._found = list(found)
        self._frame = frame

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Collection[T]: ...
    def __getitem__(self, index: int | slice) -> T | Collection[T]:
        if isinstance(index, slice):
            return Collection(self._found[index], self._frame)
        return self._found[index]

    def to_frame(self) -> pd.DataFrame:
        """The objects as a table, one row each."""
        return self._frame(self._found)

    def sample(self, size: int = 1, *, rng: int | np.random.Generator | None = None) -> Collection[T]:
        """A random part without repetition, in the order of the collection.

        Parameters
        ----------
        size : int
            How many; no more than there are.
        rng : int or Generator, optional
            Seed.
        """
        size = require_count("size", size)
        if size > len(self):
            raise InvalidInput(f"A sample of {size} can't be drawn from {len(self)}.")
        chosen = require_generator(rng).choice(len(self), size, replace=False)
        return Collection([self._found[index] for index in sorted(chosen)], self._frame)

    def __repr__(self) -> str:
        return f"<{len(self)}: {', '.join(map(repr, self._found[:5]))}{', ...' if len(self) > 5 else ''}>"

    def _repr_html_(self) -> str:
        table: Any = self[:20].to_frame().to_html(index=False, escape=True, border=0)
        more = f"<p>{escape(str(len(self) - 20))} more; .to_frame() shows all.</p>" if len(self) > 20 else ""
        return f"{table}{more}"
