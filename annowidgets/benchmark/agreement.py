"""Agreement between annotators who labelled the same items."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from annowidgets.benchmark.alpha import Level, krippendorff_alpha
from annowidgets.benchmark.answers import plain_text
from annowidgets.benchmark.arrays import Floats, ratio, summed
from annowidgets.benchmark.branches import own_answers
from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.frames import answered_frames
from annowidgets.benchmark.function import BenchmarkFunction
from annowidgets.benchmark.measure import measure_many
from annowidgets.benchmark.measurements import EXTRA, MATCHED, MISSING
from annowidgets.benchmark.score import score
from annowidgets.benchmark.scores import Scores
from annowidgets.benchmark.tables import FAMILIES, QUESTION_FAMILY
from annowidgets.benchmark.tasks import TaskLabels
from annowidgets.errors import InvalidInput
from annowidgets.labels.label import Answer, AnswerValue, Labels
from annowidgets.labels.ontology import Ontology
from annowidgets.labels.questions import Checklist, Number, Question, Text, walk
from annowidgets.labels.values import shown

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class ItemLabels:
    """One item as several annotators labelled it.

    Parameters
    ----------
    labels : mapping of annotator -> sequence of Label and Answer
    frame_size, spacing, interpolate
        As in `TaskLabels`.
    """

    labels: Mapping[Hashable, Labels]
    frame_size: Any = field(kw_only=True)
    spacing: tuple[float, float] | None = field(default=None, kw_only=True)
    interpolate: bool = field(default=True, kw_only=True)


@dataclass(frozen=True)
class Agreement:
    """How far annotators agree.

    Attributes
    ----------
    pairs : DataFrame
        A row per two annotators who share an item, in the order in which they appear: annotator_a, annotator_b, items,
        labels_a, labels_b (objects on frames), matched, f1 (matched as a share of both, 0 to 1), mean_similarity,
        same_category and attributes (of the matched, 0 to 1), answers (mean agreement of the questions that either
        answered, 0 to 1), score (mean task score of b against a, 0 to 100). NaN where there is nothing to compare.
    alpha : DataFrame
        A row per classification: question, level, units (items or frames that at least two answered), values, alpha.
    """

    pairs: pd.DataFrame
    alpha: pd.DataFrame

    def _repr_html_(self) -> str:
        html: str = self.pairs._repr_html_() + self.alpha._repr_html_()  # type: ignore[operator]
        return html


def agreement(
    items: Iterable[ItemLabels],
    *,
    ontology: Ontology,
    function: BenchmarkFunction | None = None,
    min_similarity: float = 0.05,
) -> Agreement:
    """Compare annotators two by two on the items that they share, and all together on classifications.

    Parameters
    ----------
    items : iterable of ItemLabels
    ontology : Ontology
    function : BenchmarkFunction, optional
        Decides the score, and from which similarity on a match counts in all other figures; the default one where
        left out. Its other settings (mode, extra, ignored_shapes) touch the score only.
    min_similarity : float
        As in `measure`.

    Returns
    -------
    Agreement
        Tables of pairs of annotators and of Krippendorff's alpha.

    Raises
    ------
    InvalidInput
        Labels that `measure` refuses, whoever made them.

    Notes
    -----
    Of two annotators the one who appears first over all items, in the order of their mappings, takes the benchmark's
    place on every item that they share. That matters only for primitives, whose scale
    is the benchmark's, for tolerances, which are those of its class, and for the score. Krippendorff's alpha takes
    Radio and Text as nominal, Number as interval, Checklist by Jaccard's distance.
    """
    gathered = _listed(items)
    applied = BenchmarkFunction() if function is None else function
    order = {name: None for item in gathered for name in item.labels}
    tasks = [
        _task(item, place, a, b)
        for a, b in combinations(order, 2)
        for place, item in enumerate(gathered)
        if a in item.labels and b in item.labels
    ]
    alone = [_task(item, place, *item.labels) for place, item in enumerate(gathered) if len(item.labels) == 1]
    # What nobody is compared with must be as right as the rest.
    measure_many(alone, ontology=ontology, min_similarity=min_similarity)
    measured = measure_many(tasks, ontology=ontology, min_similarity=min_similarity)
    return Agreement(_pairs(score(measured, applied)), _alphas(gathered, ontology))


def _listed(items: Any) -> list[ItemLabels]:
    try:
        if isinstance(items, (ItemLabels, Mapping)):
            raise TypeError
        listed = list(items)
    except TypeError:
        raise InvalidInput(f"agreement takes a list of ItemLabels, got {shown(items)}.") from None
    for place, item in enumerate(listed):
        if not isinstance(item, ItemLabels):
            raise InvalidInput(
                f"items[{place}] must be ItemLabels, got {shown(item)}.",
                hint="Write ItemLabels({annotator: labels, ...}, frame_size=...).",
            )
        if not isinstance(item.labels, Mapping):
            raise InvalidInput(f"items[{place}].labels must map annotators to labels, got {shown(item.labels)}.")
    return listed


def _task(item: ItemLabels, place: int, a: Hashable, *other: Hashable) -> TaskLabels:
    """Two annotators' labels of an item, or the one's alone; messages name them as the task."""
    return TaskLabels(
        item.labels[a],
        item.labels[other[0]] if other else [],
        frame_size=item.frame_size,
        task=(f"item {place}", a, *other),
        trainee=(a, *other),
        spacing=item.spacing,
        interpolate=item.interpolate,
    )


def _pairs(scores: Scores) -> pd.DataFrame:
    import pandas as pd

    m = scores.measurements
    pairs, pair_of_task = scores.trainees
    n = len(pairs)
    # From the measurements, because what the function drops or does not count was labelled all the same.
    pair = pair_of_task[m.task]
    is_answer = m.is_question
    thresholds = np.array([*(scores.function.threshold(family) for family in FAMILIES[:QUESTION_FAMILY]), 0.0])
    paired = m.kind == MATCHED
    matched = paired & ~is_answer
    matched[matched] = m.similarity[matched] >= thresholds[m.family[matched]] - ALLOWANCE

    def total(chosen: Any, values: Floats | None = None) -> Floats:
        return summed(pair[chosen], np.ones(int(chosen.sum())) if values is None else values[chosen], n)

    agreed = m.attribute_agreement
    same = (m.benchmark_category == m.trainee_category).astype(np.float64)
    with_attributes = matched & ~np.isnan(agreed)
    both = is_answer & paired
    labels = [total(~is_answer & (m.kind != others)) for others in (EXTRA, MISSING)]
    task_scored = ~np.isnan(scores.task_mean)
    columns = {
        "items": np.bincount(pair_of_task, minlength=n),
        "labels_a": labels[0].astype(np.int64),
        "labels_b": labels[1].astype(np.int64),
        "matched": total(matched).astype(np.int64),
        "f1": ratio(2 * total(matched), labels[0] + labels[1]),
        "mean_similarity": ratio(total(matched, m.similarity), total(matched)),
        "same_category": ratio(total(matched, same), total(matched)),
        "attributes": ratio(total(with_attributes, agreed), total(with_attributes)),
        "answers": ratio(total(both, m.similarity), total(is_answer)),
        "score": ratio(
            summed(pair_of_task[task_scored], scores.task_mean[task_scored], n),
            np.bincount(pair_of_task[task_scored], minlength=n),
        ),
    }
    names: list[tuple[Any, Any]] = list(pairs)  # type: ignore[arg-type]
    return pd.DataFrame({"annotator_a": [a for a, _ in names], "annotator_b": [b for _, b in names], **columns})


def _alphas(items: list[ItemLabels], ontology: Ontology) -> pd.DataFrame:
    import pandas as pd

    units: dict[str, list[list[Any]]] = {question.name: [] for question in walk(ontology.classifications)}
    for item in items:
        for name, values in _units(item, ontology.classifications):
            if len(values) > 1:
                units[name].append(values)
    rows = []
    for question in walk(ontology.classifications):
        level: Level = {Number: "interval", Checklist: "sets"}.get(type(question), "nominal")  # type: ignore[assignment]
        own = units[question.name]
        rows.append((question.name, level, len(own), sum(map(len, own)), krippendorff_alpha(own, level=level)))
    return pd.DataFrame(rows, columns=["question", "level", "units", "values", "alpha"])


def _units(item: ItemLabels, questions: Sequence[Question]) -> Iterator[tuple[str, list[Any]]]:
    """The values that a question got on an item, or on each of its frames, as far as `measure` counts them."""
    texts = {question.name for question in walk(questions) if isinstance(question, Text)}
    found: dict[tuple[int | None, str], list[Any]] = {}
    for labels in item.labels.values():
        given: dict[int | None, dict[str, AnswerValue]] = {}
        for answer in labels:
            if isinstance(answer, Answer):
                for frame in answered_frames(answer):
                    given.setdefault(frame, {})[answer.question] = answer.value
        for frame, answers in given.items():
            for name, value in own_answers(questions, answers).items():
                found.setdefault((frame, name), []).append(plain_text(str(value)) if name in texts else value)
    for (_, name), values in found.items():
        yield name, values
