"""What the five modalities have in common."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from annowidgets.errors import InvalidMedia

Modality: TypeAlias = Literal["image", "image_group", "image_sequence", "video", "dicom_series"]
MODALITIES: tuple[Modality, ...] = get_args(Modality)

Pixels: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]


class Encoded(NamedTuple):
    """A frame as a browser takes it.

    Attributes
    ----------
    data : bytes
        The encoded picture. A browser shows it in the size, and turned the way, that the medium's
        ``sizes`` say.
    mime : str
        Its media type ("image/jpeg", "image/png", "image/webp").
    """

    data: bytes
    mime: str


class Window(NamedTuple):
    """A range of values to look at (DICOM PS3.3, C.11.2.1).

    Attributes
    ----------
    name : str
        As the file explains it ("BRAIN"); "range" where it is that of the values.
    centre, width : float
        In the values' unit; width is positive.
    function : {"linear", "linear_exact", "sigmoid", "table"}
        How values become grey.
    table : bytes
        Of a "table", the grey of each whole value from the lower limit to the upper one; else empty.
    """

    name: str
    centre: float
    width: float
    function: Literal["linear", "linear_exact", "sigmoid", "table"] = "linear"
    table: bytes = b""

    @property
    def limits(self) -> tuple[float, float]:
        """The values from which on all is black, and all is white (of a sigmoid: nearly so)."""
        if self.function == "linear":
            # The standard counts whole values: of a window of 2 around 10, 9 is black and 10 is white.
            low = self.centre - self.width / 2
            return low, max(low, self.centre + self.width / 2 - 1)
        return self.centre - self.width / 2, self.centre + self.width / 2


class Values(NamedTuple):
    """What a frame measures, of more than 8 bits, for windowing and reading off values.

    Attributes
    ----------
    stored : ndarray (h, w) of integers or floats
        ``stored * slope + intercept`` are the values in ``unit``.
    slope, intercept : float
        1 and 0 where the stored numbers are the values.
    unit : str
        "HU", "mm", ...; empty where the file doesn't say.
    inverted : bool
        Whether low values are bright.
    windows : tuple of Window
        Those of the file; at least one, the first to begin with.
    """

    stored: NDArray[Any]
    slope: float
    intercept: float
    unit: str
    inverted: bool
    windows: tuple[Window, ...]

    def measured(self) -> NDArray[np.float64]:
        """The values in ``unit``."""
        return self.stored.astype(np.float64) * self.slope + self.intercept


def range_window(name: str, low: float, high: float) -> Window:
    """The window that shows a range, its lower end black and its upper end white."""
    return Window(name, (low + high) / 2, max(high - low, 1e-9), "linear_exact")


class Medium(Protocol):
    """An item's pictures: one frame or many.

    Opening one reads headers only. `frame` decodes strictly, so that asking for a frame is also the
    check that the file is whole; `encoded` may hand out the file's own bytes without decoding them.
    All methods may be called from several threads at once.
    """

    @property
    def modality(self) -> Modality:
        """Which of the five modalities this is."""

    @property
    def count(self) -> int:
        """Number of frames, at least 1."""

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """(height, width) of each frame in pixels as shown, that is with EXIF orientation applied."""

    @property
    def spacing(self) -> tuple[float, float] | None:
        """(row, column) distance of pixel centres in mm, or None where the files don't say."""

    @property
    def fps(self) -> float | None:
        """Frames per second on average, or None where frames don't follow each other in time."""

    def frame(self, index: int) -> Pixels:
        """Decode one frame.

        Parameters
        ----------
        index : int
            0 to ``count`` - 1.

        Returns
        -------
        ndarray of uint8 or uint16
            Grey (h, w), RGB (h, w, 3) or RGB with straight alpha (h, w, 4); (h, w) is ``sizes[index]``.
            uint16 holds the file's own values, unscaled. A DICOM frame is a picture, shown in its first window.

        Raises
        ------
        InvalidMedia
            The file is missing, damaged, cut short, or not the one that was opened.
        """

    def encoded(self, index: int) -> Encoded:
        """Give one frame as a browser can show it; arguments and errors as in `frame`."""

    def values(self, index: int) -> Values | None:
        """Give what one grey frame of more than 8 bits measures; None for other frames, whose picture says all.

        Arguments and errors as in `frame`.
        """

    def close(self) -> None:
        """Let go of open files. Closing twice is fine; reading afterwards opens them again."""


def check_index(medium: Medium, index: int) -> None:
    """Refuse a frame number outside 0 to ``count`` - 1.

    Raises
    ------
    InvalidMedia
        There is no such frame. (Negative numbers don't count from the end.)
    """
    if not 0 <= index < medium.count:
        raise InvalidMedia(
            f"There is no frame {index}: this {medium.modality} has {medium.count}.",
            hint=f"Frames are numbered 0 to {medium.count - 1}.",
        )


def as_8_bit(pixels: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Map values linearly, ``low`` to 0 and ``high`` to 255, and cut off what lies outside.

    Where ``high`` is not above ``low`` there is no contrast to show, and all becomes 0.
    """
    scale = 255.0 / (high - low) if high > low else 0.0
    # A table of all 65,536 values costs less than arithmetic on a picture of millions.
    values = (np.arange(65536, dtype=np.float64) - low) * scale
    table = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    shown: NDArray[np.uint8] = table[pixels]
    return shown
