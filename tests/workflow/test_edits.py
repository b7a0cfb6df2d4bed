"""Edits of a draft: once each, on top of what is stored, with a history that ends with the submission (T3, T6)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import annowidgets as aw
from annowidgets.errors import Conflict, InvalidInput, InvalidLabels, PermissionDenied, TransitionRefused
from annowidgets.labels import Question
from annowidgets.workflow import Task
from annowidgets.workflow.drafts import draft_key
from annowidgets.workflow.edits import Change, Delta, Edit, apply, between, change_of, content_of, delta_of
from tests.repository import REPOSITORY
from tests.workflow.building import ONTOLOGY, Team, cell, new_team, open_team

Op = dict[str, Any]


def as_json(label: aw.Label, id: str) -> dict[str, Any]:
    shape = label.shape
    assert shape is not None
    return {"type": "label", "category": label.category, "shape": shape.to_dict(), "id": id}


def put(op: str, *labels: tuple[str, int, float], kind: str = "edit", remove: tuple[str, ...] = ()) -> Op:
    """An edit as the browser sends it, of boxes: (id, index, x)."""
    listed = [[as_json(cell(x), label), index] for label, index, x in labels]
    return {
        "id": op,
        "kind": kind,
        "what": "draw RBC",
        "forward": {"put": listed, "remove": list(remove)},
        "backward": {"put": [], "remove": []},
    }


def drawn(task: Task) -> list[tuple[str, float]]:
    return [(label.id, label.shape.x) for label in task.labels() if isinstance(label, aw.Label)]  # type: ignore[union-attr]


@pytest.fixture
def task(team: Team) -> Task:
    """Ann's open task of ground truth, with a draft of two boxes that a program made."""
    team.ground_truth()
    task = team("ann").next_task()
    assert task is not None
    task.save_draft([_with_id(cell(1), "a"), aw.Answer("quality", "good"), _with_id(cell(2), "b")])
    return task


def _with_id(label: aw.Label, id: str) -> aw.Label:
    return aw.Label(label.category, label.shape, id=id)


# --- deltas as such

IDS = st.sampled_from("abcdefgh")
LISTS = st.lists(IDS, unique=True, max_size=8).flatmap(
    lambda ids: st.lists(st.integers(0, 2), min_size=len(ids), max_size=len(ids)).map(
        lambda values: dict(zip(ids, values, strict=True))
    )
)
CHANGES = st.builds(
    lambda put, remove: Change([(one, value, index) for one, (value, index) in put.items()], list(remove)),
    st.dictionaries(IDS, st.tuples(st.integers(0, 2), st.integers(0, 9)), max_size=4),
    st.sets(IDS, max_size=4),
)


def by_hand(labels: dict[str, int], change: Change) -> list[tuple[str, int]]:
    """The contract, word by word, on a plain list."""
    listed = [(one, value) for one, value in labels.items() if one not in change.remove]
    for one, value, index in sorted(change.put, key=lambda put: put[2]):
        there = [place for place, (other, _) in enumerate(listed) if other == one]
        if there:
            listed[there[0]] = (one, value)
        else:
            listed.insert(min(index, len(listed)), (one, value))
    return listed


@given(LISTS, CHANGES)
def test_a_change_does_what_the_contract_says_and_its_backward_gives_exactly_the_list_before(
    labels: dict[str, int], change: Change
) -> None:
    after, backward = apply(labels, change)
    assert list(after.items()) == by_hand(labels, change)
    again, forward = apply(after, backward)
    assert list(again.items()) == list(labels.items())
    assert list(apply(again, forward)[0].items()) == list(after.items())


@given(LISTS, LISTS)
def test_the_change_between_two_lists_leads_from_one_to_the_other_and_back(
    before: dict[str, int], after: dict[str, int]
) -> None:
    change = between(before, after)
    found, backward = apply(before, change)
    assert list(found.items()) == list(after.items())
    assert list(apply(found, backward)[0].items()) == list(before.items())
    # what neither moved nor changed is not touched
    if [one for one in before if one in after] == [one for one in after if one in before]:
        assert {one for one, _, _ in change.put} == {one for one in after if before.get(one) != after[one]}


@given(st.lists(st.tuples(st.sampled_from(["edit", "edit", "undo", "redo"]), CHANGES), max_size=15))
def test_undoing_everything_gives_the_list_at_the_start(steps: list[tuple[str, Change]]) -> None:
    labels: dict[str, int] = {"a": 0, "b": 0}
    past: list[Change] = []
    future: list[Change] = []
    for move, edit in [*steps, *[("undo", Change([], []))] * len(steps)]:
        stack = {"edit": [edit], "undo": past, "redo": future}[move]
        if not stack:
            continue
        before = dict(labels)
        labels, backward = apply(labels, stack.pop())
        assert list(apply(labels, backward)[0].items()) == list(before.items())
        if move == "edit":
            future.clear()
        (future if move == "undo" else past).append(backward)
    assert list(labels.items()) == [("a", 0), ("b", 0)]


# --- saving


def test_an_edit_changes_the_draft_and_is_kept_with_what_takes_it_back(task: Task) -> None:
    saved = task.save_edit(put("e1", ("c", 1, 3.0), ("b", 9, 7.0), remove=("a",)), seconds=2)
    assert saved == (2, True)
    assert drawn(task) == [("b", 7.0), ("c", 3.0)]
    assert aw.Answer("quality", "good") in task.labels()
    (edit,) = task.history()
    assert (edit.id, edit.kind, edit.what) == ("e1", "edit", "draw RBC")
    back = put("u1", kind="undo") | {"forward": json.loads(_json(edit.backward))}
    task.save_edit(back | {"of": "e1"})
    assert drawn(task) == [("a", 1.0), ("b", 2.0)]
    assert [edit.of for edit in task.history()] == [None, "e1"]
    assert task.seconds == 2


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)


def test_an_edit_that_is_sent_again_changes_nothing_and_is_told_so(team: Team, task: Task) -> None:
    task.save_edit(put("e1", ("c", 2, 3.0)))
    task.save_edit(put("e2", remove=("c",)))
    before = team.dump()
    assert task.save_edit(put("e1", ("c", 2, 3.0))) == (3, False)
    # not even as a conflict, from a window that has seen nothing since, or after the task was handed in
    assert task.save_edit(put("e2", remove=("c",)), revision=1) == (3, False)
    assert team.dump() == before
    task.submit([cell()])
    assert task.save_edit(put("e1", ("c", 2, 3.0))).is_new is False


def test_an_edit_is_one_transaction_and_one_event(team: Team, task: Task) -> None:
    with team.new_events() as events:
        task.save_edit(put("e1", ("c", 2, 3.0)))
    assert events == [("ann", "task.save_draft")]


def test_only_what_an_edit_puts_is_looked_at_and_what_does_not_fit_is_refused(team: Team, task: Task) -> None:
    outside = put("e1", ("c", 2, 3.0))
    outside["forward"]["put"][0][0]["shape"]["x"] = 400
    refused = team.refuses(InvalidLabels, lambda: task.save_edit(outside), rule="P4")
    assert [problem.label_id for problem in refused.problems] == ["c"]
    unknown = put("e2", ("c", 2, 3.0))
    unknown["forward"]["put"][0][0]["category"] = "nothing like it"
    team.refuses(InvalidLabels, lambda: task.save_edit(unknown), rule="P4")


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"id": ""},
        {"id": "x" * 500},
        {"kind": "guess"},
        {"kind": "undo", "of": ""},
        {"kind": "edit", "of": "e0"},
        {"what": "half of \ud800 a character"},
        {"forward": {"put": [["no label", 0]]}},
        {"forward": {"put": [[as_json(cell(), "c"), -1]]}},
        {"forward": {"put": [[as_json(cell(), "c"), 0], [as_json(cell(), "c"), 1]]}},
        {"forward": {"put": [[{**as_json(cell(), "c"), "shape": {"type": "keypoint", "x": None, "y": 2}}, 0]]}},
        {"forward": {"put": [[{**as_json(cell(), "c"), "shape": {"type": "polyline", "points": [[1, 1]]}}, 0]]}},
    ],
)
def test_what_is_no_edit_is_refused(team: Team, task: Task, broken: Op) -> None:
    op = (put("e1", ("c", 2, 3.0)) | broken) if broken else {}
    team.refuses(InvalidInput, lambda: task.save_edit(op))


def test_a_place_beyond_the_end_of_the_list_is_its_end(task: Task) -> None:
    task.save_edit(put("e1", ("c", 10**30, 3.0)))
    assert drawn(task) == [("a", 1.0), ("b", 2.0), ("c", 3.0)]


def test_an_edit_renews_the_lease(team: Team, task: Task) -> None:
    team.clock.forward(minutes=50)
    task.save_edit(put("e1", ("c", 2, 3.0)))
    assert task.lease_until == team.clock.now + 3600


# --- conflicts


def test_an_edit_on_a_draft_that_was_saved_elsewhere_is_a_conflict_and_the_writers_version_is_kept(
    team: Team, task: Task
) -> None:
    other = team.task("ann", task)
    other.save_edit(put("e1", ("c", 2, 3.0)))
    with pytest.raises(Conflict) as caught:
        task.save_edit(put("e2", ("d", 2, 4.0)), labels=[_with_id(cell(9), "mine")])
    assert caught.value.rule == "T6"
    assert [label.id for label in task.copies()[0] if isinstance(label, aw.Label)] == ["mine"]
    assert [one for one, _ in drawn(other)] == ["a", "b", "c"]
    # having looked, one may write on top of it; the edit that lost was never applied
    assert task.labels()
    assert task.save_edit(put("e2", ("d", 2, 4.0))).is_new


def test_an_edit_of_a_task_that_somebody_else_took_is_kept_as_a_copy_of_the_own_draft(team: Team, task: Task) -> None:
    task.save_edit(put("e1", ("c", 2, 3.0)))
    team.clock.forward(minutes=70)
    team.task("bo", task).claim()
    with pytest.raises(Conflict) as caught:
        task.save_edit(put("e2", ("d", 3, 4.0)))
    assert caught.value.rule == "T3"
    assert [label.id for label in task.copies()[0] if isinstance(label, aw.Label)] == ["a", "b", "c", "d"]


def test_an_edit_of_a_task_that_one_never_held_or_has_handed_in_is_refused(team: Team, task: Task) -> None:
    refused = team.task("bo", task)
    team.refuses(Exception, lambda: refused.save_edit(put("e1", ("c", 2, 3.0))))  # type: ignore[arg-type]
    task.submit([cell()])
    team.refuses(TransitionRefused, lambda: task.save_edit(put("e2", ("c", 2, 3.0))))


# --- history


def test_a_history_lasts_over_release_and_a_new_kernel_and_ends_with_the_submission(team: Team, task: Task) -> None:
    task.save_edit(put("e1", ("c", 2, 3.0)))
    task.release()
    task = team.task("ann", task).claim()
    task.save_edit(put("e2", ("d", 3, 4.0)))
    again = open_team(team.file, team.workspace.media_root)
    again.clock.now = team.clock.now
    assert [edit.id for edit in again.task("ann", task).history()] == ["e1", "e2"]
    team.sample(1.0)
    task.submit([cell()])
    assert task.history() == []
    task.recall()
    assert task.history() == []
    task.save_edit(put("e3", ("c", 2, 3.0)))
    assert [edit.id for edit in task.history()] == ["e3"]


def test_a_history_is_ones_own(team: Team, task: Task) -> None:
    task.save_edit(put("e1", ("c", 2, 3.0)))
    team.clock.forward(minutes=70)
    taken = team.task("bo", task).claim()
    assert (taken.history(), taken.labels()) == ([], [])
    taken.save_edit(put("e1", ("c", 0, 3.0)))  # ids are told apart within a draft
    assert len(taken.history()) == 1


def test_what_a_program_drafts_on_top_of_edits_becomes_one_of_them(task: Task) -> None:
    assert task.history() == []  # a draft that a program made is where the history begins
    task.save_edit(put("e1", ("c", 2, 3.0)))
    labels = [label for label in task.labels() if isinstance(label, aw.Label)]
    task.save_draft([labels[2], _with_id(cell(5), "a"), aw.Answer("quality", "blurred")])
    assert [edit.what for edit in task.history()] == ["draw RBC", "by program"]
    task.save_draft([labels[2], _with_id(cell(5), "a")])  # an answer taken back is one too
    first, by_program, unanswered = task.history()
    assert (unanswered.forward.put, unanswered.forward.answers) == ((), {"quality": ()})
    for edit in (unanswered, by_program):
        task.save_edit(put(f"undo {edit.id}", kind="undo") | {"forward": json.loads(_json(edit.backward))})
    assert drawn(task) == [("a", 1.0), ("b", 2.0), ("c", 3.0)]
    assert aw.Answer("quality", "good") in task.labels()
    assert first.forward.answers == {}


QUALITY = st.sampled_from([(), (aw.Answer("quality", "good"),), (aw.Answer("quality", "blurred"),)])
COUNTS = st.sampled_from([(), (aw.Answer("count", 7, frame=0),), (aw.Answer("count", 8, frame=0),)])
ANSWERS = st.fixed_dictionaries({}, optional={"quality": QUALITY, "count": COUNTS})
MOVES = st.sampled_from(["edit", "program", "again", "undo"])


@given(steps=st.lists(st.tuples(MOVES, CHANGES, ANSWERS), max_size=8))
@settings(max_examples=30)
def test_replaying_a_history_leads_to_the_draft_and_backwards_to_its_start(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Change, dict[str, tuple[aw.Answer, ...]]]]
) -> None:
    task = _one_task(tmp_path_factory)
    known: list[Op] = []
    start = None
    for number, (move, change, answers) in enumerate(steps):
        boxes = tuple((one, index, float(value + 1)) for one, value, index in change.put)
        if move == "edit":
            start = content_of(task.labels()) if start is None else start
            op = put(f"e{number}", *boxes, remove=tuple(change.remove))
            op["forward"]["answers"] = {name: json.loads(_json(given)) for name, given in answers.items()}
            known.append(op)
            assert task.save_edit(op).is_new
        elif move == "program":
            task.save_draft(
                [
                    *(_with_id(cell(x), one) for one, _, x in boxes),
                    *(one for given in answers.values() for one in given),
                ]
            )
        elif move == "undo" and task.history():
            back = json.loads(_json(task.history()[number % len(task.history())].backward))
            assert task.save_edit(put(f"u{number}", kind="undo") | {"forward": back}).is_new
        elif known:
            assert not task.save_edit(known[number % len(known)]).is_new
    if start is None:
        assert task.history() == []
        return
    shown, backward = start, []
    for edit in task.history():
        shown, back = shown.after(change_of(edit.forward))
        backward.append(delta_of(back))
    assert list(shown.labels.items()) == list(content_of(task.labels()).labels.items())
    assert shown.answers == content_of(task.labels()).answers
    assert [edit.backward for edit in task.history()] == backward
    for edit in reversed(task.history()):
        shown, _ = shown.after(change_of(edit.backward))
    assert list(shown.labels.items()) == list(start.labels.items())
    assert shown.answers == start.answers


def _one_task(factory: pytest.TempPathFactory) -> Task:
    return _task_asking(factory.mktemp("edits"), *ONTOLOGY.classifications, aw.Number("count", scope="frame"))


def _task_asking(folder: Path, *questions: Question) -> Task:
    ontology = aw.Ontology(objects=ONTOLOGY.objects, classifications=questions)
    team = new_team(folder / "cells.db", folder, items=1, ontology=ontology)
    team.ground_truth(items=1)
    task = team("ann").next_task()
    assert task is not None
    return task


# --- answers


def answered(op: str, *, kind: str = "edit", **answers: tuple[aw.Answer, ...]) -> Op:
    given = {name: json.loads(_json(listed)) for name, listed in answers.items()}
    edit = put(op, kind=kind)
    return edit | {"forward": edit["forward"] | {"answers": given}}


def test_an_answer_is_an_edit_that_is_taken_back_in_its_turn(team: Team, task: Task) -> None:
    task.save_edit(put("e1", ("c", 2, 3.0)))
    with team.new_events() as events:
        saved = task.save_edit(answered("e2", quality=(aw.Answer("quality", "blurred"),)))
    assert (saved, events) == ((3, True), [("ann", "task.save_draft")])
    assert [one for one in task.labels() if isinstance(one, aw.Answer)] == [aw.Answer("quality", "blurred")]
    again = open_team(team.file, team.workspace.media_root)
    again.clock.now = team.clock.now
    _, edit = again.task("ann", task).history()
    assert edit.backward == Delta((), (), {"quality": (aw.Answer("quality", "good"),)})
    task.save_edit(answered("u1", kind="undo", **edit.backward.answers))
    assert not task.save_edit(answered("u1", kind="undo", **edit.backward.answers)).is_new
    assert [one for one in task.labels() if isinstance(one, aw.Answer)] == [aw.Answer("quality", "good")]
    assert [one for one, _ in drawn(task)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (aw.Answer("quality", "great"), "quality can't be 'great', options: good, blurred"),
        (aw.Answer("colour", "red"), "there is no such classification"),
        (aw.Answer("quality", "good", frame=0), "it is asked once per item"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_its_reason(
    team: Team, task: Task, answer: aw.Answer, reason: str
) -> None:
    op = answered("e1", **{answer.question: (answer,)})
    error = team.refuses(InvalidLabels, lambda: task.save_edit(op), rule="P4")
    assert reason in str(error)


def test_of_two_answers_to_a_question_and_of_answers_to_another_none_is_taken(team: Team, task: Task) -> None:
    good = aw.Answer("quality", "good")
    team.refuses(InvalidLabels, lambda: task.save_edit(answered("e1", quality=(good, good))), rule="P4")
    team.refuses(InvalidInput, lambda: task.save_edit(answered("e1", colour=(good,))))


def test_an_answer_that_comes_when_its_option_is_chosen_no_more_is_refused(tmp_path: Path) -> None:
    task = _task_asking(tmp_path, aw.Radio("sharp", ["yes", aw.Option("no", [aw.Text("why")])]))
    no, why = aw.Answer("sharp", "no"), aw.Answer("why", "shaken")
    task.save_edit(answered("e1", sharp=(no,)))
    task.save_edit(answered("e2", why=(why,)))
    with pytest.raises(InvalidLabels, match="only asked under another option"):
        task.save_edit(answered("u1", kind="undo", sharp=()))
    assert task.labels() == [no, why]
    task.save_edit(answered("e3", sharp=(), why=()))
    assert task.labels() == []
    with pytest.raises(InvalidLabels, match="only asked under another option"):
        task.save_edit(answered("e4", why=(why,)))
    assert [edit.id for edit in task.history()] == ["e1", "e2", "e3"]


def test_an_answer_on_a_draft_that_was_saved_elsewhere_is_kept_as_a_copy(team: Team, task: Task) -> None:
    other, blurred = team.task("ann", task), aw.Answer("quality", "blurred")
    other.save_edit(answered("e1", quality=()))
    with pytest.raises(Conflict):
        task.save_edit(answered("e2", quality=(blurred,)))
    assert [one for one in task.copies()[0] if isinstance(one, aw.Answer)] == [blurred]
    assert [one for one in task.labels() if isinstance(one, aw.Answer)] == []


def test_an_edit_that_was_stored_before_answers_were_edits_is_read(team: Team, task: Task) -> None:
    task.save_edit(put("e1", ("c", 2, 3.0)))
    with closing(sqlite3.connect(team.file)) as script:
        ((forward, backward),) = script.execute("SELECT forward, backward FROM edits").fetchall()
    assert [sorted(json.loads(text)) for text in (forward, backward)] == [["put", "remove"]] * 2  # as it always was
    assert task.history()[0].forward.answers == {}


# --- keys and guards


def test_a_copy_of_a_file_and_a_file_in_its_place_have_other_keys(team: Team, task: Task) -> None:
    key = draft_key(task.workspace, task.id)
    assert (key.task, key.user) == (task.id, "ann")
    assert draft_key(team.task("ann", task).workspace, task.id) == key
    copy = team.file.with_name("copy.db")
    team.save_to(copy)
    assert draft_key(aw.open_workspace(copy, user="ann"), task.id).workspace != key.workspace
    other = aw.open_workspace(team.file.with_name("other.db"), user="ann")
    assert draft_key(other, task.id).workspace.split("-")[0] != key.workspace.split("-")[0]


def test_a_file_of_the_first_version_gets_an_identity_of_its_own_and_keeps_edits(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        file = tmp_path / name / "cells.db"
        with closing(sqlite3.connect(file)) as script:
            script.executescript((REPOSITORY / "tests/store/schema_first_version.sql").read_text())
        team = new_team(file, tmp_path / name, items=1)
        team.ground_truth(items=1)
        task = team("ann").next_task()
        assert task is not None
        assert task.save_edit(put("e1", ("c", 0, 3.0))).is_new
        assert len(task.history()) == 1
        keys.add(draft_key(task.workspace, task.id).workspace.split("-")[0])
    assert len(keys) == 2
    assert all(len(key) == 32 for key in keys)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE edits SET what = 'other'",
        "UPDATE edits SET of = 'other'",
        "UPDATE edits SET forward = '{}'",
        "UPDATE edits SET forward = NULL, backward = NULL",  # while the draft is worked on
        "UPDATE edits SET rowid = 77, position = 7",
        "DELETE FROM edits",
        "INSERT OR REPLACE INTO edits SELECT * FROM edits",
        "INSERT INTO edits SELECT task, user, position + 2, 'new', kind, what, of, forward, backward, 1, 0 FROM edits",
        "INSERT INTO edits SELECT task, user, position + 1, id, kind, what, of, forward, backward, 1, 0 FROM edits",
        "UPDATE identity SET id = 'other'",
        "DELETE FROM identity",
        "INSERT INTO identity VALUES ('second')",
    ],
)
def test_the_file_refuses_what_would_rewrite_a_history(team: Team, task: Task, statement: str) -> None:  # (db)
    task.save_edit(put("e1", ("c", 2, 3.0)))
    with closing(sqlite3.connect(team.file)) as script, pytest.raises(sqlite3.IntegrityError, match=r"^(T6|P3): "):
        script.execute(statement)


def test_a_stranger_saves_no_edit(team: Team, task: Task) -> None:
    stranger = Task(team.workspace.as_user("zoe"), task._row())
    team.refuses(PermissionDenied, lambda: stranger.save_edit(Edit("e1", "edit", Delta((), ()))))


# --- key frames on a still picture


def test_a_key_frame_on_a_still_picture_is_the_bare_shape_wherever_labels_enter(task: Task) -> None:
    shape = cell(3).shape
    framed = aw.Label("RBC", {0: shape}, attributes_by_frame={0: {}}, id="f")
    bare = aw.Label("RBC", shape, id="f")
    task.save_draft([framed])
    assert task.labels() == [bare]
    op = put("e1")
    op["forward"]["put"] = [[json.loads(msgspec.json.encode(aw.Label("RBC", {0: shape}, id="g"))), 1]]
    assert task.save_edit(op).is_new
    assert [label.shape for label in task.labels() if isinstance(label, aw.Label)] == [shape, shape]
    assert task.history()[-1].forward.put[0][0].key_frames == {}
    task.submit([framed, aw.Answer("quality", "good")])
    assert task.labels()[0] == bare


def test_a_frame_that_a_still_picture_lacks_is_refused(task: Task) -> None:
    shape = cell(3).shape
    for label in (aw.Label("RBC", {0: shape, 1: shape}), aw.Label("RBC", {0: shape}, until=2)):
        with pytest.raises(InvalidLabels):
            task.save_draft([label])
