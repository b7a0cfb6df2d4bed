"""Write the pages and pictures that are drawn from the code: ``python -m docs.generate``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from annowidgets.workflow.permissions import ALLOWED, Role
from annowidgets.workflow.states import BATCH_TABLES, TASK_TABLES, BatchKind, BeforeClaim
from docs.cli_page import cli_page
from docs.state_diagrams import svg

FOLDER = Path(__file__).parent


class Table(NamedTuple):
    """A table of transitions and where its picture lies."""

    title: str
    picture: str
    transitions: Mapping[tuple[str, str], object]


TABLES = (
    Table("Tasks of ground truth and production", "production_tasks", TASK_TABLES[BatchKind.PRODUCTION]),
    Table("Batches of ground truth and production", "production_batches", BATCH_TABLES[BatchKind.PRODUCTION]),
    Table("Calibration attempts", "calibration_attempts", TASK_TABLES[BatchKind.CALIBRATION]),
    Table("Calibration batches", "calibration_batches", BATCH_TABLES[BatchKind.CALIBRATION]),
    Table("Training tasks", "training_tasks", TASK_TABLES[BatchKind.TRAINING]),
    Table("A trainee's tasks of a round", "training_rounds", BATCH_TABLES[BatchKind.TRAINING]),
)


def states_page() -> str:
    """States and transitions, as pictures and as tables."""
    source = "`annowidgets/workflow/states.py` by `python -m docs.generate`"
    parts = [f"# States\n\nDrawn from {source}. What is not in a table is refused ([T1](rules.md)).\n"]
    for table in TABLES:
        rows = [
            f"| {_words(state)} | {_words(event)} | "
            f"{'the state before the claim' if isinstance(target, BeforeClaim) else _words(target)} |"
            for (state, event), target in table.transitions.items()
        ]
        head = [f"## {table.title}\n", f"![{table.title}](images/{table.picture}.svg)\n"]
        parts.append("\n".join([*head, "| from | event | to |", "|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def diagram(table: Table) -> str:
    """The picture of a table."""
    return svg(table.title, _steps(table.transitions))


def _steps(transitions: Mapping[tuple[str, str], object]) -> Iterator[tuple[str, str, str]]:
    befores = [state for state, event in transitions if event == "claim"]
    for (state, event), target in transitions.items():
        for end in befores if isinstance(target, BeforeClaim) else [target]:
            yield str(state), str(event), str(end)


def permissions_page() -> str:
    """Who may do what, as a table."""
    head = ["| permission | " + " | ".join(_words(role) for role in Role) + " |", "|---" * (len(Role) + 1) + "|"]
    rows = [
        f"| {permission} | " + " | ".join("yes" if role in roles else "-" for role in Role) + " |"
        for permission, roles in ALLOWED.items()
    ]
    intro = "# Permissions\n\nDrawn from `annowidgets/workflow/permissions.py` by `python -m docs.generate` (R1).\n"
    return "\n".join([intro, *head, *rows]) + "\n"


def _words(value: object) -> str:
    return str(value).replace("_", " ")


PAGES: dict[str, Callable[[], str]] = {
    "states.md": states_page,
    "permissions.md": permissions_page,
    "cli.md": cli_page,
    **{f"images/{table.picture}.svg": partial(diagram, table) for table in TABLES},
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
