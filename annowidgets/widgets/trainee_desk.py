"""The trainee's screen: own tasks, labelling, and what was right and wrong once it is shown."""

from __future__ import annotations

import os

from annowidgets.errors import PermissionDenied
from annowidgets.widgets import trainee_panels as panels
from annowidgets.widgets.cells import close_earlier
from annowidgets.widgets.changes import keep_current
from annowidgets.widgets.comparison import Comparison
from annowidgets.widgets.html import Html, tag
from annowidgets.widgets.label_desk import LabelDesk
from annowidgets.widgets.live import LiveHtml
from annowidgets.widgets.nesting import OpensOthers
from annowidgets.widgets.opening import opened
from annowidgets.widgets.parts import pairs
from annowidgets.widgets.rows import rows_of
from annowidgets.widgets.table import Table
from annowidgets.workflow.training import TrainingProject, TrainingTask


class TraineeDesk(OpensOthers):
    """A trainee's own tasks of a training: to begin, to go on with, and, where it is shown, to learn from (A4, A10).

    Parameters
    ----------
    training : TrainingProject, or path
        What is trained, or the workspace file that holds it.
    name : str, optional
        Name of the training project, where a path is given.
    user : str, optional
        Who is trained; the workspace's user where left out.

    Raises
    ------
    InvalidInput
        Something else was given, or a path without a name.
    NotFound, StoreError
        There is no such training, or no such file.
    """

    def __init__(
        self,
        training: TrainingProject | str | os.PathLike[str],
        name: str | None = None,
        *,
        user: str | None = None,
    ) -> None:
        self.training = opened(training, name, user, kind=TrainingProject, screen="TraineeDesk")
        super().__init__(self.training.name)
        self._told = LiveHtml(pad=True)
        self._table = Table(
            panels.COLUMNS, caption="Your tasks", empty="No task is yours.", on_action=self.act, pad=True
        )
        self._panel = LiveHtml()
        self.main.children = (self._told, self._table)
        self.side.children = (self._panel,)
        self.add_class("aw-trainee")
        self.add_class("aw-tabular")
        self.handle(
            start=lambda *_: self._start(None),
            begin=lambda key, _: self._start(self.training.task(int(key)).claim()),
            compare=lambda key, _: self.show_instead(lambda back: Comparison(self.training, int(key), on_back=back)),
            refresh=lambda *_: self.refresh(),
        )
        self.bind_keys({"g": ("Refresh", "refresh"), "s": ("Start labelling", "start")})
        keep_current(self, self.training.workspace, self.refresh)
        close_earlier(self)
        self.run(self.refresh)

    def _start(self, task: TrainingTask | None) -> None:
        self.show_instead(lambda back: LabelDesk(self.training, begin=task, on_back=back))

    def refresh(self) -> None:
        """Read the training again."""
        training = self.training
        status = training.my_status()
        tasks = rows_of(training.tasks(user=training.workspace.user).to_frame())
        self.set_title(training.name, *panels.where(status))
        self.tools.show(panels.tools(status))
        self._told.show(panels.instructions(training.instructions, status.pass_mark))
        self._panel.show(panels.standing(status, training.reveal))
        several = len({task["round"] for task in tasks}) > 1
        newest_first = sorted(tasks, key=lambda task: (-task["round"], task["id"]))
        self._table.set_rows([panels.row(task, several_rounds=several) for task in newest_first])

    # --- without a kernel

    def summary(self) -> Html:
        """How far one is, and whether it is passed."""
        try:
            status = self.training.my_status()
        except PermissionDenied as error:
            return tag("p", error.message)
        return pairs(
            {
                "Training": self.training.name,
                "Done": f"{status.submitted} of {status.tasks}",
                "Score": None if status.score is None else f"{status.score:.1f}",
                "Passed": None if status.passed is None else ("yes" if status.passed else "no"),
            }
        )
