"""The five modalities behind one small protocol: count, sizes, frame(i) as an array, spacing.

Reads files and knows no rule: it reports that a file has changed, the workflow refuses it.
"""

from __future__ import annotations

from annowidgets.media.base import MODALITIES, Encoded, Medium, Modality, Pixels, Values, Window
from annowidgets.media.dicom import DicomSeries
from annowidgets.media.dicom_identity import patient_in_path
from annowidgets.media.dicom_order import find_dicom_series
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
from annowidgets.media.image_set import ImageSet
from annowidgets.media.opening import open_medium
from annowidgets.media.thumbnails import blank_thumbnail, thumbnail
from annowidgets.media.video import VideoFile

__all__ = [
    "MODALITIES",
    "DicomSeries",
    "Encoded",
    "FileStamp",
    "FileState",
    "ImageSet",
    "Medium",
    "Modality",
    "Pixels",
    "StillImage",
    "Values",
    "VideoFile",
    "Window",
    "blank_thumbnail",
    "content_hash",
    "file_state",
    "find_dicom_series",
    "find_moved",
    "hash_file",
    "open_medium",
    "patient_in_path",
    "resolve_path",
    "stamp_file",
    "thumbnail",
]
