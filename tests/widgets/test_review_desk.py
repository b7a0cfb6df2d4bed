"""The review desk: what waits, approving with and without fixes, returning with comments (T4, T5)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import annowidgets as aw
from annowidgets.errors import PermissionDenied
from annowidgets.labels import Label
from annowidgets.widgets.editor import Editor
from annowidgets.widgets.review_desk import ReviewDesk
from tests.widgets.loops import LABELS, Loop
from tests.widgets.page import Page, op


class Reviews(Loop):
    """A ground truth batch whose submits all go to review."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.batch.close_early(reason="Not needed here.")
        self.project.update_settings(sampling_rate=1)
        self.gold = self.project.create_ground_truth_batch("gold")
        self.gold.launch()


@pytest.fixture
def loop(tmp_path: Path) -> Reviews:
    return Reviews(tmp_path)


def _shown(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_the_task_that_has_waited_longest_is_shown_with_its_labels(loop: Reviews) -> None:
    first, _ = loop.submit("ann", "bo", at_most=2)
    desk = ReviewDesk(loop.as_("ro"))
    assert desk.task == first
    said = _shown(desk._panel.html)
    assert f"Item {first.item.name}" in said
    assert "By ann" in said
    assert "Confidence 90 %" in said
    assert "Waiting (2)" in _shown(desk._queue.html)
    assert [label.category for label in desk._work.labels if isinstance(label, Label)] == ["RBC", "WBC"]
    assert "2 in review" in _shown(desk._title.html)


def test_approving_completes_it_and_opens_the_next(loop: Reviews) -> None:
    first, second = loop.submit("ann", at_most=2)
    desk = ReviewDesk(loop.as_("ro"))
    desk.act("approve", str(first.id))
    assert (first.state, desk.task) == ("completed", second)
    assert f"Approved {first.item.name}." in _shown(desk._message.html)
    desk.act("approve", str(first.id))  # a second stroke, for the one that is gone
    assert second.state == "in_review"
    desk.act("approve", str(second.id))
    assert desk.task is None
    assert "Nothing to review now" in desk._instead.html


def test_own_fixes_go_with_the_approval_and_can_be_undone_before(loop: Reviews) -> None:
    (task,) = loop.submit("ann", at_most=1)
    desk = ReviewDesk(loop.as_("ro"))
    editor = desk._work.editor
    assert isinstance(editor, Editor)
    page = Page()
    page.open(editor)
    added = Label("RBC", aw.BoundingBox(100, 80, 30, 30))
    page.draw(op("one", put=[(added, 2)]))
    page.deliver()
    assert "Approve with 1 fix" in _shown(desk.footer.html)
    desk.act("reset", str(task.id))
    assert "fix" not in _shown(desk.footer.html)
    page.open(editor)
    page.draw(op("two", put=[(added, 2)]))
    page.deliver()
    desk.act("approve", str(task.id))
    assert task.labels() == [*LABELS[:2], added, *LABELS[2:]]
    assert "with your fixes" in _shown(desk._message.html)


def test_a_return_carries_the_reason_and_the_comments_on_labels(loop: Reviews) -> None:
    (task,) = loop.submit("ann", at_most=1)
    desk = ReviewDesk(loop.as_("ro"))
    label = next(one for one in task.labels() if isinstance(one, Label))
    desk.act("comment", f"{task.id} 0", {"label": label.id, "text": "Tighter, please."})
    desk.act("comment", f"{task.id} 1", {"label": "unknown", "text": "?"})
    assert "Your comments (1)" in _shown(desk._panel.html)
    assert "RBC 1 Tighter, please." in _shown(desk._panel.html)
    assert "Return it with 1 comment" in _shown(desk.footer.html)
    desk.act("return", str(task.id), {"text": "Once more."})
    assert task.state == "returned"
    assert [(one.label, one.text) for one in loop.as_("ann").task(task.id).comments] == [
        (None, "Once more."),
        (label.id, "Tighter, please."),
    ]
    assert desk.task is None


def test_a_return_without_a_reason_is_refused_and_keeps_the_comments(loop: Reviews) -> None:
    (task,) = loop.submit("ann", at_most=1)
    desk = ReviewDesk(loop.as_("ro"))
    label = next(one for one in task.labels() if isinstance(one, Label))
    desk.act("comment", f"{task.id} 0", {"label": label.id, "text": "Tighter."})
    desk.act("return", str(task.id), {"text": " "})
    assert task.state == "in_review"
    assert "aw-is-bad" in desk._message.html
    assert "Tighter." in desk._panel.html


def test_later_goes_round_and_any_can_be_opened(loop: Reviews) -> None:
    first, second = loop.submit("ann", at_most=2)
    desk = ReviewDesk(loop.as_("ro"))
    desk.act("later", str(first.id))
    assert desk.task == second
    desk.act("later", str(second.id))
    assert desk.task == first
    desk.act("open", str(second.id))
    assert desk.task == second


def test_nobody_reviews_own_work_and_who_may_not_review_opens_nothing(loop: Reviews) -> None:
    loop.submit("ann", at_most=1)
    loop.project.set_role("ann", "reviewer")
    assert ReviewDesk(loop.as_("ann")).task is None
    assert ReviewDesk(loop.as_("ann")).summary().count("<dd>0</dd>") == 1
    with pytest.raises(PermissionDenied):
        ReviewDesk(loop.as_("bo"))


def test_what_is_submitted_meanwhile_appears_and_what_is_reviewed_elsewhere_goes(loop: Reviews) -> None:
    desk = ReviewDesk(loop.as_("ro"))
    assert desk.task is None
    first, second = loop.submit("ann", at_most=2)
    desk._follow()
    assert desk.task == first
    loop.project.task(first.id).approve()
    desk._follow()
    assert desk.task == second
    assert "Somebody else has reviewed" in _shown(desk._message.html)


@pytest.mark.parametrize("press", ["approve", "return", None])
def test_nobody_decides_on_labels_that_were_handed_in_anew_before_they_are_seen(
    loop: Reviews, press: str | None
) -> None:
    (task,) = loop.submit("ann", at_most=1)
    desk = ReviewDesk(loop.as_("ro"))
    task.recall()
    task.submit(LABELS[:1])
    assert task.state == "in_review"
    if press is None:
        desk._follow()
    else:
        desk.act(press, str(task.id), {"text": "Tighter."})
    assert task.state == "in_review"
    assert desk._work.labels == LABELS[:1]
    assert "ann has recalled" in _shown(desk._message.html)
    desk.act("approve", str(task.id))
    assert task.state == "completed"
    assert loop.project.task(task.id).labels() == LABELS[:1]


def test_a_picture_that_is_gone_leaves_the_task_to_be_decided(loop: Reviews) -> None:
    (task,) = loop.submit("ann", at_most=1)
    task.item.path.unlink()
    desk = ReviewDesk(loop.as_("ro"))
    assert "can&#x27;t be shown" in desk._instead.html
    desk.act("return", str(task.id), {"text": "The picture is missing."})
    assert task.state == "returned"


def test_hostile_names_are_text(tmp_path: Path) -> None:
    loop = Reviews(tmp_path)
    loop.project.add_member("<img src=x>", role="annotator")
    loop.submit("<img src=x>", at_most=2)
    desk = ReviewDesk(loop.as_("ro"))
    assert "<img" not in desk._panel.html + desk._queue.html + desk._title.html + desk.footer.html + desk.summary()


def test_a_summary_tells_how_much_waits(loop: Reviews) -> None:
    first, _ = loop.submit("ann", at_most=2)
    told = f"Project Blood In review 2 First {first.item.name}, by ann"
    assert _shown(ReviewDesk(loop.as_("ro")).summary()) == told
