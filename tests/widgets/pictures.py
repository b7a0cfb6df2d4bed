"""Small encoded pictures for tests."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from annowidgets.media import Encoded


def encoded(width: int = 64, height: int = 48, kind: str = "PNG", **options: Any) -> Encoded:
    """A grey picture as PNG, JPEG or WEBP."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (128, 128, 128)).save(file, kind, **options)
    return Encoded(file.getvalue(), f"image/{kind.lower()}")
