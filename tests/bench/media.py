"""Finding and showing frames: videos beside OpenCV, long videos beside short ones, DICOM slices beside pydicom."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from PIL import Image

from annowidgets.media import DicomSeries, VideoFile, video_index
from tests.bench.harness import Line, interleaved, show
from tests.media import dicoms, videos
from tests.repository import REPOSITORY

SHARED = REPOSITORY.parent / "shared" / "data" / "video"
REAL = ("bikes.mp4", "carphone_pristine.mp4")  # a key frame in 42, and one in all


def exact_seek(path: Path, name: str) -> None:
    """Frames far from each other, none of them kept: each is found, decoded, and turned to an array."""
    medium = VideoFile(path)
    order = Random(7).choices(range(medium.count), k=20)

    def ours() -> Any:
        for index in order:
            medium._frames.clear()
            medium._coming = None
            medium.frame(index)

    contenders: dict[str, Callable[[], Any]] = {"VideoFile.frame, nothing kept": ours}
    targets = {}
    try:
        import cv2
    except ImportError:
        print("\nMISSING: opencv-python-headless is not installed, so exact seeking is measured beside nothing.")
    else:
        capture = cv2.VideoCapture(str(path))

        def theirs() -> Any:
            for index in order:
                capture.set(cv2.CAP_PROP_POS_FRAMES, index)
                assert capture.read()[0]

        contenders["OpenCV, set and read"] = theirs
        targets["OpenCV, set and read"] = 0.9
    lines = interleaved(contenders, runs=7, clock=process_time)
    show(f"20 frames of {name} at random, processor time", lines, targets)
    medium.close()


def neighbour(path: Path, name: str) -> None:
    """The next frame right after one that was asked for, beside that one with nothing kept."""
    medium = VideoFile(path)
    times: dict[str, list[float]] = {"a next frame": [], "a cold frame": []}
    for index in Random(7).choices(range(1, medium.count - 2), k=60):
        medium._frames.clear()
        medium._coming = None
        start = perf_counter()
        medium.frame(index)
        middle = perf_counter()
        medium.frame(index + 1)
        times["a next frame"].append(perf_counter() - middle)
        times["a cold frame"].append(middle - start)
    lines = [Line(kind, median(own)) for kind, own in times.items()]
    show(f"A neighbour in {name}", lines, {"a cold frame": 0.1})
    medium.close()


def opening(folder: Path) -> None:
    """An item's video of 10,000 frames, and one of 100, to the first frame; and their first opening."""
    films = {count: videos.write(folder / f"{count}.mp4", frames=count, options={"g": "50"}) for count in (10_000, 100)}
    sizes = {count: VideoFile(path).sizes for count, path in films.items()}

    def to_first_frame(count: int, *, known: bool) -> None:
        medium = VideoFile(films[count], sizes=sizes[count] if known else None)
        if not known:
            medium.frame(0)
        medium.close()

    def first_time(count: int) -> None:
        video_index._read_index.cache_clear()
        to_first_frame(count, known=False)

    for name, run in {
        "An item's video opened again": lambda count: to_first_frame(count, known=True),
        "A video opened for the first time, to its first frame": first_time,
    }.items():
        lines = interleaved(
            {"10,000 frames": lambda run=run: run(10_000), "100 frames": lambda run=run: run(100)}, runs=15
        )
        show(name, lines)


def dicom_slice(folder: Path) -> None:
    """A CT slice of 512 x 512 to what the browser gets: values to window there, or a picture made here."""
    import pydicom
    from pydicom.pixels import apply_modality_lut, apply_voi_lut

    pixels = np.random.default_rng(0).normal(0, 300, (512, 512)).astype(np.int16)
    path = dicoms.write(
        folder / "a.dcm", pixels, RescaleSlope=1, RescaleIntercept=-1024, WindowCenter=40, WindowWidth=400
    )
    medium = DicomSeries(path)

    def values() -> bytes:
        medium.close()
        found = medium.values(0)
        assert found is not None
        return found.stored.tobytes()

    def picture() -> bytes:
        medium.close()
        return medium.encoded(0).data

    def by_hand() -> bytes:
        dataset = pydicom.dcmread(path)
        shown = apply_voi_lut(apply_modality_lut(dataset.pixel_array, dataset), dataset)
        grey = np.interp(shown, (shown.min(), shown.max()), (0, 255)).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(grey).save(file, format="PNG")
        return file.getvalue()

    lines = interleaved({"values": values, "picture": picture, "pydicom, windowed and as PNG": by_hand}, runs=15)
    show("A DICOM slice to the screen", lines)


def main() -> None:
    """Print all tables of this module."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for film in REAL:
            path = SHARED / film
            if not path.exists():
                print(f"\nMISSING: {path}, so seeking in it is not measured.")
                continue
            exact_seek(path, film)
            neighbour(path, film)
        opening(folder)
        dicom_slice(folder)
