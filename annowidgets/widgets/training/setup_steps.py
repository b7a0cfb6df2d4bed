"""The four steps of a new training, as forms from what was filled in so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from annowidgets.labels import Ontology, walk
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.parts import button, chip, coloured, progress, section, swatch
from annowidgets.widgets.permitted import reason_of
from annowidgets.widgets.training.overview import REVEALED
from annowidgets.widgets.wording import counted, words
from annowidgets.workflow.members import Member
from annowidgets.workflow.training.candidates import Candidate

STEPS = ("Name", "Ontology", "Sources and function", "Trainees")


def steps_line(now: int) -> Html:
    """Where one is; ``now`` counts from 0."""
    listed = [
        tag("li", tag("span", "✓" if place < now else place + 1), said, aria_current="step" if place == now else None)
        for place, said in enumerate(STEPS)
    ]
    return tag("ol", listed, class_="aw-steps", aria_label="Steps")


def name_step(values: Mapping[str, Any]) -> Content:
    """Name, description, instructions."""
    return [
        field("Name", "name", values, required=True, size=40, maxlength=200),
        area("Description, for who leads it", "description", values, rows=2),
        area("Instructions for the trainees, in Markdown", "instructions", values, rows=7),
    ]


def ontology_step(values: Mapping[str, Any], ontologies: Mapping[str, Sequence[Candidate]]) -> Content:
    """One of the ontologies of the projects; ``ontologies`` by their fingerprint."""
    if not ontologies:
        return tag(
            "p",
            "There is no annotation project of which you are admin, and so nothing to train with. "
            "ws.create_project(...) makes one.",
        )
    options = []
    for fingerprint, own in ontologies.items():
        projects = [one for one in own if one.batch is None]
        choice = tag(
            "input",
            type="radio",
            name="ontology",
            value=fingerprint,
            checked=values.get("ontology") == fingerprint,
            data_act="keep",
            data_key="ontology",
        )
        used = f"of {', '.join(one.project for one in projects)}"
        eligible = counted(sum(one.eligible for one in projects), "task that can be used", "tasks that can be used")
        options.append(
            tag(
                "label",
                choice,
                tag("span", used),
                tag("div", classes_of(own[0].ontology)),
                tag("div", eligible, class_="aw-mute"),
            )
        )
    return tag(
        "fieldset",
        tag("legend", "What is labelled: exactly the ontology of the sources"),
        tag("div", options, class_="aw-options"),
    )


def classes_of(ontology: Ontology) -> Html:
    """The classes with their colours and shapes, and the questions."""
    objects = [
        tag(
            "span",
            swatch(one.color or "#888888"),
            f" {one.name} ",
            coloured(words(one.shape), "mute"),
            class_="aw-class",
        )
        for one in ontology.objects
    ]
    questions = [question.name for question in walk(ontology.classifications)]
    asked = tag("span", coloured(f"asks {', '.join(questions)}", "mute")) if questions else None
    return tag("div", objects, asked, class_="aw-row")


def sources_step(values: Mapping[str, Any], listed: Sequence[Candidate]) -> Content:
    """Where the benchmark comes from, how much of it, what passes, and when it is shown."""
    chosen = set(values["sources"])
    projects = [one for one in listed if one.batch is None]
    options: list[Content] = []
    for project in projects:
        key = source_key(project)
        options.append(_source(project, key in chosen))
        # a project that is chosen brings its batches with it
        batches = [
            one for one in listed if one.batch is not None and one.project == project.project and one.refusal is None
        ]
        if key not in chosen and batches and (project.refusal is not None or project.eligible):
            inner = tag("div", [_source(one, source_key(one) in chosen) for one in batches], class_="aw-options")
            opened = any(source_key(one) in chosen for one in batches)
            label = f"Only some of the batches of {project.project}"
            options.append(tag("details", tag("summary", label), inner, open=opened, data_key=f"batches {key}"))
    eligible = sum(one.eligible for one in listed if source_key(one) in chosen)
    reveals = [
        tag("option", f"Trainees see the gold {said}", value=key, selected=values["reveal"] == key)
        for key, said in REVEALED.items()
    ]
    return [
        tag("fieldset", tag("legend", "Sources"), tag("div", options, class_="aw-options")),
        tag(
            "p",
            tag("b", counted(eligible, "eligible task"), class_="aw-num"),
            " chosen." if chosen else " chosen yet.",
            role="status",
        ),
        field("How many of them to draw", "size", values, kind="number", min=1, hint="all where left empty"),
        field(
            "Pass mark",
            "pass_mark",
            values,
            kind="number",
            min=0,
            max=100,
            step="any",
            hint="0 to 100; nobody passes or fails where left empty",
        ),
        tag(
            "label",
            tag("span", "When it is shown"),
            tag("select", reveals, name="reveal", data_act="keep", data_key="reveal"),
        ),
    ]


def trainees_step(values: Mapping[str, Any], members: Sequence[Member], names: Sequence[str], tasks: int) -> Content:
    """Who takes part, and how many tasks that makes.

    Parameters
    ----------
    members : sequence of Member
        Annotators of the sources.
    names : sequence of str
        Who is chosen now.
    tasks : int
        How many each gets.
    """
    known = {member.user for member in members}
    tags = sorted({one for member in members for one in member.tags})
    groups = [button(f"All {len(members)}", "group", "", plain=True)] if members else []
    groups += [
        button(
            f"{one} {sum(one in member.tags for member in members)}",
            "group",
            one,
            plain=True,
            name=f"All with tag {one}",
        )
        for one in tags
    ]
    boxes = [
        tag(
            "label",
            tag(
                "input",
                type="checkbox",
                data_act="member",
                data_key=member.user,
                checked=member.user in values["members"],
            ),
            tag("span", member.user),
            tag("div", ", ".join(member.tags), class_="aw-mute") if member.tags else None,
        )
        for member in members
    ]
    seen = tag(
        "input",
        type="checkbox",
        name="allow_seen",
        data_act="keep",
        data_key="allow_seen",
        checked=bool(values["allow_seen"]),
    )
    return [
        tag(
            "fieldset",
            tag("legend", "Annotators of the sources"),
            tag("div", tag("span", "Choose", class_="aw-mute"), groups, class_="aw-row"),
            tag("div", boxes, class_="aw-options aw-members"),
        )
        if known
        else None,
        area(
            "Others, one a line or with commas" if known else "Names, one a line or with commas",
            "trainees",
            values,
            rows=2,
        ),
        tag("label", tag("span", seen, " also items whose gold a trainee has seen: such a round never passes")),
        tag("p", product(tasks, len(names)), class_="aw-product", role="status"),
    ]


def product(tasks: int, trainees: int) -> str:
    """What a training comes to: "4 tasks × 4 trainees = 16" (A4)."""
    return f"{counted(tasks, 'task')} × {counted(trainees, 'trainee')} = {tasks * trainees:,}"


def source_key(candidate: Candidate) -> str:
    """What a source is called in a form."""
    return f"{'project' if candidate.batch is None else 'batch'} {candidate.source.id}"


def made(name: str, said: str, snippet: Html) -> Html:
    """What is shown when it is made."""
    return tag(
        "div",
        tag("p", tag("b", name), " is made."),
        tag("p", said, class_="aw-product"),
        section("The cell that a trainee runs", snippet),
        class_="aw-setup",
    )


def field(
    label: str, name: str, values: Mapping[str, Any], *, kind: str = "text", hint: str | None = None, **attributes: Any
) -> Html:
    """A line to be filled in, kept as it is left."""
    box = tag("input", type=kind, name=name, value=values.get(name, ""), data_act="keep", data_key=name, **attributes)
    return tag("label", tag("span", label), box, hint and tag("span", hint, class_="aw-mute"))


def area(label: str, name: str, values: Mapping[str, Any], *, rows: int) -> Html:
    """Lines to be filled in, kept as they are left."""
    return tag(
        "label",
        tag("span", label),
        tag("textarea", values.get(name, ""), name=name, rows=rows, data_act="keep", data_key=name),
    )


def _source(one: Candidate, chosen: bool) -> Html:
    refused = one.refusal is not None
    box = tag("input", type="checkbox", data_act="source", data_key=source_key(one), checked=chosen, disabled=refused)
    said = (
        f"{one.submitted} of {counted(one.tasks, 'task')} submitted"
        if one.tasks
        else "no tasks of ground truth or production"
    )
    bar = (
        [progress(one.submitted, one.tasks, said), tag("span", said, class_="aw-mute aw-num")]
        if one.tasks
        else tag("span", said, class_="aw-mute")
    )
    told: list[Content] = (
        [coloured(reason_of(one.refusal), "bad")]
        if one.refusal is not None
        else [coloured(text, "warn") for text in one.said]
    )
    eligible = chip(f"{one.eligible} eligible", "ok") if one.eligible else chip("not eligible")
    return tag(
        "label",
        box,
        tag("span", one.project if one.batch is None else one.batch, " ", eligible),
        tag("div", bar, class_="aw-row"),
        [tag("div", text) for text in told],
    )
