"""The two pieces of the editor that stand on a page: the stage with its picture, and the panel beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets
import msgspec
import traitlets

from annowidgets.labels import Ontology
from annowidgets.widgets.part import Part

_BUNDLE = Path(__file__).parent / "editor.bundle.js"


def _as_it_is_now(_: object, stage: EditorStage) -> dict[str, Any]:
    return stage.give()


class EditorStage(Part):
    """Toolbar, canvas and status line.

    Parameters
    ----------
    give : callable
        Gives the document as it is now. A page that is loaded anew asks for the state of its widgets, and must get the
        labels of this moment, while nothing is sent when they change: each change is a message of its own.
    """

    _esm = _BUNDLE
    part = traitlets.Unicode("stage").tag(sync=True)
    read_only = traitlets.Bool(False).tag(sync=True)
    active = traitlets.Tuple(traitlets.Int(), traitlets.Unicode()).tag(sync=True)
    ontology: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    # The number alone; what goes to the browser under this name is the whole document.
    document = traitlets.Int(0).tag(sync=True, to_json=_as_it_is_now)

    def __init__(self, ontology: Ontology, read_only: bool, give: Callable[[], dict[str, Any]]) -> None:
        self.give = give
        first = ontology.objects[0].name if ontology.objects else ""
        super().__init__(
            ontology=msgspec.json.decode(msgspec.json.encode(ontology)), read_only=read_only, active=(0, first)
        )
        self.add_class("aw-editor-stage")
        # as wide as there is room, whatever it stands in
        self.layout.flex, self.layout.min_width = "1 1 0", "0"


class EditorPanel(Part):
    """Classes with their keys, colours and counts, and the list of labels."""

    _esm = _BUNDLE
    part = traitlets.Unicode("panel").tag(sync=True)
    stage = traitlets.Instance(EditorStage).tag(sync=True, **ipywidgets.widget_serialization)

    def __init__(self, stage: EditorStage) -> None:
        super().__init__(stage=stage)
        # a long list of labels gives way to the questions below it, and is scrolled through
        self.layout.flex, self.layout.overflow = "0 1 auto", "hidden auto"
