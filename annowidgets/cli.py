"""The command line: ``annowidgets ...``."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from annowidgets import __version__
from annowidgets.errors import AnnowidgetsError

if TYPE_CHECKING:
    import pandas as pd


class _Refused(click.ClickException):
    """An error of the family, as people see it: what was refused, the way out, no traceback."""

    def __init__(self, error: AnnowidgetsError) -> None:
        told = f"[{error.rule}] {error.message}" if error.rule else error.message
        super().__init__(f"{told}\nHint: {error.hint}" if error.hint else told)


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; say errors and notices as lines."""
        try:
            with _notices_as_lines():
                return super().invoke(ctx)
        except AnnowidgetsError as error:
            raise _Refused(error) from error
        except OSError as error:
            raise click.ClickException(str(error)) from error


@contextmanager
def _notices_as_lines() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = lambda message, *_args, **_kwargs: click.echo(f"Note: {message}", err=True)
        yield


_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="annowidgets")
def main() -> None:
    """Good labels from a notebook: calibrate instructions, train annotators, then open production.

    The work is done in Jupyter and in Python; this command shows it in a terminal.
    """


@main.command(
    short_help="Run a whole calibration with simulated people.",
    epilog="For example: annowidgets demo --images photos/JPEGImages --voc photos/Annotations",
)
@click.option(
    "--workspace",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("cells.db"),
    show_default=True,
    help="The workspace file to make. One that exists is never overwritten.",
)
@click.option("--images", type=_FOLDER, help="A folder of images to use instead of drawn ones; needs --voc.")
@click.option("--voc", type=_FOLDER, help="A folder of their Pascal VOC boxes: the hidden truth.")
@click.option(
    "--count",
    type=click.IntRange(min=10),
    help="How many pictures to draw (60), or to take from --images, first ones first (all).",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Decides pictures, samples and mistakes: the same seed tells the same story.",
)
def demo(workspace: Path, images: Path | None, voc: Path | None, count: int | None, seed: int) -> None:
    """Run a whole calibration with simulated people, and leave its workspace file.

    Two annotators with known faults label 20 sampled pictures. The lead audits them against the truth, the score is
    too low and production stays locked. The annotators' questions are answered in new instructions, a second batch
    passes, and production opens.

    Pictures of blood cells are drawn beside the workspace file, or taken from a folder of yours.
    """
    from annowidgets.demo.story import require_free, run_demo
    from annowidgets.errors import AlreadyExists

    if (images is None) != (voc is None):
        raise click.UsageError("--images and --voc are given together, or not at all.")
    try:
        require_free(workspace)
    except AlreadyExists as error:
        raise click.BadParameter(f"{error.message} {error.hint}", param_hint="--workspace") from error
    run_demo(workspace, images=images, voc=voc, count=count, seed=seed, tell=click.echo)


@main.command(
    short_help="Open the example notebooks in JupyterLab.",
    epilog="What else is given goes to JupyterLab, for example: annowidgets lab --port 8899 --no-browser",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("annowidgets-notebooks"),
    show_default=True,
    help="Where the notebooks are copied to. Those that are there already are left as they are.",
)
@click.pass_context
def lab(ctx: click.Context, folder: Path) -> None:
    """Copy the example notebooks into a folder, and open the first of them in JupyterLab.

    Everything that the notebooks write goes into that folder, too.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise click.ClickException("JupyterLab is not installed here.\nHint: pip install 'annowidgets[lab]'")
    folder.mkdir(parents=True, exist_ok=True)
    notebooks = sorted(_notebooks().glob("*.ipynb"))
    for notebook in notebooks:
        if (folder / notebook.name).exists():
            click.echo(f"Left as it is: {folder / notebook.name}")
        else:
            shutil.copyfile(notebook, folder / notebook.name)
    # JupyterLab refuses to run for root unless told that this is meant.
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    first = str(folder / notebooks[0].name)
    # In place of this process, so that Ctrl-C is JupyterLab's own.
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *as_root, *ctx.args, first])


_WORKSPACE = click.option(
    "--workspace",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The workspace file.",
)
_PROJECT = click.option("--project", required=True, help="Name of the project in it.")


@main.command(
    "import",
    short_help="Import labels of another tool as ground truth.",
    epilog="For example: annowidgets import --new --workspace cells.db --project Cells --labels a.json --format coco",
)
@_WORKSPACE
@_PROJECT
@click.option("--labels", type=click.Path(exists=True, path_type=Path), required=True, help="File or folder of labels.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["coco", "cvat", "labelme", "voc", "yolo"]),
    required=True,
    help="What wrote them.",
)
@click.option(
    "--images",
    type=click.Path(exists=True, path_type=Path),
    help="Folder of the pictures, or the video of CVAT's tracks; where the format keeps them, if left out.",
)
@click.option("--batch", default="imported", show_default=True, help="Name of the ground-truth batch to make.")
@click.option("--new", is_flag=True, help="Make the project, with the classes that the labels have.")
def import_labels(
    workspace: Path, project: str, labels: Path, format_: Any, images: Path | None, batch: str, new: bool
) -> None:
    """Import labels of another tool as ground truth: adds the pictures, makes a batch, submits.

    Says what was left out, and why.
    """
    from annowidgets.labels import Ontology
    from annowidgets.workflow import open_workspace

    # Read first: a file that can't be read leaves no workspace behind.
    ontology = Ontology.from_file(labels, format=format_, images=images) if new else None
    opened = open_workspace(workspace, create=new)
    found = opened.project(project) if ontology is None else opened.create_project(project, ontology=ontology)
    report = found.import_labels(labels, format=format_, images=images, batch=batch)
    click.echo(f"{report.read} labels on {report.items} items are in the batch {report.batch.name!r}.")
    _tell_left_out(report.skipped)


@main.command(
    short_help="Export finished labels as COCO or CSV.",
    epilog="For example: annowidgets export --workspace cells.db --project Cells --to labels.json",
)
@_WORKSPACE
@_PROJECT
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["coco", "csv"]),
    default="coco",
    show_default=True,
    help="CSV holds everything, COCO still pictures; what it can't hold is written beside.",
)
@click.option(
    "--include",
    type=click.Choice(["production", "ground_truth"]),
    multiple=True,
    default=["production"],
    show_default=True,
    help="Kinds of batches; may be given twice.",
)
def export(workspace: Path, project: str, to: Path, format_: Any, include: tuple[str, ...]) -> None:
    """Export finished labels, and say what such a file can't hold."""
    from annowidgets.workflow import open_workspace

    report = open_workspace(workspace, create=False).project(project).export(to, format=format_, include=include)
    click.echo(f"{report.labels} labels on {report.items} items are in {report.path}.")
    if report.beside is not None:
        click.echo(f"What it can't hold is in {report.beside}.")
    _tell_left_out(report.left_out)


def _tell_left_out(left_out: pd.DataFrame) -> None:
    rows = list(left_out.itertuples(index=False, name=None))
    for source, what, reason in rows[:20]:
        click.echo(f"Left out: {source}: {what}: {reason}")
    if len(rows) > 20:
        click.echo(f"and {len(rows) - 20} more.")


def _notebooks() -> Path:
    """Where the notebooks lie: inside the package as it is installed, beside it in a checkout."""
    package = Path(__file__).parent
    return next(folder for folder in (package / "notebooks", package.parent / "notebooks") if folder.is_dir())
