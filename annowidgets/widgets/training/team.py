"""The trainees of a training: more of them, another round, an end; and the cell that they run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from annowidgets.errors import InvalidInput
from annowidgets.widgets.batch_panels import Rows
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.notices import heard_notices
from annowidgets.widgets.parts import button, section
from annowidgets.widgets.rows import rows_of
from annowidgets.widgets.table import Column, Table
from annowidgets.widgets.training.reading import Reading
from annowidgets.widgets.training.trainee_table import done, standing, trainee_name
from annowidgets.widgets.wording import counted
from annowidgets.workflow.training import TrainingProject

COLUMNS = (
    Column("Trainee"),
    Column("Tasks"),
    Column("Passed"),
    Column("In training"),
    Column(""),
)


class Team:
    """The tab of the people.

    Parameters
    ----------
    on_action : callable(act, key, value)
        Hears "add_trainees" and "clone" with a form's fields, "new_round" and "remove_trainee" with a name.
    """

    def __init__(self, training: TrainingProject, *, on_action: OnAction) -> None:
        self._training = training
        self._table = Table(
            COLUMNS, caption="Trainees and their rounds", empty="No trainee yet.", on_action=on_action, pad=True
        )
        self._panel = LiveHtml(on_action=on_action)
        self._added = 0
        self._rounds: dict[str, int] = {}
        self.main = (self._table,)
        self.side = (self._panel,)

    def show(self, reading: Reading, *, refusal: str | None, no_clone: str | None) -> None:
        """Show what was read; ``refusal`` and ``no_clone`` say why the user may not change the team, or clone."""
        rows = rows_of(reading.scores)
        newest = self._rounds = {row["trainee"]: row["round"] for row in rows}
        people = reading.people

        def cells(row: dict[str, Any]) -> Sequence[Content]:
            in_training = row["kind"] == "person" and row["trainee"] in people
            is_newest = newest[row["trainee"]] == row["round"]
            where = "" if row["kind"] == "model" else "yes" if in_training else "removed"
            acts = _acts(row["trainee"], row["round"], refusal) if in_training and is_newest else None
            return (trainee_name(row), done(row), standing(row), where, acts)

        self._table.set_rows(Rows(rows, cells))
        self._panel.show(
            [
                section("Add trainees", self._adding(refusal)),
                section("The cell that a trainee runs", snippet(self._training.join_snippet())),
                section("Another cohort", self._cloning(no_clone)),
            ]
        )

    def add(self, fields: dict[str, Any]) -> tuple[str, list[str]]:
        """Add the trainees that a form names; returns what to say, and the workflow's notices."""
        names = names_of(fields.get("trainees", ""))
        with heard_notices() as notices:
            added = self._training.add_trainees(names, allow_seen=bool(fields.get("allow_seen")))
        self._added += 1  # so that the form is empty again
        tasks = counted(len(self._training.items()), "task")
        return (f"Added {', '.join(added)}: {tasks} each." if added else "Nobody was added."), notices

    def clone(self, fields: dict[str, Any]) -> tuple[str, list[str]]:
        """Make the same training for others; returns what to say, and the workflow's notices."""
        trainees = names_of(fields.get("trainees", ""), least=0)
        with heard_notices() as notices:
            other = self._training.clone(str(fields.get("name", "")).strip(), trainees=trainees)
        return (
            f"{other.name} is made, with {counted(len(trainees), 'trainee')}: ws.training_project({other.name!r}).",
            notices,
        )

    def new_round(self, trainee: str, fields: dict[str, Any]) -> tuple[str, list[str]]:
        """Give a trainee another set of tasks; returns what to say, and the workflow's notices.

        A form that says after which ``round`` is heard once: its second press would be a round more, for good.
        """
        newest = self._rounds.get(trainee)
        if str(fields.get("round", newest)) != str(newest):
            return f"{trainee} has round {newest} already.", []
        with heard_notices() as notices:
            self._training.new_round([trainee], allow_seen=bool(fields.get("allow_seen")))
        return f"{trainee} has a new round of tasks.", notices

    def remove(self, trainee: str) -> tuple[str, list[str]]:
        """End somebody's training; returns what to say, and the workflow's notices."""
        with heard_notices() as notices:
            self._training.remove_trainee(trainee)
        return f"{trainee} is removed; what was submitted stays in the figures.", notices

    def close(self) -> None:
        """Close all its parts."""
        for part in (*self.main, *self.side):
            part.close()

    def _adding(self, refusal: str | None) -> Html:
        if refusal is not None:
            return tag("p", refusal, class_="aw-mute")
        return tag(
            "form",
            stacked("Names, one a line or with commas", tag("textarea", name="trainees", rows=2, required=True)),
            tag("label", tag("input", type="checkbox", name="allow_seen"), " also items whose gold they have seen"),
            tag("div", tag("button", "Add", type="submit", class_="aw-primary"), class_="aw-row"),
            class_="aw-form",
            data_act="add_trainees",
            data_key=self._added,
        )

    def _cloning(self, refusal: str | None) -> Html:
        if refusal is not None:
            return tag("p", refusal, class_="aw-mute")
        return tag(
            "details",
            tag("summary", "Clone this training…", class_="aw-button"),
            tag(
                "form",
                stacked("Name", tag("input", name="name", required=True)),
                stacked("Trainees (may be empty)", tag("textarea", name="trainees", rows=2)),
                tag(
                    "div",
                    tag("button", "Clone it", type="submit"),
                    tag("button", "Cancel", type="button", data_close=True),
                    class_="aw-row",
                ),
                class_="aw-form",
                data_act="clone",
            ),
            class_="aw-inline",
            data_key="clone",
        )


def names_of(text: Any, *, least: int = 1) -> list[str]:
    """Names that stand in lines, or between commas or semicolons, each once.

    Raises
    ------
    InvalidInput
        There are fewer than ``least``.
    """
    names = list(dict.fromkeys(name for part in re.split(r"[,;\n]", str(text)) if (name := part.strip())))
    if len(names) < least:
        raise InvalidInput("No name is given.", hint="Write names as the hub or the system gives them: ann, bo")
    return names


def stacked(label: str, field: Html) -> Html:
    """A field below its label."""
    return tag("label", tag("span", label), field, class_="aw-stacked")


def snippet(code: str) -> Html:
    """A cell to be copied: one click selects all of it."""
    return tag("pre", code, class_="aw-snippet", tabindex=0, aria_label="Cell to copy")


def _acts(trainee: str, nth: int, refusal: str | None) -> Html:
    if refusal is not None:
        again = button("New round…", "new_round", trainee, disabled=True, hint=refusal, name=f"New round for {trainee}")
        return tag("div", again, class_="aw-row aw-acts-row")
    seen = tag("input", type="checkbox", name="allow_seen")
    return tag(
        "div",
        _asked(
            "New round…",
            "new_round",
            trainee,
            [
                tag("input", type="hidden", name="round", value=nth),
                tag("span", f"Another set of tasks for {trainee}; the old ones stay."),
                tag("label", seen, " also items whose gold they have seen: such a round never passes"),
            ],
            tag("button", "Give a new round", type="submit"),
            nth,
        ),
        _asked(
            "Remove…",
            "remove_trainee",
            trainee,
            tag("span", f"End the training of {trainee}? Open tasks are closed; what was submitted stays."),
            tag("button", "Remove", type="submit", class_="aw-danger"),
            nth,
        ),
        class_="aw-row aw-acts-row",
    )


def _asked(label: str, act: str, trainee: str, content: Content, submit: Html, nth: int) -> Html:
    """A button that asks before it acts; in another round ``nth`` it is closed again."""
    return tag(
        "details",
        tag("summary", label, class_="aw-button", aria_label=f"{label.removesuffix('…')}: {trainee}"),
        tag(
            "form",
            content,
            tag("div", submit, tag("button", "Cancel", type="button", data_close=True), class_="aw-row"),
            class_="aw-form",
            data_act=act,
            data_key=trainee,
        ),
        class_="aw-inline",
        data_key=f"{act} {trainee} {nth}",
    )
