"""Eight people claim from one queue at the same moment: each task goes to one of them, and nobody waits long (T2)."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from PIL import Image

import annowidgets as aw
from tests.store.processes import at_once

TASKS = 1_000
PEOPLE = 8


def claim_everything(file: Path, user: str) -> list[tuple[int, float]]:
    """(task, seconds that the claim took) for all that one person gets, each skipped so that the next can come."""
    project = aw.open_workspace(file, user=user).project("Queue")
    got = []
    while True:
        start = time.perf_counter()
        task = project.next_task()
        took = time.perf_counter() - start
        if task is None:
            return got
        got.append((task.id, took))
        task.skip(reason="on to the next")


def test_t2_eight_processes_share_a_queue_of_a_thousand_tasks_and_no_claim_waits_over_a_second(tmp_path: Path) -> None:
    file = tmp_path / "cells.db"
    project = aw.open_workspace(file, user="lea").create_project(
        "Queue", ontology=aw.Ontology(objects=[aw.ObjectClass("RBC", shape="bounding_box")])
    )
    pixels = np.zeros((4, 4, 3), np.uint8)
    files = []
    for number in range(TASKS):
        pixels[0, 0] = number % 256, number // 256, 7
        files.append(tmp_path / f"{number:04}.png")
        Image.fromarray(pixels).save(files[-1])
    project.add_images(files, progress=False)
    people = [f"person {number}" for number in range(PEOPLE)]
    for user in people:
        project.add_member(user)
    project.create_ground_truth_batch("all").launch()

    results = at_once(claim_everything, [(file, user) for user in people])

    claimed = [task for result in results for task, _ in result]
    waits = np.array([took for result in results for _, took in result])
    assert sorted(claimed) == sorted(task.id for task in project.tasks())
    assert len(set(claimed)) == TASKS
    # The file's own record says the same: one claim a task.
    events = project.events()
    assert events.loc[events["action"] == "task.claim", "subject_id"].value_counts().eq(1).all()
    assert waits.max() < 1.0, f"longest {waits.max():.3f} s, median {np.median(waits):.4f} s"
    print(
        f"claims: median {np.median(waits) * 1e3:.1f} ms, p99 {np.quantile(waits, 0.99) * 1e3:.1f} ms, "
        f"longest {waits.max() * 1e3:.1f} ms"
    )
