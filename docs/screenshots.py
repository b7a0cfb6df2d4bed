"""Take the pictures of the README from the real screens, in JupyterLab and Chromium: ``make screenshots``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

from tests.browser.lab import running_chromium, running_server
from tests.browser.notebook import Notebook, write_notebook

IMAGES = Path(__file__).parent / "images"
_WIDTH = 1100  # CSS pixels of a screen
_COLOURS = 256
_IS_THERE = "image => image.complete && image.naturalWidth > 0"

PREPARE = """
import annowidgets as aw
from annowidgets.demo import HiddenTruth, SimulatedLabeler, simulate_trainees, write_cells
from annowidgets.interchange import read_dataset

pictures = write_cells("cells", 24, rng=1, progress=False)
ws = aw.open_workspace("cells.db", user="lea")
colors = {"RBC": "#d62728", "WBC": "#1f77b4", "Platelets": "#2ca02c"}
classes = [aw.ObjectClass(name, shape="bounding_box", color=color) for name, color in colors.items()]
text = "# How to label\\n\\nA box around every cell, platelets too.\\n\\n## Boxes\\n\\nAll four sides touch the cell."
project = ws.create_project("Blood cells", ontology=aw.Ontology(objects=classes), instructions=text, sampling_rate=0)
items = project.add_images(pictures.pictures, progress=False)
truth = HiddenTruth(project, read_dataset(pictures.voc, images=pictures.images, progress=False))
gold = project.create_ground_truth_batch("gold", items=items[12:])
gold.submit_labels({item: truth[item] for item in items[12:]}, progress=False)
"""
LABEL_DESK = """
project.create_calibration_batch("round 1", items=items[:12]).launch()
project.add_member("ann")
desk = ws.as_user("ann").project("Blood cells")
task = desk.next_task()
task.save_draft([label for label in truth[task.item] if label.category != "RBC"] + [*truth[task.item][:6]])
aw.LabelDesk(desk)
"""
DASHBOARD = """
people = [
    SimulatedLabeler(name="ann", jitter=1.5),
    SimulatedLabeler(name="bo", jitter=4, missed={"Platelets": 0.5}),
    SimulatedLabeler(name="cy", jitter=2, missed_at_border=0.5),
    SimulatedLabeler(name="dee", jitter=7, missed={"Platelets": 0.8}, confused={"WBC": ("RBC", 0.3)}),
]
training = ws.create_training_project(
    "Onboarding", sources=[gold], trainees=[one.name for one in people], pass_mark=80,
    benchmark=aw.BenchmarkFunction(iou=0.7, category=0.3),
)
simulate_trainees(training, people, progress=False)
aw.TrainingDashboard(training)
"""


def take(folder: Path) -> None:
    """Open both screens, and store a picture of each."""
    with running_server("lab", folder) as server, running_chromium() as browser:
        file = server.files / "screens.ipynb"
        write_notebook(file, [PREPARE, LABEL_DESK, DASHBOARD])
        page = browser.new_page(viewport={"width": _WIDTH + 380, "height": 1400}, device_scale_factor=1.5)
        page.set_default_timeout(120_000)
        book = Notebook(page, server, file, folder)
        book.run_all()
        book.hide_code()
        for place, name in enumerate(("label_desk", "training_dashboard")):
            screen = page.locator(".aw-screen").nth(place)
            screen.scroll_into_view_if_needed()
            for image in screen.locator("img:visible").all():
                image.scroll_into_view_if_needed()  # figures are drawn when they come into sight
                page.wait_for_function(_IS_THERE, arg=image.element_handle())
            screen.scroll_into_view_if_needed()
            page.wait_for_timeout(1_000)  # what is drawn in canvases tells nobody when it is done
            screen.screenshot(path=folder / f"{name}.png")
            with Image.open(folder / f"{name}.png") as picture:
                small = picture.convert("RGB")
                small.thumbnail((_WIDTH, 2 * _WIDTH), Image.Resampling.LANCZOS)
                few = small.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
                few.save(IMAGES / f"{name}.png", optimize=True)
        book.shut_down()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        take(Path(name))
