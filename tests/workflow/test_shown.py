"""What people hold in a notebook shows itself: a short summary, in which no text of a user becomes markup."""

from __future__ import annotations

from pathlib import Path

import annowidgets as aw
from tests.labels.test_summaries import HOSTILE, Reader
from tests.workflow.building import ONTOLOGY, cell, draw_pictures, without_notices
from tests.workflow.training.building import seen_by

TABLE = {"table", "thead", "tbody", "tr", "th", "td", "b"}


def test_project_batch_task_and_training_show_where_they_stand_and_escape_what_people_wrote(tmp_path: Path) -> None:
    workspace = aw.open_workspace(tmp_path / "cells.db", user="lea")
    project = workspace.create_project(HOSTILE, ontology=ONTOLOGY, sampling_rate=0)
    project.add_images(draw_pictures(tmp_path, 2), progress=False)
    project.add_member("<i>ann</i>")
    batch = project.create_ground_truth_batch(f"gold of {HOSTILE}")
    batch.launch()
    mine = workspace.as_user("<i>ann</i>").project(HOSTILE)
    task = mine.next_task()
    assert task is not None
    read = Reader(task._repr_html_())
    assert read.tags == {"b"}
    assert "".join(read.words).endswith(f": {task.item.name} · gold of {HOSTILE} · annotating · <i>ann</i>".lstrip())
    task.submit([cell()])
    shown = Reader(batch._repr_html_())
    assert shown.tags <= TABLE
    assert shown.words[:2] == [f"gold of {HOSTILE}", "· ground truth · in progress · 2 items"]
    shown = Reader(project._repr_html_())
    assert shown.tags <= TABLE
    assert shown.words[:2] == [HOSTILE, "· 2 items · 2 members · production locked"]
    with without_notices():
        training = workspace.create_training_project(
            f"t {HOSTILE}", sources=[project], trainees=["<u>uma</u>"], pass_mark=75, reveal="after_each"
        )
    shown = Reader(training._repr_html_())
    assert shown.tags <= TABLE
    assert shown.words[:2] == [f"t {HOSTILE}", "· 1 benchmark tasks · pass mark 75 · scores shown after each task"]
    assert "<u>uma</u>" in shown.words
    theirs = seen_by(training, "<u>uma</u>").next_task()
    assert Reader(theirs._repr_html_()).tags == {"b"}
    training.close()
    assert "closed" in training._repr_html_()
    project.archive()
    assert "archived" in project._repr_html_()
    assert HOSTILE not in workspace._repr_html_()
