"""What stands around the picture in a labelling desk, as pure functions from values to markup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from annowidgets.errors import Conflict, InvalidLabels, RuleViolation
from annowidgets.labels import Label
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.instructions import section_headings
from annowidgets.widgets.parts import button, coloured, inline_form, progress, section
from annowidgets.widgets.wording import counted, words
from annowidgets.workflow.feedback import KINDS, Feedback
from annowidgets.workflow.instructions import Instructions
from annowidgets.workflow.queue import Status
from annowidgets.workflow.task_view import Comment
from annowidgets.workflow.training import TrainingStatus


def where(batch: str, item: str, done: int, total: int) -> list[Html]:
    """Batch, place in the queue and item, for the title bar."""
    total = max(total, done + 1)
    said = f"task {done + 1} of {total}"
    return [
        tag("span", batch, class_="aw-chip", title=batch),
        tag("span", said, class_="aw-num"),
        progress(done, total, f"{done} of {total} tasks done"),
        tag("span", item, class_="aw-mute aw-item", title=item),
    ]


def instructions_button(version: int, *, unfolded: bool) -> Html:
    """The button that shows and hides the instructions."""
    return button(f"Instructions v{version}", "instructions", chord="i", pressed=unfolded, hint="Show or hide them (I)")


def tools(instructions: Content, *, leads_back: bool) -> Html | None:
    """The buttons at the right of the title."""
    back = button("Back", "back", hint="What you did is kept") if leads_back else None
    return tag("div", back, instructions, class_="aw-row") if back or instructions else None


def idle(status: Status | TrainingStatus | None, *, released: str | None) -> Html:
    """Why no task is open, and the button that looks for one."""
    if released is not None:
        said: Content = [tag("h3", "Released"), tag("p", f"{released} is put back. Your draft of it is kept.")]
    elif status is None:
        said = [tag("h3", "No task is open"), tag("p", "The message above says why.")]
    else:
        reasons = tag("ul", [tag("li", f"{reason[:1].upper()}{reason[1:]}.") for reason in status.reasons])
        said = [
            tag("h3", "Nothing to label now"),
            reasons,
            tag("p", f"You have handed in {counted(status.submitted, 'task')}.", class_="aw-mute"),
        ]
    label = "Look again" if released is None else "Take the next task"
    return tag("div", said, button(label, "look", primary=True), class_="aw-idle")


def unsuited(item: str, reason: Content) -> Html:
    """Why the open task can't be labelled here."""
    ways = tag("p", "Release it for others, or skip it with a reason.", class_="aw-mute")
    return tag("div", tag("h3", f"{item} can't be labelled here"), tag("p", reason), ways, class_="aw-idle")


def changed_instructions(instructions: Instructions) -> Html:
    """That there is a newer version than the one at the time of the claim."""
    note = instructions.note.strip()
    said = f"The instructions changed since you took this task: version {instructions.version}"
    return _banner([tag("strong", f"{said}."), note and f" {note}"], button("Read", "read"))


def lost(error: RuleViolation, task: int) -> Html:
    """That another window or person has the task now: where one's own version is, and the ways on."""
    kept: Content = "What you saved is kept."
    ways = [button("Open the next task", "look")]
    if isinstance(error, Conflict):
        kept = ["Your version is kept, in Python as ", tag("code", f"project.task({task}).copies()[0]"), "."]
        if error.rule == "T6":  # still one's own
            ways = [button("Open what is saved", "look"), button("Go on with my version", "mine")]
    return _banner([tag("strong", error.message), " ", kept], ways)


def _banner(said: Content, ways: Content) -> Html:
    return tag(
        "div", tag("div", said), tag("div", ways, class_="aw-row"), class_="aw-message aw-is-warn", role="status"
    )


def comments_html(given: Sequence[Comment], titles: Mapping[str, str], *, kept: int) -> list[Html]:
    """What the reviewer said, of the whole and of single labels, the newest first; and what can't be shown.

    Parameters
    ----------
    titles : mapping of label id -> text
        What the labels are called in the list.
    kept : int
        How many labels no part of the desk can show.
    """
    rounds: list[list[Comment]] = []
    for comment in given:
        if comment.label is None or not rounds:  # each return begins with what is said of the whole
            rounds.append([])
        rounds[-1].append(comment)
    listed = []
    for comment in (comment for each in reversed(rounds) for comment in each):
        about: Content = None
        if comment.label is not None and comment.label in titles:
            about = button(titles[comment.label], "select", comment.label, plain=True, hint="Select this label")
        elif comment.label is not None:
            about = tag("span", "a label that is gone: ", class_="aw-mute")
        listed.append(tag("li", about, comment.text, tag("span", f" {comment.author}", class_="aw-mute")))
    shown = []
    if listed:
        shown.append(section("Returned to you", tag("ul", listed, class_="aw-comments")))
    if kept:
        said = f"{counted(kept, 'label')} of this task can't be shown here and will be handed in as they are."
        shown.append(tag("p", said, class_="aw-warn"))
    return shown


def feedback_form(key: str, instructions: Instructions, own: Iterable[Feedback]) -> Html:
    """The form for feedback on the instructions, with one's own feedback and its answers."""
    given = list(own)
    headings = dict.fromkeys(heading.title for heading in section_headings(instructions.text) if heading.title)
    choices = [tag("option", "The instructions as a whole", value=""), *(tag("option", title) for title in headings)]
    kinds = [tag("option", words(kind), value=kind) for kind in KINDS]
    fields = [
        _own_feedback(given),
        tag(
            "div",
            tag("label", "Section ", tag("select", choices, name="section")),
            tag("label", "Kind ", tag("select", kinds, name="kind")),
            class_="aw-row",
        ),
    ]
    return inline_form(
        ["Feedback on instructions", given and f" ({len(given)})"],
        "feedback",
        key=key,
        prompt="What is unclear, missing or wrong?",
        submit="Send feedback",
        fields=fields,
        chord="g",
    )


def _own_feedback(given: Sequence[Feedback]) -> Html | None:
    if not given:
        return None
    listed = []
    for one in given:
        state = one.state
        after = f"addressed in version {one.version}" if state == "addressed" else state
        listed.append(
            tag(
                "li",
                one.section and tag("span", f"{one.section}: ", class_="aw-mute"),
                one.text,
                " ",
                coloured(after, "warn" if state == "open" else "ok"),
                one.answer and tag("div", "Answer: ", one.answer),
            )
        )
    return tag("div", tag("h3", "What you said before"), tag("ul", listed, class_="aw-comments"))


def footer(
    task: int | None,
    feedback: Content,
    *,
    recallable: str | None,
    can_submit: bool,
    can_skip: bool = True,
    asked_empty: bool,
) -> Html:
    """The buttons below the work.

    Parameters
    ----------
    task : int or None
        The open task; its id stands in each button, so that a press that comes late reaches no other task.
    recallable : str or None
        Name of the item that was handed in last, as long as it can be taken back.
    can_skip : bool
        Whether the task may be left to others.
    asked_empty : bool
        Whether a submission without labels was refused once and is now to be confirmed.
    """
    recall = recallable and button("Recall", "recall", hint=f"Take {recallable} back, which you handed in last")
    if task is None:
        return tag("div", feedback, tag("span", class_="aw-spread"), recall, class_="aw-row")
    skip = inline_form(
        "Skip…", "skip", key=task, prompt="Why can't this picture be labelled?", submit="Skip this task", chord="k"
    )
    submit = button(
        "Submit without labels" if asked_empty else "Submit",
        "submit",
        f"{task} empty" if asked_empty else task,
        primary=True,
        shortcut="Ctrl+Enter",
        chord="ctrl+enter",
    )
    release = button("Release", "release", task, hint="Put the task back; your draft is kept for you")
    return tag(
        "div",
        feedback,
        tag("span", class_="aw-spread"),
        recall,
        release,
        skip if can_skip else None,
        submit if can_submit else None,
        class_="aw-row",
    )


def submitted(item: str, labels: Sequence[Label], confidence: float | None) -> str:
    """What was handed in."""
    counts: dict[str, int] = {}
    for label in labels:
        counts[label.category] = counts.get(label.category, 0) + 1
    told = ", ".join(f"{count} {name}" for name, count in counts.items()) or "no labels"
    sure = "" if confidence is None else f", {confidence:.0%} sure".replace("%", " %")
    return f"Submitted {item}: {told}{sure}."


def problems(error: InvalidLabels, titles: Mapping[str, str]) -> Html:
    """What is wrong with which label, in the names that the list of labels shows."""
    said = []
    for problem in error.problems:
        _, separator, what = problem.text.partition("): ")
        title = titles.get(problem.label_id or "")
        said.append(f"{title}: {what}" if title and separator else problem.text)
    return tag("span", tag("strong", "Not yet. "), [[text, "\n"] for text in dict.fromkeys(said)])


def label_titles(labels: Iterable[Label]) -> dict[str, str]:
    """Label id -> "RBC 2": the labels of each class numbered in their order, as the list of labels does."""
    counts: dict[str, int] = {}
    titles: dict[str, str] = {}
    for label in labels:
        counts[label.category] = counts.get(label.category, 0) + 1
        titles[label.id] = f"{label.category} {counts[label.category]}"
    return titles
