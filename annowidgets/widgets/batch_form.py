"""The form for a new batch: its name, its items, who may take part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import ipywidgets

from annowidgets.errors import InvalidInput, PermissionDenied
from annowidgets.store import items as stored_items
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.keywords import KnownKeywords
from annowidgets.widgets.live import LiveHtml, OnAction
from annowidgets.widgets.parts import button
from annowidgets.widgets.thumbnails import Thumbnail, Thumbnails
from annowidgets.workflow import Batch, Item, Project, Requirements

Kind = Literal["calibration", "production"]

ADVISED_SIZE = 20
_LANGUAGE = re.compile(r"(.+?)\s*[\s:=]\s*(\S+)")


class BatchForm(KnownKeywords, ipywidgets.VBox):
    """Fields of a new batch; "by hand" shows thumbnails of the items that no open batch holds.

    Sends "create" with the form's fields; `create` makes the batch of them.

    Parameters
    ----------
    project : Project
    kind : {"calibration", "production"}
    on_action : callable(act, key, value)
    """

    def __init__(self, project: Project, kind: Kind, *, on_action: OnAction) -> None:
        self._project, self.kind, self._on_action = project, kind, on_action
        self._by_hand = False
        self._name = _free_name(project, kind)
        self._fields = LiveHtml(on_action=self._acted, pad=True)
        self._thumbnails: Thumbnails | None = None
        super().__init__([self._fields])
        self.add_class("aw-batch-form")
        self._render()

    def create(self, fields: Mapping[str, Any]) -> Batch:
        """Make the batch.

        Parameters
        ----------
        fields : mapping
            name, and where the form has them size, seed, attempts, most, languages, tags, seconds, training; as text.

        Raises
        ------
        InvalidInput
            A field can't be read, or nothing was chosen.
        """
        name = str(fields.get("name", "")).strip()
        items = self._chosen() if self._by_hand else None
        requirements = Requirements(
            languages=languages_of(str(fields.get("languages", ""))),
            tags=tuple(part.strip() for part in str(fields.get("tags", "")).split(",") if part.strip()),
            min_instruction_seconds=_number(fields, "seconds", "Seconds on the instructions") or 0.0,
            training=str(fields.get("training", "")) or None,
        )
        if self.kind == "production":
            return self._project.create_production_batch(name, items=items, requirements=requirements)
        size = _whole(fields, "size", "The number of items")
        return self._project.create_calibration_batch(
            name,
            items=items,
            size=ADVISED_SIZE if size is None else size,
            rng=_whole(fields, "seed", "The seed"),
            attempts_per_item=_whole(fields, "attempts", "Attempts per item") or 1,
            max_per_tasker=_whole(fields, "most", "Attempts per tasker"),
            requirements=requirements,
        )

    def footer(self) -> Html:
        """Buttons that send the form or put it away, for the foot of the screen."""
        return tag(
            "div",
            tag("span", class_="aw-spread"),
            button("Cancel", "cancel_form"),
            tag("button", "Create and launch", type="submit", form=self._form_id, class_="aw-primary"),
            class_="aw-row",
        )

    @property
    def _form_id(self) -> str:
        return f"aw-batch-form-{self._fields.model_id}"

    def _acted(self, act: str, key: str, value: Any) -> None:
        if act != "how":
            self._on_action(act, key, value)
            return
        self._by_hand = value == "hand"
        if self._by_hand and self._thumbnails is None:
            free = free_items(self._project)
            self._thumbnails = Thumbnails([Thumbnail(str(item.id), item.name, item.thumbnail) for item in free])
            self._thumbnails.add_class("aw-pad")
        shown = self._thumbnails if self._by_hand else None
        self.children = (self._fields,) if shown is None else (self._fields, shown)
        self._render()

    def _chosen(self) -> list[int]:
        chosen = [] if self._thumbnails is None else [int(key) for key in self._thumbnails.chosen]
        if not chosen:
            raise InvalidInput("No item is chosen.", hint="Tick some of the thumbnails, or let them be drawn.")
        return chosen

    def _render(self) -> None:
        calibration = self.kind == "calibration"
        fields: list[Content] = [
            tag("h3", f"New {self.kind} batch"),
            _field("Name", "name", value=self._name, required=True, size=32),
            self._items(),
        ]
        if calibration:
            fields += [
                _field("Attempts per item", "attempts", kind="number", value=1, min=1, hint="by different people"),
                _field("At most per tasker", "most", kind="number", min=1, hint="an equal share where left empty"),
            ]
        fields += [
            tag("h3", "Who may take part"),
            _field("Languages", "languages", placeholder="en C1, de B2", size=32, hint="each with its lowest level"),
            _field("Tags", "tags", placeholder="haematology", size=32, hint="all of them, comma between"),
            _field("Seconds on the instructions", "seconds", kind="number", min=0, hint="in focus, at least"),
            self._training(),
        ]
        # Enter sends a form by a button inside of it; the one that is seen is at the foot of the screen
        enter = tag("button", "Create and launch", type="submit", class_="aw-hear", tabindex=-1, aria_hidden="true")
        form = tag("form", fields, enter, id=self._form_id, class_="aw-form aw-batch-fields", data_act="create")
        self._fields.show(form)

    def _training(self) -> Html | None:
        """The trainings that can be passed, of which one may be asked for."""
        names = list(_passable(self._project))
        if not names:
            return None
        options = [tag("option", "none", value=""), *(tag("option", name, value=name) for name in names)]
        return tag("label", tag("span", "Passed training"), tag("select", options, name="training"))

    def _items(self) -> Html:
        if self.kind == "production":
            rest = "all that no production batch and no open batch holds"
        else:
            rest = "at random, those first that no calibration has used"
        ways = [
            tag(
                "label",
                tag("input", type="radio", name="how", value=way, checked=(way == "hand") == self._by_hand, **_HOW),
                said,
            )
            for way, said in (("rest", rest), ("hand", "by hand, from thumbnails"))
        ]
        drawn = [
            _field("How many", "size", kind="number", value=ADVISED_SIZE, min=1, hint="about 20 is advised"),
            _field("Seed", "seed", kind="number", min=0, hint="the same seed draws the same items; may be empty"),
        ]
        return tag(
            "fieldset",
            tag("legend", "Items"),
            tag("div", ways, class_="aw-options"),
            drawn if self.kind == "calibration" and not self._by_hand else None,
        )


_HOW = {"data_act": "how"}


def _passable(project: Project) -> Iterator[str]:
    """Names of trainings with a pass mark that the user takes part in."""
    for training in project.workspace.training_projects():
        try:
            if training.pass_mark is not None:
                yield training.name
        except PermissionDenied:  # somebody else's
            continue


def free_items(project: Project) -> list[Item]:
    """Items that no open batch holds, in the order they were added."""
    with project.workspace.look(project.id) as action:
        rows = stored_items.all_of(action.connection, project.id)
        busy = stored_items.in_open_batches(action.connection, [row.id for row in rows])
        return [Item(project.workspace, row) for row in rows if row.id not in busy]


def languages_of(text: str) -> dict[str, str]:
    """Read "en C1, de B2".

    Raises
    ------
    InvalidInput
        A part is no language with a level.
    """
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        match = _LANGUAGE.fullmatch(part)
        if match is None:
            raise InvalidInput(f"{part!r:.60} is no language with a level.", hint="Like: en C1, de B2")
        language, level = match[1], match[2]
        found[language] = level.lower() if level.lower() == "native" else level.upper()
    return found


def _field(
    label: str, name: str, *, kind: str = "text", hint: str | None = None, value: object = None, **attributes: Any
) -> Html:
    field = tag("input", type=kind, name=name, value=value, **attributes)
    return tag("label", tag("span", label), field, hint and tag("span", hint, class_="aw-mute"))


def _free_name(project: Project, kind: Kind) -> str:
    names = {str(name) for name in project.batches().to_frame()["batch"]}
    number = 1
    while f"{kind} {number}" in names:
        number += 1
    return f"{kind} {number}"


def _number(fields: Mapping[str, Any], name: str, said: str) -> float | None:
    text = str(fields.get(name) or "").strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise InvalidInput(f"{said} must be a number, got {text!r:.60}.") from None


def _whole(fields: Mapping[str, Any], name: str, said: str) -> int | None:
    number = _number(fields, name, said)
    if number is not None and not number.is_integer():
        raise InvalidInput(f"{said} must be a whole number, got {number:g}.")
    return None if number is None else int(number)
