"""The form of a benchmark function: every setting can be reached, and what can't be changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import annowidgets as aw
from annowidgets.errors import InvalidInput
from annowidgets.widgets.sliders import Slider, Sliders
from annowidgets.widgets.training.function_draft import FunctionDraft
from annowidgets.widgets.training.function_form import FunctionForm
from tests.widgets.loops import ONTOLOGY

SHAPES = aw.Ontology(
    objects=[aw.ObjectClass("cell", shape="bounding_box"), aw.ObjectClass("edge", shape="polyline")],
)


def sliders(draft: FunctionDraft) -> dict[str, Slider]:
    return {slider.name: slider for slider in draft.sliders()}


def at_once(action: Callable[..., Any], *given: Any) -> Any:
    return action(*given)


def form(function: aw.BenchmarkFunction | None = None, ontology: aw.Ontology = ONTOLOGY) -> FunctionForm:
    made = FunctionForm(run=at_once)
    made.edit(function or aw.BenchmarkFunction(), ontology)
    return made


def test_each_number_of_the_function_is_a_slider_that_stands_at_its_value() -> None:
    draft = FunctionDraft(aw.BenchmarkFunction(iou=0.7, category=3.2, attributes=0.1, full_at=0.8), ONTOLOGY)
    found = sliders(draft)
    assert {name: one.value for name, one in found.items()} == {
        "iou": 0.7,
        "category": 3.2,
        "attributes": 0.1,
        "full_at": 0.8,
        "zero_below": 0.3,
    }
    assert all(one.low <= one.value <= one.high for one in found.values())  # also a weight above 1


def test_a_moved_slider_changes_that_number_and_no_other() -> None:
    draft = FunctionDraft(aw.BenchmarkFunction(), ONTOLOGY)
    draft.move("iou", 0.9)
    draft.move("attributes", 0.2)
    draft.move("zero_below", 0.4)
    assert draft.function == aw.BenchmarkFunction(iou=0.9, category=0.5, attributes=0.2, zero_below=0.4)
    draft.reset()
    assert draft.function.zero_below is None


def test_a_class_gets_weights_and_an_importance_of_its_own_and_loses_them_again() -> None:
    draft = FunctionDraft(aw.BenchmarkFunction(iou=0.7, category=0.3), ONTOLOGY)
    draft.choose_subject("WBC")
    assert sliders(draft)["iou"].value == 0.7  # inherited
    assert not draft.has_own
    draft.move("category", 0.9)
    draft.move("importance", 2.0)
    assert draft.function.per_class == {"WBC": aw.Weights(category=0.9)}
    assert draft.function.importance == {"WBC": 2.0}
    assert draft.function.weights("RBC") == (0.7, 0.3, 0.0)
    assert draft.has_own
    draft.reset()
    assert draft.function == aw.BenchmarkFunction(iou=0.7, category=0.3)


def test_a_question_has_an_importance_only() -> None:
    draft = FunctionDraft(aw.BenchmarkFunction(), ONTOLOGY)
    draft.choose_subject("quality")
    assert list(sliders(draft)) == ["importance"]
    draft.move("importance", 0.0)
    assert draft.function.importance == {"quality": 0.0}


def test_weights_that_are_all_zero_are_refused_and_change_nothing() -> None:
    draft = FunctionDraft(aw.BenchmarkFunction(iou=1, category=0), ONTOLOGY)
    with pytest.raises(InvalidInput, match="All weights are 0"):
        draft.move("iou", 0.0)
    assert draft.function == aw.BenchmarkFunction(iou=1, category=0)


def test_modes_and_ignored_shapes_are_chosen() -> None:
    made = form(ontology=SHAPES)
    made.act("choose", "extra", "ignore")
    made.act("choose", "aggregate", "labels")
    made.act("choose", "mode", "classification")
    made.act("ignore", "polyline", True)
    assert made.function == aw.BenchmarkFunction(
        extra="ignore", aggregate="labels", mode="classification", ignored_shapes=["polyline"]
    )
    assert 'data-key="polyline" checked' in made._rest.html
    made.act("ignore", "polyline", False)
    assert made.function.ignored_shapes == ()
    assert "Shapes left out" not in form()._rest.html  # there is one shape only


def test_choosing_a_class_shows_its_sliders_and_changes_nothing() -> None:
    changes: list[int] = []
    made = FunctionForm(run=at_once, on_change=lambda: changes.append(1))
    made.edit(aw.BenchmarkFunction(), ONTOLOGY)
    made.act("subject", "", "WBC")
    assert [slider["name"] for slider in made._sliders.sliders] == ["iou", "category", "attributes", "importance"]
    assert changes == []
    made.move("importance", 2.0)
    assert changes == [1]
    assert "Weigh WBC as all others" in made._rest.html
    made.act("subject", "", "")
    assert made.function.importance == {"WBC": 2.0}


def test_who_may_not_change_it_sees_it_switched_off() -> None:
    made = FunctionForm(run=at_once)
    made.edit(aw.BenchmarkFunction(), ONTOLOGY, refusal="Only <admins> may.")
    assert not made._sliders.enabled
    assert "Only &lt;admins&gt; may." in made._rest.html
    assert made._rest.html.count("disabled") == 3


def test_a_slider_out_of_its_range_or_of_another_generation_is_not_heard_and_each_message_is_answered() -> None:
    moved: list[tuple[str, float]] = []
    part = Sliders(on_change=lambda name, value: moved.append((name, value)))
    sent: list[dict[str, Any]] = []
    part.send = sent.append
    part.show([Slider("iou", "Overlap", 0.5)])
    part._heard(None, {"name": "iou", "value": 0.7, "number": "a 1", "generation": part.generation}, None)
    part._heard(None, {"name": "iou", "value": 7, "number": "a 2", "generation": part.generation}, None)
    part._heard(None, {"name": "other", "value": 0.5, "number": "a 3", "generation": part.generation}, None)
    part._heard(None, {"name": "iou", "value": 0.9, "number": "a 4", "generation": part.generation - 1}, None)
    part._heard(None, "nonsense", None)  # type: ignore[arg-type]
    assert moved == [("iou", 0.7)]
    assert [message["heard"] for message in sent] == ["a 1", "a 2", "a 3"]
