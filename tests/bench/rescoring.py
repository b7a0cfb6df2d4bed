"""Recalculation of 1,000,000 stored evaluation labels, from the file to per-trainee scores."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd

from annowidgets.benchmark import BenchmarkFunction, Measurements, TaskLabels, measure_many, score
from tests.bench.boxes import box
from tests.bench.cohorts import cohort, ontology
from tests.bench.harness import interleaved, show

TRAINEES = 50
ROWS = 1_000_000


def fill(path: Path) -> None:
    """Each submission's measurements as one blob, and the same rows one by one as a plain table."""
    names = ontology()
    sample = [measure_many([TaskLabels(task.benchmark_labels, task.trainee_labels, frame_size=task.frame_size)], ontology=names)
              for task in cohort(box, images=500, labels=10_000)]  # fmt: skip
    frames = [one.to_frame() for one in sample]
    blobs = [one.to_bytes() for one in sample]
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE submission (task INTEGER PRIMARY KEY, trainee TEXT, measurements BLOB)")
        db.execute(
            "CREATE TABLE row (task INTEGER, trainee TEXT, frame INTEGER, kind TEXT, family TEXT, benchmark_label TEXT, "
            "trainee_label TEXT, benchmark_category TEXT, trainee_category TEXT, similarity REAL, agreement REAL)"
        )
        task = total = 0
        while total < ROWS:
            own, trainee = frames[task % len(frames)], f"trainee {task % TRAINEES}"
            db.execute("INSERT INTO submission VALUES (?, ?, ?)", (task, trainee, blobs[task % len(blobs)]))
            columns = own[["frame", "kind", "family", "benchmark_label", "trainee_label", "benchmark_category",
                           "trainee_category", "similarity", "attribute_agreement"]]  # fmt: skip
            records = columns.astype(object).where(columns.notna(), None).to_numpy().tolist()
            db.executemany(
                "INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [[task, trainee, *r] for r in records]
            )
            task, total = task + 1, total + len(own)
        db.execute("CREATE INDEX by_trainee ON row (trainee, task)")


def ours(path: Path) -> pd.Series:
    with closing(sqlite3.connect(path)) as db:
        stored = db.execute("SELECT task, trainee, measurements FROM submission ORDER BY task").fetchall()
    tasks, trainees, blobs = zip(*stored, strict=True)
    measured = Measurements.from_blobs(blobs, tasks=tasks, trainees=trainees)
    return score(measured, BenchmarkFunction()).trainee_means().set_index("trainee").score


def with_pandas(path: Path) -> pd.Series:
    with closing(sqlite3.connect(path)) as db:
        rows = pd.read_sql("SELECT task, trainee, kind, benchmark_category, trainee_category, similarity FROM row", db)
    matched = (rows.kind == "matched") & (rows.similarity >= 0.3)
    same = rows.benchmark_category == rows.trainee_category
    rows["points"] = np.where(matched, 50 * rows.similarity + 50 * same, 0.0)
    rows["judged"] = 1 + ((rows.kind == "matched") & ~matched)
    tasks = rows.groupby(["trainee", "task"], sort=False)[["points", "judged"]].sum()
    return (tasks.points / tasks.judged).groupby(level="trainee").mean()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.db"
        fill(path)
        pd.testing.assert_series_equal(
            ours(path).sort_index(), with_pandas(path).sort_index(), check_names=False, check_index_type=False
        )
        other = "pandas read_sql of a plain table, and group-by"
        show(
            "recalculation of 1,000,000 stored rows, from the file to 50 trainees' scores",
            interleaved({"annowidgets": lambda: ours(path), other: lambda: with_pandas(path)}, runs=3),
            {other: 0.1},
        )
