"""`annowidgets import` and `annowidgets export`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from annowidgets.cli import main
from annowidgets.interchange import FORMATS
from tests.interchange import samples
from tests.test_cli import annowidgets


def test_labels_go_in_and_come_out_again_with_what_was_left_out(tmp_path: Path) -> None:
    source = samples.write_sample("labelme", tmp_path)
    workspace, out = tmp_path / "cells.db", tmp_path / "out.json"
    of = ("--workspace", workspace, "--project", "Cells")
    told = annowidgets("import", *of, "--new", "--labels", source, "--format", "labelme")
    assert told.exit_code == 0
    assert "labels on 1 items are in the batch 'imported'" in told.output
    again = annowidgets("import", *of, "--labels", source, "--format", "labelme")
    assert again.exit_code == 1
    assert "There is a batch 'imported'" in again.output
    exported = annowidgets("export", *of, "--to", out, "--include", "ground_truth")
    assert exported.exit_code == 0
    assert f"are in {out}" in exported.output
    assert "Left out: a: line: COCO has no lines" in exported.output
    assert (tmp_path / "out.beside.csv").is_file()
    assert {one["name"] for one in json.loads(out.read_text())["categories"]} >= {"polygon", "mask"}


def test_what_can_not_be_read_leaves_no_workspace_behind(tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text("{")
    workspace = tmp_path / "cells.db"
    told = annowidgets(
        "import",
        "--workspace",
        workspace,
        "--project",
        "x",
        "--new",
        "--labels",
        tmp_path / "labels.json",
        "--format",
        "coco",
    )
    assert told.exit_code == 1
    assert "labels.json" in told.output
    assert not workspace.exists()
    told = annowidgets("export", "--workspace", workspace, "--project", "x", "--to", tmp_path / "out.json")
    assert told.exit_code == 1
    assert not workspace.exists()


def test_the_command_knows_every_format_that_is_read() -> None:
    [option] = [param for param in main.commands["import"].params if param.name == "format_"]
    assert isinstance(option.type, click.Choice)
    assert set(option.type.choices) == set(FORMATS)
