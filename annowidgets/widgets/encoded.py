"""Encoded pictures, checked before a browser gets them."""

from __future__ import annotations

import io

from annowidgets.errors import InvalidMedia
from annowidgets.media import Encoded

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_TURNED = (5, 6, 7, 8)  # EXIF orientations that swap the sides
_ORIENTATION = 0x0112


def shown_size(picture: Encoded) -> tuple[int, int]:
    """(height, width) in pixels as a browser shows the picture, which is decoded to the last byte to find out.

    A picture that a browser can't decode would leave the box widget empty, and block every canvas of the page.

    Raises
    ------
    InvalidMedia
        It is no JPEG, PNG or WebP, not the one that ``mime`` says, or damaged.
    """
    from PIL import Image

    expected = _FORMATS.get(picture.mime)
    if expected is None:
        raise InvalidMedia(f"A browser can't be given {picture.mime!r:.60}.", hint=f"One of {', '.join(_FORMATS)}.")
    try:
        with Image.open(io.BytesIO(picture.data), formats=[expected]) as image:
            image.load()
            turned = expected == "JPEG" and image.getexif().get(_ORIENTATION) in _TURNED
            width, height = image.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidMedia(f"The picture is no whole {expected}: {error}.") from None
    return (width, height) if turned else (height, width)
