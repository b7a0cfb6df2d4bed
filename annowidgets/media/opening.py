"""Open an item's files by modality."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from annowidgets.errors import InvalidMedia
from annowidgets.media.base import MODALITIES, Medium, Modality
from annowidgets.media.dicom import DicomSeries
from annowidgets.media.files import PathLike
from annowidgets.media.image import StillImage
from annowidgets.media.image_set import ImageSet
from annowidgets.media.video import VideoFile


def open_medium(
    modality: Modality,
    paths: PathLike | Sequence[PathLike],
    *,
    fps: float | None = None,
    sizes: Sequence[tuple[int, int]] | None = None,
    spacing: tuple[float, float] | None = None,
) -> Medium:
    """Open an item's files; only their headers are read, and the packets of a video.

    Parameters
    ----------
    modality : {"image", "image_group", "image_sequence", "video", "dicom_series"}
        How the files belong together.
    paths : path or sequence of paths
        The files in order; one for an image and a video. Those of a DICOM series, or its folder, in any order.
    fps : float, optional
        Frames per second of an image sequence.
    sizes, spacing : optional
        What an earlier opening of the same files gave. With them an item of many frames opens as fast as one of few;
        a frame that is not of its size is then an error when it is asked for.

    Raises
    ------
    InvalidMedia
        The files can't be read as that modality.
    """
    files = [Path(path) for path in ([paths] if isinstance(paths, (str, os.PathLike)) else paths)]
    if modality in ("image", "video") and len(files) != 1:
        what, call = ("An image", "add_images(paths)") if modality == "image" else ("A video", "add_video(path)")
        raise InvalidMedia(
            f"{what} is one file, and {len(files)} were given.",
            hint=f"project.{call} makes an item of each; add_image_group joins pictures.",
        )
    match modality:
        case "image":
            return StillImage(files[0])
        case "image_group" | "image_sequence":
            return ImageSet(files, modality=modality, fps=fps, sizes=sizes)
        case "video":
            return VideoFile(files[0], sizes=sizes)
        case "dicom_series":
            return DicomSeries(files, sizes=sizes, spacing=spacing)
    raise InvalidMedia(f"There is no modality {modality!r}.", hint=f"There are: {', '.join(MODALITIES)}.")
