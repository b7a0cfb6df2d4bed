"""A CT series of a body that nobody has, drawn, with the true outline of a nodule on every slice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annowidgets.errors import InvalidInput
from annowidgets.labels import Label, Polygon, Shape

_SIZE = 160  # rows and columns
_SPACING = 2.0  # mm
_THICKNESS = 4.0  # mm, between slices
_AIR, _LUNG, _TISSUE, _NODULE, _BONE = -1000, -850, 40, 60, 700  # Hounsfield units
_NOISE = 12.0
_NODULE_AT, _NODULE_RADIUS = (104.0, 74.0), 15.0  # x and y in pixels; mm


class Scan(NamedTuple):
    """What `write_scan` wrote.

    Attributes
    ----------
    folder : Path
        Holds one file per slice.
    truth : list of Label
        One label "nodule": its outline on each slice that cuts it.
    """

    folder: Path
    truth: list[Label]


def write_scan(folder: str | os.PathLike[str], *, slices: int = 13, rng: int | np.random.Generator = 0) -> Scan:
    """Write a CT series of a drawn chest, uncompressed, of nobody: it holds no name and no number of a patient.

    Parameters
    ----------
    folder : path
        Made where it is not there; files of the same names are replaced.
    slices : int
        How many, at least 1; 4 mm apart, the nodule in the middle.
    rng : int or numpy.random.Generator
        Decides the noise.

    Raises
    ------
    InvalidInput
        No slice.
    """
    if slices < 1:
        raise InvalidInput(f"A series of {slices} slices shows nothing.", hint="Draw 1 or more.")
    generator = np.random.default_rng(rng)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    rows, columns = np.mgrid[:_SIZE, :_SIZE] + 0.5
    series = _uid(generator)
    outlines: dict[int, Shape | None] = {}
    for number in range(slices):
        z = _THICKNESS * (number - (slices - 1) / 2)
        values = np.full((_SIZE, _SIZE), float(_AIR))
        for x, y, half_width, half_height, value in _body(z):
            values[((columns - x) / half_width) ** 2 + ((rows - y) / half_height) ** 2 <= 1] = value
        if abs(z) < _NODULE_RADIUS:
            radius = float(np.sqrt(_NODULE_RADIUS**2 - z**2)) / _SPACING
            x, y = _NODULE_AT
            values[(columns - x) ** 2 + (rows - y) ** 2 <= radius**2] = _NODULE
            angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
            ring = tuple((x + radius * float(np.cos(a)), y + radius * float(np.sin(a))) for a in angles)
            outlines[number] = Polygon((ring,))
        values += generator.normal(scale=_NOISE, size=values.shape)
        _write_slice(target / f"slice_{number + 1:03d}.dcm", values, z, number + 1, series, _uid(generator))
    return Scan(target, [Label("nodule", key_frames=outlines)] if outlines else [])


def _body(z: float) -> list[tuple[float, float, float, float, float]]:
    """Ellipses (x, y, half width, half height, Hounsfield units) in the order in which they cover each other."""
    narrow = 1 - 0.004 * abs(z)
    return [
        (80, 82, 68, 52, _TISSUE),
        (50, 78, 24 * narrow, 34 * narrow, _LUNG),
        (110, 78, 24 * narrow, 34 * narrow, _LUNG),
        (80, 116, 9, 9, _BONE),
    ]


def _uid(generator: np.random.Generator) -> str:
    # 2.25: a number that nobody else has, after DICOM PS3.5, B.2; here it is drawn, so that files repeat.
    return f"2.25.{int.from_bytes(generator.bytes(16), 'big')}"


def _write_slice(path: Path, values: NDArray[np.float64], z: float, number: int, series: str, uid: str) -> None:
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

    stored = np.rint(values + 1024).clip(0, 4095).astype("<u2")
    slice = FileDataset(str(path), {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128)
    slice.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    slice.file_meta.MediaStorageSOPClassUID = slice.SOPClassUID = CTImageStorage
    slice.file_meta.MediaStorageSOPInstanceUID = slice.SOPInstanceUID = UID(uid)
    slice.SeriesInstanceUID, slice.Modality, slice.InstanceNumber = series, "CT", number
    slice.PatientName = slice.PatientID = ""
    slice.PatientIdentityRemoved = "YES"
    slice.ImagePositionPatient = [-_SIZE * _SPACING / 2, -_SIZE * _SPACING / 2, z]
    slice.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    slice.PixelSpacing, slice.SliceThickness = [_SPACING, _SPACING], _THICKNESS
    slice.Rows, slice.Columns = stored.shape
    slice.SamplesPerPixel, slice.PhotometricInterpretation = 1, "MONOCHROME2"
    slice.BitsAllocated, slice.BitsStored, slice.HighBit, slice.PixelRepresentation = 16, 12, 11, 0
    slice.RescaleIntercept, slice.RescaleSlope, slice.RescaleType = -1024, 1, "HU"
    slice.WindowCenter, slice.WindowWidth = [-500, 40], [1500, 400]
    slice.PixelData = stored.tobytes()
    slice.save_as(path, enforce_file_format=True)
