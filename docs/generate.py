"""Write the pages that are drawn from the code: ``python docs/generate.py``."""

from __future__ import annotations

from pathlib import Path

from annowidgets.workflow.permissions import ALLOWED, Role
from annowidgets.workflow.states import BATCH_TABLES, TASK_TABLES, BatchKind, BeforeClaim

FOLDER = Path(__file__).parent


def states_page() -> str:
    """States and transitions, as diagrams and as tables."""
    source = "`annowidgets/workflow/states.py` by `docs/generate.py`"
    parts = [f"# States\n\nDrawn from {source}. What is not in a table is refused (T1).\n"]
    pairs = (
        ("Batches of ground truth and production", BATCH_TABLES[BatchKind.PRODUCTION]),
        ("Calibration batches", BATCH_TABLES[BatchKind.CALIBRATION]),
        ("Tasks of ground truth and production", TASK_TABLES[BatchKind.PRODUCTION]),
        ("Calibration attempts", TASK_TABLES[BatchKind.CALIBRATION]),
        ("A trainee's tasks of a round", BATCH_TABLES[BatchKind.TRAINING]),
        ("Training tasks", TASK_TABLES[BatchKind.TRAINING]),
    )
    for title, table in pairs:
        lines = [f"## {title}\n", "```mermaid", "stateDiagram-v2"]
        rows = ["| from | event | to |", "|---|---|---|"]
        for (state, event), target in table.items():
            befores = [before for (before, claimed) in table if claimed == "claim"]
            targets = [str(before) for before in befores] if isinstance(target, BeforeClaim) else [str(target)]
            lines += [f"    {state} --> {one}: {event}" for one in targets]
            told = "the state before the claim" if isinstance(target, BeforeClaim) else _words(str(target))
            rows.append(f"| {_words(state)} | {_words(event)} | {told} |")
        parts.append("\n".join([*lines, "```\n", *rows]) + "\n")
    return "\n".join(parts)


def permissions_page() -> str:
    """Who may do what, as a table."""
    head = ["| permission | " + " | ".join(_words(role) for role in Role) + " |", "|---" * (len(Role) + 1) + "|"]
    rows = [
        f"| {permission} | " + " | ".join("yes" if role in roles else "-" for role in Role) + " |"
        for permission, roles in ALLOWED.items()
    ]
    intro = "# Permissions\n\nDrawn from `annowidgets/workflow/permissions.py` by `docs/generate.py` (R1).\n"
    return "\n".join([intro, *head, *rows]) + "\n"


def _words(value: str) -> str:
    return str(value).replace("_", " ")


PAGES = {"states.md": states_page, "permissions.md": permissions_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
