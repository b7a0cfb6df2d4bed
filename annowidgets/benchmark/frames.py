"""Which frames a label stands on: those that an item can have, and few enough to be held in memory."""

from __future__ import annotations

from collections.abc import Sequence

from annowidgets.errors import InvalidInput
from annowidgets.labels.key_frames import frames_of
from annowidgets.labels.label import Answer, Label

# Labels and answers of one task, each counted on every frame that it holds for: they stay within a gigabyte. An hour
# of video has as many with ten objects in every frame; more is most often a slip in a frame number.
_MOST_ROWS = 1_000_000


class FrameCount:
    """The frames of one task's labels, counted as they are met.

    Parameters
    ----------
    number : int or None
        How many frames the item has; None where any number.
    interpolate : bool
        Whether frames follow each other in time.
    """

    def __init__(self, number: int | None, interpolate: bool) -> None:
        self._number, self._interpolate = number, interpolate
        self._rows = 0

    @property
    def one_frame(self) -> bool:
        """Whether a bare shape can only stand on frame 0."""
        return (self._number or 1) == 1

    def add_label(self, where: str, label: Label) -> None:
        """Take note of a label; refuse one that stands on no frame of the item, or on more than can be measured."""
        if label.shape is not None and not self.one_frame:
            raise InvalidInput(f"{where}: the item has several frames.", hint="Say which: {0: shape}.")
        if label.until is not None and not self._interpolate:
            raise InvalidInput(
                f"{where}: frames don't follow each other here, so until has no meaning.",
                hint="Copy it on purpose with label.fill(until=...).",
            )
        frames = frames_of(label, interpolate=self._interpolate)
        self.add(where, max(label.until or 0, *label.key_frames, 0), sum(map(len, frames)))

    def add(self, where: str, last: int, rows: int) -> None:
        """Take note of a label or an answer on ``rows`` frames up to ``last``."""
        if self._number is not None and last >= self._number:
            raise InvalidInput(
                f"{where}: frame {last} does not exist, there are {self._number}.", hint="Frames are numbered from 0."
            )
        if last >= 2**31:
            raise InvalidInput(f"{where}: frame {last} is more than can be measured.")
        self._rows += rows
        if self._rows > _MOST_ROWS:
            raise InvalidInput(
                f"{where}: with its {rows:,} frames the task has more than the {_MOST_ROWS:,} labels on frames that "
                "can be measured.",
                hint="Check the frame numbers, or measure the item in parts.",
            )


def answered_frames(answer: Answer) -> Sequence[int | None]:
    """The frames that an answer holds for; None for the item."""
    if answer.frame is None:
        return [None]
    return range(answer.frame, (answer.frame if answer.until is None else answer.until) + 1)
