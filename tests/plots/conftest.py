"""Axes of a figure that no window shows, and a training project with something to draw."""

from __future__ import annotations

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure


@pytest.fixture
def ax() -> mpl.axes.Axes:
    return Figure().subplots()
