"""The form of a benchmark function: sliders for its numbers, choices for the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from annowidgets.benchmark import BenchmarkFunction
from annowidgets.labels import Ontology
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.keywords import KnownKeywords
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.parts import button
from annowidgets.widgets.sliders import Sliders
from annowidgets.widgets.training.function_draft import FunctionDraft
from annowidgets.widgets.wording import words

_CHOICES = {
    "mode": ("Judge", {"dynamic": "objects and answers", "classification": "answers only"}),
    "extra": ("What the benchmark does not have", {"zero": "scores 0", "ignore": "is left out"}),
    "aggregate": ("A trainee's score is the mean", {"tasks": "of the tasks", "labels": "of all labels"}),
}


class FunctionForm(KnownKeywords, ipywidgets.VBox):
    """The settings of a benchmark function.

    Parameters
    ----------
    run : callable
        Calls what a person sets off, as `Screen.run` does.
    on_change : callable(), optional
        Called when the function has changed.
    """

    def __init__(self, *, run: Callable[..., Any], on_change: Callable[[], object] | None = None) -> None:
        self._run, self._on_change = run, on_change
        self._draft: FunctionDraft | None = None
        self._refusal: str | None = None
        self._head = LiveHtml(on_action=self.act)
        self._sliders = Sliders(on_change=lambda name, value: run(self._move, name, value))
        self._rest = LiveHtml(on_action=self.act)
        super().__init__([self._head, self._sliders, self._rest])
        self.add_class("aw-function")

    def edit(self, function: BenchmarkFunction, ontology: Ontology, *, refusal: str | None = None) -> None:
        """Begin with a function.

        Parameters
        ----------
        refusal : str or None
            Why the user may not change it; it is only shown then.
        """
        subject = None if self._draft is None else self._draft.subject
        self._draft, self._refusal = FunctionDraft(function, ontology), refusal
        self._draft.choose_subject(subject or "")
        self._render()

    @property
    def function(self) -> BenchmarkFunction:
        """As it is now."""
        assert self._draft is not None, "edit() begins"
        return self._draft.function

    @property
    def is_editing(self) -> bool:
        """Whether there is a function to change."""
        return self._draft is not None

    def move(self, name: str, value: float) -> None:
        """Do what a person does who moves a slider."""
        self._sliders.move(name, value)

    def act(self, act: str, key: str = "", value: Any = None) -> None:
        """Do what a person does who makes a choice: "subject", "choose", "ignore" or "reset"."""
        self._run(self._acted, act, key, value)

    def _acted(self, act: str, key: str, value: Any) -> None:
        draft = self._draft
        assert draft is not None
        before = draft.function
        try:
            if act == "subject":
                draft.choose_subject(str(value))
            elif act == "choose":
                draft.choose(key, value)
            elif act == "ignore":
                draft.ignore(key, bool(value))
            elif act == "reset":
                draft.reset()
        finally:
            self._render()  # also what was refused must not look as if it held
        self._changed(before)

    def _move(self, name: str, value: float) -> None:
        assert self._draft is not None
        before = self._draft.function
        self._draft.move(name, value)
        self._render_rest()
        self._changed(before)

    def _changed(self, before: BenchmarkFunction) -> None:
        if self._on_change is not None and self.function != before:
            self._on_change()

    def _render(self) -> None:
        draft = self._draft
        assert draft is not None
        options = [tag("option", "all classes", value="", selected=draft.subject is None)]
        options += [
            tag("option", name, value=name, selected=name == draft.subject)
            for name in (*draft.classes, *draft.questions)
        ]
        select = tag("select", options, data_act="subject")
        self._head.show([tag("h3", "Benchmark function"), tag("label", tag("span", "Weights of"), select)])
        self._sliders.show(draft.sliders(), enabled=self._refusal is None)
        self._render_rest()

    def _render_rest(self) -> None:
        draft = self._draft
        assert draft is not None
        is_own = draft.has_own if draft.subject else draft.function.zero_below is not None
        said = f"Weigh {draft.subject} as all others" if draft.subject else "Usual thresholds of matches"
        parts: list[Content] = [
            button(said, "reset", plain=True, disabled=self._refusal is not None) if is_own else None
        ]
        if draft.subject is None:
            parts += [self._choice(setting) for setting in _CHOICES]
            parts.append(self._ignored())
        if self._refusal is not None:
            parts.append(tag("p", self._refusal, class_="aw-mute"))
        self._rest.show(parts)

    def close(self) -> None:
        """Close it with its parts."""
        for part in self.children:
            part.close()
        super().close()

    def _choice(self, setting: str) -> Html:
        said, values = _CHOICES[setting]
        now = getattr(self.function, setting)
        options = [tag("option", text, value=value, selected=value == now) for value, text in values.items()]
        select = tag("select", options, data_act="choose", data_key=setting, disabled=self._refusal is not None)
        return tag("label", tag("span", said), select)

    def _ignored(self) -> Html | None:
        assert self._draft is not None
        if len(self._draft.shapes) < 2:
            return None  # to leave out the only shape there is would leave nothing
        boxes = [
            tag(
                "label",
                tag(
                    "input",
                    type="checkbox",
                    data_act="ignore",
                    data_key=shape,
                    checked=shape in self.function.ignored_shapes,
                    disabled=self._refusal is not None,
                ),
                words(shape),
            )
            for shape in self._draft.shapes
        ]
        return tag("fieldset", tag("legend", "Shapes left out"), tag("div", boxes, class_="aw-options"))
