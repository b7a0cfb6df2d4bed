"""The file with many writers, in bulk, and as a table."""

from __future__ import annotations

import multiprocessing
import shutil
import sqlite3
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlite_utils import Database as SqliteUtils

import annowidgets as aw
from annowidgets.store import Connection, Database, database, rows, turns
from annowidgets.store import items as stored_items
from annowidgets.store import tasks as stored_tasks
from annowidgets.workflow import Task
from tests.bench.harness import interleaved, show

WRITERS = 8
SUBMITS = 50  # of each of eight
ALONE = 200  # of one
CLAIMS = 1_000
LABELS = [aw.Label("RBC", aw.BoundingBox(20 * number, 10, 15, 15)) for number in range(20)]
# How SQLite itself and a plain retry leave it to chance who writes next.
CHANCE = ("SQLite's own wait", "a retry at random")


def queue(folder: Path, length: int) -> Path:
    """Make a workspace with a launched batch, a member per writer, and no review."""
    file = folder / "cells.db"
    workspace = aw.open_workspace(file, user="lea")
    ontology = aw.Ontology(objects=[aw.ObjectClass("RBC", shape="bounding_box")])
    project = workspace.create_project("Queue", ontology=ontology, sampling_rate=0)
    with workspace.database.transaction() as connection:
        for number in range(length):
            stored_items.add(
                connection,
                project=project.id,
                name=f"item {number}",
                modality="image",
                sizes="[[480, 640]]",
                hash=str(number),
                files="[]",
                thumbnail=b"",
                added=0.0,
                added_by="lea",
            )
    for number in range(WRITERS):
        project.add_member(f"writer {number}")
    project.create_ground_truth_batch("all").launch()
    workspace.database.close()
    return file


@contextmanager
def waits_noted() -> Iterator[list[float]]:
    """Gather how long each action of this process waits for its turn to write."""
    found: list[float] = []
    original = Database.transaction

    @contextmanager
    def noting(self: Database) -> Iterator[Connection]:
        asked = time.perf_counter()
        with original(self) as connection:
            found.append(time.perf_counter() - asked)
            yield connection

    Database.transaction = noting
    try:
        yield found
    finally:
        Database.transaction = original


def leave_to_chance(how: str | None) -> None:
    """Do without the queue of writers, for comparison."""
    if how is None:
        return
    turns.HAS_TURNS = False
    if how == CHANCE[0]:
        others = [setting for setting in database._SETTINGS if "busy_timeout" not in setting]
        database._SETTINGS = ("busy_timeout = 30000", *others)
        Database._retry = lambda self, step: step()


def submit_all(file: Path, writer: int, count: int, how: str | None, barrier: Any) -> tuple[float, float, list[float]]:
    """Claim, then at the same moment as the others submit as fast as one can: start, end, waits."""
    leave_to_chance(how)
    project = aw.open_workspace(file, user=f"writer {writer}").project("Queue")
    with project.workspace.database.read() as connection:
        queued = stored_tasks.matching(connection, project.id, state="queued")
    own = [row for row in queued if row.id % WRITERS == writer]
    mine = [Task(project.workspace, row).claim() for row in own[:count]]
    assert len(mine) == count
    barrier.wait(120)
    with waits_noted() as waits:
        start = time.monotonic()
        for task in mine:
            task.submit(LABELS)
        return start, time.monotonic(), waits


def claim_all(file: Path, writer: int, count: int, how: str | None, barrier: Any) -> tuple[float, float, list[float]]:
    """Claim and skip until nothing is left: start, end, seconds of each claim."""
    leave_to_chance(how)
    project = aw.open_workspace(file, user=f"writer {writer}").project("Queue")
    barrier.wait(120)
    claims = []
    start = time.monotonic()
    while True:
        asked = time.perf_counter()
        task = project.next_task()
        claims.append(time.perf_counter() - asked)
        if task is None:
            return start, time.monotonic(), claims
        task.skip(reason="on")


def together(work: Any, file: Path, writers: int, count: int, how: str | None = None) -> tuple[float, list[float]]:
    """Seconds from the first start to the last end, and all waits."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(writers) as pool:
        barrier = manager.Barrier(writers)
        done = pool.starmap(work, [(file, writer, count, how, barrier) for writer in range(writers)], chunksize=1)
    starts, ends, waits = zip(*done, strict=True)
    return max(ends) - min(starts), [wait for some in waits for wait in some]


def told(waits: Sequence[float]) -> str:
    median, late, latest = np.quantile(waits, [0.5, 0.99, 0.999]) * 1000
    return f"wait: median {median:6.1f}  p99 {late:6.1f}  p99.9 {latest:6.1f}  longest {max(waits) * 1000:6.1f} ms"


def submits(folder: Path, rounds: int = 3) -> None:
    """One writer and eight, in turn on files of the same kind; each commit is synchronised with the disk."""
    alone: list[float] = []
    ways = (None, *CHANCE)
    eight: dict[str | None, list[float]] = {how: [] for how in ways}
    waits: dict[str | None, list[float]] = {how: [] for how in ways}
    for number in range(rounds):
        file = queue(make(folder, f"submits {number}"), WRITERS * (ALONE + len(ways) * SUBMITS))
        seconds, _ = together(submit_all, file, 1, ALONE)
        alone.append(ALONE / seconds)
        for how in ways:
            seconds, some = together(submit_all, file, WRITERS, SUBMITS, how)
            eight[how].append(WRITERS * SUBMITS / seconds)
            waits[how] += some
        check(file, ALONE + len(ways) * WRITERS * SUBMITS)
    one = float(np.median(alone))
    print(f"\nsubmit 20 labels, each commit durable\n  {'one writer':<32} {one:8.1f} /s")
    for how, rates in eight.items():
        rate = float(np.median(rates))
        name = f"eight writers, {'in turn' if how is None else how}"
        goal = "" if how else f"   target 0.8: {'reached' if rate >= 0.8 * one else 'MISSED'}"
        print(f"  {name:<32} {rate:8.1f} /s   of one writer's {rate / one:5.2f}{goal}")
        late = float(np.quantile(waits[how], 0.999))
        goal = "" if how else f"   target 150 ms: {'reached' if late <= 0.150 else 'MISSED'}"
        print(f"  {'':<32} {told(waits[how])}{goal}")


def check(file: Path, count: int) -> None:
    """Nothing is lost: what was acknowledged is in the file."""
    connection = sqlite3.connect(file)
    done = connection.execute("SELECT count(*) FROM tasks WHERE state = 'completed'").fetchone()[0]
    labels = connection.execute("SELECT count(*) FROM label_sets").fetchone()[0]
    events = connection.execute("SELECT count(*) FROM events WHERE action = 'task.submit'").fetchone()[0]
    connection.close()
    assert done == labels == events == count, (done, labels, events, count)


def claims(folder: Path) -> None:
    print(f"\neight processes claim from one queue of {CLAIMS} tasks")
    for how in (None, *CHANCE):
        file = queue(make(folder, f"claims {how}"), CLAIMS)
        seconds, waits = together(claim_all, file, WRITERS, 0, how)
        assert len(waits) == CLAIMS + WRITERS
        name = "in turn" if how is None else how
        goal = "" if how else f"   target 1 s: {'reached' if max(waits) <= 1 else 'MISSED'}"
        print(f"  {name:<32} {CLAIMS / seconds:8.1f} /s   {told(waits)}{goal}")


COLUMNS = ("task", "user", "reason", "at")


def tables(folder: Path, length: int = 1_000_000) -> None:
    """Rows in bulk, in and out."""
    opened = Database(folder / "bulk.db", create=True)
    connection = opened.connection()
    connection.execute("PRAGMA foreign_keys = OFF")
    values = [(number, f"user {number % 12}", "blurred", 1.8e9 + number / 2) for number in range(length)]
    records = [dict(zip(COLUMNS, row, strict=True)) for row in values]
    utils = SqliteUtils(connection, execute_plugins=False)

    def ours() -> None:
        connection.execute("BEGIN")
        rows.insert_many(connection, "skips", COLUMNS, values)
        connection.execute("ROLLBACK")

    def theirs() -> None:
        connection.execute("BEGIN")
        utils["skips"].insert_all(records)
        connection.execute("ROLLBACK")

    show(
        f"insert {length:,} rows",
        interleaved({"annowidgets insert_many": ours, "sqlite-utils insert_all": theirs}, runs=3),
        {"sqlite-utils insert_all": 0.3},
    )
    connection.execute("BEGIN")
    rows.insert_many(connection, "skips", COLUMNS, values)
    connection.execute("COMMIT")
    query = f"SELECT {', '.join(COLUMNS)} FROM skips"
    pd.testing.assert_frame_equal(rows.frame(connection, query), pd.read_sql_query(query, connection))
    contenders = {
        "annowidgets frame": lambda: rows.frame(connection, query),
        "pandas read_sql": lambda: pd.read_sql_query(query, connection),
        "every row fetched and thrown away": lambda: deque(connection.execute(query), maxlen=0),
    }
    show(
        f"load {length:,} rows into a frame, processor time",
        interleaved(contenders, runs=3, clock=time.process_time),
        {"pandas read_sql": 0.5},
    )
    opened.close()


def make(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        submits(folder)
        claims(folder)
        tables(folder)
    finally:
        shutil.rmtree(folder)
