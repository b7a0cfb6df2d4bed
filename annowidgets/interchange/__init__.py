"""Other tools' formats, read into plain values: no store, no rules."""

from __future__ import annotations

from annowidgets.interchange.base import ImportedDataset, ImportedImage, Skipped
from annowidgets.interchange.reading import FORMATS, read_dataset
from annowidgets.interchange.voc import read_voc

__all__ = [
    "FORMATS",
    "ImportedDataset",
    "ImportedImage",
    "Skipped",
    "read_dataset",
    "read_voc",
]
