"""Agreement between annotators who labelled the same items."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from annowidgets.benchmark.alpha import Level, krippendorff_alpha
from annowidgets.benchmark.answers import plain_text
from annowidgets.benchmark.arrays import Floats, ratio, summed
from annowidgets.benchmark.function import BenchmarkFunction
from annowidgets.benchmark.measure import measure_many
from annowidgets.benchmark.measurements import EXTRA, MATCHED, MISSING
from annowidgets.benchmark.score import score
from annowidgets.benchmark.scores import Scores
from annowidgets.benchmark.tasks import TaskLabels
from annowidgets.labels.answers import is_unanswered
from annowidgets.labels.label import Answer, Labels
from annowidgets.labels.ontology import Ontology
from annowidgets.labels.questions import Checklist, Number, Question, Text, walk

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
        A row per two annotators who share an item: annotator_a, annotator_b, items, labels_a, labels_b (objects on
        frames), matched, f1 (matched as a share of both, 0 to 1), mean_similarity, same_category and attributes (of the
        matched, 0 to 1), answers (mean agreement of the questions that either answered, 0 to 1), score (mean task score
        of b against a, 0 to 100). NaN where there is nothing to compare.
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
        Decides from which similarity on a match counts, and the score; the default one where left out.
    min_similarity : float
        As in `measure`.

    Notes
    -----
    The annotator who comes first in an item takes the benchmark's place. That matters only for primitives, whose scale
    is the benchmark's, for tolerances, which are those of its class, and for the score. Krippendorff's alpha takes
    Radio and Text as nominal, Number as interval, Checklist by Jaccard's distance.
    """
    gathered = list(items)
    tasks = [
        TaskLabels(
            item.labels[a],
            item.labels[b],
            frame_size=item.frame_size,
            trainee=(a, b),
            spacing=item.spacing,
            interpolate=item.interpolate,
        )
        for item in gathered
        for a, b in _in_order(gathered, item)
    ]
    measured = measure_many(tasks, ontology=ontology, min_similarity=min_similarity)
    return Agreement(_pairs(score(measured, function or BenchmarkFunction())), _alphas(gathered, ontology))


def _in_order(items: list[ItemLabels], item: ItemLabels) -> Iterator[tuple[Hashable, Hashable]]:
    """Pairs of an item's annotators, in the order in which annotators first appear at all."""
    order = {name: None for other in items for name in other.labels}
    yield from combinations([name for name in order if name in item.labels], 2)


def _pairs(scores: Scores) -> pd.DataFrame:
    import pandas as pd

    m = scores.measurements
    pairs, pair_of_task = scores.trainees
    n = len(pairs)
    rows = np.flatnonzero(scores.measurement >= 0)
    source, kind = scores.measurement[rows], scores.kind[rows]
    pair = pair_of_task[scores.task[rows]]
    is_answer = m.is_question[source]
    matched = (kind == MATCHED) & ~is_answer

    def total(chosen: Any, values: Floats | None = None) -> Floats:
        return summed(pair[chosen], np.ones(int(chosen.sum())) if values is None else values[source][chosen], n)

    agreed = m.attribute_agreement
    same = (m.benchmark_category == m.trainee_category).astype(np.float64)
    with_attributes = matched & ~np.isnan(agreed[source])
    both = is_answer & (kind == MATCHED)
    labels = [total(~is_answer & (kind != others)) for others in (EXTRA, MISSING)]
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

    rows = []
    for question in walk(ontology.classifications):
        level: Level = {Number: "interval", Checklist: "sets"}.get(type(question), "nominal")  # type: ignore[assignment]
        units = [unit for item in items for unit in _units(item, question) if len(unit) > 1]
        alpha = krippendorff_alpha(units, level=level)
        rows.append((question.name, level, len(units), sum(map(len, units)), alpha))
    return pd.DataFrame(rows, columns=["question", "level", "units", "values", "alpha"])


def _units(item: ItemLabels, question: Question) -> Iterator[list[Any]]:
    """The values that an item, or each of its frames, got."""
    by_frame: dict[int | None, list[Any]] = {}
    for labels in item.labels.values():
        for answer in labels:
            if not isinstance(answer, Answer) or answer.question != question.name or is_unanswered(answer.value):
                continue
            value = plain_text(str(answer.value)) if isinstance(question, Text) else answer.value
            last = answer.frame if answer.until is None else answer.until
            frames = [None] if answer.frame is None or last is None else range(answer.frame, last + 1)
            for frame in frames:
                by_frame.setdefault(frame, []).append(value)
    yield from by_frame.values()
