"""What a training project is set to."""

from __future__ import annotations

from typing import Literal

# A10: when a trainee sees the gold, the own scores and their explanations.
Reveal = Literal["never", "after_each", "after_last"]
