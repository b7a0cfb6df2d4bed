"""Still images: PNG, JPEG, WebP and TIFF, 8 and 16 bit."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np

from annowidgets.errors import InvalidMedia
from annowidgets.media.base import Encoded, Modality, Pixels, Values, as_8_bit, check_index, range_window
from annowidgets.media.decode import read_header, read_pixels
from annowidgets.media.files import open_file

_MIME = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


class StillImage:
    """One picture file (a `Medium` of one frame).

    Parameters
    ----------
    path : str or os.PathLike
        A PNG, JPEG, WebP or TIFF file of one frame: grey, RGB, palette, CMYK, with or without alpha, up to
        16 bits per sample.

    Raises
    ------
    InvalidMedia
        The file is missing, no such picture, has several frames, or its header is damaged. Pixels are
        checked when they are asked for.
    """

    modality: Modality = "image"
    count = 1
    spacing: tuple[float, float] | None = None
    fps: float | None = None

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._header = read_header(self.path)

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """((height, width),) in pixels as shown."""
        return (self._header.size,)

    def frame(self, index: int = 0) -> Pixels:
        """Decode the picture, EXIF orientation applied; see `Medium.frame`."""
        check_index(self, index)
        pixels = read_pixels(self.path)
        if pixels.shape[:2] != self._header.size:
            raise self._changed()
        return pixels

    def encoded(self, index: int = 0) -> Encoded:
        """Give the picture for a browser: an 8-bit JPEG, PNG or WebP as it stands, anything else as 8-bit PNG.

        16-bit values are windowed by the picture's own range (one window for all colours); alpha is kept.
        """
        check_index(self, index)
        header = self._header
        # Every browser turns a JPEG by its EXIF orientation; on turned PNG and WebP files they differ.
        mime = _MIME.get(header.format)
        if mime is None or header.bits == 16 or (header.orientation != 1 and mime != "image/jpeg"):
            return Encoded(to_png(self.frame()), "image/png")
        if read_header(self.path) != header:
            raise self._changed()
        with open_file(self.path) as file:
            return Encoded(file.read(), mime)

    def values(self, index: int = 0) -> Values | None:
        """Give the values of a picture of 16-bit grey; None for others."""
        check_index(self, index)
        if self._header.bits != 16:
            return None
        pixels = self.frame()
        if pixels.ndim != 2:
            return None
        return Values(pixels, 1.0, 0.0, "", False, (range_window("range", int(pixels.min()), int(pixels.max())),))

    def close(self) -> None:
        """Nothing stays open."""

    def _changed(self) -> InvalidMedia:
        return InvalidMedia(
            f"{self.path} is no longer the picture that was opened.",
            hint="Put the original file back, or add the new one as an item of its own.",
        )

    def __repr__(self) -> str:
        height, width = self._header.size
        return f"StillImage({str(self.path)!r}: {width} x {height}, {self._header.format}, {self._header.bits} bit)"


def to_png(pixels: Pixels) -> bytes:
    """Encode a frame as 8-bit PNG; 16-bit values are windowed by their own range, alpha is only scaled.

    Parameters
    ----------
    pixels : ndarray of uint8 or uint16
        (h, w), (h, w, 3) or (h, w, 4).
    """
    from PIL import Image

    if pixels.dtype != "uint8":
        colors = pixels[..., :3] if pixels.ndim == 3 else pixels
        shown = as_8_bit(colors, float(colors.min()), float(colors.max()))
        if pixels.ndim == 3 and pixels.shape[2] == 4:
            shown = np.concatenate([shown, as_8_bit(pixels[..., 3:], 0, 65535)], axis=-1)
        pixels = shown
    file = io.BytesIO()
    # Level 1: a picture is shown now and kept nowhere, so time counts for more than bytes.
    Image.fromarray(pixels).save(file, format="PNG", compress_level=1)
    return file.getvalue()
