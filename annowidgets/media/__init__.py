"""The five modalities behind one small protocol: count, sizes, frame(i) as an array, spacing.

Reads files and knows no rule: it reports that a file has changed, the workflow refuses it.
"""

from __future__ import annotations

from annowidgets.media.base import MODALITIES, Encoded, Medium, Modality, Pixels
from annowidgets.media.image import StillImage
from annowidgets.media.opening import open_medium

__all__ = [
    "MODALITIES",
    "Encoded",
    "Medium",
    "Modality",
    "Pixels",
    "StillImage",
    "open_medium",
]
