"""Measurements: what was compared with what, one row per evaluation label, in columns."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from annowidgets.benchmark.arrays import Bools, Floats, offsets
from annowidgets.benchmark.tables import FAMILIES, KINDS, QUESTION_FAMILY
from annowidgets.errors import InvalidInput
from annowidgets.labels.values import shown

if TYPE_CHECKING:
    import pandas as pd

Rows = npt.NDArray[np.void]
Codes = npt.NDArray[np.signedinteger[Any] | np.unsignedinteger[Any]]
Columns = dict[str, npt.NDArray[Any]]
Column = npt.NDArray[np.object_]
LabelIds = tuple[Sequence[str | None], Sequence[str | None]]

MATCHED, MISSING, EXTRA, EMPTY = range(4)
OUTCOMES = ("matched", "missing", "extra", "empty")

# One row, little-endian and without gaps, so that the bytes of many submissions are joined as they are; 40 bytes and
# the floats first, so that they stay aligned.
ROW = np.dtype(
    [
        ("similarity", "<f8"),
        ("attribute_agreement", "<f8"),
        ("task", "<i4"),
        ("frame", "<i4"),
        ("benchmark_label", "<i4"),
        ("trainee_label", "<i4"),
        ("benchmark_category", "<i2"),
        ("trainee_category", "<i2"),
        ("kind", "u1"),
        ("family", "u1"),
        ("benchmark_shape", "i1"),
        ("trainee_shape", "i1"),
    ]
)
COLUMNS: tuple[str, ...] = ROW.names or ()
MOST_NAMES = 2**15 - 1


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
        Place in ``annowidgets.labels.SHAPES``; -1 where there is none.
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
    questions : frozenset of str
        Those of the names that are questions (in every ontology, where several were measured).
    tasks, trainees : tuple
        What each task is called and whose labels were measured; also tasks without a row.
    label_ids : sequence of (ids of the benchmark's labels, ids of the trainee's labels)
        Per task; None for answers.
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
        columns: Columns,
        *,
        names: Sequence[str],
        questions: Iterable[str] = (),
        tasks: Sequence[Hashable],
        trainees: Sequence[Hashable],
        label_ids: Sequence[LabelIds],
    ) -> None:
        self._columns = columns
        self.names = tuple(names)
        self.questions = frozenset(questions)
        self.tasks, self.trainees = _hashable("task", tasks), _hashable("trainee", trainees)
        self.label_ids = label_ids
        if len(self.names) > MOST_NAMES:
            raise InvalidInput(
                f"{len(self.names)} classes and questions are more than the {MOST_NAMES} that can be told."
            )

    def __getattr__(self, name: str) -> Any:
        # What is read from a file is looked through when it is first asked for: re-scoring needs half of the columns.
        if name not in COLUMNS:
            raise AttributeError(f"Measurements have no {name!r}.")
        column = self._columns[name]
        if column.size:
            self._require_possible(name, column)
        setattr(self, name, column)
        return column

    def _require_possible(self, name: str, column: Any) -> None:
        """Refuse a column with values that measuring never gives."""
        if name in ("similarity", "attribute_agreement"):
            # fmin and fmax pass over NaN without a copy of a million numbers.
            beyond = np.fmin.reduce(column) < 0 or np.fmax.reduce(column) > 1
            if beyond or (name == "similarity" and (np.isnan(column) & (self.kind == MATCHED)).any()):
                raise damaged()
            return
        low, high = self._range(name)
        if column.min() < low or (high is not None and column.max() > high):
            raise damaged()
        if name in ("benchmark_category", "trainee_category"):
            _require_sides(name, column, self.kind)

    def _range(self, name: str) -> tuple[int, int | None]:
        """The least and, where there is one, the largest number that a column can hold."""
        highest = {
            "task": len(self.tasks) - 1,
            "kind": EXTRA,
            "family": QUESTION_FAMILY,
            "benchmark_shape": len(KINDS) - 1,
            "trainee_shape": len(KINDS) - 1,
            "benchmark_category": len(self.names) - 1,
            "trainee_category": len(self.names) - 1,
        }
        return (0 if name in ("task", "kind", "family") else -1), highest.get(name)

    def __reduce__(self) -> tuple[Any, ...]:
        arguments = {
            "columns": self._columns,
            "names": self.names,
            "questions": self.questions,
            "tasks": self.tasks,
            "trainees": self.trainees,
            "label_ids": list(self.label_ids),
        }
        return _rebuild, (arguments,)

    def __len__(self) -> int:
        return int(self._columns["task"].size)

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
        for name in COLUMNS:
            rows[name] = getattr(self, name)
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
        benchmark_label, trainee_label = self.label_columns(self.task, self.benchmark_label, self.trainee_label)
        return pd.DataFrame(
            {
                "measurement_id": np.arange(len(self)),
                "task": named(self.tasks, self.task),
                "frame": frame_column(self.frame),
                "kind": outcome_column(self.kind),
                "family": labelled(self.family, FAMILIES),
                "benchmark_label": benchmark_label,
                "trainee_label": trainee_label,
                "benchmark_shape": labelled(self.benchmark_shape, KINDS),
                "trainee_shape": labelled(self.trainee_shape, KINDS),
                "benchmark_category": labelled(self.benchmark_category, self.names),
                "trainee_category": labelled(self.trainee_category, self.names),
                "question": labelled(question, self.names),
                "similarity": self.similarity,
                "attribute_agreement": self.attribute_agreement,
            }
        )

    def label_columns(self, task: Codes, benchmark: Codes, trainee: Codes) -> tuple[Column, Column]:
        """Ids of the benchmark's and of the trainee's labels, by task and place in it; None where there is none."""
        # What is read from a file is unpacked here, and once is enough for both sides.
        ids = list(self.label_ids)
        return _ids_at([own[0] for own in ids], task, benchmark), _ids_at([own[1] for own in ids], task, trainee)

    def to_bytes(self) -> bytes:
        """The measurements in a compact form; `from_bytes` reads it back.

        Raises
        ------
        InvalidInput
            A task or trainee that is called by anything but a str, int, float, bool or None, which alone come back as
            they were.
        """
        from annowidgets.benchmark.blobs import write

        return write(self)

    @classmethod
    def from_bytes(cls, blob: bytes) -> Measurements:
        """Read what `to_bytes` wrote.

        Parameters
        ----------
        blob : bytes, or any buffer of them

        Raises
        ------
        InvalidInput
            Bytes that are no measurements, are damaged, or of a version that this one can't read.
        """
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
        blobs : iterable of bytes, or of buffers of them
            From `to_bytes`.
        tasks, trainees : sequences, optional
            What to call the tasks and trainees, over all blobs. Left out, as they were called when measured, which is
            slower to read. With both given, the checksums of the rows are not looked at, nor those of parts that are
            not needed.

        Raises
        ------
        InvalidInput
            Bytes that are no measurements, are damaged, or of a version that this one can't read.
        """
        from annowidgets.benchmark.blobs import read

        return read(_listed_blobs(blobs), tasks, trainees)


def columns_of(rows: Rows) -> Columns:
    """Rows as columns."""
    return {name: np.ascontiguousarray(rows[name]) for name in COLUMNS}


def named(names: Sequence[Hashable], codes: Codes) -> Any:
    """A column of what tasks or trainees are called."""
    import pandas as pd

    return pd.Index(list(names), tupleize_cols=False).take(codes) if names else np.empty(0, object)


def labelled(codes: Codes, names: Sequence[str]) -> Any:
    """A column of names by their codes, missing where the code is -1; no string per cell."""
    import pandas as pd

    return pd.Categorical.from_codes(codes, pd.Index(list(names), dtype=object))


def outcome_column(kind: Codes) -> Any:
    """A column of outcomes; those that don't occur are no category of it, so that counts don't list them."""
    return labelled(kind, OUTCOMES).remove_unused_categories()


def frame_column(frame: Codes) -> Any:
    """A column of frame numbers, missing where a row belongs to the whole item."""
    import pandas as pd

    return pd.arrays.IntegerArray(frame.astype(np.int64), frame < 0)


def _require_sides(name: str, category: Codes, kind: Codes) -> None:
    """Refuse rows that have a category on a side where there is no label, or none where there is one."""
    without = EXTRA if name == "benchmark_category" else MISSING
    if ((category < 0) != (kind == without)).any():
        raise damaged()


def _ids_at(per_task: Sequence[Sequence[str | None]], task: Codes, position: Codes) -> Column:
    counts = np.array([len(ids) for ids in per_task], np.int64)
    if position.size and (position >= counts[task]).any():
        raise damaged()
    starts = offsets(counts)
    flat = np.empty(int(starts[-1]) + 1, object)
    flat[:-1] = list(chain.from_iterable(per_task))
    column: Column = flat[np.where(position >= 0, starts[task] + position, -1)]
    return column


def _hashable(kind: str, names: Sequence[Any]) -> tuple[Hashable, ...]:
    listed = tuple(names)
    try:
        frozenset(listed)
    except TypeError:
        for place, name in enumerate(listed):
            if not isinstance(name, Hashable) or isinstance(name, tuple):
                raise InvalidInput(
                    f"The {kind} of tasks[{place}] can't be called {shown(name)}: a name must be hashable."
                ) from None
    return listed


def _listed_blobs(blobs: Any) -> list[bytes]:
    try:
        if isinstance(blobs, (str, bytes, bytearray, memoryview)):
            raise TypeError
        listed = list(blobs)
    except TypeError:
        raise InvalidInput(
            f"from_blobs takes a list of bytes, got {shown(blobs)}.", hint="For one, use Measurements.from_bytes(blob)."
        ) from None
    if set(map(type, listed)) <= {bytes}:
        return listed
    return list(map(_as_bytes, listed))


def _as_bytes(blob: Any) -> bytes:
    try:
        return bytes(memoryview(blob))
    except TypeError:
        raise InvalidInput(f"Measurements are read from bytes, got {shown(blob)}.") from None


def damaged() -> InvalidInput:
    """The error for bytes that can't be measurements."""
    return InvalidInput("These bytes are no measurements, or not whole.")


def _rebuild(arguments: dict[str, Any]) -> Measurements:
    return Measurements(**arguments)
