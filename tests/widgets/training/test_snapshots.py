"""The markup of each state: empty, full, refused, busy; and names that want to be markup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import annowidgets as aw
from annowidgets.widgets.training.dashboard import TABS, TrainingDashboard
from annowidgets.widgets.training.export import Export
from annowidgets.widgets.training.setup import TrainingSetup
from annowidgets.workflow.training import TrainingProject
from tests.widgets.snapshots import check
from tests.workflow.building import Team, cell, without_notices
from tests.workflow.training.building import new_training

EVIL = "<img src=x onerror=alert(1)>\"'&</script>"


def markup(screen: Any) -> str:
    """All markup that a screen shows, part by part."""
    parts, found = [screen], []
    while parts:
        part = parts.pop(0)
        found.append(str(getattr(part, "html", "")))
        parts += getattr(part, "children", ())
    return "\n".join(html for html in found if html)


@pytest.mark.parametrize("tab", TABS)
def test_a_full_dashboard(dashboard: TrainingDashboard, tab: str, tmp_path: Path) -> None:
    dashboard.act("tab", tab)
    # where the file lies differs from run to run
    html = markup(dashboard).replace(str(dashboard.training.workspace.database.path), "team.db")
    check(f"dashboard_{tab}", html, tmp_path)


def test_a_dashboard_without_trainees(golden: Team, tmp_path: Path) -> None:
    check("dashboard_empty", markup(TrainingDashboard(new_training(golden, trainees=[]))), tmp_path)


def test_a_dashboard_whose_last_act_was_refused(dashboard: TrainingDashboard, tmp_path: Path) -> None:
    dashboard.act("add_trainees", "0", {"trainees": "lea", "allow_seen": False})
    check("dashboard_refused", dashboard._message.html, tmp_path)


def test_a_dashboard_that_exports(cohort: TrainingProject, tmp_path: Path) -> None:
    export = Export(cohort, Path("all.csv"), on_change=lambda: None)
    export._reached(250, 1000)
    check("dashboard_busy", str(export.told()), tmp_path)


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_each_step_of_a_new_training(golden: Team, step: int, tmp_path: Path) -> None:
    golden.workspace.create_project("Other", ontology=aw.Ontology([aw.ObjectClass("X", shape="polygon")]))
    screen = TrainingSetup(golden.workspace)
    fields: list[dict[str, Any]] = [{"name": "Onboarding"}, {"ontology": golden("lea").ontology.fingerprint}, {}]
    for number in range(step - 1):
        if number == 2:
            screen.act("source", "project 1", True)
        screen.act("next", str(number), fields[number])
    check(f"setup_{step}", markup(screen), tmp_path)


def test_every_name_and_text_is_escaped(tmp_path: Path, golden: Team) -> None:
    ws = golden.workspace
    ontology = aw.Ontology(
        objects=[aw.ObjectClass(EVIL, shape="bounding_box")], classifications=[aw.Radio(f"q {EVIL}", ["a"])]
    )
    project = ws.create_project(EVIL, ontology=ontology, sampling_rate=0)
    (item,) = project.add_images([tmp_path / "cell05.png"], progress=False)
    label = aw.Label(EVIL, cell().shape)
    gold = project.create_ground_truth_batch(f"gold {EVIL}", items=[item])
    gold.submit_labels({item: [label]}, progress=False)
    project.add_member(EVIL, role="annotator", tags=[EVIL])
    setup = TrainingSetup(ws)
    seen = []
    steps: list[dict[str, Any]] = [
        {"name": f"T {EVIL}", "description": EVIL, "instructions": EVIL},
        {"ontology": ontology.fingerprint},
        {"size": EVIL},
        {"trainees": EVIL},
    ]
    for number, fields in enumerate(steps):
        if number == 2:
            setup.act("source", f"project {project.id}", True)
            setup.act("next", "2", {"size": EVIL})
            seen.append(markup(setup))
            fields = {"size": ""}
        if number == 3:
            setup.act("group", EVIL)
        setup.act("next", str(number), fields)
        seen += [markup(setup), str(setup.summary())]
    training = setup.training
    assert training is not None
    mine = ws.as_user(EVIL).training_project(training.name)
    task = mine.next_task()
    assert task is not None
    task.submit([label])
    training.amend_benchmark(importance={EVIL: 2.0})
    screen = TrainingDashboard(training)
    for tab in TABS:
        screen.act("tab", tab)
        seen.append(markup(screen))
    screen._settings.form.act("subject", "", EVIL)
    screen.act("trainee", "", EVIL)
    screen.act("correct", EVIL)
    with without_notices():
        screen.act("add_trainees", "0", {"trainees": f"{EVIL}\n", "allow_seen": False})
    screen.act("tab", "submissions")
    screen.act("filter", "category", EVIL)
    seen += [markup(screen), str(screen.summary()), screen._settings.form._head.html, screen._message.html]
    everything = "".join(seen)
    assert "&lt;img src=x" in everything
    assert "<img src=x" not in everything
    assert "</script>" not in everything
    assert 'onerror=alert(1)>"' not in everything
