"""Other tools' formats, read into and written from plain values: no store, no rules."""

from __future__ import annotations

from annowidgets.interchange.base import ImportedDataset, ImportedImage, ImportedVideo, Skipped
from annowidgets.interchange.coco import read_coco
from annowidgets.interchange.coco_categories import ontology_of_coco
from annowidgets.interchange.coco_writing import LabelledPicture, NotHeld, coco_dataset
from annowidgets.interchange.conversion import as_shape
from annowidgets.interchange.cvat import read_cvat
from annowidgets.interchange.label_table import COLUMNS, label_rows
from annowidgets.interchange.labelme import read_labelme
from annowidgets.interchange.reading import FORMATS, read_dataset, read_ontology
from annowidgets.interchange.voc import read_voc
from annowidgets.interchange.writing import write_together
from annowidgets.interchange.yolo import read_yolo

__all__ = [
    "COLUMNS",
    "FORMATS",
    "ImportedDataset",
    "ImportedImage",
    "ImportedVideo",
    "LabelledPicture",
    "NotHeld",
    "Skipped",
    "as_shape",
    "coco_dataset",
    "label_rows",
    "ontology_of_coco",
    "read_coco",
    "read_cvat",
    "read_dataset",
    "read_labelme",
    "read_ontology",
    "read_voc",
    "read_yolo",
    "write_together",
]
