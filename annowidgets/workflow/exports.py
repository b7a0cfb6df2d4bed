"""Finished labels as files for other tools, with a report of what such a file can't hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from annowidgets import media
from annowidgets.errors import InvalidInput
from annowidgets.labels import Answer, Label, Labels, labels_from_json
from annowidgets.store import items as stored_items
from annowidgets.store import labels as stored_labels
from annowidgets.store.labels import FinalRow
from annowidgets.workflow.base import ProjectBase, names_carried, rename_labels, stored_ontology
from annowidgets.workflow.checks import require_flag, require_one_of
from annowidgets.workflow.csv import csv_lines
from annowidgets.workflow.left_out import left_out_html
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.states import BatchKind, TaskState

if TYPE_CHECKING:
    import pandas as pd

    from annowidgets.labels import Ontology

_FORMATS = ("coco", "csv")
_KINDS = (BatchKind.PRODUCTION, BatchKind.GROUND_TRUTH)


class ExportReport(NamedTuple):
    """What an export wrote.

    Attributes
    ----------
    path : Path
        The file.
    labels : int
        Labels that stand in it.
    items : int
        Items whose tasks are finished; also those where nothing was found.
    beside : Path or None
        The CSV of what a COCO file can't hold; None where it holds all.
    left_out : DataFrame
        What is not in the file, or not exactly: ``item``, ``what``, ``reason``.
    """

    path: Path
    labels: int
    items: int
    beside: Path | None
    left_out: pd.DataFrame

    def _repr_html_(self) -> str:
        beside = "" if self.beside is None else f", beside in {escape(self.beside.name)}"
        told = f"<b>{self.labels} labels on {self.items} items</b> in {escape(self.path.name)}"
        return f"{told}; {len(self.left_out)} left out{beside}{left_out_html(self.left_out)}"


class _Finished(NamedTuple):
    """A finished task and what it stands for."""

    row: FinalRow
    item: stored_items.ItemRow
    labels: Labels


class ProjectExports(ProjectBase):
    """The exports' room of a project."""

    def export(
        self,
        path: str | Path,
        *,
        format: Literal["coco", "csv"] = "coco",
        include: str | Iterable[str] = ("production",),
        spreadsheet: bool = False,
    ) -> ExportReport:
        """Write the labels of finished tasks, as submitted or as the reviewer corrected them.

        The same labels give the same bytes. Labels of evaluation tasks are nobody's product and in no export (Q2),
        nor is what waits for review, which the report says.

        Parameters
        ----------
        path : path
            The file; replaced where it is there, when all is written.
        format : {"coco", "csv"}
            "coco": still pictures with boxes, polygons, bitmasks, key points and object primitives; what COCO can't
            hold (frames, lines, turned boxes, answers about the picture) is written beside, as ``<name>.beside.csv``.
            "csv": everything, a row per label and key frame.
        include : sequence of {"production", "ground_truth"}
            Kinds of batches. Of an item that several have labelled, COCO holds the labels of the kind named first.
        spreadsheet : bool
            Whether a CSV is to be opened in a spreadsheet: an apostrophe is put before names and answers that it would
            run as formulas. Without, each cell is what it says.

        Returns
        -------
        ExportReport
            With what was left out, and why.
        """
        import pandas as pd

        writing = _as_csv if require_one_of("format", format, _FORMATS) == "csv" else _as_coco
        kinds = _chosen_kinds(include)
        require_flag("spreadsheet", spreadsheet)
        target = Path(path).expanduser()
        with self.workspace.look(self.id, Permission.READ_ALL) as action:
            connection, name = action.connection, action.project.name
            rows = [row for row in stored_labels.final(connection, self.id) if row.kind in kinds]
            names = {
                version: names_carried(connection, self.id, version)
                for version in {row.ontology_version for row in rows}
            }
            ontology = stored_ontology(connection, self.id)
            items = {row.id: row for row in stored_items.all_of(connection, self.id)}
        waiting = [
            (row.item_name, f"task {row.task}", "it is in review") for row in rows if row.state == TaskState.IN_REVIEW
        ]
        finished = [
            _Finished(row, items[row.item], rename_labels(labels_from_json(row.labels), names[row.ontology_version]))
            for row in sorted(rows, key=lambda row: (row.item, kinds.index(row.kind), -row.task))
            if row.state == TaskState.COMPLETED
        ]
        report = writing(target, finished, ontology, name, spreadsheet)
        left_out = pd.DataFrame(
            [*report.left_out.itertuples(index=False), *waiting], columns=["item", "what", "reason"]
        )
        return report._replace(left_out=left_out)


def _chosen_kinds(include: str | Iterable[str]) -> list[str]:
    given = [include] if isinstance(include, str) else list(include)
    for kind in given:
        if kind in ("evaluation", "training"):
            raise InvalidInput(f"Labels of {kind} tasks are in no export.", rule="Q2")
        if kind == BatchKind.CALIBRATION:
            raise InvalidInput(
                "Calibration attempts are several people's versions of one item.",
                hint="project.labels(kind='calibration').to_frame() holds them.",
            )
        require_one_of("kind of batch", kind, _KINDS)
    if not given:
        raise InvalidInput("include names no kind of batch.", hint="For example include=['production'].")
    return list(dict.fromkeys(map(str, given)))


def _as_csv(
    target: Path, finished: Sequence[_Finished], ontology: Ontology, name: str, spreadsheet: bool
) -> ExportReport:
    from annowidgets.interchange import write_together

    every = [(one, label, None) for one in finished for label in one.labels]
    write_together({target: _table(every, spreadsheet).encode()})
    empty = _left_out(_rowless(finished))
    return ExportReport(target, len(every), len({one.row.item for one in finished}), None, empty)


def _as_coco(
    target: Path, finished: Sequence[_Finished], ontology: Ontology, name: str, spreadsheet: bool
) -> ExportReport:
    from annowidgets.interchange import LabelledPicture, coco_dataset, write_together

    beside: list[tuple[_Finished, Label | Answer, str | None]] = []
    held: dict[int, _Finished] = {}
    for one in finished:
        if one.item.modality != "image":
            beside += [(one, label, f"COCO holds no {one.item.modality.replace('_', ' ')}") for label in one.labels]
        elif one.row.item in held:
            taken = held[one.row.item].row.batch
            beside += [(one, label, f"the item's labels of batch {taken} were taken") for label in one.labels]
        else:
            held[one.row.item] = one
    tasks = list(held.values())
    pictures = [
        LabelledPicture(
            _file_name(one.item), msgspec.json.decode(one.item.sizes, type=list[tuple[int, int]])[0], one.labels
        )
        for one in tasks
    ]
    content, not_held = coco_dataset(pictures, ontology, description=name)
    beside += [(tasks[place.picture], tasks[place.picture].labels[place.label], place.reason) for place in not_held]
    target_beside = target.with_name(f"{target.stem}.beside.csv")
    files = {target: content}
    if beside:
        beside.sort(key=lambda entry: (entry[0].row.item, entry[0].row.task))
        files[target_beside] = _table(beside, spreadsheet).encode()
    write_together(files)
    if not beside:
        # What an earlier export wrote there is not beside this one.
        target_beside.unlink(missing_ok=True)
    written = len(msgspec.json.decode(content, type=_Annotations).annotations)
    films = [one for one in finished if one.item.modality != "image"]
    told = [(one.row.item_name, _called(label), reason) for one, label, reason in beside]
    left_out = _left_out([*told, *_rowless(films)])
    return ExportReport(target, written, len(tasks), target_beside if beside else None, left_out)


def _rowless(finished: Sequence[_Finished]) -> list[tuple[str, str, str]]:
    """What is told of tasks in which nothing was found: that somebody looked stands in no row of a CSV."""
    reason = "nothing was found on it, and a CSV has rows only of labels"
    return [(one.row.item_name, f"task {one.row.task}", reason) for one in finished if not one.labels]


class _Annotations(msgspec.Struct):
    annotations: list[msgspec.Raw]


def _file_name(item: stored_items.ItemRow) -> str:
    """The picture's path as it is kept: below the media root, with forward slashes."""
    return msgspec.json.decode(item.files, type=list[media.FileStamp])[0].path


def _table(entries: Sequence[tuple[_Finished, Label | Answer, str | None]], spreadsheet: bool) -> str:
    """Labels as CSV, with the reason why a COCO file doesn't hold them where there is one."""
    import pandas as pd

    from annowidgets.interchange import COLUMNS, label_rows

    rows = [
        (one.row.item_name, one.row.task, one.row.batch, one.row.kind, one.row.user, *row, reason)
        for one, label, reason in entries
        for row in label_rows(label)
    ]
    frame = pd.DataFrame(rows, columns=["item", "task", "batch", "kind", "user", *COLUMNS, "reason"], dtype=object)
    frame = frame.astype({"task": "int64", "frame": "Int64", "until": "Int64"})
    has_reasons = any(reason for *_, reason in entries)
    return csv_lines(frame if has_reasons else frame.drop(columns="reason"), header=True, spreadsheet=spreadsheet)


def _called(label: Label | Answer) -> str:
    return label.category if isinstance(label, Label) else label.question


def _left_out(rows: Sequence[tuple[str, str, str | None]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=["item", "what", "reason"])
