"""What screens are opened with: a project, or the file that holds it and its name."""

from __future__ import annotations

import os
from typing import TypeVar

from annowidgets.errors import InvalidInput
from annowidgets.workflow import Project
from annowidgets.workflow.training import TrainingProject
from annowidgets.workflow.workspace import open_workspace

K = TypeVar("K", Project, TrainingProject)


def opened(given: object, name: str | None, user: str | None, *, kind: type[K], screen: str) -> K:
    """The project that a screen is opened with, as its user sees it.

    Parameters
    ----------
    given : Project, TrainingProject or path
    name : str or None
        Of the project, where a path is given.
    user : str or None
        Who looks at it; the workspace's user where None.
    kind : type
        Project or TrainingProject.
    screen : str
        Its class, for the messages.

    Raises
    ------
    InvalidInput
        Something else was given, or a path without a name, or a project with one.
    NotFound, StoreError
        There is no such project, or no such file.
    """
    training = kind is TrainingProject
    what, argument = ("training project", "training") if training else ("project", "project")
    named = "Onboarding" if training else "Blood cells"
    by_name = f'{screen}("cells.db", "{named}")'
    if isinstance(given, kind):
        if name is not None:
            raise InvalidInput(f"A {what} was given, so there is no name to look for.", hint=f"{screen}({argument})")
        return given if user is None else kind(given.workspace.as_user(user), given.id)
    if not isinstance(given, (str, os.PathLike)):
        raise InvalidInput(
            f"{screen} takes a {what} or the path of a workspace, got {type(given).__name__}.",
            hint=f"{screen}({argument}), or {by_name}",
        )
    if name is None:
        raise InvalidInput(f"Which {what} of {os.fspath(given)}?", hint=by_name)
    workspace = open_workspace(given, user=user, create=False)
    found = workspace.training_project(name) if training else workspace.project(name)
    assert isinstance(found, kind)
    return found
