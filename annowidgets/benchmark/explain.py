"""Why an evaluation label has its points, as data and as a sentence."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.measurements import EMPTY, EXTRA, MATCHED, MISSING, OUTCOMES
from annowidgets.benchmark.tables import FAMILIES, QUESTION_FAMILY
from annowidgets.errors import InvalidInput, NotFound
from annowidgets.labels.values import integer, shown

if TYPE_CHECKING:
    from annowidgets.benchmark.scores import Scores

# What a similarity is called where a trainee reads it.
_SIMILARITY = {"region": "overlap", "line": "overlap of the lines", "point": "closeness", "primitive": "closeness"}


class Term(msgspec.Struct, frozen=True):
    """One term of a score.

    Attributes
    ----------
    name : {"iou", "category", "attributes", "answer"}
    value : float
        How much of it was reached, 0 to 1.
    weight : float
        Its share of the points, 0 to 1; those of all terms sum to 1.
    points : float
        ``100 * weight * value``.
    """

    name: str
    value: float
    weight: float
    points: float


class Explanation(msgspec.Struct, frozen=True):
    """Why an evaluation label has its points.

    Attributes
    ----------
    evaluation_label : int
    kind : {"matched", "missing", "extra", "empty"}
    points : float
        0 to 100.
    importance : float
        Weight of the row in the task's score.
    benchmark_label, trainee_label : str or None
        Ids of the labels that were compared. Where a match was too weak to count, both are named.
    benchmark_category, trainee_category : str or None
    similarity : float or None
        Of the compared pair, 0 to 1.
    threshold : float or None
        Where a match was too weak to count: the similarity that it would have needed.
    terms : tuple of Term
        Empty where nothing was matched.
    text : str
        The same in a sentence or two.
    """

    evaluation_label: int
    kind: str
    points: float
    importance: float
    benchmark_label: str | None
    trainee_label: str | None
    benchmark_category: str | None
    trainee_category: str | None
    similarity: float | None
    threshold: float | None
    terms: tuple[Term, ...]
    text: str

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{term.name}</td><td>{term.value:.2f}</td><td>{term.weight:.0%}</td><td>{term.points:.1f}</td></tr>"
            for term in self.terms
        )
        table = f"<table><tr><th>term</th><th>reached</th><th>weight</th><th>points</th></tr>{rows}</table>"
        return f"<p>{html.escape(self.text)}</p>" + (table if self.terms else "")

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain JSON values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def explain(scores: Scores, evaluation_label: int) -> Explanation:
    """Explain one evaluation label; see `Scores.explain`."""
    place = integer(evaluation_label)
    if place is None:
        raise InvalidInput(f"An evaluation label is a number, got {shown(evaluation_label)}.")
    evaluation_label = place
    if not 0 <= evaluation_label < len(scores):
        raise NotFound(
            f"There is no evaluation label {evaluation_label}.", hint=f"They are numbered 0 to {len(scores) - 1}."
        )
    m, row = scores.measurements, int(scores.measurement[evaluation_label])
    kind, points = int(scores.kind[evaluation_label]), float(scores.points[evaluation_label])
    common: dict[str, Any] = {
        "evaluation_label": evaluation_label,
        "kind": OUTCOMES[kind],
        "points": points,
        "importance": float(scores.importance[evaluation_label]),
    }
    if kind == EMPTY:
        return Explanation(
            **common,
            benchmark_label=None,
            trainee_label=None,
            benchmark_category=None,
            trainee_category=None,
            similarity=None,
            threshold=None,
            terms=(),
            text="There was nothing to judge: 100 points.",
        )
    names = [m.names[code] if code >= 0 else None for code in (m.benchmark_category[row], m.trainee_category[row])]
    similarity = None if np.isnan(m.similarity[row]) else float(m.similarity[row])
    family = FAMILIES[m.family[row]]
    too_weak = m.kind[row] == MATCHED and kind != MATCHED
    threshold = scores.function.threshold(family) if too_weak else None
    terms = _terms(scores, row) if kind == MATCHED else ()
    facts = _Facts(kind, family, names[0], names[1], similarity, threshold, points)
    return Explanation(
        **common,
        benchmark_label=m.label_id("benchmark", row),
        trainee_label=m.label_id("trainee", row),
        benchmark_category=names[0],
        trainee_category=names[1],
        similarity=similarity,
        threshold=threshold,
        terms=terms,
        text=_sentence(facts, terms, scores.function.full_at),
    )


class _Facts(msgspec.Struct, frozen=True):
    kind: int
    family: str
    benchmark: str | None
    trainee: str | None
    similarity: float | None
    threshold: float | None
    points: float


def _terms(scores: Scores, row: int) -> tuple[Term, ...]:
    m, function = scores.measurements, scores.function
    similarity, agreement = float(m.similarity[row]), float(m.attribute_agreement[row])
    if m.family[row] == QUESTION_FAMILY:
        return (Term("answer", similarity, 1.0, 100 * similarity),)
    full = similarity >= function.full_at - ALLOWANCE
    iou, category, attributes = function.weights(m.names[m.benchmark_category[row]])
    parts = [
        ("iou", 1.0 if full else similarity / function.full_at, iou),
        ("category", float(m.benchmark_category[row] == m.trainee_category[row]), category),
    ]
    if not np.isnan(agreement):
        parts.append(("attributes", agreement, attributes))
    total = sum(weight for _, _, weight in parts)
    if total == 0:
        parts, total = [(parts[0][0], parts[0][1], 1.0)], 1.0
    return tuple(
        Term(name, value, weight / total, 100 * weight / total * value) for name, value, weight in parts if weight
    )


def _sentence(facts: _Facts, terms: tuple[Term, ...], full_at: float) -> str:
    benchmark, trainee = facts.benchmark, facts.trainee
    if facts.family == "question":
        return _answer_sentence(facts)
    if facts.threshold is not None and facts.similarity is not None:
        reached, needed = _told_apart(facts.similarity, facts.threshold)
        reason = f"the {_SIMILARITY[facts.family]} is {reached}, and below {needed} a match does not count. 0 points."
        if facts.kind == MISSING:
            return f"The {benchmark} was not found: with the nearest label ({trainee}) {reason}"
        return f"The {trainee} is one too many: with the nearest object ({benchmark}) {reason}"
    if facts.kind == MISSING:
        return f"The {benchmark} was not found: no label matches it. 0 points."
    if facts.kind == EXTRA:
        return f"The {trainee} is one too many: nothing in the benchmark matches it. 0 points."
    reached, full = _told_apart(facts.similarity or 0.0, full_at)
    said = {
        "iou": f"the {_SIMILARITY[facts.family]} is {reached}" + (f" (full from {full})" if full_at < 1 else ""),
        "category": "the class is right"
        if benchmark == trainee
        else f"the class is wrong ({trainee}, not {benchmark})",
        "attributes": "no attribute agrees",
    }
    parts = []
    for term in terms:
        text = said[term.name]
        if term.name == "attributes" and term.value > 0:
            text = "all attributes agree" if term.value >= 1 else f"{_percent(term.value)} of the attributes agree"
        parts.append(f"{text}: {term.points:.1f} of {100 * term.weight:.1f}")
    return f"The {benchmark} was found; {', '.join(parts)}. {facts.points:.1f} points."


def _answer_sentence(facts: _Facts) -> str:
    if facts.kind == MISSING:
        return f"The question {facts.benchmark} was not answered. 0 points."
    if facts.kind == EXTRA:
        return f"The question {facts.trainee} was answered, and the benchmark leaves it open. 0 points."
    if facts.points >= 100:
        return f"The answer to {facts.benchmark} is right. 100 points."
    if facts.points == 0:
        return f"The answer to {facts.benchmark} is wrong. 0 points."
    return f"The answer to {facts.benchmark} is partly right. {facts.points:.1f} points."


def _percent(value: float, digits: int = 1) -> str:
    return f"{100 * value:.{digits}f} %"


def _told_apart(similarity: float, threshold: float) -> tuple[str, str]:
    """Both as per cent, with as many digits as it takes to show that the threshold is not reached."""
    digits = 1
    if similarity < threshold - ALLOWANCE:
        while _percent(similarity, digits) == _percent(threshold, digits):
            digits += 1
    return _percent(similarity, digits), _percent(threshold, digits)
