"""One door to all formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from annowidgets.errors import InvalidImport
from annowidgets.interchange.base import ImportedDataset
from annowidgets.interchange.voc import read_voc

FORMATS: Mapping[str, Callable[..., ImportedDataset]] = MappingProxyType({"voc": read_voc})


def read_dataset(
    path: str | Path, *, format: str = "voc", images: str | Path | None = None, progress: bool = True
) -> ImportedDataset:
    """Read another tool's labels.

    Parameters
    ----------
    path : path
        File or folder of the labels.
    format : {"voc"}
        Pascal VOC; see `read_voc`.
    images : path, optional
        Folder of the pictures; where the format keeps them, if left out.
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
    return reader(path, images=images, progress=progress)
