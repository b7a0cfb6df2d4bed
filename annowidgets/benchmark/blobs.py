"""Measurements as bytes: a head, the packed rows, and what is rarely read, compressed.

Re-scoring reads a million rows from tens of thousands of blobs. So heads and rows are joined and taken apart into
columns, some blobs at a time; the compressed tail (names, tasks, trainees, ids of labels) is unpacked for one blob per
ontology.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Hashable, Iterator, Sequence
from itertools import chain
from types import NoneType
from typing import overload

import msgspec
import numpy as np
import numpy.typing as npt

from annowidgets.benchmark.arrays import Ints, offsets
from annowidgets.benchmark.measurements import COLUMNS, ROW, Codes, Columns, LabelIds, Measurements, damaged
from annowidgets.errors import InvalidInput
from annowidgets.labels.values import shown

# The last character is the version of the layout.
_MARK = b"AWM2"
# Two checksums (CRC-32), because rows and tail are read at different times; each covers the head before them too.
_HEAD = np.dtype(
    [
        ("mark", "S4"),
        ("rows", "<u4"),
        ("tasks", "<u4"),
        ("tail", "<u4"),
        ("names", "<u8"),
        ("crc_rows", "<u4"),
        ("crc_tail", "<u4"),
    ]
)
_CHECKED = _HEAD.fields["crc_rows"][1] if _HEAD.fields else 0
# Unpacked, a task and its labels take little more than this; what grows beyond was not written here.
_MOST_UNPACKED = 2**30
# Blobs that are taken apart at once: few enough to stay in the processor's cache, many enough to forget the loop.
_AT_ONCE = 500


# Names that JSON gives back as they were.
_Name = str | int | float | bool | None


class _Tail(msgspec.Struct, array_like=True):
    names: list[str]
    questions: list[str]
    tasks: list[_Name]
    trainees: list[_Name]
    label_ids: list[tuple[list[str | None], list[str | None]]]


_decode = msgspec.json.Decoder(_Tail).decode


def write(measured: Measurements) -> bytes:
    """The measurements as bytes; see `Measurements.to_bytes`."""
    for kind, called in (("task", measured.tasks), ("trainee", measured.trainees)):
        for name in called:
            _require_plain(kind, name)
    questions = sorted(measured.questions)
    parts = list(measured.names), questions, list(measured.tasks), list(measured.trainees), list(measured.label_ids)
    rows, tail = measured.rows().tobytes(), zlib.compress(msgspec.json.encode(parts))
    head = np.zeros((), _HEAD)
    sizes = len(measured), len(measured.tasks), len(tail)
    head["mark"], (head["rows"], head["tasks"], head["tail"]) = _MARK, sizes
    head["names"] = _digest(measured.names, questions)
    start = zlib.crc32(head.tobytes()[:_CHECKED])
    head["crc_rows"], head["crc_tail"] = zlib.crc32(rows, start), zlib.crc32(tail, start)
    return b"".join([head.tobytes(), rows, tail])


def _require_plain(kind: str, name: Hashable) -> None:
    """Refuse a name that JSON would give back as another one."""
    is_same = type(name) in (str, bool, NoneType)
    if type(name) is int:
        is_same = -(2**63) <= name < 2**64
    elif type(name) is float:
        is_same = math.isfinite(name)
    elif type(name) is str:
        is_same = not any("\ud800" <= character <= "\udfff" for character in name)
    if not is_same:
        raise InvalidInput(
            f"The {kind} {shown(name)} ({type(name).__name__}) can't be written into bytes.",
            hint="Call tasks and trainees by text, numbers or None, and rename them when reading: "
            "Measurements.from_blobs(blobs, tasks=..., trainees=...).",
        )


def read(blobs: Sequence[bytes], tasks: Sequence[Hashable] | None, trainees: Sequence[Hashable] | None) -> Measurements:
    """Join the bytes of many measurements; see `Measurements.from_blobs`."""
    heads = _heads(blobs)
    if tasks is None or trainees is None:
        # A million rows that are re-scored are taken as they are: their checksums would take as long as their points.
        _require_whole_rows(blobs)
    columns = _columns(blobs, heads)
    tails = _Tails(blobs, heads)
    names, questions, codes, of_blob = _names(heads["names"], tails)
    if len(codes) > 1:
        of_row = np.repeat(of_blob, heads["rows"])
        for column in ("benchmark_category", "trainee_category"):
            columns[column] = _translated(columns[column], codes, of_row)
    number = len(tails)
    tasks = list(chain.from_iterable(tail.tasks for tail in tails.each())) if tasks is None else tasks
    trainees = list(chain.from_iterable(tail.trainees for tail in tails.each())) if trainees is None else trainees
    if not len(tasks) == len(trainees) == number:
        raise InvalidInput(f"There are {number} tasks in the blobs, {len(tasks)} names and {len(trainees)} trainees.")
    return Measurements(columns, names=names, questions=questions, tasks=tasks, trainees=trainees, label_ids=tails)


def _heads(blobs: Sequence[bytes]) -> npt.NDArray[np.void]:
    lengths = np.fromiter(map(len, blobs), np.int64, len(blobs))
    if (lengths < _HEAD.itemsize).any():
        raise damaged()
    heads = np.frombuffer(b"".join([blob[: _HEAD.itemsize] for blob in blobs]), _HEAD)
    odd = set(heads["mark"].tolist()) - {_MARK}
    if any(mark[:-1] == _MARK[:-1] and len(mark) == len(_MARK) for mark in odd):
        raise InvalidInput("These measurements were written by another version.", hint="Update annowidgets.")
    if odd or (lengths != _HEAD.itemsize + heads["rows"].astype(np.int64) * ROW.itemsize + heads["tail"]).any():
        raise damaged()
    return heads


def _columns(blobs: Sequence[bytes], heads: npt.NDArray[np.void]) -> Columns:
    """The rows of all blobs as columns, with the places of tasks among all tasks."""
    row_counts, task_counts = heads["rows"].astype(np.int64), heads["tasks"].astype(np.int64)
    first_task = offsets(task_counts)[:-1]
    columns = _room(int(row_counts.sum()))
    filled = 0
    for start in range(0, len(blobs), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        counts = row_counts[some]
        ends = (_HEAD.itemsize + counts * ROW.itemsize).tolist()
        rows = np.frombuffer(
            b"".join([blob[_HEAD.itemsize : end] for blob, end in zip(blobs[some], ends, strict=True)]), ROW
        )
        task = rows["task"]
        if ((task < 0) | (task >= np.repeat(task_counts[some], counts))).any():
            raise damaged()
        own = slice(filled, filled + rows.size)
        for name, column in columns.items():
            column[own] = rows[name]
        columns["task"][own] += np.repeat(first_task[some], counts)
        filled += rows.size
    return columns


def _room(rows: int) -> Columns:
    """Empty columns, one after the other in one piece, since systems hand out large pieces much faster than many."""
    piece = np.empty(rows * ROW.itemsize, np.uint8)
    sizes = [ROW[name].itemsize for name in COLUMNS]
    starts = offsets(sizes) * rows
    return {
        name: piece[start:end].view(ROW[name]) for name, start, end in zip(COLUMNS, starts, starts[1:], strict=False)
    }


def _require_whole_rows(blobs: Sequence[bytes]) -> None:
    for blob in blobs:
        head = np.frombuffer(blob[: _HEAD.itemsize], _HEAD)[0]
        rows = blob[_HEAD.itemsize : _HEAD.itemsize + int(head["rows"]) * ROW.itemsize]
        if zlib.crc32(rows, zlib.crc32(blob[:_CHECKED])) != head["crc_rows"]:
            raise damaged()


def _names(digests: npt.NDArray[np.uint64], tails: _Tails) -> tuple[tuple[str, ...], set[str], list[Ints], Ints]:
    """All names, and which are questions; per different list of names its codes; and which list each blob has."""
    different, first, of_blob = np.unique(digests, return_index=True, return_inverse=True)
    # In order of appearance, so that what stands first keeps its codes.
    order = np.argsort(first)
    places: dict[str, int] = {}
    questions: set[str] = set()
    classes: set[str] = set()
    codes: list[Ints] = [np.empty(0, np.int64)] * different.size
    for k in order.tolist():
        tail = tails.at(int(first[k]))
        own = tail.names
        if _digest(own, tail.questions) != different[k]:
            raise damaged()
        questions.update(tail.questions)
        classes.update(set(own).difference(tail.questions))
        codes[k] = np.array([places.setdefault(name, len(places)) for name in own], np.int64)
    return tuple(places), questions - classes, codes, of_blob


def _translated(column: Codes, codes: list[Ints], of_row: Ints) -> Codes:
    """Codes of one blob's names as codes of all names; -1 stays."""
    sizes = np.array([own.size for own in codes])
    if ((column < -1) | (column >= sizes[of_row])).any():
        raise damaged()
    # Each list of names is preceded by its own -1.
    table = np.concatenate([np.concatenate([[-1], own]) for own in codes])
    translated: Codes = table[offsets(sizes + 1)[of_row] + 1 + column].astype(np.int16)
    return translated


def _digest(names: Sequence[str], questions: Sequence[str]) -> int:
    spelled = msgspec.json.encode([list(names), questions])
    return int.from_bytes(hashlib.blake2b(spelled, digest_size=8).digest(), "little")


class _Tails(Sequence[LabelIds]):
    """Ids of labels per task, unpacked when somebody asks."""

    def __init__(self, blobs: Sequence[bytes], heads: npt.NDArray[np.void]) -> None:
        self._blobs = blobs
        self._sizes, self._checksums = heads["tail"].tolist(), heads["crc_tail"].tolist()
        self._task_counts = heads["tasks"].tolist()
        self._tasks = offsets(self._task_counts)

    def at(self, place: int) -> _Tail:
        """The tail of one blob."""
        blob = self._blobs[place]
        packed = blob[len(blob) - self._sizes[place] :]
        if zlib.crc32(packed, zlib.crc32(blob[:_CHECKED])) != self._checksums[place]:
            raise damaged()
        try:
            unpacking = zlib.decompressobj()
            tail = _decode(unpacking.decompress(packed, _MOST_UNPACKED))
        except (zlib.error, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise damaged() from None
        if not len(tail.tasks) == len(tail.trainees) == len(tail.label_ids) == self._task_counts[place]:
            raise damaged()
        return tail

    def each(self) -> Iterator[_Tail]:
        """The tails of all blobs."""
        return map(self.at, range(len(self._blobs)))

    def __len__(self) -> int:
        return int(self._tasks[-1])

    @overload
    def __getitem__(self, index: int) -> LabelIds: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[LabelIds]: ...
    def __getitem__(self, index: int | slice) -> LabelIds | Sequence[LabelIds]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        place = int(np.searchsorted(self._tasks, index, side="right")) - 1
        return self.at(place).label_ids[index - int(self._tasks[place])]

    def __iter__(self) -> Iterator[LabelIds]:
        for tail in self.each():
            yield from tail.label_ids
