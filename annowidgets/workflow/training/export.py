"""Every evaluation label as CSV, streamed (A9)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from annowidgets.errors import InvalidInput
from annowidgets.store import training_figures as stored_figures
from annowidgets.workflow.checks import require_flag
from annowidgets.workflow.csv import csv_lines
from annowidgets.workflow.permissions import Permission
from annowidgets.workflow.training.reports import TrainingReports
from annowidgets.workflow.training.tables import evaluation_frame

# Submissions that are in memory at a time.
_AT_ONCE = 1000


class TrainingExport(TrainingReports):
    """The export of a training project."""

    def to_csv(
        self,
        path: str | os.PathLike[str],
        *,
        progress: bool | Callable[[int, int], object] = True,
        spreadsheet: bool = False,
    ) -> int:
        """Write every evaluation label, with the columns and numbers of `evaluation_labels`.

        Scores are those of the moment of the call, whatever is submitted or applied while the file is written. An
        interrupted export leaves the file that was there as it was.

        Parameters
        ----------
        path : path
            The file; replaced where it is there.
        progress : bool or callable(done, total)
            Whether to show a progress bar; or what is called with the number of submissions written so far and of all,
            and ends the export where it raises.
        spreadsheet : bool
            As of `Project.export`.

        Returns
        -------
        int
            How many evaluation labels there are.

        Raises
        ------
        InvalidInput
            The file can't be written there.
        """
        from tqdm.auto import tqdm

        require_flag("spreadsheet", spreadsheet)
        with self.workspace.look(self.id, Permission.READ_ALL) as action:
            sheet = self._sheet(action)
        target, unfinished = _places(path)
        written = 0
        tell = progress if callable(progress) else None
        try:
            with (
                unfinished.open("w", encoding="utf-8", newline="") as file,
                tqdm(total=len(sheet.submissions), desc="Writing", unit="task", disable=progress is not True) as bar,
            ):
                for start in range(0, max(len(sheet.submissions), 1), _AT_ONCE):
                    part = sheet._replace(submissions=sheet.submissions[start : start + _AT_ONCE])
                    with self.workspace.look(self.id, Permission.READ_ALL) as action:
                        blobs = stored_figures.measurements(action.connection, part.submissions)
                    frame = evaluation_frame(part, part.scores(blobs))
                    file.write(csv_lines(frame, header=start == 0, spreadsheet=spreadsheet))
                    written += len(frame)
                    bar.update(len(part.submissions))
                    if tell is not None:
                        tell(start + len(part.submissions), len(sheet.submissions))
            unfinished.replace(target)
        except OSError as error:
            raise InvalidInput(
                f"{target} can't be written: {error.strerror}.", hint="Choose another path; the folder must exist."
            ) from error
        finally:
            unfinished.unlink(missing_ok=True)
        return written


def _places(path: str | os.PathLike[str]) -> tuple[Path, Path]:
    """A file, and where it is written until it is complete."""
    try:
        target = Path(path).expanduser()
        return target, target.with_name(f"{target.name}.part")
    except (TypeError, ValueError, RuntimeError):  # no text, no name, no such home
        raise InvalidInput(f"path must name a file, got {path!r:.60}.", hint='For example "labels.csv".') from None
