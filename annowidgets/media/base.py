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
            uint16 holds the file's own values, unscaled.

        Raises
        ------
        InvalidMedia
            The file is missing, damaged, cut short, or not the one that was opened.
        """

    def encoded(self, index: int) -> Encoded:
        """Give one frame as a browser can show it; arguments and errors as in `frame`."""

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
