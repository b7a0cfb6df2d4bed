"""An export that runs beside everything else, tells how far it is, and can be cancelled."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path

from annowidgets.errors import AnnowidgetsError
from annowidgets.widgets.html import Content, Html, tag
from annowidgets.widgets.parts import button, progress
from annowidgets.widgets.permitted import reason_of
from annowidgets.widgets.training.team import stacked
from annowidgets.widgets.wording import counted
from annowidgets.workflow.training import TrainingProject

log = logging.getLogger(__name__)


class _Cancelled(Exception):
    """Somebody pressed Cancel."""


class Export:
    """Writes all evaluation labels of a training as CSV in a thread of its own (A9).

    Parameters
    ----------
    training : TrainingProject
    path : Path
        The file; one that is there is replaced when all is written.
    on_change : callable()
        Called from that thread when something is to be told.

    Attributes
    ----------
    state : {"running", "done", "cancelled", "failed"}
    """

    def __init__(self, training: TrainingProject, path: Path, *, on_change: Callable[[], object]) -> None:
        self.path, self.state = path, "running"
        self._training, self._on_change = training, on_change
        self._written = self._submissions = self._of = 0
        self._error = ""
        self._wanted = True
        self._thread = threading.Thread(target=self._run, name="annowidgets export", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def cancel(self) -> None:
        """Leave off; the file that was there stays."""
        self._wanted = False

    def wait(self, seconds: float) -> None:
        """Wait for the end, at most so long."""
        self._thread.join(seconds)

    def told(self) -> Html:
        """How far it is, or how it ended, with what can be done about it (acts "cancel_export", "dismiss_export")."""
        if self.state == "running":
            said = f"{self._submissions:,} of {counted(self._of, 'submission')} written" if self._of else "Starting …"
            return _line(
                progress(self._submissions, self._of, said),
                said,
                button("Cancel", "cancel_export", name="Cancel the export"),
            )
        said = {
            "done": f"{counted(self._written, 'evaluation label')} written to {self.path}",
            "cancelled": "The export was cancelled; nothing was written.",
            "failed": f"The export failed: {self._error}",
        }[self.state]
        away = button("✕", "dismiss_export", plain=True, name="Put the line about the export away")
        meaning = {"done": "aw-ok", "cancelled": "aw-mute", "failed": "aw-bad"}[self.state]
        return _line(tag("span", said, class_=meaning), tag("span", class_="aw-spread"), away)

    def _run(self) -> None:
        try:
            self._written = self._training.to_csv(self.path, progress=self._reached)
            self.state = "done"
        except _Cancelled:
            self.state = "cancelled"
        except AnnowidgetsError as error:
            self.state, self._error = "failed", reason_of(error)
        except Exception as error:
            log.exception("The export to %s failed", self.path)
            self.state, self._error = "failed", str(error)
        self._on_change()

    def _reached(self, submissions: int, of: int) -> None:
        self._submissions, self._of = submissions, of
        if not self._wanted:
            raise _Cancelled
        self._on_change()


def export_form(file: str, number: int, *, refusal: str | None) -> Html:
    """The button that opens a form with the name of the file (act "export").

    Parameters
    ----------
    file : str
        The name that is proposed.
    number : int
        Of the export; another number closes the form.
    refusal : str or None
        Why nothing can be exported now.
    """
    if refusal is not None:
        return button("Export CSV…", "export", disabled=True, hint=refusal)
    path = tag("input", name="path", value=file, required=True)
    return tag(
        "details",
        tag("summary", "Export CSV…", class_="aw-button"),
        tag(
            "form",
            stacked("File, beside the notebook or with its folder; one that is there is replaced", path),
            tag(
                "div",
                tag("button", "Export", type="submit"),
                tag("button", "Cancel", type="button", data_close=True),
                class_="aw-row",
            ),
            class_="aw-form",
            data_act="export",
            data_key=number,
        ),
        class_="aw-inline",
        data_key=f"export {number}",
    )


def proposed_file(name: str) -> str:
    """A file name made from the name of a training."""
    plain = re.sub(r"[^\w.-]+", "_", name).strip("._")
    return f"{plain or 'training'}_evaluation_labels.csv"


def _line(*content: Content) -> Html:
    return tag("div", content, class_="aw-row aw-export", role="status")
