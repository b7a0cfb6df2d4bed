"""What the label editor paints in part is what it would paint as a whole: of many labels, an edit paints a few."""

from __future__ import annotations

import base64
import io
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

import annowidgets as aw
from annowidgets.labels import Label
from tests.browser.canvas import FRONT, Canvas
from tests.browser.lab import JupyterServer
from tests.browser.notebook import Notebook
from tests.widgets.loops import SIZE, Loop

WIDTH, HEIGHT = SIZE
COUNT = 160  # more than can be named: names reach beyond the shapes, and so all is painted
# of 255, in squares of 4 x 4 pixels: edges of a path are smoothed otherwise where the path has more lines elsewhere
NOISE = 24
PAINTED = f"""async () => {{
    const {{place}} = ({FRONT})();
    for (let i = 0; i < 2; i++) await new Promise(done => requestAnimationFrame(done));
    const canvas = place.querySelector('.aw-ed-layer-labels');
    return canvas.toDataURL();
}}"""
COUNTED = """() => {
    window.painted = 0;
    Path2D.prototype.addPath = new Proxy(Path2D.prototype.addPath, {
        apply(target, self, given) { window.painted++; return Reflect.apply(target, self, given); },
    });
}"""


def crowd() -> list[Label]:
    """Labels of several shapes and colours, many over each other."""
    chance = random.Random(5)
    labels = []
    for number in range(COUNT):
        x, y = chance.uniform(0, WIDTH - 10), chance.uniform(0, HEIGHT - 10)
        mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
        mask[int(y) : int(y) + 8, int(x) : int(x) + 6] = True
        one = [
            ("cell", aw.BoundingBox(x, y, 6, 8)),
            ("outline", aw.Polygon([(x, y), (x + 9, y + 4), (x + 5, y + 9)])),
            ("line", aw.Polyline([(x, y), (x + 9, y + 4), (x + 5, y + 9)])),
            ("dot", aw.Keypoint(x, y)),
            ("mask", aw.Bitmask.from_array(mask)),
        ][number % 5]
        labels.append(Label(one[0], one[1]))
    return labels


def test_an_edit_among_many_labels_paints_a_part_and_it_looks_as_if_all_were_painted(
    notebook: Callable[..., Notebook], jupyter: JupyterServer
) -> None:
    classes = {"cell": "bounding_box", "outline": "polygon", "line": "polyline", "dot": "keypoint", "mask": "bitmask"}
    colors = ["#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf"]
    ontology = aw.Ontology(
        objects=[
            aw.ObjectClass(name, shape=shape, color=color)
            for (name, shape), color in zip(classes.items(), colors, strict=True)
        ]
    )
    folder = Path(tempfile.mkdtemp(dir=jupyter.files))
    loop = Loop(folder, ontology=ontology)
    loop.batch.close_early(reason="Not needed here.")
    loop.project.create_ground_truth_batch("gold").launch()
    task = loop.as_("ann").next_task()
    assert task is not None
    task.save_draft(crowd())
    book = notebook(f"import annowidgets as aw\naw.LabelDesk('{folder.name}/loop.db', 'Blood', user='ann')")
    book.run(0)
    book.hide_code()
    hand = Canvas(book)
    hand.wait()
    page = book.page
    page.evaluate(COUNTED)

    def image() -> npt.NDArray[np.int64]:
        content = base64.b64decode(page.evaluate(PAINTED).partition(",")[2])
        painted = Image.open(io.BytesIO(content))
        return np.asarray(Image.alpha_composite(Image.new("RGBA", painted.size, "white"), painted).reduce(4), np.int64)

    def compare(what: str, most: int) -> None:
        in_part = image()
        paths = page.evaluate("() => window.painted")
        assert 0 < paths < most, f"{what}: {paths} outlines were painted"
        hand.keys("h", "h")  # hides all labels and shows them again
        different = np.abs(in_part - image()).max()
        assert different < NOISE, f"{what}: {different}"
        page.evaluate("() => { window.painted = 0; }")

    hand.keys("1")
    hand.drag((40, 30), (70, 75))
    compare("draw", COUNT // 2)
    hand.keys("ArrowRight", "ArrowDown")
    compare("move", COUNT)
    hand.keys("Delete")
    compare("delete", COUNT // 2)
    hand.keys("Control+z")
    compare("undo", COUNT // 2)
    hand.keys("+", "+")
    page.evaluate(PAINTED)
    page.evaluate("() => { window.painted = 0; }")
    hand.drag((60, 50), (75, 60))
    compare("draw, zoomed", COUNT)
