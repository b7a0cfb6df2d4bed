"""Which DICOM files belong together, and in what order: by where their slices lie, whatever the files are called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annowidgets.errors import InvalidMedia, notice
from annowidgets.media.dicom_file import DicomHeader, is_dicom, read_dicom_header
from annowidgets.media.files import PathLike

# Positions are written with rounding; slices nearer than this (mm) are at the same place.
_SAME_PLACE = 0.01
_SAME_DIRECTION = 1e-3
# A distance of this many usual ones is a gap.
_GAP = 1.5


class Slice(NamedTuple):
    """A frame of a series: which file, and which frame in it."""

    file: int
    frame: int


def find_dicom_series(folder: PathLike) -> list[list[Path]]:
    """Tell apart the series whose files lie in a folder and below it.

    Returns
    -------
    list of list of Path
        The files of each series, each list to be given to ``project.add_dicom_series``.

    Raises
    ------
    InvalidMedia
        There is no such folder, or a DICOM file in it is damaged.
    """
    series: dict[str, list[Path]] = {}
    for header in _headers_in(Path(folder)):
        series.setdefault(header.series, []).append(header.path)
    return list(series.values())


def read_series(paths: Sequence[Path]) -> list[DicomHeader]:
    """Headers of the files of one series, given as files or as its folder.

    In a folder what is no DICOM file, or one without pictures, is passed over, and said.

    Raises
    ------
    InvalidMedia
        No pictures, several series, or a file that can't be read.
    """
    if len(paths) == 1 and paths[0].is_dir():
        headers = _headers_in(paths[0])
        if not headers:
            raise InvalidMedia(f"{paths[0]} holds no DICOM pictures.", hint="Give the folder of a series.")
    else:
        headers = [_with_pictures(path) for path in paths]
    if not headers:
        raise InvalidMedia("A DICOM series of no files can't be.", hint="Give its folder, or its files.")
    kinds: dict[str, list[DicomHeader]] = {}
    for header in headers:
        kinds.setdefault(header.series, []).append(header)
    if len(kinds) > 1:
        told = "; ".join(
            f"{len(own)} {own[0].modality} of {own[0].size[1]} x {own[0].size[0]}, from {own[0].path.name}"
            for own in list(kinds.values())[:5]
        )
        raise InvalidMedia(
            f"The files are of {len(kinds)} series, and an item is one: {told}.",
            hint="Add each: for files in annowidgets.media.find_dicom_series(folder): project.add_dicom_series(files)",
        )
    return headers


def order_slices(headers: Sequence[DicomHeader]) -> list[Slice]:
    """Frames of a series in the order of their position along the normal of their planes.

    Where no file tells a position, frames keep the order of their file, and files that of their instance number.

    Raises
    ------
    InvalidMedia
        Mixed sizes, spacings or orientations, several slices at one place, a gap where slices are missing, or files
        whose order can't be told.
    """
    if len(headers) > 1 and any(header.frames > 1 for header in headers):
        raise InvalidMedia(
            f"The series has {len(headers)} files, some of several frames.",
            hint="Add each file as a series of its own.",
        )
    _require_alike(headers)
    slices = [Slice(file, frame) for file, header in enumerate(headers) for frame in range(header.frames)]
    if len(slices) == 1:
        return slices
    places = _places(headers)
    if places is None:
        return slices if len(headers) == 1 else _by_number(headers)
    order = np.argsort(places, kind="stable")
    steps = np.diff(places[order])
    if (steps < _SAME_PLACE).any():
        if len(headers) == 1:
            return slices  # times or echoes within a file, in the order that it has
        raise _at_one_place([headers[i] for i in order], steps)
    if len(headers) > 1:
        _require_no_gap([headers[i] for i in order], steps)
    return [slices[i] for i in order]


def slice_distance(headers: Sequence[DicomHeader]) -> float | None:
    """Millimetres from slice to slice (the median), or None where the files don't tell."""
    places = _places(headers)
    if places is None or len(places) < 2:
        return None
    return float(np.median(np.diff(np.sort(places)))) or None


def _headers_in(folder: Path) -> list[DicomHeader]:
    if not folder.is_dir():
        raise InvalidMedia(f"There is no folder {folder}.", hint="Give the folder of the series.")
    headers, other = [], 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
        header = read_dicom_header(path) if is_dicom(path) else None
        if header is not None:
            headers.append(header)
        else:
            other += path.name != "DICOMDIR"
    if other and headers:
        notice(f"{other} files of {folder.name} are no DICOM pictures and were passed over.")
    return headers


def _with_pictures(path: Path) -> DicomHeader:
    header = read_dicom_header(path)
    if header is None:
        raise InvalidMedia(
            f"{path} is a DICOM file without pictures.", hint="Leave reports, plans and directories out."
        )
    return header


def _require_alike(headers: Sequence[DicomHeader]) -> None:
    first = headers[0]
    for header in headers[1:]:
        if header.size != first.size:
            raise InvalidMedia(
                f"The series mixes sizes: {first.path.name} is {first.size[1]} x {first.size[0]}, "
                f"{header.path.name} {header.size[1]} x {header.size[0]}.",
                hint="Leave scouts and reports out, or add the parts as series of their own.",
            )
        same = header.spacing == first.spacing
        if not same and (
            header.spacing is None
            or first.spacing is None
            or not np.allclose(header.spacing, first.spacing, rtol=1e-3, atol=0)
        ):
            raise InvalidMedia(
                f"The series mixes pixel spacings: {first.path.name} has {first.spacing}, {header.path.name} "
                f"{header.spacing} mm.",
                hint="Add the parts as series of their own.",
            )


def _places(headers: Sequence[DicomHeader]) -> NDArray[np.float64] | None:
    """Millimetres of each frame along the normal of the first; None where any frame tells no position."""
    positions: list[tuple[float, ...]] = []
    directions: list[tuple[float, ...]] = []
    for header in headers:
        if header.positions is None or header.orientations is None:
            return None
        positions += header.positions
        directions += header.orientations
    cosines = np.array(directions)
    if np.abs(cosines - cosines[0]).max() > _SAME_DIRECTION:
        if len(headers) == 1:
            return None
        odd = int(np.argmax(np.abs(cosines - cosines[0]).max(axis=1) > _SAME_DIRECTION))
        raise InvalidMedia(
            f"The series mixes orientations: {headers[odd].path.name} lies otherwise than {headers[0].path.name}.",
            hint="Leave scouts out, or add the slices of each orientation as a series of their own.",
        )
    normal = np.cross(cosines[0, :3], cosines[0, 3:])
    return np.asarray(np.array(positions) @ normal)


def _by_number(headers: Sequence[DicomHeader]) -> list[Slice]:
    numbers = [header.number for header in headers]
    if None in numbers or len(set(numbers)) < len(numbers):
        raise InvalidMedia(
            f"The order of the {len(headers)} files can't be told: they say no position, and no instance numbers of "
            "their own.",
            hint="Add each with project.add_dicom_series(file).",
        )
    return [Slice(file, 0) for file in sorted(range(len(headers)), key=lambda file: numbers[file] or 0)]


def _at_one_place(headers: Sequence[DicomHeader], steps: NDArray[np.float64]) -> InvalidMedia:
    first = int(np.argmax(steps < _SAME_PLACE))
    one, other = headers[first], headers[first + 1]
    count = int((steps < _SAME_PLACE).sum())
    if one.instance == other.instance and one.instance:
        hint = "They are the same slice twice: leave copies out."
    else:
        hint = "A series of several times or echoes: give the files of one of them."
    return InvalidMedia(
        f"{count} of {len(headers)} slices lie where another lies, as {one.path.name} and {other.path.name}.", hint=hint
    )


def _require_no_gap(headers: Sequence[DicomHeader], steps: NDArray[np.float64]) -> None:
    usual = float(np.median(steps))
    gaps = np.flatnonzero(steps > _GAP * usual)
    if not gaps.size:
        return
    numbers = [header.number for header in headers]
    if None not in numbers and set(np.abs(np.diff(np.array(numbers, dtype=np.int64))).tolist()) == {1}:
        notice(f"The distance of slices varies from {steps.min():g} to {steps.max():g} mm; none is missing.")
        return
    before, after = headers[int(gaps[0])], headers[int(gaps[0]) + 1]
    raise InvalidMedia(
        f"Slices are missing between {before.path.name} and {after.path.name}: they are {steps[gaps[0]]:.2f} mm apart, "
        f"most others {usual:.2f} mm.",
        hint="Add the files that are missing, or the parts as series of their own.",
    )
