"""1,000,000 stored evaluation labels: from the file to scores per trainee, and to a frame."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd

from annowidgets.benchmark import BenchmarkFunction, Measurements, Scores, measure_many, score
from tests.bench.boxes import box
from tests.bench.cohorts import cohort, ontology
from tests.bench.harness import interleaved, show

TRAINEES = 50
ROWS = 1_000_000
# What the function needs to know of a row; the plain table holds these and the frame and the two labels.
NEEDED = ("kind", "family", "benchmark_category", "trainee_category", "similarity", "attribute_agreement")
KEPT = ("frame", "benchmark_label", "trainee_label", *NEEDED)


def fill(path: Path) -> None:
    """Each submission's measurements as one blob, and the same rows one by one as a plain table."""
    names = ontology()
    samples = [measure_many([task], ontology=names) for task in cohort(box, images=500, labels=10_000)]
    blobs = [sample.to_bytes() for sample in samples]
    records = []
    for sample in samples:
        frame = sample.to_frame()[list(KEPT)]
        records.append(frame.astype(object).where(frame.notna(), None).to_numpy().tolist())
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE submission (task INTEGER PRIMARY KEY, trainee TEXT, measurements BLOB)")
        db.execute(f"CREATE TABLE row (task INTEGER, trainee TEXT, {', '.join(KEPT)})")
        task = total = 0
        while total < ROWS:
            own, trainee = records[task % len(records)], f"trainee {task % TRAINEES}"
            db.execute("INSERT INTO submission VALUES (?, ?, ?)", (task, trainee, blobs[task % len(blobs)]))
            places = ", ".join("?" * (2 + len(KEPT)))
            db.executemany(f"INSERT INTO row VALUES ({places})", [(task, trainee, *record) for record in own])
            task, total = task + 1, total + len(own)


def stored(path: Path) -> Scores:
    tasks, trainees, blobs = [], [], []
    with closing(sqlite3.connect(path)) as db:
        for task, trainee, blob in db.execute("SELECT task, trainee, measurements FROM submission ORDER BY task"):
            tasks.append(task)
            trainees.append(trainee)
            blobs.append(blob)
    measured = Measurements.from_blobs(blobs, tasks=tasks, trainees=trainees)
    return score(measured, BenchmarkFunction.project_default())


def ours(path: Path) -> pd.Series:
    return stored(path).trainee_means().set_index("trainee").score


def table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    with closing(sqlite3.connect(path)) as db:
        return pd.read_sql(f"SELECT task, trainee, {', '.join(columns)} FROM row", db)


def with_pandas(path: Path) -> pd.Series:
    rows = table(path, NEEDED)
    rows["attribute_agreement"] = rows.attribute_agreement.astype(float)
    threshold = np.where(rows.family.isin(["region", "line"]), 0.3, 0.1)
    is_pair = rows.kind == "matched"
    matched = is_pair & (rows.similarity >= threshold)
    weight = np.where(rows.attribute_agreement.isna(), 0.0, 0.2)
    earned = 0.4 * rows.similarity + 0.4 * (rows.benchmark_category == rows.trainee_category)
    earned += weight * rows.attribute_agreement.fillna(0.0)
    rows["points"] = np.where(matched, 100 * earned / (0.8 + weight), 0.0)
    rows["judged"] = 1 + (is_pair & ~matched)
    tasks = rows.groupby(["trainee", "task"], sort=False)[["points", "judged"]].sum()
    return (tasks.points / tasks.judged).groupby(level="trainee").mean()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.db"
        fill(path)
        expected = with_pandas(path).sort_index()
        np.testing.assert_allclose(ours(path).sort_index(), expected)
        other = "pandas read_sql of a plain table, and group-by"
        show(
            f"recalculation of {ROWS:,} stored rows, from the file to {TRAINEES} trainees' scores, processor time",
            interleaved(
                {"annowidgets": lambda: ours(path), other: lambda: with_pandas(path)}, runs=5, clock=time.process_time
            ),
            {other: 0.1},
        )
        plain = "pandas read_sql of a plain table, no points"
        contenders = {"annowidgets, with points": lambda: stored(path).to_frame(), plain: lambda: table(path, KEPT)}
        show(
            f"a frame of {ROWS:,} stored evaluation labels, processor time",
            interleaved(contenders, runs=3, clock=time.process_time),
            {plain: 0.5},
        )
