"""Objects of tasks that are measured together: compared, matched, told in rows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from annowidgets.benchmark.answers import compare
from annowidgets.benchmark.arrays import Floats, Ints
from annowidgets.benchmark.candidates import near_pairs
from annowidgets.benchmark.checks import ALLOWANCE
from annowidgets.benchmark.collector import Collector
from annowidgets.benchmark.comparison import MOST_WORK, Comparison
from annowidgets.benchmark.matching import Edges, match, weigh
from annowidgets.benchmark.measurements import EXTRA, MATCHED, MISSING, ROW, Rows
from annowidgets.benchmark.placement import placed_rows
from annowidgets.benchmark.tables import FAMILY_OF_KIND, ShapeTable
from annowidgets.benchmark.tolerances import SPACING_HINT, ClassTolerances
from annowidgets.errors import InvalidInput
from annowidgets.labels.label import Label

# Pairs of overlapping labels in one frame: 2,000 in one heap on either side. Matching more would take minutes.
_MOST_PAIRS = 4_000_000


class Block:
    """The objects of tasks that are measured together.

    Parameters
    ----------
    collected : Collector
    classes : ClassTolerances
        Of the ontology's classes.
    at_least : float
        Similarity below which no pair is matched.
    """

    def __init__(self, collected: Collector, classes: ClassTolerances, at_least: float) -> None:
        self.collected = collected
        self.at_least = at_least
        side = np.repeat(np.arange(2 * len(collected.tasks)), collected.rows)
        self.task, self.is_trainee = side // 2, side % 2 == 1
        self.frame = np.array(collected.frame, np.int64)
        self.position = np.array(collected.position, np.int64)
        self.category = np.array(collected.category, np.int64)
        self.attributes = np.array(collected.attributes, np.int64)
        height, width = collected.frame_sizes(self.task, self.frame)
        longest = int(self.frame.max(initial=0)) + 1
        self.table = ShapeTable(collected.shapes, height, width, self.task * longest + self.frame)
        self.family = FAMILY_OF_KIND[self.table.kind].astype(np.int64)
        spacing = np.array(collected.spacing)[self.task]
        for row in classes.needs_spacing(self.category, spacing)[:1].tolist():
            raise InvalidInput(
                f"{collected.where(row)} is of a class whose tolerance is in mm, and the pixel spacing is not known.",
                hint=SPACING_HINT,
            )
        self.comparison = Comparison(self.table, self.category, spacing, classes, ~self.is_trainee, at_least)

    def measure(self) -> Rows:
        """Rows of what is matched, missing and extra."""
        rows = placed_rows(self.table, self.collected)
        edges, similarity = self._edges(rows)
        chosen = match(edges, self._rank)
        a, b = edges.a[chosen], edges.b[chosen]
        alone = np.setdiff1d(rows, np.concatenate([a, b]), assume_unique=True)
        missing, extra = alone[~self.is_trainee[alone]], alone[self.is_trainee[alone]]
        return np.concatenate(
            [
                self._rows(MATCHED, a, b, similarity[chosen], self._agreement(a, b)),
                self._rows(MISSING, missing, None),
                self._rows(EXTRA, None, extra),
            ]
        )

    def _edges(self, rows: Ints) -> tuple[Edges, Floats]:
        """Pairs that may be matched, and how similar they are."""
        group = self.table.frame * len(FAMILY_OF_KIND) + self.family
        rows = rows[np.argsort(group[rows], kind="stable")]
        found = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))]
        bounds = self.comparison.bounds
        crowd = Crowd(self.collected)
        for near_a, near_b in near_pairs(rows[~self.is_trainee[rows]], rows[self.is_trainee[rows]], group, bounds):
            crowd.count(near_a, self.comparison.work(near_a, near_b), group)
            similarity = self.comparison.similarity(near_a, near_b)
            enough = similarity >= self.at_least - ALLOWANCE
            a, b, similarity = near_a[enough], near_b[enough], similarity[enough]
            weight = weigh(similarity, self.category[a] == self.category[b], self._agreement(a, b))
            found.append((a, b, similarity, weight))
        a, b, similarity, weight = (np.concatenate(column) for column in zip(*found, strict=True))
        return Edges(a, b, weight), similarity

    def _agreement(self, a: Ints, b: Ints) -> Floats:
        """Share of attributes that agree; NaN where neither side answered any."""
        set_a, set_b = self.attributes[a], self.attributes[b]
        result = np.where((set_a < 0) & (set_b < 0), np.nan, 0.0)
        same = self.category[a] == self.category[b]
        to_compare = np.flatnonzero(same & ((set_a >= 0) | (set_b >= 0)))
        # One number for a class and two sets of answers, so that equal comparisons are made once.
        number = len(self.collected.attribute_sets) + 1
        keys = (self.category[a] * number + set_a + 1) * number + set_b + 1
        different, place = np.unique(keys[to_compare], return_inverse=True)
        values = [self._compared(key, number) for key in different.tolist()]
        result[to_compare] = np.array(values, np.float64)[place]
        return result

    def _compared(self, key: int, number: int) -> float:
        """Agreement of two sets of answers, counted from 1; 0 stands for no answers."""
        rest, other = divmod(key, number)
        category, one = divmod(rest, number)
        sets = [self.collected.attribute_sets[code - 1] if code else {} for code in (one, other)]
        compared = compare(self.collected.vocabulary.ontology.objects[category].attributes, *sets)
        return sum(value or 0.0 for value in compared.values()) / len(compared) if compared else np.nan

    def _rank(self, rows: Ints) -> Ints:
        """Order of labels by what they are: class, then JSON of the shape, then of the attributes."""
        names = self.collected.vocabulary.names
        keys = [(names[self.category[row]], *self._spelled(row)) for row in rows.tolist()]
        rank = np.empty(rows.size, np.int64)
        rank[sorted(range(rows.size), key=keys.__getitem__)] = np.arange(rows.size)
        return rank

    def _spelled(self, row: int) -> tuple[str, str]:
        shape = self.collected.shapes[row].to_dict()
        label = self.collected.labels[self.task[row]][int(self.is_trainee[row])][self.position[row]]
        assert isinstance(label, Label)
        return canonical_json(shape), canonical_json(dict(label.attributes_at(int(self.frame[row]))))

    def _rows(
        self, kind: int, a: Ints | None, b: Ints | None, similarity: Any = np.nan, agreement: Any = np.nan
    ) -> Rows:
        either = a if a is not None else b
        assert either is not None
        rows = np.empty(either.size, ROW)
        rows["task"], rows["frame"] = self.task[either], self.frame[either]
        rows["kind"], rows["family"] = kind, self.family[either]
        for side, own in (("benchmark", a), ("trainee", b)):
            rows[f"{side}_shape"] = -1 if own is None else self.table.kind[own]
            rows[f"{side}_category"] = -1 if own is None else self.category[own]
            rows[f"{side}_label"] = -1 if own is None else self.position[own]
        rows["similarity"], rows["attribute_agreement"] = similarity, agreement
        return rows


class Crowd:
    """Counts what one frame takes, and refuses a frame whose labels nobody could compare and match in bounded time."""

    def __init__(self, collected: Collector) -> None:
        self._collected = collected
        self._group, self._pairs, self._work = -1, 0, 0

    def count(self, a: Ints, work: Ints, group: Ints) -> None:
        """Take note of pairs, which come frame by frame, and of the work that each is."""
        if not a.size:
            return
        own = group[a]
        # Only the last frame of a block can go on in the next one.
        starts = np.flatnonzero(np.diff(own, prepend=-1))
        pairs, works = np.diff(starts, append=a.size), np.add.reduceat(work, starts)
        if own[0] == self._group:
            pairs[0] += self._pairs
            works[0] += self._work
        self._group, self._pairs, self._work = int(own[-1]), int(pairs[-1]), int(works[-1])
        refused = np.flatnonzero((pairs > _MOST_PAIRS) | (works > MOST_WORK))
        if refused.size:
            where = self._collected.where(int(a[starts[refused[0]]]))
            if pairs[refused[0]] > _MOST_PAIRS:
                raise InvalidInput(
                    f"{where} is in a crowd: more than {_MOST_PAIRS:,} pairs of labels overlap in that frame.",
                    hint="Check for copied labels.",
                )
            raise InvalidInput(
                f"{where} is in a crowd: comparing the labels that overlap in that frame takes more than "
                f"{MOST_WORK:,} steps, one for every two segments of lines and every vertex of others.",
                hint="Simplify the shapes, or check for copied labels.",
            )


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and all numbers as floats."""
    return json.dumps(_with_floats(value), sort_keys=True)


def _with_floats(value: Any) -> Any:
    if isinstance(value, int):
        return float(value)
    if isinstance(value, dict):
        return {key: _with_floats(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_floats(item) for item in value]
    return value
