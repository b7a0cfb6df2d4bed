"""The same cohort for COCO's evaluators."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Any

import faster_coco_eval
import pycocotools.coco
import pycocotools.cocoeval

from annowidgets.benchmark import TaskLabels
from annowidgets.labels import Bitmask, Polygon, Shape
from tests.bench.cohorts import CLASSES


def evaluators(tasks: list[TaskLabels], kind: str) -> dict[str, Callable[[], Any]]:
    """Calls that take the same labels, index them as COCO data sets, evaluate, and accumulate.

    ``kind`` is "bbox" or "segm".
    """

    def run(coco: Any, evaluator: Any) -> Callable[[], None]:
        def evaluate() -> None:
            truth = _data_set(tasks, trainee=False)
            found = [annotation | {"score": 1.0} for annotation in _data_set(tasks, trainee=True)["annotations"]]
            with contextlib.redirect_stdout(io.StringIO()):
                gold = coco()
                gold.dataset = truth
                gold.createIndex()
                evaluation = evaluator(gold, gold.loadRes(found), kind)
                evaluation.evaluate()
                evaluation.accumulate()

        return evaluate

    return {
        "faster-coco-eval, labels to accumulated": run(faster_coco_eval.COCO, faster_coco_eval.COCOeval_faster),
        "pycocotools COCOeval, labels to accumulated": run(pycocotools.coco.COCO, pycocotools.cocoeval.COCOeval),
    }


def _data_set(tasks: list[TaskLabels], *, trainee: bool) -> dict[str, Any]:
    annotations: list[dict[str, Any]] = []
    images = []
    for number, task in enumerate(tasks, start=1):
        height, width = task.frame_size
        images.append({"id": number, "height": height, "width": width})
        for label in task.trainee_labels if trainee else task.benchmark_labels:
            shape: Shape = label.shape
            x0, y0, x1, y1 = shape.bounds()
            annotation = {
                "id": len(annotations) + 1,
                "image_id": number,
                "category_id": CLASSES.index(label.category) + 1,
                "bbox": [x0, y0, x1 - x0, y1 - y0],
                "area": (x1 - x0) * (y1 - y0),
                "iscrowd": 0,
            }
            if isinstance(shape, Polygon):
                annotation["segmentation"] = [[float(v) for point in ring for v in point] for ring in shape.rings]
            elif isinstance(shape, Bitmask):
                annotation["segmentation"] = {"size": list(shape.size), "counts": shape.counts}
            annotations.append(annotation)
    categories = [{"id": code, "name": name} for code, name in enumerate(CLASSES, start=1)]
    return {"info": {}, "images": images, "categories": categories, "annotations": annotations}
