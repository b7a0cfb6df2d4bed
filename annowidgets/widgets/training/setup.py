"""A new training in four steps; nothing is made before the last."""

from __future__ import annotations

import math
from typing import Any

from annowidgets.benchmark import BenchmarkFunction
from annowidgets.errors import AlreadyExists, AnnowidgetsError, InvalidInput
from annowidgets.labels import Ontology
from annowidgets.widgets.cells import close_earlier
from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.nesting import OpensOthers
from annowidgets.widgets.notices import heard_notices
from annowidgets.widgets.parts import button, join
from annowidgets.widgets.training import setup_steps as steps
from annowidgets.widgets.training.dashboard import TrainingDashboard
from annowidgets.widgets.training.function_form import FunctionForm
from annowidgets.widgets.training.team import names_of, snippet
from annowidgets.workflow.training import TrainingProject
from annowidgets.workflow.training.candidates import Candidate, annotators, candidates
from annowidgets.workflow.versions import require_function
from annowidgets.workflow.workspace import Workspace

_LAST = len(steps.STEPS) - 1


class TrainingSetup(OpensOthers):
    """Sets up a training: its name, the ontology, the sources with the benchmark function, the trainees.

    Sources are projects and batches of them; lists of tasks are for `Workspace.create_training_project`.

    Parameters
    ----------
    workspace : Workspace

    Attributes
    ----------
    training : TrainingProject or None
        What was made last.
    """

    def __init__(self, workspace: Workspace) -> None:
        if not isinstance(workspace, Workspace):
            raise InvalidInput(
                f"TrainingSetup takes a workspace, got {type(workspace).__name__}.",
                hint="aw.open_workspace('cells.db')",
            )
        super().__init__()
        self.training: TrainingProject | None = None
        self._workspace = workspace
        self._line = LiveHtml()
        self._form = LiveHtml(on_action=self.act, pad=True)
        self._function = FunctionForm(run=self.run)
        self.main.children = (self._line, self._form)
        self.handle(
            keep=self._keep,
            source=self._tick_source,
            member=self._tick_member,
            group=lambda key, _: self._choose_group(key),
            next=lambda key, value: self._next(key, value or {}),
            previous=lambda *_: self._go_to(self._step - 1),
            open=lambda *_: self._open(),
            again=lambda *_: self._begin(),
        )
        self.run(self._begin)
        close_earlier(self)

    # --- what is filled in

    def _begin(self) -> None:
        self.training = None
        self._values: dict[str, Any] = {
            "name": "",
            "description": "",
            "instructions": "",
            "ontology": None,
            "sources": [],
            "size": "",
            "pass_mark": "80",
            "reveal": "after_last",
            "members": [],
            "trainees": "",
            "allow_seen": False,
        }
        self._candidates: list[Candidate] = []
        self._go_to(0)

    def _keep(self, key: str, value: Any) -> None:
        if key in self._values:
            self._values[key] = value
            if key in ("trainees", "ontology"):
                self._render()

    def _tick_source(self, key: str, ticked: Any) -> None:
        own = next((one for one in self._candidates if steps.source_key(one) == key), None)
        if own is None:
            return
        others = [name for name in self._values["sources"] if name != key]
        if ticked and own.batch is None:
            # its batches come with it
            inside = {steps.source_key(one) for one in self._candidates if one.project == own.project}
            others = [name for name in others if name not in inside]
        self._values["sources"] = [*others, key] if ticked else others
        self._render()

    def _tick_member(self, user: str, ticked: Any) -> None:
        others = [name for name in self._values["members"] if name != user]
        self._values["members"] = [*others, user] if ticked else others
        self._render()

    def _choose_group(self, with_tag: str) -> None:
        found = [member.user for member in self._members() if not with_tag or with_tag in member.tags]
        self._values["members"] = list(dict.fromkeys([*self._values["members"], *found]))
        self._render()

    # --- from step to step

    def _next(self, step: str, fields: dict[str, Any]) -> None:
        if step != str(self._step) or self.training is not None:
            return  # a second press, on a form that was sent already
        self._values |= {name: value for name, value in fields.items() if name in self._values}
        check = (self._check_name, self._check_ontology, self._check_sources, self._make)[self._step]
        try:
            check()
        except AnnowidgetsError:
            self._render()  # with what was sent
            raise
        if self._step < _LAST:
            self._go_to(self._step + 1)

    def _check_name(self) -> None:
        name = self._values["name"] = str(self._values["name"]).strip()
        if not name:
            raise InvalidInput("The training has no name.", hint="Trainees read it, for example Onboarding.")
        # the same is refused at the end; who fills in three more steps first has waited too long
        if name in {one.name for one in (*self._workspace.projects(), *self._workspace.training_projects())}:
            raise AlreadyExists(f"There is a project {name!r}.", hint="Take another name.")

    def _check_ontology(self) -> None:
        if self._values["ontology"] not in self._ontologies():
            raise InvalidInput("No ontology is chosen.", hint="Sources and training must have exactly the same one.")

    def _check_sources(self) -> None:
        if not self._chosen():
            raise InvalidInput("No source is chosen.", hint="Tick a project, or some of its batches.")
        self._size()
        self._pass_mark()

    def _make(self) -> None:
        names = self._names()
        tasks = self._tasks()
        with heard_notices() as notices:
            training = self._workspace.create_training_project(
                self._values["name"],
                sources=[one.source for one in self._chosen()],
                size=self._size(),
                ontology=self._chosen()[0].ontology,
                description=str(self._values["description"]),
                instructions=str(self._values["instructions"]),
                trainees=names,
                benchmark=self._function.function,
                pass_mark=self._pass_mark(),
                reveal=str(self._values["reveal"]),
                allow_seen=bool(self._values["allow_seen"]),
            )
        self.training = training
        self._line.show(steps.steps_line(len(steps.STEPS)))
        told = steps.product(tasks, len(names))
        self._form.show(steps.made(training.name, told, snippet(training.join_snippet())))
        self.side.children = ()
        self.footer.show(
            tag(
                "div",
                tag("span", class_="aw-spread"),
                button("Set up another", "again"),
                button("Open the dashboard", "open", primary=True),
                class_="aw-row",
            )
        )
        self.say(join([f"{training.name} is made: {told}.", *notices], "\n"), "warn" if notices else "ok")

    def _open(self) -> None:
        training = self.training
        if training is not None:
            self.show_instead(lambda back: TrainingDashboard(training, on_back=back))

    def _go_to(self, step: int) -> None:
        self._step = min(max(step, 0), _LAST)
        if self._step == 1:
            self._candidates = candidates(self._workspace)
            known = list(self._ontologies())
            if self._values["ontology"] not in known:
                self._values["ontology"] = known[0] if len(known) == 1 else None
        elif self._step == 2:
            ontology = self._ontologies()[self._values["ontology"]][0].ontology
            self._candidates = candidates(self._workspace, ontology)
            keys = {steps.source_key(one) for one in self._candidates if one.refusal is None}
            self._values["sources"] = [key for key in self._values["sources"] if key in keys]
            self._function.edit(self._edited(ontology), ontology)
        self.side.children = (self._function,) if self._step == 2 else ()
        self._render()
        self._focus.lead_to(".aw-setup :is(input, textarea)")

    # --- what follows from it

    def _edited(self, ontology: Ontology) -> BenchmarkFunction:
        """The function as it was left, unless that was for other classes."""
        if self._function.is_editing:
            left = self._function.function
            try:
                require_function(left, ontology)
            except InvalidInput:
                return BenchmarkFunction()
            return left
        return BenchmarkFunction()

    def _ontologies(self) -> dict[str, list[Candidate]]:
        """Candidates by the fingerprint of their ontology."""
        found: dict[str, list[Candidate]] = {}
        for one in self._candidates:
            found.setdefault(one.ontology.fingerprint, []).append(one)
        return found

    def _chosen(self) -> list[Candidate]:
        return [one for one in self._candidates if steps.source_key(one) in self._values["sources"]]

    def _members(self) -> list[Any]:
        return annotators(self._workspace, [one.source for one in self._chosen()])

    def _names(self) -> list[str]:
        return list(dict.fromkeys([*self._values["members"], *names_of(self._values["trainees"], least=0)]))

    def _tasks(self) -> int:
        eligible, size = sum(one.eligible for one in self._chosen()), self._size()
        return eligible if size is None else min(size, eligible)

    def _size(self) -> int | None:
        text = str(self._values["size"]).strip()
        if not text:
            return None
        if not text.isdecimal() or int(text) < 1:
            raise InvalidInput(f"The number of tasks must be a whole number from 1, got {text!r:.40}.")
        return int(text)

    def _pass_mark(self) -> float | None:
        text = str(self._values["pass_mark"]).strip()
        if not text:
            return None
        try:
            mark = float(text)
        except ValueError:
            mark = math.nan
        if not 0 <= mark <= 100:
            raise InvalidInput(f"The pass mark must be a number from 0 to 100, got {text!r:.40}.")
        return mark

    # --- what is shown

    def refresh(self) -> None:
        """Show the step again."""
        self._render()

    def _render(self) -> None:
        if self.training is not None:
            return  # what was made is shown until another one is begun
        step = self._step
        self.set_title("New training", tag("span", f"step {step + 1} of {len(steps.STEPS)}", class_="aw-mute aw-num"))
        self._line.show(steps.steps_line(step))
        if step == 0:
            content = steps.name_step(self._values)
        elif step == 1:
            content = steps.ontology_step(self._values, self._ontologies())
        elif step == 2:
            content = steps.sources_step(self._values, self._candidates)
        else:
            content = steps.trainees_step(self._values, self._members(), self._names(), self._tasks())
        # Enter sends a form by a button inside of it; the one that is seen is at the foot of the screen
        enter = tag("button", "Next", type="submit", class_="aw-hear", tabindex=-1, aria_hidden="true")
        self._form.show(
            tag("form", content, enter, id=self._form_id, class_="aw-setup", data_act="next", data_key=step)
        )
        self.footer.show(self._footer())

    def _footer(self) -> Html:
        said = "Create the training" if self._step == _LAST else "Next"
        return tag(
            "div",
            button("Back", "previous", disabled=self._step == 0),
            tag("span", class_="aw-spread"),
            tag("button", said, type="submit", form=self._form_id, class_="aw-primary"),
            class_="aw-row",
        )

    @property
    def _form_id(self) -> str:
        return f"aw-training-form-{self._form.model_id}"

    def close(self) -> None:
        """Close the screen with all its parts."""
        if hasattr(self, "_function"):  # ipywidgets closes those too that were refused while they were made
            self._function.close()
        super().close()

    # --- without a kernel

    def summary(self) -> Html:
        """What was made, or which step one is at."""
        if self.training is not None:
            return tag("p", f"{self.training.name} is made.")
        return tag("p", f"A new training: step {self._step + 1} of {len(steps.STEPS)}, {steps.STEPS[self._step]}.")
