"""The five modalities behind one small protocol: count, sizes, frame(i) as an array, spacing.

Reads files and knows no rule: it reports that a file has changed, the workflow refuses it.
"""

from __future__ import annotations

from annowidgets.media.base import MODALITIES, Encoded, Medium, Modality, Pixels
from annowidgets.media.files import (
    FileStamp,
    FileState,
    content_hash,
    file_state,
    find_moved,
    hash_file,
    resolve_path,
    stamp_file,
)
from annowidgets.media.image import StillImage
from annowidgets.media.opening import open_medium
from annowidgets.media.thumbnails import thumbnail

__all__ = [
    "MODALITIES",
    "Encoded",
    "FileStamp",
    "FileState",
    "Medium",
    "Modality",
    "Pixels",
    "StillImage",
    "content_hash",
    "file_state",
    "find_moved",
    "hash_file",
    "open_medium",
    "resolve_path",
    "stamp_file",
    "thumbnail",
]
