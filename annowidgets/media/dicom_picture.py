"""What a DICOM frame measures, and how it looks: modality, value of interest, inversion, palettes and colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annowidgets.errors import InvalidMedia
from annowidgets.media.base import Values, Window
from annowidgets.media.dicom_file import frame_attribute

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_GREY = ("MONOCHROME1", "MONOCHROME2")
_UNITS = {"BQML": "Bq/ml", "GY": "Gy", "US": "", "UNSPECIFIED": ""}
_FUNCTIONS = {"LINEAR": "linear", "LINEAR_EXACT": "linear_exact", "SIGMOID": "sigmoid"}


class Picture(NamedTuple):
    """A decoded frame: grey with its values, or colours.

    Attributes
    ----------
    values : Values or None
        Of a grey frame; its windows may be empty, where the file has none.
    shown : ndarray of uint8, or None
        Colours (h, w, 3).
    padding : (int, int) or None
        The stored numbers, from one to another, that stand for "no measurement".
    """

    values: Values | None
    shown: NDArray[np.uint8] | None
    padding: tuple[int, int] | None

    @property
    def size(self) -> int:
        """Bytes of its arrays."""
        return sum(array.nbytes for array in (self.shown, self.values and self.values.stored) if array is not None)


def as_picture(pixels: NDArray[Any], dataset: Dataset, frame: int) -> Picture:
    """Interpret the decoded pixels of a frame.

    Raises
    ------
    InvalidMedia
        A kind of colours that is not read.

    References
    ----------
    DICOM PS3.3, C.7.6.3.1.2 (photometric interpretation), C.11.1 (modality LUT), C.11.2 (VOI LUT).
    """
    from pydicom.pixels.processing import apply_color_lut

    interpretation = str(dataset.get("PhotometricInterpretation") or "MONOCHROME2")
    if interpretation == "PALETTE COLOR":
        colours = apply_color_lut(pixels, dataset)
        return Picture(None, _eight_bit(colours[..., :3], 8 * colours.itemsize), None)
    if pixels.ndim == 3:
        if pixels.shape[2] != 3:
            raise InvalidMedia(f"Pictures of {pixels.shape[2]} samples ({interpretation}) can't be shown.")
        return Picture(None, _eight_bit(pixels, int(dataset.get("BitsStored") or 8)), None)
    if interpretation not in _GREY:
        raise InvalidMedia(f"Pictures of the kind {interpretation!r:.40} can't be shown.")
    inverted = interpretation == "MONOCHROME1"
    stored, slope, intercept = _modality(pixels, dataset, frame)
    windows = _windows(dataset, frame)
    values = Values(stored, slope, intercept, _unit(dataset, frame), inverted, windows)
    return Picture(values, None, None if dataset.get("ModalityLUTSequence") else _padding(dataset))


def windowed(values: Values, window: Window) -> NDArray[np.uint8]:
    """Grey as it is seen in a window, 0 to 255.

    References
    ----------
    DICOM PS3.3, C.11.2.1.1 (tables), C.11.2.1.2 (window centre and width) and C.11.2.1.3 (functions).
    """
    grey: NDArray[Any]
    low, high = window.limits
    if window.function == "table":
        entries = np.rint(np.clip(values.measured(), low, high) - low).astype(np.intp)
        grey = np.frombuffer(window.table, np.uint8)[entries]
    elif window.function == "sigmoid":
        grey = 255 / (1 + np.exp(-4 * (values.measured() - window.centre) / window.width))
    else:
        grey = (values.measured() - low) * (255 / max(high - low, 1e-9))
    shown: NDArray[np.uint8] = np.rint(np.clip(grey, 0, 255)).astype(np.uint8)
    return 255 - shown if values.inverted else shown


def value_range(picture: Picture) -> tuple[float, float]:
    """Lowest and highest value of a grey picture, without padding and what is no number."""
    assert picture.values is not None
    stored = picture.values.stored
    counts = np.isfinite(stored)
    if picture.padding is not None:
        first, last = picture.padding
        counts &= (stored < first) | (stored > last)
    counted = stored[counts]
    if not counted.size:
        return 0.0, 1.0
    ends = [float(end) * picture.values.slope + picture.values.intercept for end in (counted.min(), counted.max())]
    return min(ends), max(ends)


def _modality(pixels: NDArray[Any], dataset: Dataset, frame: int) -> tuple[NDArray[Any], float, float]:
    """Numbers to keep, slope and intercept; a table is applied, since no slope can say it."""
    from pydicom.pixels.processing import apply_modality_lut

    if dataset.get("ModalityLUTSequence"):
        return apply_modality_lut(pixels, dataset), 1.0, 0.0
    slope = frame_attribute(dataset, frame, "RescaleSlope")
    if slope is None:
        slope = dataset.get("DoseGridScaling")
    intercept = frame_attribute(dataset, frame, "RescaleIntercept")
    native = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    return native, 1.0 if slope is None else float(slope), 0.0 if intercept is None else float(intercept)


def _padding(dataset: Dataset) -> tuple[int, int] | None:
    """PS3.3, C.7.5.1.1.2: one number, or with a limit all from the one to the other, whichever is the larger."""
    ends = [dataset.get(name) for name in ("PixelPaddingValue", "PixelPaddingRangeLimit")]
    told = sorted(int(end) for end in ends if end is not None)
    return (told[0], told[-1]) if ends[0] is not None else None


def _unit(dataset: Dataset, frame: int) -> str:
    kind = frame_attribute(dataset, frame, "RescaleType") or dataset.get("Units") or dataset.get("DoseUnits")
    if kind:
        return _UNITS.get(str(kind), str(kind))
    scaled = frame_attribute(dataset, frame, "RescaleIntercept") is not None
    return "HU" if dataset.get("Modality") == "CT" and scaled else ""


def _windows(dataset: Dataset, frame: int) -> tuple[Window, ...]:
    tables = [_table(dataset, number) for number in range(len(dataset.get("VOILUTSequence") or ()))]
    centres, widths, names = (
        _several(frame_attribute(dataset, frame, name))
        for name in ("WindowCenter", "WindowWidth", "WindowCenterWidthExplanation")
    )
    function: Any = _FUNCTIONS.get(str(frame_attribute(dataset, frame, "VOILUTFunction") or "LINEAR"), "linear")
    found = []
    for number, (centre, width) in enumerate(zip(centres, widths, strict=False)):
        name = str(names[number]) if number < len(names) and names[number] else f"window {number + 1}"
        if float(width) > 0:
            found.append(Window(name, float(centre), float(width), function))
    return (*tables, *found)


def _several(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return [value] if isinstance(value, (str, int, float)) else list(value)


def _table(dataset: Dataset, number: int) -> Window:
    """A VOI LUT as the window from its first value to its last."""
    item = dataset.VOILUTSequence[number]
    count, first, bits = (int(entry) for entry in item.LUTDescriptor)
    count = count or 2**16
    data = item.LUTData
    if isinstance(data, bytes):
        # Not by pydicom's apply_voi: of a table of 8 bits it finds the first 256 entries only.
        data = np.frombuffer(data, ">u2" if dataset.original_encoding[1] is False else "<u2", count)
    greys = _eight_bit(np.asarray(data[:count], np.uint16), bits)
    if len(greys) < count:
        raise InvalidMedia(f"The table {number + 1} for showing it has {len(greys)} of its {count} entries.")
    name = str(item.get("LUTExplanation") or f"table {number + 1}")
    return Window(name, first + (count - 1) / 2, max(count - 1, 1e-9), "table", greys.tobytes())


def _eight_bit(samples: NDArray[Any], bits: int) -> NDArray[np.uint8]:
    """The highest 8 of so many bits."""
    return np.ascontiguousarray((samples >> max(0, bits - 8)).astype(np.uint8))
