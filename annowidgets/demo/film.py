"""A video of a drifting blood smear, drawn, with the true box of every cell on every frame."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from annowidgets.demo.cells import generate_cells
from annowidgets.errors import InvalidInput
from annowidgets.labels import BoundingBox, Label, Shape

_SIZE = (240, 320)
_STEP = (1, 2)  # rows and columns that the stage moves from frame to frame


class CellVideo(NamedTuple):
    """What `write_cell_video` wrote.

    Attributes
    ----------
    path : Path
        The file.
    truth : list of Label
        Boxes of the cells that are whole on every frame, with a key frame at the first and at the last: the stage
        drifts evenly, so what is interpolated between them is exact.
    """

    path: Path
    truth: list[Label]


def write_cell_video(
    folder: str | os.PathLike[str], *, frames: int = 41, fps: int = 10, rng: int | np.random.Generator = 0
) -> CellVideo:
    """Write ``cells.mp4``: a smear of blood under a microscope whose stage drifts.

    Parameters
    ----------
    folder : path
        Made where it is not there; a file of that name is replaced.
    frames : int
        How many, at least 2.
    fps : int
        Frames per second.
    rng : int or numpy.random.Generator
        The same seed gives the same cells.

    Raises
    ------
    InvalidInput
        Fewer than two frames, or PyAV is not installed.
    """
    if frames < 2:
        raise InvalidInput(f"A video of {frames} frames shows no drift.", hint="Draw 2 or more.")
    try:
        import av
    except ImportError:
        raise InvalidInput(
            "No video can be written: that needs PyAV, which is not installed.", hint="pip install 'annowidgets[video]'"
        ) from None
    height, width = _SIZE
    down, right = (step * (frames - 1) for step in _STEP)
    smear = generate_cells(1, rng, (height + down, width + right))[0]
    path = Path(folder, "cells.mp4")
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": "18", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            top, left = (step * number for step in _STEP)
            seen = np.ascontiguousarray(smear.image[top : top + height, left : left + width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(seen, format="rgb24")))
        container.mux(stream.encode())
    truth = []
    for cell in smear.cells:
        x, y, w, h = cell.box
        # Whole on the last frame, from where it came, and on the first.
        if x >= right and y >= down and x + w <= width and y + h <= height:
            ends: dict[int, Shape | None] = {
                0: BoundingBox(x, y, w, h),
                frames - 1: BoundingBox(x - right, y - down, w, h),
            }
            truth.append(Label(cell.category, key_frames=ends))
    return CellVideo(path, truth)
