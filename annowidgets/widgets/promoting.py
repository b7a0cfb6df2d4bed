"""Promoting audited attempts to training and evaluation tasks (Q1)."""

from __future__ import annotations

from typing import Any

from annowidgets.errors import AnnowidgetsError, InvalidInput
from annowidgets.widgets.attempts import Attempt, Attempts
from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.parts import Meaning, chip, join, section
from annowidgets.widgets.permitted import reason_of
from annowidgets.widgets.wording import counted
from annowidgets.workflow import Batch

_KINDS = ("training", "evaluation")
_HINT = "Annotators learn on training tasks; evaluation tasks are mixed into production, unseen as such."


def promotion(attempt: Attempt, others: int) -> Html:
    """What the attempt was promoted to, or the form to promote it.

    Sends "promote" with the task's id and the form's fields: kind, scope ("one" or "all"), concepts, difficulty.

    Parameters
    ----------
    others : int
        How many attempts of the batch can be promoted, this one among them.
    """
    if attempt.gold is not None:
        gold = attempt.gold
        whose = None if gold.task == attempt.task else f" (by task {gold.task}; there is one gold per item)"
        about = join([*gold.concepts, *([gold.difficulty] if gold.difficulty else [])], " · ")
        return section("Promoted", tag("p", chip(f"{gold.kind} task", "ok"), whose), about and tag("p", about))
    if attempt.grade is None or attempt.grade.grade == "reject":
        why = "Only attempts that the audit approved or fixed can be promoted."
        return section("Promote", tag("p", why, class_="aw-mute"))
    return section("Promote", _form(attempt, others))


def _form(attempt: Attempt, others: int) -> Html:
    kinds = [tag("option", f"{kind} task", value=kind) for kind in _KINDS]
    scope = tag(
        "select",
        tag("option", "this attempt", value="one"),
        tag("option", f"all {others} that can be", value="all"),
        name="scope",
    )
    return tag(
        "form",
        tag("label", "To ", tag("select", kinds, name="kind")),
        tag("label", "Which ", scope) if others > 1 else None,
        tag("label", "Concepts ", tag("input", type="text", name="concepts", placeholder="border cells, overlap")),
        tag("label", "Difficulty ", tag("input", type="text", name="difficulty", placeholder="easy")),
        tag("p", _HINT, class_="aw-mute"),
        tag("div", tag("button", "Promote", type="submit"), class_="aw-row"),
        class_="aw-form aw-labelled",
        data_act="promote",
        data_key=attempt.task,
    )


def promotable(attempts: Attempts) -> list[Attempt]:
    """One attempt of each item that can be promoted: approved or fixed, the item without gold; approved ones first."""
    chosen: dict[int, Attempt] = {}
    fitting = [a for a in attempts.attempts if a.gold is None and a.grade is not None and a.grade.grade != "reject"]
    for attempt in sorted(fitting, key=lambda a: a.grade is not None and a.grade.grade != "approve"):
        chosen.setdefault(attempt.item.id, attempt)
    return list(chosen.values())


def promote(batch: Batch, attempts: Attempts, task: int, fields: dict[str, Any]) -> tuple[str, Meaning]:
    """Do what the form asks for; returns what was done.

    Raises
    ------
    AnnowidgetsError
        The one attempt can't be promoted. Where all are asked for, what is refused is told.
    """
    kind = str(fields.get("kind", ""))
    concepts = [concept.strip() for concept in str(fields.get("concepts", "")).split(",") if concept.strip()]
    difficulty = str(fields.get("difficulty", "")).strip() or None
    tasks = {one.id: one for one in batch.tasks()}
    if fields.get("scope") != "all":
        tasks[task].promote(kind, concepts=concepts, difficulty=difficulty)
        return f"{tasks[task].item.name} is {_article(kind)} task now{_about(concepts, difficulty)}.", "ok"
    done, refused = 0, []
    for attempt in promotable(attempts):
        try:
            tasks[attempt.task].promote(kind, concepts=concepts, difficulty=difficulty)
            done += 1
        except InvalidInput:
            raise  # what was filled in is wrong for all of them
        except AnnowidgetsError as error:
            refused.append(f"{attempt.name}: {reason_of(error)}")
    said = f"{counted(done, 'attempt')} became {kind} tasks{_about(concepts, difficulty)}."
    return "\n".join([said, *refused]), "warn" if refused else "ok"


def _article(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"


def _about(concepts: list[str], difficulty: str | None) -> str:
    told = [*concepts, *([difficulty] if difficulty else [])]
    return f" ({', '.join(told)})" if told else ""
