"""Every public method of the workflow as somebody calls it, and who may, as the rules' permission table has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from matplotlib.figure import Figure
from pydicom.data import get_testdata_file

import annowidgets as aw
from annowidgets.errors import AuditIncomplete, InvalidInput
from annowidgets.store import items as stored_items
from annowidgets.workflow import Audit, Batch, Feedback, Item, Task
from annowidgets.workflow.edits import Delta, new_edit
from tests.media import videos
from tests.workflow.building import NAME, ROLES, Team, cell, draw_pictures, open_team

ADMIN = {"admin"}
LEADS = {"admin", "team_manager"}
REVIEWERS = {"admin", "team_manager", "reviewer"}
MEMBERS = {"admin", "team_manager", "reviewer", "annotator"}
ANYBODY = {*MEMBERS, None}

# The table of the rules, by the words of its rows.
EDIT = ADMIN  # edit instructions and ontology, add data, set policies
ARCHIVE = ADMIN
MANAGE_ROLES = ADMIN
INVITE = LEADS
RUN = LEADS  # create and launch batches, import and submit labels
DIRECT = LEADS  # assign, prioritise, re-open, release a lease, close early, pause and reinstate, answer feedback
READ_ALL = LEADS
AUDIT = LEADS  # audit, promote
REVIEW = REVIEWERS
SCORES = LEADS  # see everyone's scores, see the function
OWN = MEMBERS  # see own tasks and progress
ANNOTATE = MEMBERS
FEEDBACK = MEMBERS


class Scene:
    """What there is to act on, as one of the team sees it."""

    def __init__(self, team: Team, user: str) -> None:
        self.team = team
        self.user = user
        self.project = team(user)
        self.folder = team.file.parent

    def batch(self, name: str) -> Batch:
        return self.team.batch(self.user, self.team("lea").batch(name))

    def audit(self) -> Audit:
        return Audit(self.project.workspace, self.project.id, self.team("lea").batch("to audit").id)

    def held(self) -> Task:
        """A task that the user has claimed; for the stranger somebody else's."""
        holder = self.user if self.user in ROLES else "ann"
        return self.team.task(self.user, self.team("lea").tasks(state="annotating", user=holder)[0])

    def done(self) -> Task:
        """A task that the user has just submitted; for the stranger somebody else's."""
        holder = self.user if self.user in ROLES else "ann"
        return self.team.task(self.user, self.team("lea").tasks(state="completed", user=holder)[0])

    def of_bo(self, state: str, batch: str = "gold") -> Task:
        """A task that is nobody's, or bo's, in a state."""
        tasks = self.team("lea").tasks(state=state, batch=batch)
        return self.team.task(self.user, next(task for task in tasks if task.user in (None, "bo")))

    def feedback(self) -> Feedback:
        """Open feedback of the user; the stranger's is bo's."""
        author = self.user if self.user in ROLES else "bo"
        return Feedback(self.project.workspace, self.team("lea").feedback(author=author)[0]._row())

    def item(self) -> Item:
        with self.team.workspace.database.read() as connection:
            row = stored_items.by_name(connection, self.project.id, "cell00")
        assert row is not None
        return Item(self.project.workspace, row)


class Row(NamedTuple):
    allowed: set[Any]
    act: Callable[[Scene], Any]


def voc(scene: Scene) -> Path:
    file = scene.folder / "cell11.xml"
    file.write_text(
        "<annotation><filename>cell11.png</filename><size><width>40</width><height>30</height></size><object>"
        "<name>RBC</name><bndbox><xmin>2</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"
    )
    return file


def one_more(scene: Scene) -> list[Path]:
    pictures = scene.team.workspace.media_root
    return draw_pictures(pictures, 1, first=90)


def a_film(scene: Scene) -> Path:
    film = scene.team.workspace.media_root / "film.mp4"
    return film if film.exists() else videos.write(film, frames=3)


def a_scan() -> Path:
    return Path(str(get_testdata_file("CT_small.dcm", download=False)))


NEW = aw.Ontology(objects=[aw.ObjectClass("RBC", shape="bounding_box"), aw.ObjectClass("WBC", shape="bounding_box")])

TABLE: dict[str, Row] = {
    # --- the workspace
    "Workspace.projects": Row(ANYBODY, lambda s: s.project.workspace.projects()),
    "Workspace.project": Row(ANYBODY, lambda s: s.project.workspace.project(NAME)),
    "Workspace.as_user": Row(ANYBODY, lambda s: s.project.workspace.as_user("ann")),
    "Workspace.changes": Row(ANYBODY, lambda s: s.project.workspace.changes()),
    "Workspace.training_projects": Row(ANYBODY, lambda s: s.project.workspace.training_projects()),
    "Workspace.create_training_project": Row(
        ADMIN, lambda s: s.project.workspace.create_training_project("new", sources=[s.project])
    ),
    "Workspace.create_project": Row(ANYBODY, lambda s: s.project.workspace.create_project("other", ontology=NEW)),
    # --- members
    "Project.members": Row(OWN, lambda s: s.project.members()),
    "Project.add_member": Row(INVITE, lambda s: s.project.add_member("cy")),
    "Project.add_member as admin": Row(MANAGE_ROLES, lambda s: s.project.add_member("cy", role="admin")),
    "Project.set_role": Row(MANAGE_ROLES, lambda s: s.project.set_role("bo", "reviewer")),
    "Project.set_role to admin": Row(MANAGE_ROLES, lambda s: s.project.set_role("bo", "admin")),
    "Project.remove_member": Row(INVITE, lambda s: s.project.remove_member("bo")),
    "Project.remove_member of an admin": Row(MANAGE_ROLES, lambda s: s.project.remove_member("lou")),
    "Project.pause": Row(DIRECT, lambda s: s.project.pause("bo")),
    "Project.reinstate": Row(DIRECT, lambda s: s.project.reinstate("pat", reason="better")),
    "Project.join_snippet": Row(ANYBODY, lambda s: s.project.join_snippet()),
    # --- data
    "Project.items": Row(OWN, lambda s: s.project.items()),
    "Project.item": Row(OWN, lambda s: s.project.item("cell00")),
    "Project.add_images": Row(EDIT, lambda s: s.project.add_images(one_more(s))),
    "Project.add_image_group": Row(EDIT, lambda s: s.project.add_image_group("g", one_more(s))),
    "Project.add_image_sequence": Row(EDIT, lambda s: s.project.add_image_sequence("s", one_more(s), fps=5)),
    "Project.add_video": Row(EDIT, lambda s: s.project.add_video(a_film(s))),
    "Project.add_dicom_series": Row(EDIT, lambda s: s.project.add_dicom_series(a_scan())),
    "Project.relink": Row(EDIT, lambda s: s.project.relink(s.team.workspace.media_root)),
    "Project.check": Row(RUN, lambda s: s.project.check(progress=False)),
    "Item.path": Row(OWN, lambda s: s.item().path),
    "Item.open": Row(OWN, lambda s: s.item().open()),
    "Item.show": Row(OWN, lambda s: s.item().show()),
    "Item.thumbnail": Row(OWN, lambda s: s.item().thumbnail()),
    # --- versions and settings
    "Project.name": Row(ANYBODY, lambda s: s.project.name),
    "Project.state": Row(ANYBODY, lambda s: s.project.state),
    "Project.ontology": Row(OWN, lambda s: s.project.ontology),
    "Project.instructions": Row(OWN, lambda s: s.project.instructions),
    "Project.instructions_history": Row(OWN, lambda s: s.project.instructions_history()),
    "Project.policy": Row(OWN, lambda s: s.project.policy),
    "Project.settings": Row(OWN, lambda s: s.project.settings),
    "Project.benchmark": Row(SCORES, lambda s: s.project.benchmark),
    "Project.update_instructions": Row(EDIT, lambda s: s.project.update_instructions("Better.")),
    "Project.read_instructions": Row(OWN, lambda s: s.project.read_instructions()),
    "Project.update_ontology": Row(EDIT, lambda s: s.project.update_ontology(NEW)),
    "Project.update_policy": Row(EDIT, lambda s: s.project.update_policy(min_score=70)),
    "Project.update_settings": Row(EDIT, lambda s: s.project.update_settings(sampling_rate=0.5)),
    "Project.archive": Row(ARCHIVE, lambda s: s.project.archive()),
    # --- batches
    "Project.batches": Row(OWN, lambda s: s.project.batches()),
    "Project.batch": Row(OWN, lambda s: s.project.batch("gold")),
    "Project.create_calibration_batch": Row(RUN, lambda s: s.project.create_calibration_batch("new", items=["cell10"])),
    "Project.create_ground_truth_batch": Row(
        RUN, lambda s: s.project.create_ground_truth_batch("new", items=["cell10"])
    ),
    "Project.create_production_batch": Row(RUN, lambda s: s.project.create_production_batch("new", items=["cell10"])),
    "Project.import_labels": Row(
        RUN, lambda s: s.project.import_labels(voc(s), images=s.team.workspace.media_root, progress=False)
    ),
    "Batch.name": Row(OWN, lambda s: s.batch("gold").name),
    "Batch.kind": Row(OWN, lambda s: s.batch("gold").kind),
    "Batch.state": Row(OWN, lambda s: s.batch("gold").state),
    "Batch.items": Row(OWN, lambda s: s.batch("gold").items),
    "Batch.ontology_version": Row(OWN, lambda s: s.batch("gold").ontology_version),
    "Batch.instructions_version": Row(OWN, lambda s: s.batch("gold").instructions_version),
    "Batch.tasks": Row(OWN, lambda s: s.batch("gold").tasks()),
    "Batch.progress": Row(OWN, lambda s: s.batch("gold").progress()),
    "Batch.launch": Row(RUN, lambda s: s.batch("drafted").launch()),
    "Batch.rebase": Row(RUN, lambda s: s.batch("production").rebase()),
    "Batch.submit_labels": Row(RUN, lambda s: s.batch("drafted").submit_labels({"cell08": [cell()]}, progress=False)),
    "Batch.exclude_item": Row(DIRECT, lambda s: s.batch("drafted").exclude_item("cell08", reason="broken")),
    "Batch.close_early": Row(DIRECT, lambda s: s.batch("gold").close_early(reason="enough")),
    "Batch.audit": Row(AUDIT, lambda s: s.batch("to audit").audit()),
    "Batch.result": Row(SCORES, lambda s: s.batch("round").result),
    "Batch.calibration_score": Row(SCORES, lambda s: s.batch("round").calibration_score),
    # --- the queue
    "Project.next_task": Row(ANNOTATE, lambda s: s.project.next_task()),
    "Project.my_status": Row(ANNOTATE, lambda s: s.project.my_status()),
    "Project.next_review": Row(REVIEW, lambda s: s.project.next_review()),
    "Project.task": Row(READ_ALL, lambda s: s.project.task(s.of_bo("skipped").id)),
    "Project.tasks": Row(OWN, lambda s: s.project.tasks()),
    "Project.labels": Row(READ_ALL, lambda s: s.project.labels()),
    "Project.export": Row(READ_ALL, lambda s: s.project.export(s.team.file.with_name("labels.json"))),
    "Project.events": Row(READ_ALL, lambda s: s.project.events()),
    "Project.activity": Row(READ_ALL, lambda s: s.project.activity()),
    "Project.evaluations": Row(SCORES, lambda s: s.project.evaluations()),
    # --- a task of one's own
    "Task.claim": Row(ANNOTATE, lambda s: s.of_bo("queued").claim()),
    "Task.save_draft": Row(ANNOTATE, lambda s: s.held().save_draft([cell()])),
    "Task.save_edit": Row(ANNOTATE, lambda s: s.held().save_edit(new_edit(Delta(((cell(), 0),), ()), "draw RBC"))),
    "Task.history": Row(OWN, lambda s: s.held().history()),
    "Task.keep_alive": Row(ANNOTATE, lambda s: s.held().keep_alive(seconds=1)),
    "Task.submit": Row(ANNOTATE, lambda s: s.held().submit([cell()])),
    "Task.skip": Row(ANNOTATE, lambda s: s.held().skip(reason="unclear")),
    "Task.release": Row(ANNOTATE, lambda s: s.held().release()),
    "Task.recall": Row(ANNOTATE, lambda s: s.done().recall()),
    "Task.give_feedback": Row(FEEDBACK, lambda s: s.held().give_feedback("why?")),
    "Task.state": Row(OWN, lambda s: s.held().state),
    "Task.user": Row(OWN, lambda s: s.held().user),
    "Task.item": Row(OWN, lambda s: s.held().item),
    "Task.batch": Row(OWN, lambda s: s.held().batch),
    "Task.kind": Row(OWN, lambda s: s.held().kind),
    "Task.ontology": Row(OWN, lambda s: s.held().ontology),
    "Task.confidence": Row(OWN, lambda s: s.held().confidence),
    "Task.seconds": Row(OWN, lambda s: s.held().seconds),
    "Task.lease_until": Row(OWN, lambda s: s.held().lease_until),
    "Task.instructions_version": Row(OWN, lambda s: s.held().instructions_version),
    "Task.revision": Row(OWN, lambda s: s.held().revision),
    "Task.comments": Row(OWN, lambda s: s.held().comments),
    "Task.position": Row(OWN, lambda s: s.held().position()),
    "Task.labels": Row(OWN, lambda s: s.held().labels()),
    "Task.copies": Row(OWN, lambda s: s.held().copies()),
    # --- somebody else's task
    "Task.release of another's": Row(DIRECT, lambda s: s.of_bo("annotating").release()),
    "Task.assign": Row(DIRECT, lambda s: s.of_bo("queued").assign("ann")),
    "Task.set_priority": Row(DIRECT, lambda s: s.of_bo("queued").set_priority(3)),
    "Task.reopen": Row(DIRECT, lambda s: s.of_bo("skipped").reopen(reason="mistake")),
    "Task.approve": Row(REVIEW, lambda s: s.of_bo("in_review").approve()),
    "Task.approve with corrections": Row(REVIEW, lambda s: s.of_bo("in_review").approve([cell(5)])),
    "Task.return_to_annotator": Row(REVIEW, lambda s: s.of_bo("in_review").return_to_annotator("once more")),
    "Project.reviews": Row(REVIEW, lambda s: s.project.reviews()),
    "Task.labels in review": Row(REVIEW, lambda s: s.of_bo("in_review").labels()),
    "Task.labels of another": Row(READ_ALL, lambda s: s.of_bo("completed").labels()),
    "Task.promote": Row(AUDIT, lambda s: s.of_bo("graded", "round").promote("training")),
    # --- the audit
    "Audit.next": Row(AUDIT, lambda s: s.audit().next()),
    "Audit.tasks": Row(AUDIT, lambda s: s.audit().tasks()),
    "Audit.progress": Row(OWN, lambda s: s.audit().progress()),
    "Audit.grade": Row(AUDIT, lambda s: s.audit().grade(s.of_bo("submitted", "to audit"), "approve")),
    "Audit.grade with a fix": Row(
        AUDIT, lambda s: s.audit().grade(s.of_bo("submitted", "to audit"), "fix", labels=[cell(4)])
    ),
    "Audit.release": Row(AUDIT, lambda s: s.audit().release("cell06")),
    "Audit.volumes": Row(AUDIT, lambda s: s.audit().volumes()),
    "Audit.compare": Row(AUDIT, lambda s: invalid(lambda: s.audit().compare(s.of_bo("submitted", "to audit")))),
    "Audit.complete": Row(AUDIT, lambda s: incomplete(s.audit().complete)),
    # --- calibration
    "Project.agreement": Row(READ_ALL, lambda s: invalid(s.project.agreement)),
    "Project.readiness": Row(OWN, lambda s: s.project.readiness()),
    "Project.is_calibrated": Row(OWN, lambda s: s.project.is_calibrated),
    "Project.calibration_history": Row(SCORES, lambda s: s.project.calibration_history()),
    "Project.plot_instruction_scores": Row(SCORES, lambda s: s.project.plot_instruction_scores(Figure().subplots())),
    "Batch.plot_reliability": Row(SCORES, lambda s: s.batch("round").plot_reliability(Figure().subplots())),
    # --- feedback
    "Project.feedback": Row(OWN, lambda s: s.project.feedback()),
    "Project.give_feedback": Row(FEEDBACK, lambda s: s.project.give_feedback("why?")),
    "Feedback.state": Row(OWN, lambda s: s.feedback().state),
    "Feedback.version": Row(OWN, lambda s: s.feedback().version),
    "Feedback.answer": Row(OWN, lambda s: s.feedback().answer),
    "Feedback.address": Row(DIRECT, lambda s: s.feedback().address()),
    "Feedback.decline": Row(DIRECT, lambda s: s.feedback().decline(answer="no")),
}

# What every action and look of the package goes through, and figures of an item that are read once.
# Training projects have a table of their own, in tests/workflow/training.
INNER = {"Workspace.act", "Workspace.look", "Workspace.training_project", "Item.frames", "Item.interpolates"}


def incomplete(act: Callable[[], Any]) -> None:
    with pytest.raises(AuditIncomplete):
        act()


def invalid(act: Callable[[], Any]) -> None:
    with pytest.raises(InvalidInput):
        act()


def prepare(file: Path, pictures: Path, template: Path) -> None:
    """A running project in which each role holds a task and has submitted one, and bo has one in every other state."""
    team = open_team(file.with_name("made.db"), pictures, copy_of=template)
    lea = team("lea")
    lea.add_member("lou", role="admin")
    lea.add_member("pat")
    lea.pause("pat")
    team.production(items=["cell00", "cell01"])
    lea.create_ground_truth_batch("drafted", items=["cell08", "cell09"])
    calibration = team.calibration("to audit", items=["cell06", "cell07"])
    team.task("bo", calibration.tasks()[0]).claim().submit([cell()], confidence=0.5)
    gold = team.ground_truth("gold", items=lea.add_images(draw_pictures(pictures, 14, first=30), progress=False))
    tasks = iter(gold.tasks())
    people = ("lea", "tim", "rea", "ann")
    for user in (*people, "bo"):
        team.task(user, next(tasks)).claim()
        team.task(user, next(tasks)).claim().submit([cell()])
        team(user).give_feedback("what of the border?")
    team.task("bo", next(tasks)).claim().skip(reason="unclear")
    team.sample(1.0)
    team.task("bo", next(tasks)).claim().submit([cell()])
    team.sample(0.0)
    team.save_to(file)
