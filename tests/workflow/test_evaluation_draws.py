"""Q2, T4, T8: what is drawn can be replayed from the file, and not computed by who works in it."""

from __future__ import annotations

import random
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from scipy import stats

import annowidgets as aw
from annowidgets.store.evaluation import draw_seed
from annowidgets.workflow import Project
from tests.workflow.building import open_team
from tests.workflow.evaluating import GOLD, evaluations, new_items, promoted


class Called(NamedTuple):
    """How an attack on one batch went."""

    served: int
    evaluations: int
    called: int
    right: int


def out_of_order(project: Project, served: list[str], batch: str) -> set[str]:
    """Items that do not come in the order that the batch's id would give; all else is what annotators are shown."""
    rank = {item.name: number for number, item in enumerate(project.items())}
    size = int(project.batches().to_frame().set_index("batch").loc[batch, "items"])
    number = int(re.findall(r"\d+", repr(project.batch(batch)))[0])
    order = random.Random(f"order of batch {number}")
    draws = [order.random() for _ in range(size)]
    expected = sorted(range(size), key=draws.__getitem__)
    room = len(rank) - size
    called, found = set(), 0
    for name in served:
        if found < size and 0 <= rank[name] - expected[found] <= room:
            found += 1
        else:
            called.add(name)
    return called


def test_q2_the_order_of_the_queue_does_not_tell_evaluations(
    tmp_path: Path, pictures: Path, fresh_template: Path
) -> None:
    attacks = []
    for number in range(3):
        team = open_team(tmp_path / f"{number}.db", pictures, copy_of=fresh_template)
        new_items(team, 26 + 7 * number)
        items = list(team("lea").items())
        random.Random(number).shuffle(items)
        names = {task.item.name for task in promoted(team, pool=8, items=items)}
        team.production(items=[item for item in team("lea").items() if item.name not in names])
        team("lea").update_settings(evaluation=aw.EvaluationPolicy(rate=0.4))
        ann, served = team("ann"), []
        while task := ann.next_task():
            served.append(task.item.name)
            task.submit(GOLD)
        called = out_of_order(ann, served, "production")
        given = names & set(served)
        attacks.append(Called(len(served), len(given), len(called), len(called & given)))
        team.workspace.database.close()
    assert all(attack.evaluations >= 5 for attack in attacks)
    chances = [stats.hypergeom(one.served, one.evaluations, one.called).sf(one.right - 1) for one in attacks]
    assert stats.combine_pvalues(chances).pvalue > 0.05, attacks


# --- the same story in two files that differ in their seed only


@pytest.fixture
def draws_of(
    tmp_path: Path, pictures: Path, fresh_template: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bytes], list[object]]:
    """What is drawn in a file with some seed: order and numbers of production, evaluations, reviews."""

    def play(seed: bytes) -> list[object]:
        file = tmp_path / f"{seed[:4].hex()}-{len(list(tmp_path.iterdir()))}.db"
        shutil.copy(fresh_template, file)
        monkeypatch.setattr("annowidgets.store.evaluation.draw_seed", lambda connection: seed)
        team = open_team(file, pictures)
        names = {task.item.name for task in promoted(team, pool=6)}
        team.production(items=new_items(team, 20))
        team("lea").update_settings(evaluation=aw.EvaluationPolicy(rate=0.4), sampling_rate=0.5)
        ann, served, reviewed = team("ann"), [], []
        numbers = [task.id for task in team("lea").batch("production").tasks()]
        while task := ann.next_task():
            task.submit(GOLD)
            served.append(task.item.name)
            reviewed.append(task.state)
        places = [place for place, name in enumerate(served) if name in names]
        order = [name for name in served if name not in names]
        assert len(evaluations(team)) == len(places)
        team.workspace.database.close()
        return [numbers, order, places, reviewed]

    return play


def test_q2_t4_t8_what_is_drawn_hangs_on_random_bytes_of_the_file_alone(
    draws_of: Callable[[bytes], list[object]],
) -> None:
    one, again, other = draws_of(b"1" * 32), draws_of(b"1" * 32), draws_of(b"2" * 32)
    assert one == again
    for mine, theirs in zip(one, other, strict=True):
        assert mine != theirs


def test_q2_every_new_file_has_a_seed_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annowidgets.store.schema_evaluation.token_bytes", secrets.token_bytes)
    seeds = set()
    for name in ("one.db", "other.db"):
        workspace = aw.open_workspace(tmp_path / name, user="lea")
        with workspace.database.read() as connection:
            seeds.add(draw_seed(connection))
        workspace.database.close()
    assert [len(seed) for seed in seeds] == [32, 32]
