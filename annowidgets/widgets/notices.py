"""Notices of the workflow, which a screen shows beside what was done."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from annowidgets.errors import Notice


@contextmanager
def heard_notices() -> Iterator[list[str]]:
    """Collect the notices that are given inside; other warnings go their way."""
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Notice)
        yield said
    for warning in caught:
        if issubclass(warning.category, Notice):
            said.append(str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
