"""DICOM files: their headers without who the patient is, and their pixels through pydicom's decoders."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from annowidgets.errors import InvalidMedia
from annowidgets.media.files import open_file

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_COPY = "Copy the file again from its source, or leave it out."

# All that is ever read of a header. Nothing of the patient, the physician or the place is among it.
_TAGS = (
    "SOPInstanceUID", "SeriesInstanceUID", "Modality", "ImageType", "InstanceNumber", "NumberOfFrames", "Rows",
    "Columns", "BitsAllocated", "BitsStored", "PixelRepresentation", "SamplesPerPixel", "PhotometricInterpretation",
    "PixelPaddingValue", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "ImagerPixelSpacing",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "BurnedInAnnotation", "FrameTime",
    "CineRate", "RescaleSlope", "RescaleIntercept", "RescaleType", "Units", "DoseGridScaling", "DoseUnits",
    "ModalityLUTSequence", "VOILUTSequence", "WindowCenter", "WindowWidth", "WindowCenterWidthExplanation",
    "VOILUTFunction", "PixelPaddingRangeLimit",
)  # fmt: skip

# What is needed beside to decode pixels from a file that was read whole.
_PIXELS = (
    "PlanarConfiguration", "HighBit", "RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData", "SegmentedRedPaletteColorLookupTableData",
    "SegmentedGreenPaletteColorLookupTableData", "SegmentedBluePaletteColorLookupTableData", "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths", "FloatPixelData", "DoubleFloatPixelData", "PixelData",
)  # fmt: skip

# Where an attribute of a frame stands in an enhanced file (DICOM PS3.3, C.7.6.16).
_GROUPS = {
    "PixelSpacing": "PixelMeasuresSequence",
    "ImagePositionPatient": "PlanePositionSequence",
    "ImageOrientationPatient": "PlaneOrientationSequence",
    "RescaleSlope": "PixelValueTransformationSequence",
    "RescaleIntercept": "PixelValueTransformationSequence",
    "RescaleType": "PixelValueTransformationSequence",
    "WindowCenter": "FrameVOILUTSequence",
    "WindowWidth": "FrameVOILUTSequence",
    "WindowCenterWidthExplanation": "FrameVOILUTSequence",
    "VOILUTFunction": "FrameVOILUTSequence",
}

# Warnings, and whether pydicom's log is on, are global to the process: one thread at a time.
_lock = threading.RLock()


class DicomHeader(msgspec.Struct, frozen=True):
    """What a DICOM file says of its pictures.

    Attributes
    ----------
    path : Path
        The file.
    modality : str
        "CT", "MR", ...; "image" where it says none.
    series, instance : str
        The unique identifiers of the series and of the file in it; empty where there are none.
    number : int or None
        Which of the series it is, as its maker counted.
    size : (height, width)
        Of each frame, in pixels.
    frames : int
        How many there are.
    positions : tuple of (x, y, z), or None
        Of the centre of each frame's first pixel in the patient, in mm, if known for all frames.
    orientations : tuple of six numbers, or None
        Each frame's direction cosines of a row and of a column, if known for all frames.
    spacing : (row, column) or None
        Millimetres between pixel centres.
    fps : float or None
        Frames per second, of a film.
    burned_in : bool
        Whether the file says that what identifies the patient is drawn into its pixels.
    """

    path: Path
    modality: str
    series: str
    instance: str
    number: int | None
    size: tuple[int, int]
    frames: int
    positions: tuple[tuple[float, ...], ...] | None
    orientations: tuple[tuple[float, ...], ...] | None
    spacing: tuple[float, float] | None
    fps: float | None
    burned_in: bool


def is_dicom(path: Path) -> bool:
    """Whether a file has the mark of one."""
    with open_file(path) as file:
        return file.read(132)[128:] == b"DICM"


def read_dicom_header(path: Path) -> DicomHeader | None:
    """Read what a file says of its pictures; None where it holds none (a report, a plan, a directory).

    Raises
    ------
    InvalidMedia
        No DICOM file, or a damaged one.
    """
    import pydicom

    _require_dicom(path)
    with quietly_reading(path):
        dataset = pydicom.dcmread(path, specific_tags=list(_TAGS), stop_before_pixels=True)
        if "Rows" not in dataset or "BitsAllocated" not in dataset:
            return None
        frames = int(dataset.get("NumberOfFrames") or 1)
        number = dataset.get("InstanceNumber")
        return DicomHeader(
            path=path,
            modality=str(dataset.get("Modality") or "image"),
            series=str(dataset.get("SeriesInstanceUID") or ""),
            instance=str(dataset.get("SOPInstanceUID") or ""),
            number=None if number is None else int(number),
            size=(int(dataset.Rows), int(dataset.Columns)),
            frames=frames,
            positions=_of_each(dataset, frames, "ImagePositionPatient"),
            orientations=_of_each(dataset, frames, "ImageOrientationPatient"),
            spacing=_spacing(dataset),
            fps=_fps(dataset),
            burned_in=dataset.get("BurnedInAnnotation") == "YES",
        )


def read_dicom_frame(path: Path, frame: int) -> tuple[NDArray[Any], Dataset]:
    """Decode one frame of a file.

    Returns
    -------
    pixels : ndarray
        (h, w) or (h, w, samples), as pydicom gives it: colours as RGB, palettes as their indices.
    dataset : Dataset
        What says how they are shown.

    Raises
    ------
    InvalidMedia
        The pixels are missing, damaged or cut short, or their decoder is not installed.
    """
    import pydicom
    from pydicom.dataset import Dataset
    from pydicom.pixels.utils import pixel_array
    from pydicom.tag import Tag

    _require_dicom(path)
    with quietly_reading(path):
        _require_decoder(path)
        dataset = Dataset()
        try:
            pixels = pixel_array(path, index=frame, ds_out=dataset, specific_tags=[int(Tag(name)) for name in _TAGS])
        except (AttributeError, ValueError):
            # Some files that can be read whole, can't by the frame: deflated ones, and those that count no frames.
            dataset = pydicom.dcmread(path, specific_tags=[*_TAGS, *_PIXELS])
            pixels = pixel_array(dataset, index=frame)
    return pixels, dataset


def frame_attribute(dataset: Dataset, frame: int, name: str) -> Any:
    """An attribute as it holds for a frame: from its functional group, the shared one, or the file; None if nowhere."""
    group = _GROUPS.get(name)
    if group is not None:
        own = dataset.get("PerFrameFunctionalGroupsSequence") or ()
        for holder in (*own[frame : frame + 1], *(dataset.get("SharedFunctionalGroupsSequence") or ())):
            for item in holder.get(group) or ():
                if item.get(name) is not None:
                    return item.get(name)
    return dataset.get(name)


@contextmanager
def quietly_reading(path: Path) -> Iterator[None]:
    """Let pydicom read without a word: its texts may quote the file, and so the patient."""
    log = logging.getLogger("pydicom")
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, log.disabled = log.disabled, True
        try:
            yield
        except InvalidMedia:
            raise
        except Exception as error:  # noqa: BLE001  (damaged bytes make pydicom raise nearly anything)
            raise InvalidMedia(
                f"{path} is damaged, cut short or against the standard ({type(error).__name__}).", hint=_COPY
            ) from None
        finally:
            log.disabled = before


def _require_dicom(path: Path) -> None:
    if not is_dicom(path):
        raise InvalidMedia(
            f"{path} is no DICOM file: it lacks the mark DICM after 128 bytes.",
            hint="Other pictures are added with project.add_images(paths).",
        )


def _require_decoder(path: Path) -> None:
    from pydicom.filereader import read_file_meta_info
    from pydicom.pixels.decoders.base import get_decoder

    syntax = read_file_meta_info(path).get("TransferSyntaxUID")
    if syntax is None:
        raise InvalidMedia(f"{path} does not say how its pixels are encoded (no Transfer Syntax UID).", hint=_COPY)
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise InvalidMedia(
            f"{path} is compressed as {syntax.name}, which can't be decoded here.",
            hint="Write it uncompressed, as with: gdcmconv --raw in.dcm out.dcm",
        ) from None
    if not decoder.is_available:
        raise InvalidMedia(
            f"{path} is compressed as {syntax.name}, and no decoder for that is installed "
            f"({'; '.join(decoder.missing_dependencies)}).",
            hint="pip install 'annowidgets[dicom]'",
        )


def _of_each(dataset: Dataset, frames: int, name: str) -> tuple[tuple[float, ...], ...] | None:
    found = [frame_attribute(dataset, frame, name) for frame in range(frames)]
    # One position at the top of a file of many frames is that of none of them.
    per_frame = frames == 1 or bool(dataset.get("PerFrameFunctionalGroupsSequence"))
    if not per_frame or any(not value for value in found):
        return None
    return tuple(tuple(map(float, value)) for value in found)


def _spacing(dataset: Dataset) -> tuple[float, float] | None:
    found = frame_attribute(dataset, 0, "PixelSpacing") or dataset.get("ImagerPixelSpacing")
    if not found or len(found) != 2 or not all(np.isfinite(float(value)) and float(value) > 0 for value in found):
        return None
    return float(found[0]), float(found[1])


def _fps(dataset: Dataset) -> float | None:
    if dataset.get("FrameTime"):
        return 1000 / float(dataset.FrameTime)
    return float(dataset.CineRate) if dataset.get("CineRate") else None
