"""DICOM pictures, against what pydicom says of the files in its own wheel."""

from __future__ import annotations

import logging
import struct
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pydicom.data
import pytest
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.decoders.base import Decoder

from annowidgets.errors import InvalidMedia
from annowidgets.media import DicomSeries, open_medium, thumbnail
from tests.media import dicoms

FOLDER = Path(pydicom.data.__file__).parent / "test_files"


@cache
def decoded(path: Path) -> tuple[Any, Any] | None:
    """The dataset and its frames as pydicom gives them, or None where it can't."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path)
            frames = dataset.pixel_array
        except Exception:  # noqa: BLE001  (damaged bytes make pydicom raise nearly anything)
            return None
    return dataset, frames if int(dataset.get("NumberOfFrames") or 1) > 1 else frames[np.newaxis]


FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file())
READABLE = [path for path in FILES if decoded(path) is not None]
OTHERS = [path for path in FILES if decoded(path) is None]


def named(path: Path) -> str:
    return str(path.relative_to(FOLDER))


def test_the_wheel_holds_enough_of_every_kind() -> None:
    kinds = {decoded(path)[0].PhotometricInterpretation for path in READABLE}  # type: ignore[index]
    syntaxes = {decoded(path)[0].file_meta.TransferSyntaxUID for path in READABLE}  # type: ignore[index]
    assert len(READABLE) >= 85
    assert kinds >= {"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT"}
    assert len(syntaxes) >= 12


@pytest.mark.parametrize("path", READABLE, ids=named)
def test_every_file_that_pydicom_decodes_shows_the_same_figures(path: Path) -> None:
    found = decoded(path)
    assert found is not None
    dataset, frames = found
    medium = open_medium("dicom_series", path)
    assert medium.count == len(frames)
    assert medium.sizes == (frames.shape[1:3],) * len(frames)
    for index, expected in enumerate(frames):
        seen, values = medium.frame(index), medium.values(index)
        assert seen.dtype == np.uint8
        if dataset.PhotometricInterpretation == "PALETTE COLOR":
            colours = apply_color_lut(expected, dataset)
            assert np.array_equal(seen, (colours >> (8 * colours.itemsize - 8)).astype(np.uint8))
        elif expected.ndim == 3:
            assert np.array_equal(seen, (expected >> (8 * expected.itemsize - 8)).astype(np.uint8))
        else:
            assert values is not None
            measured = apply_modality_lut(expected, dataset) * float(dataset.get("DoseGridScaling") or 1)
            assert np.array_equal(values.measured(), measured)
            assert values.inverted == (dataset.PhotometricInterpretation == "MONOCHROME1")
            if dataset.get("WindowCenter") is not None:
                assert_windowed_like(seen, measured, dataset)
        if index == 0:
            assert medium.encoded(0).mime == "image/png"
            assert thumbnail(medium)[:2] == b"\xff\xd8"


def assert_windowed_like(seen: Any, measured: Any, dataset: Any) -> None:
    """pydicom gives a window over the range of all values that could be stored."""
    signed = bool(dataset.PixelRepresentation)
    low, high = (
        (-(2 ** (dataset.BitsStored - 1)), 2 ** (dataset.BitsStored - 1) - 1)
        if signed
        else (0, 2**dataset.BitsStored - 1)
    )
    slope, intercept = float(dataset.get("RescaleSlope") or 1), float(dataset.get("RescaleIntercept") or 0)
    low, high = low * slope + intercept, high * slope + intercept
    grey = (apply_voi_lut(measured, dataset) - low) / (high - low) * 255
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        grey = 255 - grey
    assert np.abs(seen - grey).max() <= 0.51


@pytest.mark.parametrize("path", OTHERS, ids=named)
def test_every_other_file_is_one_clear_error(path: Path) -> None:
    with pytest.raises(InvalidMedia) as caught:
        DicomSeries(path).frame(0)
    assert path.name in caught.value.message
    assert caught.value.hint
    assert caught.value.__cause__ is None  # its text could quote the patient


def test_a_missing_decoder_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Decoder, "is_available", property(lambda self: not self.UID.is_encapsulated))
    assert DicomSeries(FOLDER / "CT_small.dcm").frame(0).shape == (128, 128)
    with pytest.raises(InvalidMedia, match=r"JPEG 2000 Image Compression.*annowidgets\[dicom\]"):
        DicomSeries(FOLDER / "JPEG2000.dcm").frame(0)


def test_a_window_is_the_standard_s_and_its_first_one_is_shown(tmp_path: Path) -> None:
    pixels = np.arange(-8, 40, dtype=np.int16).reshape(6, 8)
    path = dicoms.write(
        tmp_path / "a.dcm", pixels, RescaleSlope=2, RescaleIntercept=-10, WindowCenter=[10, 30], WindowWidth=[21, 5],
        WindowCenterWidthExplanation=["SOFT", "BONE"], RescaleType="HU",
    )  # fmt: skip
    medium = DicomSeries(path)
    values = medium.values(0)
    assert values is not None
    assert [(w.name, w.centre, w.width, w.function) for w in values.windows] == [
        ("SOFT", 10, 21, "linear"), ("BONE", 30, 5, "linear"),
    ]  # fmt: skip
    assert (values.unit, values.slope, values.intercept) == ("HU", 2, -10)
    measured = pixels * 2.0 - 10
    # PS3.3, C.11.2.1.2.1, word for word.
    centre, width = 10.0, 21.0
    grey = ((measured - (centre - 0.5)) / (width - 1) + 0.5) * 255
    grey[measured <= centre - 0.5 - (width - 1) / 2] = 0
    grey[measured > centre - 0.5 + (width - 1) / 2] = 255
    assert np.abs(medium.frame(0) - grey).max() <= 0.51


@pytest.mark.parametrize("function", ["LINEAR_EXACT", "SIGMOID"])
def test_the_other_functions_of_a_window_are_applied(tmp_path: Path, function: str) -> None:
    pixels = np.arange(48, dtype=np.int16).reshape(6, 8)
    path = dicoms.write(tmp_path / "a.dcm", pixels, WindowCenter=20, WindowWidth=10, VOILUTFunction=function)
    if function == "SIGMOID":
        grey = 255 / (1 + np.exp(-4 * (pixels - 20.0) / 10))
    else:
        grey = np.clip((pixels - 20.0) / 10 + 0.5, 0, 1) * 255
    assert np.abs(DicomSeries(path).frame(0) - grey).max() <= 0.51


def test_tables_of_modality_and_of_interest_are_applied(tmp_path: Path) -> None:
    pixels = np.arange(48, dtype=np.uint16).reshape(6, 8)
    steps = dicoms.item(LUTDescriptor=[48, 0, 16], LUTData=struct.pack("<48H", *range(0, 144, 3)), ModalityLUTType="US")
    shades = dicoms.item(
        LUTDescriptor=[144, 0, 8],
        LUTData=struct.pack("<144H", *((i * 7) % 256 for i in range(144))),
        LUTExplanation="waves",
    )
    path = dicoms.write(
        tmp_path / "a.dcm", pixels, ModalityLUTSequence=[steps], VOILUTSequence=[shades],
        PhotometricInterpretation="MONOCHROME1",
    )  # fmt: skip
    medium = DicomSeries(path)
    values = medium.values(0)
    assert values is not None
    assert np.array_equal(values.measured(), 3 * pixels)
    assert (values.windows[0].name, values.windows[0].limits) == ("waves", (0, 143))
    assert np.array_equal(medium.frame(0), 255 - (3 * pixels * 7) % 256)


@pytest.mark.parametrize(("bits", "entries"), [(8, 4096), (12, 4096), (16, 65536)])
def test_a_table_of_interest_gives_every_value_its_own_grey_however_long_it_is(
    tmp_path: Path, bits: int, entries: int
) -> None:
    pixels = np.linspace(-3000, 32767, 48).astype(np.int16).reshape(6, 8)
    greys = np.random.default_rng(0).integers(0, 2**bits, entries)
    table = dicoms.item(LUTDescriptor=[entries % 2**16, -1000, bits], LUTData=struct.pack(f"<{entries}H", *greys))
    path = dicoms.write(tmp_path / "a.dcm", pixels, VOILUTSequence=[table], WindowCenter=5, WindowWidth=9)
    medium = DicomSeries(path)
    expected = greys[np.clip(pixels.astype(int) + 1000, 0, entries - 1)] >> (bits - 8)
    assert np.array_equal(medium.frame(0), expected)
    values = medium.values(0)
    assert values is not None
    assert [window.function for window in values.windows] == ["table", "linear"]


def test_a_window_narrower_than_a_value_still_shows_low_values_dark(tmp_path: Path) -> None:
    pixels = np.arange(48, dtype=np.int16).reshape(6, 8)
    shown = DicomSeries(dicoms.write(tmp_path / "a.dcm", pixels, WindowCenter=20, WindowWidth=0.5)).frame(0)
    assert (shown[pixels < 20].max(), shown[pixels > 20].min()) == (0, 255)


def test_without_a_window_all_slices_share_the_range_of_the_middle_one_without_its_padding(tmp_path: Path) -> None:
    folder = tmp_path / "stack"
    folder.mkdir()
    for i in range(3):
        pixels = np.full((6, 8), 100 * i, np.int16)
        pixels[0, 0], pixels[5, 7] = -2000, 200
        dicoms.write(folder / f"{i}.dcm", pixels, position=(0, 0, float(i)), number=i, PixelPaddingValue=-2000)
    medium = DicomSeries(folder)
    windows = {medium.values(i).windows for i in range(3)}  # type: ignore[union-attr]
    assert len(windows) == 1
    (window,) = windows.pop()
    assert window.limits == (100, 200)
    assert [medium.frame(i)[2, 2] for i in range(3)] == [0, 0, 255]


@pytest.mark.parametrize(
    ("value", "limit", "range_"), [(-2000, -1000, (5, 51)), (-1000, -2000, (5, 51)), (51, None, (-2000, 50))]
)
def test_a_range_of_padding_is_left_out_whichever_end_comes_first(
    tmp_path: Path, value: int, limit: int | None, range_: tuple[int, int]
) -> None:
    pixels = np.arange(4, 52, dtype=np.int16).reshape(6, 8)
    pixels[0, :1], pixels[5, 0] = -2000, -1500
    more = {} if limit is None else {"PixelPaddingRangeLimit": limit}
    values = DicomSeries(dicoms.write(tmp_path / "a.dcm", pixels, PixelPaddingValue=value, **more)).values(0)
    assert values is not None
    assert values.windows[0].limits == range_


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16"])
@pytest.mark.parametrize("stored", [8, 12])
def test_signed_and_odd_numbers_of_bits_are_read(tmp_path: Path, dtype: str, stored: int) -> None:
    kind = np.dtype(dtype)
    stored = min(stored, 8 * kind.itemsize)
    low, high = (-(2 ** (stored - 1)), 2 ** (stored - 1) - 1) if kind.kind == "i" else (0, 2**stored - 1)
    pixels = np.linspace(low, high, 48).astype(kind).reshape(6, 8)
    path = dicoms.write(tmp_path / "a.dcm", pixels, BitsStored=stored, HighBit=stored - 1)
    values = DicomSeries(path).values(0)
    assert values is not None
    assert np.array_equal(values.stored, pixels)
    assert values.windows[0].limits == (low, high)


def test_spacing_comes_from_the_plane_the_detector_or_the_functional_groups(tmp_path: Path) -> None:
    assert DicomSeries(dicoms.write(tmp_path / "a.dcm")).spacing == (0.5, 0.7)
    detector = dicoms.write(tmp_path / "b.dcm", PixelSpacing=None, ImagerPixelSpacing=[0.1, 0.2])
    assert DicomSeries(detector).spacing == (0.1, 0.2)
    assert DicomSeries(dicoms.write(tmp_path / "c.dcm", PixelSpacing=None)).spacing is None
    assert DicomSeries(enhanced(tmp_path / "d.dcm")).spacing == (0.25, 0.35)


def enhanced(path: Path) -> Path:
    pixels = np.stack([np.full((6, 8), value, np.uint16) for value in (30, 10, 20)])
    shared = dicoms.item(
        PixelMeasuresSequence=[dicoms.item(PixelSpacing=[0.25, 0.35])],
        PlaneOrientationSequence=[dicoms.item(ImageOrientationPatient=list(dicoms.AXIAL))],
    )
    frames = [
        dicoms.item(
            PlanePositionSequence=[dicoms.item(ImagePositionPatient=[0, 0, float(place)])],
            PixelValueTransformationSequence=[dicoms.item(RescaleSlope=slope, RescaleIntercept=1, RescaleType="US")],
            FrameVOILUTSequence=[dicoms.item(WindowCenter=place, WindowWidth=5)],
        )
        for place, slope in ((30, 3), (10, 1), (20, 2))
    ]
    return dicoms.write(
        path, pixels, position=None, PixelSpacing=None, SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=frames,
    )  # fmt: skip


def test_frames_of_an_enhanced_file_lie_in_order_with_their_own_scale_and_window(tmp_path: Path) -> None:
    medium = DicomSeries(enhanced(tmp_path / "a.dcm"))
    values = [medium.values(i) for i in range(3)]
    assert [v.measured()[0, 0] for v in values if v] == [11, 41, 91]
    assert [v.windows[0].centre for v in values if v] == [10, 20, 30]
    assert medium.distance == 10
    again = DicomSeries(medium.paths, sizes=medium.sizes, spacing=medium.spacing)
    assert again.values(2).measured()[0, 0] == 91  # type: ignore[union-attr]


def test_nothing_of_the_patient_is_in_errors_logs_or_what_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    path = dicoms.write(tmp_path / "a.dcm", np.arange(48, dtype=np.int16).reshape(6, 8))
    caplog.set_level(logging.DEBUG)
    data = path.read_bytes()
    told = []
    for cut in range(140, len(data), 7):
        (tmp_path / "cut.dcm").write_bytes(data[:cut])
        with pytest.raises(InvalidMedia) as caught:
            DicomSeries(tmp_path / "cut.dcm").frame(0)
        told.append(f"{caught.value!r} {caught.value}")
    medium = DicomSeries(path)
    medium.frame(0)
    told += [repr(medium), repr(vars(medium)), caplog.text, *capfd.readouterr()]
    assert len(told) > 50
    for secret in ("Mustermann", "Erika", "4711", "19640812"):
        assert not any(secret in text for text in told)
