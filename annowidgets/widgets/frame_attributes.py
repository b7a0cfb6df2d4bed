"""Attributes of an object that change while it goes on: what a form that shows one frame says of the whole label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from annowidgets.errors import InvalidInput
from annowidgets.labels import AnswerValue, Label, Question
from annowidgets.widgets.questions import asked

Answers = Mapping[str, AnswerValue]


def answered(label: Label, questions: Sequence[Question], given: Answers, frame: int, *, from_here: bool) -> Label:
    """The label as it is after its form, which shows what holds on a frame, was changed.

    Parameters
    ----------
    label : Label
        As it was when the form was shown.
    questions : sequence of Question
        Those of its class.
    given : mapping of question -> answer
        All answers in the form.
    frame : int
        The frame that it shows.
    from_here : bool
        Whether what was changed holds from that frame on, up to where the answer changes next; else on all frames.

    Raises
    ------
    InvalidInput
        An answer is taken back from a frame on, which a label can't say.
    """
    before = label.attributes_at(frame)
    was_asked = {question.name for question in asked(questions, before)}
    changed = {name: value for name, value in given.items() if name not in before or not _is_same(before[name], value)}
    gone = {name for name in before if name in was_asked and name not in given}
    own = {start: dict(answers) for start, answers in label.attributes_by_frame.items()}
    whole = dict(label.attributes)
    if from_here and frame > min(label.key_frames, default=0):
        here = own.setdefault(frame, {})
        here.update(changed)
        for name in gone:
            here.pop(name, None)
    else:
        overrides = [answers for start, answers in own.items() if start <= frame or not from_here]
        for answers in (whole, *overrides):
            for name in (*changed, *gone):
                answers.pop(name, None)
        whole.update(changed)
    renewed = msgspec.structs.replace(label, attributes=whole, attributes_by_frame=_told_once(whole, own))
    held = renewed.attributes_at(frame)
    kept = [question.name for question in asked(questions, held) if question.name in gone and question.name in held]
    if kept:
        raise InvalidInput(
            f"The answer to {kept[0]!r} holds from before frame {frame}, and can't be taken back from there on.",
            hint="Choose another answer, or take it back on all frames.",
        )
    return renewed


def _told_once(whole: Answers, own: Mapping[int, Answers]) -> dict[int, dict[str, AnswerValue]]:
    """Without answers that are those which hold already."""
    told: dict[int, dict[str, AnswerValue]] = {}
    current = dict(whole)
    for start in sorted(own):
        news = {n: value for n, value in own[start].items() if n not in current or not _is_same(current[n], value)}
        if news:
            told[start] = news
            current.update(news)
    return told


def _is_same(a: AnswerValue, b: AnswerValue) -> bool:
    return type(a) is type(b) and a == b
