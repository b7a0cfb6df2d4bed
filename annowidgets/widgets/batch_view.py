"""One batch: its tasks with their feedback, its pace, and what a lead can do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from annowidgets.errors import InvalidInput
from annowidgets.widgets import batch_panels as panels
from annowidgets.widgets.audit_tool import AuditTool
from annowidgets.widgets.cells import close_earlier
from annowidgets.widgets.changes import keep_current
from annowidgets.widgets.feedback_list import answer_feedback, feedback_list, feedback_rows
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.nesting import OpensOthers
from annowidgets.widgets.pace import pace, stalled
from annowidgets.widgets.parts import button, chip, pairs, progress, section
from annowidgets.widgets.permitted import why_not
from annowidgets.widgets.rows import rows_of
from annowidgets.widgets.table import Table
from annowidgets.widgets.wording import counted, words
from annowidgets.workflow import Batch, Project, Task
from annowidgets.workflow.permissions import Permission

_DONE = ("completed", "skipped", "cancelled", "submitted", "graded", "excluded")


class BatchView(OpensOthers):
    """The tasks of a batch with state, tasker, time, confidence and feedback; its pace and its stalled claims.

    Who may not read all sees the own tasks.

    Parameters
    ----------
    batch : Batch
        Of any kind.
    on_back : callable, optional
        Called by a button that leads back to where the view was opened.
    """

    def __init__(self, batch: Batch, *, on_back: Callable[[], object] | None = None) -> None:
        if not isinstance(batch, Batch):
            raise InvalidInput(f"BatchView takes a batch, got {type(batch).__name__}.", hint="project.batch('round 1')")
        self._project = Project(batch.workspace, batch._project)
        super().__init__(batch.name)
        self._batch, self._on_back = batch, on_back
        self._filter = ""
        self._selected: int | None = None
        self._states = LiveHtml(on_action=self.act, pad=True)
        self._table = Table(panels.TASK_COLUMNS, caption="Tasks", on_action=self.act, pad=True)
        self._panel = LiveHtml(on_action=self.act)
        self.main.children = (self._states, self._table)
        self.side.children = (self._panel,)
        self.add_class("aw-tabular")
        self.handle(
            filter=lambda key, _: self._show_state(key),
            open=lambda key, _: self._select(int(key)),
            unselect=lambda *_: self._select(None),
            audit=lambda *_: self.show_instead(lambda back: AuditTool(batch, on_back=back)),
            launch=lambda *_: self._do(batch.launch, "Launched: its tasks are in the queue."),
            release=lambda key, _: self._do(self._task(key).release, "Released: the task is back in the queue."),
            assign=lambda key, value: self._assign(key, value["user"]),
            prioritise=lambda key, value: self._prioritise(key, value["priority"]),
            exclude=lambda key, value: self._exclude(key, value["text"]),
            close_early=lambda _, value: self._do(
                lambda: batch.close_early(reason=value["text"]), "Closed: what was open has ended, drafts are kept."
            ),
            address=lambda key, value: self._answer("address", key, value),
            decline=lambda key, value: self._answer("decline", key, value),
            refresh=lambda *_: self.refresh(),
            back=lambda *_: on_back and on_back(),
        )
        self.bind_keys({"g": ("Refresh", "refresh")})
        self._changes = keep_current(self, batch.workspace, self.refresh)
        if on_back is None:  # otherwise the screen that leads here is the cell's
            close_earlier(self)
        self.run(self.refresh)

    def refresh(self) -> None:
        """Read the batch again."""
        batch, project = self._batch, self._project
        self._frame = batch.tasks().to_frame()
        self._tasks = rows_of(self._frame)
        items = {task["id"]: task["item"] for task in self._tasks}
        self._feedback = [{**row, "item": items.get(row["task"])} for row in feedback_rows(project, batch=batch.name)]
        self._name, self._kind, self._state = batch.name, batch.kind, batch.state
        self._reads_all = why_not(project, Permission.READ_ALL) is None
        self._may_not_direct = why_not(project, Permission.DIRECT_TASKS)
        self._may_not_run = why_not(project, Permission.RUN_BATCHES)
        self._may_not_audit = why_not(project, Permission.AUDIT)
        self._members = [member.user for member in project.members()]
        self._render()

    # --- what is done

    def _task(self, key: str) -> Task:
        return self._project.task(int(key))

    def _do(self, action: Callable[[], object], said: str) -> None:
        action()
        self.refresh()
        self.say(said)

    def _assign(self, key: str, user: str) -> None:
        self._do(lambda: self._task(key).assign(user), f"Task {key} waits for {user}.")

    def _prioritise(self, key: str, value: str) -> None:
        try:
            priority = int(value)
        except ValueError:
            raise InvalidInput(f"A priority is a whole number, got {value!r:.60}.") from None
        self._do(lambda: self._task(key).set_priority(priority), f"Task {key} has priority {priority}.")

    def _exclude(self, key: str, reason: str) -> None:
        item = self._task(key).item
        self._do(lambda: self._batch.exclude_item(item, reason=reason), f"{item.name} is out of the batch.")

    def _answer(self, act: str, key: str, value: Any) -> None:
        said = answer_feedback(self._project, act, key, value)
        self.refresh()
        self.say(said)

    def _show_state(self, state: str) -> None:
        self._filter = state
        self._render()

    def _select(self, task: int | None) -> None:
        self._selected = task
        self._render()

    # --- what is shown

    def _render(self) -> None:
        counts = self._counts()
        done, total = sum(counts.get(state, 0) for state in _DONE), len(self._tasks)
        self.set_title(
            self._name,
            chip(words(self._kind)),
            chip(words(self._state)),
            tag("span", f"{done} of {counted(total, 'task')}", class_="aw-mute aw-num"),
            progress(done, total, f"{done} of {counted(total, 'task')} done"),
        )
        self.tools.show(self._tools())
        self._states.show(panels.states(counts, self._filter) if self._tasks else self._nothing())
        said: dict[int | None, list[dict[str, Any]]] = {}
        for row in self._feedback:
            said.setdefault(row["task"], []).append(row)
        shown = [task for task in self._tasks if self._filter in ("", task["state"])]
        self._table.set_rows(
            panels.Rows(
                shown,
                lambda task: panels.task_row(task, said.get(task["id"], []), opened=task["id"] == self._selected),
            )
        )
        self._panel.show(self._beside(said))

    def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for task in self._tasks:
            counts[task["state"]] = counts.get(task["state"], 0) + 1
        return counts

    def _nothing(self) -> Content:
        if self._state == "draft":
            # Who doesn't read all is told the items of own tasks only, and of a draft there are none yet.
            held = f": {counted(len(self._batch.items), 'item')}" if self._reads_all else ""
            return tag("p", f"Not launched yet{held}.", class_="aw-mute")
        return tag("p", "None of its tasks is yours." if not self._reads_all else "No tasks.", class_="aw-mute")

    def _tools(self) -> Html:
        buttons: list[Content] = [
            button("Back", "back") if self._on_back else None,
            button("Refresh", "refresh", shortcut="G"),
        ]
        if self._state == "draft":
            refusal = self._may_not_run
            buttons.append(button("Launch", "launch", primary=True, disabled=refusal is not None, hint=refusal))
        elif self._kind == "calibration":
            refusal = self._may_not_audit
            buttons.append(button("Open audit tool", "audit", primary=True, disabled=refusal is not None, hint=refusal))
        return tag("div", buttons, class_="aw-row")

    def _beside(self, said: dict[int | None, list[dict[str, Any]]]) -> Content:
        now, refusal = self._project.workspace.clock(), self._may_not_direct
        running = self._state == "in_progress"
        selected = next((task for task in self._tasks if task["id"] == self._selected), None)
        parts: list[Content] = []
        if selected is not None:
            parts.append(
                panels.task_panel(
                    selected,
                    said.get(selected["id"], []),
                    members=self._members,
                    refusal=refusal,
                    running=running,
                )
            )
        if running and self._reads_all:
            parts.append(panels.pace_section(pace(self._frame, now), now))
            parts.append(panels.stalled_section(stalled(self._frame, now), refusal))
        waiting = [row for row in self._feedback if row["state"] == "open"]
        if waiting:
            listed = feedback_list(waiting, refusal=refusal, where=True)
            parts.append(section(f"Open feedback ({len(waiting)})", listed))
        if running:
            parts.append(panels.closing_section(refusal))
        return parts

    # --- without a kernel

    def summary(self) -> Html:
        """Kind and state of the batch, and its tasks by state."""
        told: dict[str, Content] = {"Batch": self._batch.name, "Kind": words(self._batch.kind)}
        told["State"] = words(self._batch.state)
        for row in self._batch.progress().to_dict("records"):
            told[f"Tasks {words(str(row['state']))}"] = row["tasks"]
        told["Open feedback"] = len(self._project.feedback(batch=self._batch.name, state="open"))
        return pairs(told)
