"""One door to all formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from annowidgets.errors import InvalidImport, InvalidOntology
from annowidgets.interchange.base import ImportedDataset
from annowidgets.interchange.coco import read_coco
from annowidgets.interchange.cvat import read_cvat
from annowidgets.interchange.labelme import read_labelme
from annowidgets.interchange.voc import read_voc
from annowidgets.interchange.yolo import read_yolo
from annowidgets.labels import Ontology

FORMATS: Mapping[str, Callable[..., ImportedDataset]] = MappingProxyType(
    {"coco": read_coco, "cvat": read_cvat, "labelme": read_labelme, "voc": read_voc, "yolo": read_yolo}
)
# Whose files leave open which shape an object has, so that the classes decide.
_ASK_THE_ONTOLOGY = ("coco", "yolo")


def read_dataset(
    path: str | Path,
    *,
    format: str = "voc",
    images: str | Path | None = None,
    ontology: Ontology | None = None,
    progress: bool = True,
) -> ImportedDataset:
    """Read another tool's labels.

    Parameters
    ----------
    path : path
        File or folder of the labels.
    format : {"coco", "cvat", "labelme", "voc", "yolo"}
        See `read_coco`, `read_cvat`, `read_labelme`, `read_voc` and `read_yolo`.
    images : path, optional
        Folder of the pictures; where the format keeps them, if left out. For CVAT also a video.
    ontology : Ontology, optional
        What the labels are to fit: formats that tell an object in several ways are read the way its class asks for.
    progress : bool
        Whether to show a progress bar.

    Raises
    ------
    InvalidImport
        The format is unknown, or there is nothing of it at ``path``. What is wrong with single files and labels is
        reported in the result instead.
    """
    reader = FORMATS.get(format) if isinstance(format, str) else None
    if reader is None:
        raise InvalidImport(f"There is no format {format!r:.60}.", hint=f"Formats: {', '.join(sorted(FORMATS))}.")
    if format in _ASK_THE_ONTOLOGY:
        return reader(path, images=images, ontology=ontology, progress=progress)
    return reader(path, images=images, progress=progress)


def read_ontology(path: str | Path, *, format: str, images: str | Path | None = None) -> Ontology:
    """The smallest ontology that another tool's labels fit, with what their files declare.

    Parameters are those of `read_dataset`.

    Raises
    ------
    InvalidImport
        As `read_dataset`.
    InvalidOntology
        There is no label and no class in it.
    """
    ontology = read_dataset(path, format=format, images=images, progress=False).ontology
    if ontology is None:
        raise InvalidOntology(f"{path} holds no label and names no class.")
    return ontology
