"""COCO files of 100,000 annotations: read and written, beside pycocotools' own loading."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pycocotools.coco

import annowidgets as aw
from annowidgets.interchange import LabelledPicture, coco_dataset, read_coco
from annowidgets.labels import Ontology
from tests.bench.harness import interleaved, show

COUNT, PER_IMAGE, CLASSES = 100_000, 20, 10


def data_set(*, outlines: bool) -> dict[str, Any]:
    """A COCO data set of boxes, or of outlines of 12 points."""
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 500, (COUNT, 2)) + 0.5
    sides = rng.integers(5, 100, (COUNT, 2)) + 0.25
    angles = np.arange(12) / 12 * 2 * np.pi
    circle = np.stack([np.cos(angles), np.sin(angles)], 1)
    annotations = []
    for number in range(COUNT):
        (x, y), (w, h) = corners[number].tolist(), sides[number].tolist()
        ring = ((circle + 1) / 2 * [w, h] + [x, y]).ravel().tolist() if outlines else []
        annotations.append(
            {
                "id": number + 1,
                "image_id": number // PER_IMAGE + 1,
                "category_id": number % CLASSES + 1,
                "bbox": [x, y, w, h],
                "area": w * h,
                "iscrowd": 0,
                "segmentation": [ring] if ring else [],
            }
        )
    images = [
        {"id": number + 1, "file_name": f"{number}.png", "height": 640, "width": 640}
        for number in range(COUNT // PER_IMAGE)
    ]
    categories = [{"id": number + 1, "name": f"class {number}"} for number in range(CLASSES)]
    return {"images": images, "annotations": annotations, "categories": categories}


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("boxes", "outlines of 12 points"):
            path = Path(folder) / "labels.json"
            path.write_text(json.dumps(data_set(outlines=kind != "boxes")))
            read = read_coco(path, progress=False)
            pictures = [LabelledPicture(one.file_name, (640, 640), one.labels) for one in read.images]
            ontology = Ontology.from_file(path, format="coco")

            def load(path: Path = path) -> None:
                with contextlib.redirect_stdout(io.StringIO()):
                    pycocotools.coco.COCO(str(path))

            def reading(path: Path = path) -> None:
                read_coco(path, progress=False)

            lines = interleaved({"read_coco, file to labels": reading, "pycocotools COCO, file to index": load}, runs=3)
            show(f"{COUNT:,} {kind}: reading", lines)

            def writing(pictures: list[LabelledPicture] = pictures, ontology: aw.Ontology = ontology) -> None:
                coco_dataset(pictures, ontology)

            show(f"{COUNT:,} {kind}: writing", interleaved({"coco_dataset, labels to bytes": writing}, runs=3))


if __name__ == "__main__":
    main()
