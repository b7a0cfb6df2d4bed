"""The formulas of the calibration loop once more, in plain Python, for boxes on still images.

Nothing of annowidgets computes here: XML and the workspace file are parsed, boxes matched and scored by what stands in
this file.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
from scipy.optimize import linear_sum_assignment

Box = tuple[float, float, float, float]
Labels = list[tuple[str, Box]]  # (class, (x0, y0, x1, y1))


class Attempt(NamedTuple):
    item: str
    user: str
    confidence: float
    submitted: Labels
    grade: str
    accuracy: float
    corrected: Labels | None


def attempts(file: sqlite3.Connection, batch: str) -> list[Attempt]:
    """Graded attempts as they lie in the file, in the order of the batch."""
    rows = file.execute(
        """SELECT i.name, t.user, t.confidence, s.labels, g.grade, g.accuracy, c.labels
        FROM tasks t JOIN batches b ON b.id = t.batch JOIN items i ON i.id = t.item
        JOIN batch_items p ON p.batch = b.id AND p.item = i.id
        JOIN label_sets s ON s.id = t.labels JOIN grades g ON g.task = t.id
        LEFT JOIN label_sets c ON c.id = g.labels
        WHERE b.name = ? ORDER BY p.position""",
        (batch,),
    )
    return [Attempt(*row[:3], parsed(row[3]), *row[4:6], row[6] and parsed(row[6])) for row in rows]


def parsed(labels: str) -> Labels:
    boxes = [(label["category"], label["shape"]) for label in json.loads(labels)]
    return [(name, (s["x"], s["y"], s["x"] + s["width"], s["y"] + s["height"])) for name, s in boxes]


def read_truth(folder: Path) -> tuple[dict[str, Labels], list[str]]:
    truth: dict[str, Labels] = {}
    without_size = []
    for path in sorted(folder.glob("*.xml")):
        truth[path.stem] = []
        for item in ET.parse(path).iter("object"):
            x0, y0, x1, y1 = (float(item.findtext(f"bndbox/{side}") or "") for side in ("xmin", "ymin", "xmax", "ymax"))
            if x1 > x0 and y1 > y0:
                truth[path.stem].append((item.findtext("name") or "", (x0, y0, x1, y1)))
            else:
                without_size.append(path.name)
    return truth, without_size


def iou(a: Box, b: Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    overlap = max(width, 0) * max(height, 0)
    return overlap / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - overlap)


def matched(truth: Labels, given: Labels) -> list[tuple[float, bool]]:
    """(IoU, same class) of the pairs with the largest total of IoU * f, f = 1, or 2.02 for the same class."""
    table = np.array([[iou(a, b) for _, b in given] for _, a in truth]).reshape(len(truth), len(given))
    same = np.array([[a == b for b, _ in given] for a, _ in truth]).reshape(table.shape)
    weight = np.where(table >= 0.05, table * np.where(same, 2.02, 1), 0)
    pairs = zip(*linear_sum_assignment(weight, maximize=True), strict=True)
    return [(float(table[i, j]), bool(same[i, j])) for i, j in pairs if table[i, j] >= 0.05]


def task_accuracy(truth: Labels, given: Labels) -> float:
    """Mean over all rows: IoU and class count alike; under 0.3 a pair is one missing and one extra."""
    pairs = [pair for pair in matched(truth, given) if pair[0] >= 0.3]
    rows = len(pairs) + (len(truth) - len(pairs)) + (len(given) - len(pairs))
    return sum((0.4 * overlap + 0.4 * same) / 0.8 for overlap, same in pairs) / rows if rows else 1.0


def graded(truth: Labels, given: Labels) -> tuple[str, float]:
    """Grade and accuracy by the auditor's stated policy."""
    right = [overlap for overlap, same in matched(truth, given) if same]
    if len(right) == len(truth) == len(given) and all(overlap >= 0.75 for overlap in right):
        return "approve", 1.0
    if sum(overlap >= 0.3 for overlap in right) < len(truth) / 2:
        return "reject", 0.0
    return "fix", task_accuracy(truth, given)


class Figures(NamedTuple):
    score: float
    accuracy: float
    low: float
    high: float


def figures(attempts: list[Attempt], truth: dict[str, Labels]) -> Figures:
    """What the audit of a batch with one attempt per item has to come to."""
    a = np.array([graded(truth[attempt.item], attempt.submitted)[1] for attempt in attempts])
    c = np.array([attempt.confidence for attempt in attempts])
    scores = 100 * (0.8 * a + 0.2 * (1 - (c - a) ** 2))
    draws = np.random.default_rng(0).integers(0, len(a), (2000, len(a)))
    low, high = np.percentile(scores[draws].mean(axis=1), [2.5, 97.5])
    return Figures(float(scores.mean()), float(a.mean()), float(low), float(high))
