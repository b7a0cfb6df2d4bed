"""I1, I2: instructions as versions, and feedback from when it is given to when it is answered."""

from __future__ import annotations

import numpy as np
import pytest

from annowidgets.errors import InvalidInput, NotFound, Notice, PermissionDenied, TransitionRefused
from tests.workflow.building import Team, cell


def test_i1_instructions_change_as_versions_with_a_note_and_examples(team: Team) -> None:
    lea = team("lea")
    assert lea.instructions.version == 1
    with team.new_events() as events:
        new = lea.update_instructions(
            "# Cells\n\nTightly.", note="tight boxes", good=["![tight](a.png)"], bad=["![loose](b.png)"]
        )
    assert events == [("lea", "instructions.update")]
    assert tuple(new) == (2, "# Cells\n\nTightly.", "tight boxes", ["![tight](a.png)"], ["![loose](b.png)"])
    assert team("ann").instructions == new
    assert [one.version for one in lea.instructions_history()] == [1, 2]
    assert lea.instructions_history()[0].text == "# Cells\n\nBox each."


def test_i1_saving_the_same_makes_no_version_and_says_so(team: Team) -> None:
    lea = team("lea")
    before = team.dump()
    with pytest.warns(Notice, match="Version 1 says the same"):
        assert lea.update_instructions("# Cells\n\nBox each.", note="again").version == 1
    assert team.dump() == before
    for wrong in ({"text": 5}, {"text": "x", "note": 5}, {"text": "x", "good": "one"}, {"text": "x", "bad": [5]}):
        team.refuses(InvalidInput, lambda wrong=wrong: lea.update_instructions(**wrong))
    team.refuses(InvalidInput, lambda: lea.update_instructions("x", good=5))  # type: ignore[arg-type]


def test_i1_a_task_records_the_version_that_its_annotator_saw(team: Team) -> None:
    team.sample(1.0)
    team.ground_truth(items=2)
    task = team("ann").next_task()
    team("lea").update_instructions("Better.")
    assert task.instructions_version == 1
    task.submit([cell()])
    other = team("bo").next_task()
    assert other.instructions_version == 2
    assert task.instructions_version == 1
    team.task("rea", task).return_to_annotator("once more")
    assert team("ann").next_task().instructions_version == 2
    other.release()
    assert team.task("lea", other).instructions_version is None


def test_i2_feedback_knows_its_author_task_version_section_and_kind(team: Team) -> None:
    team.calibration(items=2)
    ann = team("ann")
    task = ann.next_task()
    team("lea").update_instructions("Better.")
    with team.new_events() as events:
        given = task.give_feedback("Do I box cells cut by the border?", section="Boxes", kind="missing")
    assert events == [("ann", "feedback.give")]
    assert (given.author, given.task, given.instructions_version) == ("ann", task.id, 1)
    assert (given.section, given.kind, given.state) == ("Boxes", "missing", "open")
    assert (given.version, given.answer) == (None, None)
    general = ann.give_feedback("What is a platelet?", kind="question")
    assert (general.task, general.instructions_version) == (None, 2)
    assert team("lea").batches().to_frame()["open_feedback"].tolist() == [1]


def test_r3_an_annotator_is_told_of_the_own_open_feedback_only(team: Team) -> None:
    team.calibration(items=2)
    team("ann").next_task().give_feedback("Do I box cells cut by the border?")
    counts = {user: team(user).batches().to_frame()["open_feedback"].tolist() for user in ("lea", "ann", "bo", "rea")}
    assert counts == {"lea": [1], "ann": [1], "bo": [0], "rea": [0]}


def test_i2_feedback_is_checked(team: Team) -> None:
    ann = team("ann")
    for wrong in ({"text": " "}, {"text": 5}, {"text": "x", "kind": "rant"}, {"text": "x", "section": 5}):
        team.refuses(InvalidInput, lambda wrong=wrong: ann.give_feedback(**wrong))


def test_i2_it_is_addressed_in_a_version_or_declined_with_an_answer_once(team: Team) -> None:
    lea, ann = team("lea"), team("ann")
    first, second, third = (ann.give_feedback(text) for text in ("one", "two", "three"))
    lea.update_instructions("Better.")

    def as_lead(feedback: object) -> object:
        return next(one for one in lea.feedback() if one.id == feedback.id)  # type: ignore[attr-defined]

    with team.new_events() as events:
        as_lead(first).address()
        as_lead(second).address(version=np.int64(1), answer="it is said in Boxes")
        as_lead(third).decline(answer="out of scope")
    assert events == [("lea", "feedback.address")] * 2 + [("lea", "feedback.decline")]
    assert (first.state, first.version, first.answer) == ("addressed", 2, None)
    assert (second.state, second.version, second.answer) == ("addressed", 1, "it is said in Boxes")
    assert (third.state, third.version, third.answer) == ("declined", None, "out of scope")
    for again in (as_lead(first).address, lambda: as_lead(third).decline(answer="no")):
        team.refuses(TransitionRefused, again, rule="I2")


def test_i2_an_answer_names_a_version_there_is_and_declining_needs_words(team: Team) -> None:
    lea = team("lea")
    given = team("ann").give_feedback("one")
    lead = lea.feedback()[0]
    told = team.refuses(NotFound, lambda: lead.address(version=2))
    assert "the newest is 1" in told.message
    for wrong in (0, "1", 1.5, True):
        team.refuses(InvalidInput, lambda wrong=wrong: lead.address(version=wrong))
    for wrong in ("", " ", None, 5):
        team.refuses(InvalidInput, lambda wrong=wrong: lead.decline(answer=wrong))
    assert given.state == "open"


def test_i2_feedback_is_found_by_state_author_kind_and_batch(team: Team) -> None:
    team.ground_truth("gold", items=2)
    team("ann").next_task().give_feedback("in gold", kind="wrong")
    team("bo").give_feedback("of nothing")
    lea = team("lea")
    lea.feedback(author="bo")[0].decline(answer="no")
    assert [one.text for one in lea.feedback(state="open")] == ["in gold"]
    assert [one.text for one in lea.feedback(state="declined", author="bo")] == ["of nothing"]
    assert [one.text for one in lea.feedback(kind="wrong")] == ["in gold"]
    assert [one.text for one in lea.feedback(batch="gold")] == ["in gold"]
    assert [one.text for one in team("ann").feedback()] == ["in gold"]
    assert lea.feedback().to_frame()["batch"].tolist()[0] == "gold"
    assert team.refuses(InvalidInput, lambda: lea.feedback(state="opened")).hint == "Did you mean 'open'?"
    team.refuses(NotFound, lambda: lea.feedback(batch="golden"))


def test_i2_feedback_is_given_on_tasks_that_one_sees(team: Team) -> None:
    team.ground_truth(items=2)
    task = team("ann").next_task()
    team.refuses(PermissionDenied, lambda: team.task("bo", task).give_feedback("why?"), rule="R3")
