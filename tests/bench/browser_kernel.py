"""What the kernels of the browser benchmarks run: a desk with many boxes, and jupyter-bbox-widget with the same."""

from __future__ import annotations

import io
import random
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

import annowidgets as aw
from annowidgets.labels import Label

SIZE = (1200, 800)  # width, height
FREE = (200, 110)
LAST = (110, 20, 60, 60)
CLASSES = {"RBC": "#d62728", "WBC": "#1f77b4", "PLT": "#2ca02c"}


def boxes(count: int) -> list[tuple[str, float, float, float, float]]:
    """Class, left, top, width and height of boxes all over the picture, the same ones each time.

    The corner at the top left is free for drags that begin there, but for the last box, which lies at `LAST`.
    """
    chance = random.Random(count)
    found: list[tuple[str, float, float, float, float]] = []
    while len(found) < count - 1:
        x, y = chance.randrange(SIZE[0] - 60), chance.randrange(SIZE[1] - 60)
        if x > FREE[0] or y > FREE[1]:
            found.append((chance.choice(list(CLASSES)), x, y, chance.randrange(12, 60), chance.randrange(12, 60)))
    return [*found, ("RBC", *LAST)][:count]


def picture() -> bytes:
    """A PNG with something to see at every place."""
    noise = Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 60).resize(SIZE, Image.Resampling.BICUBIC)
    file = io.BytesIO()
    noise.save(file, "PNG")
    return file.getvalue()


def desk(count: int) -> aw.LabelDesk:
    """A desk on a task whose draft holds `count` boxes, in a workspace file of its own."""
    folder = Path(tempfile.mkdtemp(dir="."))
    (folder / "cells.png").write_bytes(picture())
    workspace = aw.open_workspace(folder / "bench.db", user="ann")
    classes = [aw.ObjectClass(name, shape="bounding_box", color=color) for name, color in CLASSES.items()]
    project = workspace.create_project("Cells", ontology=aw.Ontology(objects=classes), sampling_rate=0)
    project.add_images([folder / "cells.png"], progress=False)
    project.create_ground_truth_batch("all").launch()
    task = project.next_task()
    assert task is not None
    task.save_draft([Label(name, aw.BoundingBox(*place)) for name, *place in boxes(count)])
    return aw.LabelDesk(project)


def box_widget(count: int) -> Any:
    """The plain widget with the same boxes on the same picture."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of how it declares its traits
        from jupyter_bbox_widget import BBoxWidget

    return BBoxWidget(
        image_bytes=picture(),
        classes=list(CLASSES),
        colors=list(CLASSES.values()),
        bboxes=plain(count),
        hide_buttons=True,
    )


def echo() -> Any:
    """A widget whose kernel sends each message back: the least that an answer can take."""
    import anywidget

    class Echo(anywidget.AnyWidget):
        _esm = """export default {render({model, el}) {
            el.innerHTML = '<div class="bench-echo" tabindex="0" style="height: 600px"></div>';
            window.benchWaits = [];
            let released = null;
            addEventListener('pointerup', event => { released = event.timeStamp; model.send({}); }, {capture: true});
            model.on('msg:custom', () => {
                if (released !== null) benchWaits.push(performance.now() - released);
                released = null;
            });
        }}"""

        def __init__(self) -> None:
            super().__init__()
            self.on_msg(lambda *_: self.send({}))

    return Echo()


def plain(count: int) -> list[dict[str, Any]]:
    """The boxes as jupyter-bbox-widget takes them."""
    names = ("label", "x", "y", "width", "height")
    return [dict(zip(names, box, strict=True)) for box in boxes(count)]
