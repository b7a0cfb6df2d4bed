"""Open an item's files by modality."""

from __future__ import annotations

import os
from collections.abc import Sequence

from annowidgets.errors import InvalidMedia
from annowidgets.media.base import MODALITIES, Medium, Modality
from annowidgets.media.files import PathLike
from annowidgets.media.image import StillImage


def open_medium(modality: Modality, paths: PathLike | Sequence[PathLike]) -> Medium:
    """Open an item's files; only their headers are read.

    Parameters
    ----------
    modality : {"image", "image_group", "image_sequence", "video", "dicom_series"}
        How the files belong together.
    paths : path or sequence of paths
        The files in order; one for an image.

    Raises
    ------
    InvalidMedia
        The files can't be read as that modality, or the modality can't be read yet.
    """
    files = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    if modality not in MODALITIES:
        raise InvalidMedia(f"There is no modality {modality!r}.", hint=f"There are: {', '.join(MODALITIES)}.")
    if modality != "image":
        raise InvalidMedia(
            f"Not yet: items of the modality {modality!r} can't be read by this version.",
            hint="Still images can: write the frames as PNG files and add them with project.add_images(paths).",
        )
    if len(files) != 1:
        raise InvalidMedia(
            f"An image is one file, and {len(files)} were given.",
            hint="project.add_images(paths) makes an item of each; add_image_group joins several.",
        )
    return StillImage(files[0])
