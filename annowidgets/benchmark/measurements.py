"""Measurements: what was compared with what, one row per evaluation label, in columns."""

from __future__ import annotations

import struct
from collections.abc import Hashable, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, overload

import msgspec
import numpy as np
import numpy.typing as npt

from annowidgets.benchmark.arrays import Bools, Floats, Ints, offsets
from annowidgets.benchmark.tables import FAMILIES, KINDS, QUESTION_FAMILY
from annowidgets.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd

Rows = npt.NDArray[np.void]
Codes = npt.NDArray[np.signedinteger[Any] | np.unsignedinteger[Any]]
LabelIds = tuple[Sequence[str | None], Sequence[str | None]]

MATCHED, MISSING, EXTRA, EMPTY = range(4)
OUTCOMES = ("matched", "missing", "extra", "empty")

# One row in bytes: little-endian and packed, so that the rows of many submissions are joined as they are.
ROW = np.dtype(
    [
        ("task", "<i4"),
        ("frame", "<i4"),
        ("kind", "u1"),
        ("family", "u1"),
        ("benchmark_shape", "i1"),
        ("trainee_shape", "i1"),
        ("benchmark_category", "<i4"),
        ("trainee_category", "<i4"),
        ("benchmark_label", "<i4"),
        ("trainee_label", "<i4"),
        ("similarity", "<f8"),
        ("attribute_agreement", "<f8"),
    ]
)
# Codes from the first to the last that a column can hold; those of tasks and categories depend on the names.
_RANGES = {
    "kind": (0, EXTRA),
    "family": (0, QUESTION_FAMILY),
    "benchmark_shape": (-1, len(KINDS) - 1),
    "trainee_shape": (-1, len(KINDS) - 1),
}
# A mark with the version of the layout; the number of rows and of tasks; the lengths of what stands before and after
# the rows: names, and tail (tasks, trainees, ids of labels).
_HEAD = struct.Struct("<4sIIII")
_decode_names: Any = msgspec.json.Decoder(list[str]).decode
_decode_tail: Any = msgspec.json.Decoder(
    tuple[list[Any], list[Any], list[tuple[list[str | None], list[str | None]]]]
).decode
_MARK = b"AWM1"


class Measurements:
    """Columns of measurements; each task's rows stand together.

    Attributes
    ----------
    task : array of shape (n,)
        Place in ``tasks``.
    frame : array
        -1 for questions of the item.
    kind : array
        0 matched, 1 missing (only the benchmark has it), 2 extra (only the trainee has it).
    family : array
        0 region, 1 line, 2 point, 3 primitive, 4 question.
    benchmark_shape, trainee_shape : array
        Place in ``aw.labels.SHAPES``; -1 where there is none.
    benchmark_category, trainee_category : array
        Place in ``names``; -1 where there is none.
    benchmark_label, trainee_label : array
        Place in the task's list of labels; -1 where there is none.
    similarity : array of float
        0 to 1, of matched rows (for questions the agreement of the answers); NaN for others.
    attribute_agreement : array of float
        0 to 1; NaN for unmatched rows, questions, and where neither side answered an attribute.
    names : tuple of str
        Classes and questions of the ontology.
    tasks, trainees : tuple
        What each task is called and whose labels were measured; also tasks without a row.
    """

    task: Codes
    frame: Codes
    kind: Codes
    family: Codes
    benchmark_shape: Codes
    trainee_shape: Codes
    benchmark_category: Codes
    trainee_category: Codes
    benchmark_label: Codes
    trainee_label: Codes
    similarity: Floats
    attribute_agreement: Floats

    def __init__(
        self,
        rows: Rows,
        *,
        names: Sequence[str],
        tasks: Sequence[Hashable],
        trainees: Sequence[Hashable],
        label_ids: Sequence[LabelIds],
    ) -> None:
        for column in ROW.names or ():
            setattr(self, column, np.ascontiguousarray(rows[column]))
        self.names = tuple(names)
        self.tasks, self.trainees = tuple(tasks), tuple(trainees)
        self.label_ids = label_ids

    def __len__(self) -> int:
        return int(self.task.size)

    def __repr__(self) -> str:
        counts = np.bincount(self.kind, minlength=3)
        return (
            f"Measurements({len(self.tasks)} tasks; {counts[MATCHED]} matched, {counts[MISSING]} missing, "
            f"{counts[EXTRA]} extra)"
        )

    def _repr_html_(self) -> str:
        html: str = self.to_frame()._repr_html_()  # type: ignore[operator]
        return html

    @property
    def is_question(self) -> Bools:
        """Which rows are answers to classifications."""
        answers: Bools = self.family == QUESTION_FAMILY
        return answers

    def rows(self) -> Rows:
        """The columns as one structured array, in the layout of `to_bytes`."""
        rows = np.empty(len(self), ROW)
        for column in ROW.names or ():
            rows[column] = getattr(self, column)
        return rows

    def label_id(self, side: str, row: int) -> str | None:
        """Id of the benchmark's or the trainee's label of a row; None for answers and where there is none."""
        position = int((self.benchmark_label if side == "benchmark" else self.trainee_label)[row])
        ids = self.label_ids[int(self.task[row])][0 if side == "benchmark" else 1]
        return ids[position] if position >= 0 else None

    def to_frame(self) -> pd.DataFrame:
        """A DataFrame with one row per measurement; ``measurement_id`` counts from 0."""
        import pandas as pd

        question = np.where(self.is_question, np.maximum(self.benchmark_category, self.trainee_category), -1)
        return pd.DataFrame(
            {
                "measurement_id": np.arange(len(self)),
                "task": named(self.tasks, self.task),
                "frame": frame_column(self.frame),
                "kind": labelled(self.kind, OUTCOMES[:3]),
                "family": labelled(self.family, FAMILIES),
                "benchmark_label": self.label_column("benchmark", self.task, self.benchmark_label),
                "trainee_label": self.label_column("trainee", self.task, self.trainee_label),
                "benchmark_shape": labelled(self.benchmark_shape, KINDS),
                "trainee_shape": labelled(self.trainee_shape, KINDS),
                "benchmark_category": labelled(self.benchmark_category, self.names),
                "trainee_category": labelled(self.trainee_category, self.names),
                "question": labelled(question, self.names),
                "similarity": self.similarity,
                "attribute_agreement": self.attribute_agreement,
            }
        )

    def label_column(self, side: str, task: Codes, position: Codes) -> npt.NDArray[np.object_]:
        """Ids of labels given by task and place; None where there is none."""
        per_task = [ids[0 if side == "benchmark" else 1] for ids in self.label_ids]
        starts = offsets([len(ids) for ids in per_task])
        flat = np.empty(int(starts[-1]) + 1, object)
        flat[:-1] = list(chain.from_iterable(per_task))
        column: npt.NDArray[np.object_] = flat[np.where(position >= 0, starts[task] + position, -1)]
        return column

    def to_bytes(self) -> bytes:
        """The measurements in a compact form; `from_bytes` reads it back.

        Names of tasks and trainees must be JSON values.
        """
        names = msgspec.json.encode(self.names)
        try:
            tail = msgspec.json.encode((self.tasks, self.trainees, list(self.label_ids)))
        except TypeError as error:
            raise InvalidInput(f"The name of a task or trainee is no JSON value: {error}.") from None
        head = _HEAD.pack(_MARK, len(self), len(self.tasks), len(names), len(tail))
        return b"".join([head, names, self.rows().tobytes(), tail])

    @classmethod
    def from_bytes(cls, blob: bytes) -> Measurements:
        """Read what `to_bytes` wrote."""
        return cls.from_blobs([blob])

    @classmethod
    def from_blobs(
        cls,
        blobs: Iterable[bytes],
        *,
        tasks: Sequence[Hashable] | None = None,
        trainees: Sequence[Hashable] | None = None,
    ) -> Measurements:
        """Join the bytes of many measurements, in order.

        Parameters
        ----------
        blobs : iterable of bytes
            From `to_bytes`.
        tasks, trainees : sequences, optional
            What to call the tasks and trainees, over all blobs; left out, as they were called when measured.

        Raises
        ------
        InvalidInput
            Bytes that are no measurements, or of a version that this one can't read.
        """
        names: dict[str, int] = {}
        maps: dict[bytes, Ints] = {}
        parts, row_counts, task_counts, code_maps, tails = [], [], [], [], []
        for blob in blobs:
            view = memoryview(blob)
            names_at, rows_at, tail_at, task_count = _layout(view)
            spelled = bytes(view[names_at:rows_at])
            if spelled not in maps:
                own = _decoded(_decode_names, spelled)
                maps[spelled] = np.array([*(names.setdefault(name, len(names)) for name in own), -1], np.int32)
            parts.append(view[rows_at:tail_at])
            row_counts.append((tail_at - rows_at) // ROW.itemsize)
            task_counts.append(task_count)
            code_maps.append(maps[spelled])
            tails.append(bytes(view[tail_at:]))
        rows = np.frombuffer(b"".join(parts), ROW).copy()
        _require_sound(rows, row_counts, task_counts, [code_map.size - 1 for code_map in code_maps])
        rows["task"] += np.repeat(offsets(task_counts)[:-1], row_counts).astype(np.int32)
        if len(maps) > 1:
            bounds = offsets(row_counts)
            for code_map, start, stop in zip(code_maps, bounds[:-1], bounds[1:], strict=True):
                for column in ("benchmark_category", "trainee_category"):
                    rows[column][start:stop] = code_map[rows[column][start:stop]]
        labels = _Tails(tails, task_counts)
        if tasks is None:
            tasks = list(chain.from_iterable(labels.part(k)[0] for k in range(len(tails))))
        if trainees is None:
            trainees = list(chain.from_iterable(labels.part(k)[1] for k in range(len(tails))))
        if not len(tasks) == len(trainees) == sum(task_counts):
            raise InvalidInput(
                f"There are {sum(task_counts)} tasks in the blobs, {len(tasks)} names and {len(trainees)} trainees."
            )
        return cls(rows, names=tuple(names), tasks=tasks, trainees=trainees, label_ids=labels)


class _Tails(Sequence[LabelIds]):
    """Ids of labels, read from their bytes when somebody asks."""

    def __init__(self, tails: Sequence[bytes], task_counts: Sequence[int]) -> None:
        self._tails = tails
        self._starts = offsets(task_counts)

    def part(self, place: int) -> tuple[list[Hashable], list[Hashable], list[LabelIds]]:
        """Tasks, trainees and ids of one blob."""
        part: tuple[list[Hashable], list[Hashable], list[LabelIds]] = _decoded(_decode_tail, self._tails[place])
        return part

    def __len__(self) -> int:
        return int(self._starts[-1])

    @overload
    def __getitem__(self, index: int) -> LabelIds: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[LabelIds]: ...
    def __getitem__(self, index: int | slice) -> LabelIds | Sequence[LabelIds]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        place = int(np.searchsorted(self._starts, index, side="right")) - 1
        return self.part(place)[2][index - int(self._starts[place])]

    def __iter__(self) -> Any:
        return chain.from_iterable(self.part(place)[2] for place in range(len(self._tails)))


def named(names: Sequence[Hashable], codes: Codes) -> Any:
    """A column of what tasks or trainees are called."""
    import pandas as pd

    return pd.Index(list(names), tupleize_cols=False).take(codes) if names else np.empty(0, object)


def labelled(codes: Codes, names: Sequence[str]) -> Any:
    """A column of names by their codes, missing where the code is -1; no string per cell."""
    import pandas as pd

    return pd.Categorical.from_codes(codes, pd.Index(list(names), dtype=object))


def frame_column(frame: Codes) -> Any:
    """A column of frame numbers, missing where a row belongs to the whole item."""
    import pandas as pd

    return pd.arrays.IntegerArray(frame.astype(np.int64), frame < 0)


def _layout(view: memoryview) -> tuple[int, int, int, int]:
    """Where names, rows and tail start, and how many tasks there are."""
    is_long = len(view) >= _HEAD.size
    mark, rows, tasks, names, tail = _HEAD.unpack_from(view) if is_long else (bytes(view[:4]), 0, 0, 0, 0)
    if mark[:3] == _MARK[:3] and len(mark) == len(_MARK) and mark != _MARK:
        raise InvalidInput("These measurements were written by another version.", hint="Update annowidgets.")
    tail_at = _HEAD.size + names + rows * ROW.itemsize
    if mark != _MARK or tail_at + tail != len(view):
        raise _damaged()
    return _HEAD.size, _HEAD.size + names, tail_at, tasks


def _require_sound(rows: Rows, row_counts: list[int], task_counts: list[int], name_counts: list[int]) -> None:
    """Refuse rows with codes that stand for nothing."""
    ranges: dict[str, tuple[Any, Any]] = dict(_RANGES)
    ranges["task"] = (0, np.repeat(np.array(task_counts, np.int64) - 1, row_counts))
    last_name = np.repeat(np.array(name_counts, np.int64) - 1, row_counts)
    ranges["benchmark_category"] = ranges["trainee_category"] = (-1, last_name)
    for column, (low, high) in ranges.items():
        if ((rows[column] < low) | (rows[column] > high)).any():
            raise _damaged()


def _decoded(decode: Any, text: bytes) -> Any:
    try:
        return decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _damaged() from None


def _damaged() -> InvalidInput:
    return InvalidInput("These bytes are no measurements, or not whole.")
