"""Small DICOM files, written by pydicom."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

PATIENT = "Mustermann^Erika"
PATIENT_ID = "P-4711-0815"
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def write(
    path: Path,
    pixels: NDArray[Any] | None = None,
    *,
    position: Sequence[float] | None = (0.0, 0.0, 0.0),
    orientation: Sequence[float] = AXIAL,
    number: int | None = 1,
    series: str = "1.2.3.4",
    **attributes: Any,
) -> Path:
    """Write one file; numbers of 16 bit, signed where they are; ``attributes`` replace or add others."""
    pixels = np.full((6, 8), number or 0, np.int16) if pixels is None else pixels
    dataset = FileDataset(str(path), {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = f"1.2.9.{abs(hash(path.name)) % 10**9}"
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = PATIENT, PATIENT_ID, "19640812"
    dataset.SeriesInstanceUID, dataset.Modality = series, "CT"
    dataset.InstanceNumber = number
    if position is not None:
        dataset.ImagePositionPatient, dataset.ImageOrientationPatient = list(position), list(orientation)
    samples = 3 if pixels.ndim > 2 and pixels.shape[-1] == 3 else 1
    shape = pixels.shape[:-1] if samples == 3 else pixels.shape
    dataset.Rows, dataset.Columns = shape[-2:]
    if len(shape) == 3:
        dataset.NumberOfFrames = shape[0]
    dataset.SamplesPerPixel = samples
    dataset.PhotometricInterpretation = "RGB" if samples == 3 else "MONOCHROME2"
    if samples == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = 8 * pixels.itemsize
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelSpacing = [0.5, 0.7]
    dataset.PixelData = pixels.tobytes()
    for name, value in attributes.items():
        if value is None:
            del dataset[name]
        else:
            setattr(dataset, name, value)
    dataset.save_as(path, enforce_file_format=True)
    return path


def item(**attributes: Any) -> Dataset:
    """An item of a sequence."""
    made = Dataset()
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def stack(folder: Path, count: int, *, step: float = 2.0, **attributes: Any) -> list[Path]:
    """Slices whose names say another order than their positions."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        write(folder / f"{(7 * i) % 101:03}.dcm", position=(1.0, 2.0, 10.0 - step * i), number=i + 1, **attributes)
        for i in range(count)
    ]
