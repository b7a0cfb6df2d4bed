"""DICOM series: slices in the order in which they lie, or the frames of one file."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annowidgets.errors import InvalidMedia
from annowidgets.media.base import Encoded, Modality, Values, Window, check_index, range_window
from annowidgets.media.cache import FrameCache
from annowidgets.media.dicom_file import DicomHeader, read_dicom_frame, read_dicom_header
from annowidgets.media.dicom_order import Slice, order_slices, read_series, slice_distance
from annowidgets.media.dicom_picture import Picture, as_picture, value_range, windowed
from annowidgets.media.image import to_png


class DicomSeries:
    """A DICOM series, or one DICOM file of one or many frames (a `Medium`).

    Nothing that tells who the patient is leaves the files: only attributes of the pictures are read, and pydicom's own
    warnings and messages, which may quote a file, are not passed on. Names of files and folders are the user's.

    Parameters
    ----------
    paths : path or sequence of paths
        The files in any order, or their folder.
    sizes : sequence of (height, width), optional
        What an earlier opening gave as ``sizes``, with ``paths`` in the order that it had. With them no other file than
        those of frames that are asked for is read.
    spacing : (row, column), optional
        What an earlier opening gave as ``spacing``.

    Attributes
    ----------
    paths : tuple of Path
        The files, ordered by position.
    modality_name : str
        "CT", "MR", ...
    burned_in : bool
        Whether a file says that what identifies the patient is drawn into its pixels.

    Raises
    ------
    InvalidMedia
        No DICOM pictures, several series, slices that are no one stack (mixed, doubled or missing), or damaged headers.
    """

    modality: Modality = "dicom_series"

    def __init__(
        self,
        paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        *,
        sizes: Sequence[tuple[int, int]] | None = None,
        spacing: tuple[float, float] | None = None,
    ) -> None:
        files = [Path(paths)] if isinstance(paths, (str, os.PathLike)) else [Path(path) for path in paths]
        self._lock = threading.Lock()
        self._headers: list[DicomHeader] | None = None
        self._range: Window | None = None
        if sizes is None or len(files) < len(sizes):
            self._headers = read_series(files)
            self._order(self._headers)
        else:
            self.paths = tuple(files)
            self._slices = [Slice(file, 0) for file in range(len(files))]
            self.sizes: tuple[tuple[int, int], ...] = tuple(sizes)
            self.spacing = spacing
            first = read_dicom_header(files[0])
            self._describe([first] if first else [])
        self._frames = FrameCache(self._decode, self.count)

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self.sizes)

    @property
    def distance(self) -> float | None:
        """Millimetres from slice to slice, or None where the files don't tell; reads all headers when first asked."""
        if self._headers is None:
            self._headers = read_series(self.paths)
        return slice_distance(self._headers)

    def frame(self, index: int) -> NDArray[np.uint8]:
        """Decode a frame to the picture that its first window, or table, shows: grey (h, w) or RGB (h, w, 3).

        Where the file has no window, all of the series is shown in the range of the middle frame's values. Arguments
        and errors as in `Medium.frame`.
        """
        check_index(self, index)
        picture = self._frames.get(index)
        if picture.shown is not None:
            return picture.shown.copy()
        values = self._with_window(picture)
        return windowed(values, values.windows[0])

    def values(self, index: int) -> Values | None:
        """Give what a grey frame measures: the modality's values; None for colours."""
        check_index(self, index)
        picture = self._frames.get(index)
        return None if picture.values is None else self._with_window(picture)

    def encoded(self, index: int) -> Encoded:
        """Give a frame as PNG, as `frame` shows it."""
        return Encoded(to_png(self.frame(index)), "image/png")

    def close(self) -> None:
        """Let go of decoded frames."""
        self._frames.clear()

    def _order(self, headers: Sequence[DicomHeader]) -> None:
        slices = order_slices(headers)
        if len(headers) > 1:
            self.paths = tuple(headers[one.file].path for one in slices)
            slices = [Slice(file, 0) for file in range(len(slices))]
        else:
            self.paths = (headers[0].path,)
        self._slices = slices
        self.sizes = (headers[0].size,) * len(slices)
        self.spacing = headers[0].spacing
        self._describe(headers)

    def _describe(self, headers: Sequence[DicomHeader]) -> None:
        self.modality_name = headers[0].modality if headers else "image"
        self.fps: float | None = headers[0].fps if headers else None
        self.burned_in = any(header.burned_in for header in headers)

    def _with_window(self, picture: Picture) -> Values:
        values = picture.values
        assert values is not None
        return values if values.windows else values._replace(windows=(self._own_range(),))

    def _own_range(self) -> Window:
        # One for all frames: with a range of its own for each, the same tissue would change its grey as one goes.
        if self._range is None:
            self._range = range_window("range", *value_range(self._decode(self.count // 2)))
        return self._range

    def _decode(self, index: int) -> Picture:
        file, frame = self._slices[index]
        pixels, dataset = read_dicom_frame(self.paths[file], frame)
        if pixels.shape[:2] != self.sizes[index]:
            raise InvalidMedia(
                f"{self.paths[file]} is no longer the picture that was opened.",
                hint="Put the original file back, or add the new one as an item of its own.",
            )
        try:
            picture = as_picture(pixels, dataset, frame)
        except InvalidMedia as error:
            raise InvalidMedia(f"{self.paths[file]}: {error.message}", hint=error.hint) from None
        except Exception as error:  # noqa: BLE001  (tables and windows against the standard raise nearly anything)
            raise InvalidMedia(
                f"{self.paths[file]} says how to show it against the standard ({type(error).__name__}).",
                hint="Copy the file again from its source, or leave it out.",
            ) from None
        if picture.values is not None:
            picture.values.stored.setflags(write=False)  # it is kept, and given to others
        self._frames.keep(index, picture, picture.size)
        return picture

    def __repr__(self) -> str:
        height, width = self.sizes[0]
        return f"DicomSeries({self.modality_name}, {self.count} x {width} x {height})"
