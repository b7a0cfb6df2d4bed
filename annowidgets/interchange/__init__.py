"""Other tools' formats, read into and written from plain values: no store, no rules."""

from __future__ import annotations

from annowidgets.interchange.base import ImportedDataset, ImportedImage, ImportedVideo, Skipped
from annowidgets.interchange.coco import read_coco
from annowidgets.interchange.conversion import as_shape
from annowidgets.interchange.cvat import read_cvat
from annowidgets.interchange.labelme import read_labelme
from annowidgets.interchange.reading import FORMATS, read_dataset, read_ontology
from annowidgets.interchange.voc import read_voc
from annowidgets.interchange.yolo import read_yolo

__all__ = [
    "FORMATS",
    "ImportedDataset",
    "ImportedImage",
    "ImportedVideo",
    "Skipped",
    "as_shape",
    "read_coco",
    "read_cvat",
    "read_dataset",
    "read_labelme",
    "read_ontology",
    "read_voc",
    "read_yolo",
]
