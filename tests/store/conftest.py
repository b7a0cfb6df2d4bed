"""The workspaces that the store's tests start from; each test gets its own copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import annowidgets as aw
from tests.store.building import LEAD, NAME, ONTOLOGY, Script, audit, complete, copied, in_the_midst


@pytest.fixture(scope="session")
def midst(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace where everything is going on; production is open."""
    file = tmp_path_factory.mktemp("midst") / "cells.db"
    in_the_midst(file)
    return file


@pytest.fixture(scope="session")
def failed(midst: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same after a later calibration that failed; production is locked again."""
    file = copied(midst, tmp_path_factory.mktemp("failed"))
    project = aw.open_workspace(file, user=LEAD).project(NAME)
    audit(project, project.batch("round 2"), ["reject"])
    complete(project, project.batch("round 2"))
    assert not project.is_calibrated
    project.workspace.database.close()
    return file


@pytest.fixture(scope="session")
def stale(midst: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same after a change of the ontology; production is locked until calibrated anew."""
    file = copied(midst, tmp_path_factory.mktemp("stale"))
    project = aw.open_workspace(file, user=LEAD).project(NAME)
    project.update_ontology(aw.Ontology(objects=[*ONTOLOGY.objects, aw.ObjectClass("Platelet", shape="keypoint")]))
    assert not project.is_calibrated
    project.workspace.database.close()
    return file


@pytest.fixture
def script(midst: Path, tmp_path: Path) -> Iterator[Script]:
    """Return a script on a copy of the workspace where everything is going on."""
    found = Script(copied(midst, tmp_path))
    yield found
    found.close()


@pytest.fixture
def script_after_failure(failed: Path, tmp_path: Path) -> Iterator[Script]:
    """Return a script on a copy of the workspace whose later calibration failed."""
    found = Script(copied(failed, tmp_path))
    yield found
    found.close()


@pytest.fixture
def script_after_ontology(stale: Path, tmp_path: Path) -> Iterator[Script]:
    """Return a script on a copy of the workspace whose ontology changed."""
    found = Script(copied(stale, tmp_path))
    yield found
    found.close()
