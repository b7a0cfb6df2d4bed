"""The simulated auditor grades by the policy that its docstring states."""

from __future__ import annotations

import pytest

from annowidgets.demo import SimulatedAuditor
from annowidgets.labels import BoundingBox, Label, ObjectClass, Ontology

SIZE = (400, 1000)
ONTOLOGY = Ontology(objects=tuple(ObjectClass(name, "bounding_box") for name in ("RBC", "WBC")))
TRUTH = [Label("RBC", BoundingBox(200 * place, 0, 100, 100)) for place in range(4)]


def shrunk(label: Label, iou: float, category: str = "RBC") -> Label:
    """The box cut down to a share of its area, which is its IoU with the whole."""
    box = label.shape
    assert isinstance(box, BoundingBox)
    return Label(category, BoundingBox(box.x, box.y, box.width, box.height * iou))


def grade(*labels: Label, auditor: SimulatedAuditor | None = None, truth: list[Label] = TRUTH) -> str:
    auditor = SimulatedAuditor() if auditor is None else auditor
    verdict = auditor.judge(truth, labels, ontology=ONTOLOGY, frame_size=SIZE)
    assert (verdict.labels is not None) == (verdict.grade == "fix")
    assert (verdict.reason is not None) == (verdict.grade == "reject")
    if verdict.labels is not None:
        assert list(verdict.labels) == truth
    return verdict.grade


@pytest.mark.parametrize(("iou", "expected"), [(1.0, "approve"), (0.75, "approve"), (0.74, "fix")])
def test_an_attempt_is_approved_where_every_box_reaches_the_threshold(iou: float, expected: str) -> None:
    assert grade(*TRUTH[:3], shrunk(TRUTH[3], iou)) == expected


def test_one_missing_one_extra_or_one_wrong_class_is_fixed() -> None:
    assert grade(*TRUTH[:3]) == "fix"
    assert grade(*TRUTH, Label("RBC", BoundingBox(0, 200, 50, 50))) == "fix"
    assert grade(*TRUTH[:3], shrunk(TRUTH[3], 1.0, "WBC")) == "fix"


def test_an_attempt_is_rejected_where_less_than_half_is_found() -> None:
    assert grade(*TRUTH[:2]) == "fix"
    assert grade(*TRUTH[:1]) == "reject"
    assert grade(*TRUTH[:1], shrunk(TRUTH[1], 0.3)) == "fix", "0.3 is found"
    assert grade(*TRUTH[:1], shrunk(TRUTH[1], 0.29)) == "reject", "0.29 is not"
    assert grade(*TRUTH[:1], *(shrunk(label, 1.0, "WBC") for label in TRUTH[1:])) == "reject", "nor another class"


def test_the_thresholds_can_be_set() -> None:
    half = [shrunk(label, 0.5) for label in TRUTH]
    assert grade(*half) == "fix"
    assert grade(*half, auditor=SimulatedAuditor(approve_from=0.5)) == "approve"
    assert grade(*half, auditor=SimulatedAuditor(found_from=0.6)) == "reject"
    assert grade(*TRUTH[:3], auditor=SimulatedAuditor(reject_below=0.8)) == "reject"


def test_a_picture_without_objects_is_approved_without_labels_and_fixed_with_some() -> None:
    assert grade(truth=[]) == "approve"
    assert grade(TRUTH[0], truth=[]) == "fix"
