"""Single evaluation labels: a sample of them, by trainee, class and outcome (A9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annowidgets.errors import NotFound
from annowidgets.widgets.batch_panels import Rows
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.parts import button, chip, coloured
from annowidgets.widgets.table import Column, Table
from annowidgets.widgets.training.reading import SAMPLE, Reading
from annowidgets.widgets.wording import counted, words

COLUMNS = (
    Column("Item"),
    Column("Trainee"),
    Column("Outcome"),
    Column("In the benchmark"),
    Column("By the trainee"),
    Column("Overlap", right=True),
    Column("Points", right=True),
    Column(""),
)
_OUTCOMES = {"matched": "ok", "missing": "bad", "extra": "warn", "empty": "mute"}
_FILTERS = {"trainee": "Trainee", "category": "Class or question", "kind": "Outcome", "concept": "Concept"}


class Submissions:
    """The tab of the evaluation labels.

    Parameters
    ----------
    on_action : callable(act, key, value)
        Hears "view" with the number of an evaluation label, and "filter" with what to filter by and the value.
    """

    def __init__(self, *, on_action: OnAction) -> None:
        self._reading: Reading | None = None
        self._filters: dict[str, str] = {}
        self._lowest_first = False
        self._head = LiveHtml(on_action=on_action, pad=True)
        self._table = Table(COLUMNS, caption="Evaluation labels", on_action=on_action, empty="None of these.", pad=True)
        self.main = (self._head, self._table)
        self.side: tuple[Any, ...] = ()

    def show(self, reading: Reading) -> None:
        """Show what was read, filtered as before."""
        self._reading = reading
        self._render()

    def filter(self, by: str, value: str) -> None:
        """Show only the labels of a trainee, class, outcome or concept; "" for all. "order" sorts by points."""
        if by == "order":
            self._lowest_first = bool(value)
        elif value:
            self._filters[by] = value
        else:
            self._filters.pop(by, None)
        self._render()

    def only(self, trainee: str) -> None:
        """Show the labels of one trainee, whatever was filtered before."""
        self._filters = {"trainee": trainee}

    def task_of(self, evaluation_label: int) -> int:
        """The task of a label that is shown."""
        assert self._reading is not None
        for row in self._reading.sample:
            if row["evaluation_label"] == evaluation_label:
                return int(row["task"])
        raise NotFound(f"Evaluation label {evaluation_label} is not in the sample any more.", hint="Press Refresh.")

    def close(self) -> None:
        """Close all its parts."""
        for part in self.main:
            part.close()

    def _render(self) -> None:
        reading = self._reading
        assert reading is not None
        rows, every = reading.sample, reading.cohort.labels
        shown = [row for row in rows if all(value in _values(row, by) for by, value in self._filters.items())]
        if self._lowest_first:
            shown.sort(key=lambda row: row["points"])
        self._head.show([self._choices(rows), tag("p", _said(len(shown), len(rows), every), class_="aw-mute aw-num")])
        self._table.set_rows(Rows(shown, lambda row: _cells(row, moving=row["item"] in reading.moving)))

    def _choices(self, rows: Sequence[dict[str, Any]]) -> Html:
        fields: list[Content] = []
        for by, said in _FILTERS.items():
            now = self._filters.get(by)
            values = sorted({value for row in rows for value in _values(row, by)} | ({now} if now else set()))
            if not values:
                continue
            options = [tag("option", "all", value="", selected=now is None)]
            options += [
                tag("option", words(value) if by == "kind" else value, value=value, selected=value == now)
                for value in values
            ]
            fields.append(tag("label", tag("span", said), tag("select", options, data_act="filter", data_key=by)))
        order = tag("input", type="checkbox", data_act="filter", data_key="order", checked=self._lowest_first)
        return tag("div", fields, tag("label", order, "lowest points first"), class_="aw-row aw-filters")


def _values(row: dict[str, Any], by: str) -> list[str]:
    """What a row is under in a filter."""
    if by == "category":
        return [value for value in (row["benchmark_category"], row["trainee_category"]) if value is not None]
    if by == "concept":
        return [concept for concept in str(row["concepts"] or "").split(", ") if concept]
    return [str(row[by])]


def _said(shown: int, sampled: int, every: int) -> str:
    if not every:
        return "Nothing was submitted yet."
    drawn = (
        f"A sample of {sampled:,} of {every:,} evaluation labels, drawn at random"
        if every > SAMPLE
        else (f"All {counted(every, 'evaluation label')}")
    )
    rest = "; Export CSV holds all of them" if every > SAMPLE else ""
    return f"{drawn}{rest}." if shown == sampled else f"{drawn}; {shown:,} of these are shown{rest}."


def _cells(row: dict[str, Any], *, moving: bool) -> Sequence[Content]:
    frame = coloured(f" · frame {row['frame'] + 1}", "mute") if moving and row["frame"] is not None else None
    nth = coloured(f" · round {row['round']}", "mute") if row["round"] > 1 else None
    names = row["benchmark_category"], row["trainee_category"]
    told = f"{row['item']}, {row['trainee']}: {' / '.join(name or 'none' for name in names)}"
    return (
        [row["item"], frame],
        [row["trainee"], nth],
        chip(row["kind"], _OUTCOMES[row["kind"]]),  # type: ignore[arg-type]
        names[0],
        coloured(names[1], "bad")
        if names[1] is not None and row["kind"] == "matched" and names[0] != names[1]
        else names[1],
        None if row["similarity"] is None else f"{row['similarity']:.2f}",
        f"{row['points']:.1f}",
        button("View", "view", row["evaluation_label"], name=f"View {told}"),
    )
