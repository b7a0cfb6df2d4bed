"""The benchmark tasks, those first on which most fail: the gold may be what is wrong (A3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets

from annowidgets.errors import Conflict
from annowidgets.widgets.batch_panels import Rows
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.notices import heard_notices
from annowidgets.widgets.open_task import Draft
from annowidgets.widgets.parts import button, chip, coloured, inline_form, section
from annowidgets.widgets.table import Column, Table
from annowidgets.widgets.training.moves import in_short
from annowidgets.widgets.training.reading import Reading
from annowidgets.widgets.wording import counted, percent
from annowidgets.widgets.workbench import Workbench
from annowidgets.workflow.training import TrainingProject

COLUMNS = (
    Column("Item"),
    Column("Submitted", right=True),
    Column("Mean score", right=True),
    Column("Lowest to highest", right=True),
    Column("Failed", right=True),
    Column("Revision", right=True),
    Column(""),
    Column("", label="What can be done"),
)


class GoldHealth:
    """The tab of the gold.

    Parameters
    ----------
    on_action : callable(act, key, value)
        Hears "correct" with an item's name, "withdraw" with that and a form's text, "save_gold" with a form's text and
        "cancel_gold".
    guard, lock
        Of the screen, for the editor.
    """

    def __init__(self, training: TrainingProject, *, on_action: OnAction, guard: Any, lock: Any) -> None:
        self._training, self._on_action, self._guard, self._lock = training, on_action, guard, lock
        self._head = LiveHtml(pad=True)
        self._table = Table(COLUMNS, caption="Benchmark tasks", on_action=on_action, pad=True)
        self._bench: Workbench | None = None
        self._item, self._revision = "", 0
        self._listed: dict[str, int] = {}
        self._beside: ipywidgets.VBox | None = None

    @property
    def main(self) -> tuple[Any, ...]:
        """The parts in the middle."""
        if self._bench is not None and self._bench.editor is not None:
            return (self._bench.editor.stage,)
        return (self._head, self._table)

    @property
    def side(self) -> tuple[Any, ...]:
        """The parts beside them."""
        return () if self._beside is None else (self._beside,)

    @property
    def is_correcting(self) -> bool:
        """Whether the editor is open."""
        return self._bench is not None

    def show(self, reading: Reading, *, refusal: str | None) -> None:
        """Show what was read; ``refusal`` says why the user may not change the gold."""
        rows = reading.gold
        self._listed = {row["item"]: row["gold_revision"] for row in rows}
        suspects = [row for row in rows if row["suspect"]]
        if suspects:
            said: Content = [
                chip(counted(len(suspects), "suspect"), "warn"),
                " Most trainees fail these: look whether the gold is right before the trainees are blamed.",
            ]
        elif reading.pass_mark is None:
            said = coloured("Without a pass mark nobody fails, so no task is a suspect.", "mute")
        else:
            said = coloured("No suspects: on no task of at least 3 submissions do most fail.", "mute")
        self._head.show(tag("p", said))
        ordered = sorted(rows, key=lambda row: not row["suspect"])
        self._table.set_rows(Rows(ordered, lambda row: _cells(row, refusal)))

    def begin(self, item: str) -> None:
        """Open the editor on a copy of an item's gold; one that is open stays, with what is drawn in it."""
        if self.is_correcting:
            return
        gold = self._training.gold(item)
        found = next(one for one in self._training.items() if one.name == item)
        bench = Workbench(on_action=self._on_action, guard=self._guard, lock=self._lock)
        try:
            bench.show(found, self._training.ontology, Draft(gold.labels))
        except Exception:
            bench.close()
            raise
        self._bench, self._item, self._revision = bench, item, gold.revision
        self._beside = ipywidgets.VBox(bench.beside)
        self._beside.add_class("aw-stack")

    def save(self, reason: str) -> tuple[Content, list[str]]:
        """Make what is in the editor the gold, and measure again; returns what to say, and the workflow's notices.

        Where somebody else has corrected it meanwhile this is told, and saving again goes on top of theirs.
        """
        assert self._bench is not None
        try:
            with heard_notices() as notices:
                moves = self._training.correct_gold(
                    self._item, labels=self._bench.labels, reason=reason, revision=self._revision
                )
        except Conflict as error:
            self._revision = self._training.gold(self._item).revision
            raise Conflict(error.message, rule=error.rule, hint="Save again to put yours on top, or cancel.") from error
        item = self._item
        self.put_away()
        # where nothing was changed the notice says so
        return None if notices else [f"The gold of {item} is corrected. ", in_short(moves)], notices

    def withdraw(self, item: str, reason: str) -> Content:
        """Take an item out of the scores; returns what to say."""
        moves = self._training.withdraw_gold(item, reason=reason, revision=self._listed.get(item))
        return [f"{item} is withdrawn. ", in_short(moves)]

    def put_away(self) -> None:
        """Close the editor."""
        bench, beside, self._bench, self._beside = self._bench, self._beside, None, None
        if bench is not None:
            bench.close()
        if beside is not None:
            beside.close()

    def footer(self) -> Html | None:
        """What ends the correction, while the editor is open."""
        if self._bench is None:
            return None
        return tag(
            "div",
            tag(
                "span",
                "A copy of the gold of ",
                tag("b", self._item),
                ": nothing counts before it is saved.",
                class_="aw-mute",
            ),
            tag("span", class_="aw-spread"),
            button("Cancel", "cancel_gold"),
            inline_form(
                "Save as gold…",
                "save_gold",
                key=self._item,
                prompt="What was wrong? Every submission of this item is measured again.",
                submit="Save the gold",
                shortcut="Ctrl+Enter",
                chord="ctrl+enter",
            ),
            class_="aw-row",
        )

    def close(self) -> None:
        """Close all its parts."""
        self.put_away()
        self._head.close()
        self._table.close()


def _cells(row: dict[str, Any], refusal: str | None) -> Sequence[Content]:
    concepts = row["concepts"] and coloured(f" · {row['concepts']}", "mute")
    mark = chip("withdrawn") if row["withdrawn"] else chip("suspect", "warn") if row["suspect"] else None
    return (
        [row["item"], concepts],
        row["submitted"],
        None if row["score"] is None else f"{row['score']:.1f}",
        None if row["low"] is None else f"{row['low']:.0f} – {row['high']:.0f}",
        percent(row["failed"]),
        row["gold_revision"],
        mark,
        None if row["withdrawn"] else _acts(row["item"], refusal),
    )


def _acts(item: str, refusal: str | None) -> Html:
    refused = refusal is not None
    correct = button("Correct", "correct", item, disabled=refused, hint=refusal, name=f"Correct the gold of {item}")
    withdraw = inline_form(
        "Withdraw…", "withdraw", key=item, prompt=f"Why does {item} not count any more?", submit="Withdraw it"
    )
    return tag("div", correct, None if refused else withdraw, class_="aw-row aw-acts-row")


def suspects_section(reading: Reading) -> Html | None:
    """How many suspects there are, for the first tab (act "tab")."""
    number = sum(bool(row["suspect"]) for row in reading.gold)
    if not number:
        return None
    said = f"Most trainees fail {counted(number, 'benchmark task')}: is the gold right?"
    return section("Suspects", tag("p", said), tag("div", button("Look at the gold", "tab", "gold"), class_="aw-row"))
