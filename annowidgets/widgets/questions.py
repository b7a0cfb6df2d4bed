"""The questions of an ontology as a form: attributes of an object, classifications of a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from annowidgets.labels import AnswerValue, Checklist, Number, Question, Radio
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.parts import button


class Questions(LiveHtml):
    """A form for questions; one that is nested shows where its option is chosen.

    Parameters
    ----------
    questions : sequence of Radio, Checklist, Text, Number
    answers : mapping of name -> answer
        Nested questions beside their parents, as in `Label.attributes`.
    heading : str, optional
        Shown above.
    on_change : callable(dict), optional
        Called with `answers` after each change that a person makes.
    """

    def __init__(
        self,
        questions: Sequence[Question] = (),
        answers: Mapping[str, AnswerValue] | None = None,
        *,
        heading: Content = None,
        on_change: Callable[[dict[str, AnswerValue]], object] | None = None,
    ) -> None:
        super().__init__()
        self._on_change = on_change
        self.ask(questions, answers, heading=heading)

    @property
    def answers(self) -> dict[str, AnswerValue]:
        """What is answered, of the questions that are asked: those under an option that is not chosen are not."""
        names = {question.name for question in asked(self._questions, self._answers)}
        return {name: answer for name, answer in self._answers.items() if name in names}

    def ask(
        self,
        questions: Sequence[Question],
        answers: Mapping[str, AnswerValue] | None = None,
        *,
        heading: Content = None,
    ) -> None:
        """Ask other questions, or show other answers."""
        self._questions, self._heading = tuple(questions), heading
        self._answers = dict(answers or {})
        self._render()

    def act(self, act: str, key: str = "", value: Any = None) -> None:
        """Take what a person does: "answer" and "clear" with the question as key, "tick <question>" with the option."""
        if act == "answer":
            self._take(key, value)
        elif act == "clear":
            self._set(key, None)
        elif act.startswith("tick "):
            question, option = act.removeprefix("tick "), key
            ticked = self._answers.get(question, ())
            held = set(ticked) if isinstance(ticked, tuple) else set()
            held = held | {option} if value else held - {option}
            self._set(question, tuple(o for o in _options(self._questions, question) if o in held) or None)

    def _take(self, name: str, value: Any) -> None:
        question = next((q for q in asked(self._questions, self._answers) if q.name == name), None)
        if isinstance(question, Number):
            try:
                number = float(value)
            except (TypeError, ValueError):
                self._set(name, None)
            else:
                is_exact = number.is_integer() and abs(number) <= 2**53  # beyond that an int would invent digits
                self._set(name, int(number) if is_exact else number)
        elif question is not None:
            self._set(name, str(value).strip() or None)

    def _set(self, name: str, answer: AnswerValue | None) -> None:
        if answer is None:
            self._answers.pop(name, None)
        else:
            self._answers[name] = answer
        self._render()
        if self._on_change is not None:
            self._on_change(self.answers)

    def _render(self) -> None:
        form = [self._one(question) for question in self._questions]
        heading = self._heading and tag("h3", self._heading)
        self.show([heading, tag("form", form, class_="aw-questions")] if form else None)

    def _one(self, question: Question) -> Html:
        answer = self._answers.get(question.name)
        title = [question.name, tag("span", " *", class_="aw-bad", title="required") if question.required else None]
        if isinstance(question, Radio):
            chosen = [
                [self._one(nested) for nested in option.questions]
                for option in question.options
                if option.value == answer and option.questions
            ]
            options = [
                _choice(option.value, "radio", "answer", question.name, group=question.name, on=option.value == answer)
                for option in question.options
            ]
            nested = tag("div", chosen, class_="aw-nested") if chosen else None
            if answer is not None and not question.required:
                title.append(button("clear", "clear", question.name, plain=True, name=f"Clear {question.name}"))
            return tag("fieldset", tag("legend", title), tag("div", options, class_="aw-options"), nested)
        if isinstance(question, Checklist):
            ticked = answer if isinstance(answer, tuple) else ()
            options = [
                _choice(option, "checkbox", f"tick {question.name}", option, group=question.name, on=option in ticked)
                for option in question.options
            ]
            return tag("fieldset", tag("legend", title), tag("div", options, class_="aw-options"))
        field = tag(
            "input",
            type="number" if isinstance(question, Number) else "text",
            step="any" if isinstance(question, Number) else None,
            name=question.name,
            value=answer,
            data_act="answer",
            data_key=question.name,
        )
        return tag("label", tag("div", title), field)


def _choice(label: str, kind: str, act: str, key: str, *, group: str, on: bool) -> Html:
    field = tag("input", type=kind, name=group, value=label, checked=on, data_act=act, data_key=key)
    return tag("label", field, label)


def asked(questions: Iterable[Question], answers: Mapping[str, AnswerValue]) -> Iterable[Question]:
    """The questions that are asked where these are the answers: a nested one only under its option."""
    for question in questions:
        yield question
        if isinstance(question, Radio):
            for option in question.options:
                if option.value == answers.get(question.name):
                    yield from asked(option.questions, answers)


def _options(questions: Iterable[Question], name: str) -> tuple[str, ...]:
    for question in questions:
        if isinstance(question, Checklist) and question.name == name:
            return question.options
        if isinstance(question, Radio):
            for option in question.options:
                if found := _options(option.questions, name):
                    return found
    return ()
