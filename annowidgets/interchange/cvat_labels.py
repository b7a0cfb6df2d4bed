"""What a CVAT file declares: its labels with their attributes and skeletons."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from annowidgets.errors import InvalidInput
from annowidgets.interchange.parsing import number_of
from annowidgets.labels import AnswerValue, Number, ObjectClass, Question, Radio, Skeleton, Text
from annowidgets.labels.ontology import ShapeName

_SHAPES: dict[str, ShapeName] = {
    "rectangle": "bounding_box",
    "polygon": "polygon",
    "polyline": "polyline",
    "points": "keypoint",
    "mask": "bitmask",
    "skeleton": "object_primitive",
}


class DeclaredLabels:
    """The labels that a file's ``meta`` names.

    Parameters
    ----------
    root : Element
        The file.

    Attributes
    ----------
    classes : list of ObjectClass
        Those that objects can have; what can't be one stands in ``problems``.
    skeletons : dict of class -> names
        The points of each skeleton.
    problems : list of (what, reason)
        Declarations that are not read.
    """

    def __init__(self, root: Element) -> None:
        self.classes: list[ObjectClass] = []
        self.skeletons: dict[str, tuple[str, ...]] = {}
        self.problems: list[tuple[str, str]] = []
        self._numbers: set[tuple[str, str]] = set()
        labels = [label for labels in root.iterfind("meta//labels") for label in labels.iterfind("label")]
        for label in labels:
            if parent := _text(label, "parent"):
                self.skeletons[parent] = (*self.skeletons.get(parent, ()), _text(label, "name"))
        known: set[str] = set()
        for label in labels:
            name, kind = _text(label, "name"), _text(label, "type")
            if _text(label, "parent") or kind == "tag" or name in known:
                continue
            known.add(name)
            try:
                self.classes.append(self._class(label, name, kind))
            except InvalidInput as error:
                self.problems.append((f"label {name:.60}", str(error)))

    def _class(self, label: Element, name: str, kind: str) -> ObjectClass:
        points = self.skeletons.get(name, ()) if kind == "skeleton" else ()
        # Without a type, as older versions write it, the labels decide; a box is what CVAT draws first.
        shape = _SHAPES.get(kind, "bounding_box")
        skeleton = Skeleton(points, _edges(_text(label, "svg"), points)) if kind == "skeleton" else None
        return ObjectClass(name, shape, attributes=tuple(self._questions(label, name)), skeleton=skeleton)

    def _questions(self, label: Element, category: str) -> list[Question]:
        questions: dict[str, Question] = {}
        for attribute in label.iterfind("attributes/attribute"):
            name, kind = _text(attribute, "name"), _text(attribute, "input_type")
            # Some tools write the options in one line.
            lines = _text(attribute, "values").splitlines()
            options = lines[0].split() if len(lines) == 1 else [line.strip() for line in lines if line.strip()]
            try:
                if kind == "number":
                    questions[name] = Number(name)
                    self._numbers.add((category, name))
                elif kind in ("select", "radio"):
                    questions[name] = Radio(name, tuple(dict.fromkeys(options)))  # type: ignore[arg-type]
                elif kind == "checkbox":
                    questions[name] = Radio(name, ("false", "true"))  # type: ignore[arg-type]
                else:
                    questions[name] = Text(name)
            except InvalidInput as error:
                self.problems.append((f"attribute {name:.60} of {category:.60}", str(error)))
        return list(questions.values())

    def answer(self, category: str, name: str, text: str) -> AnswerValue:
        """What an attribute's text says: a number where one is declared."""
        number = number_of(text) if (category, name) in self._numbers else None
        return text if number is None else number


def _edges(svg: str, points: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The edges between the nodes of a skeleton's drawing, as far as both ends are named."""
    named = {}
    for node in re.findall(r"<circle[^>]*>", svg):
        number, name = re.search(r'data-node-id="([^"]*)"', node), re.search(r'data-label-name="([^"]*)"', node)
        if number and name and name[1] in points:
            named[number[1]] = name[1]
    edges = []
    for line in re.findall(r"<line[^>]*>", svg):
        ends = [re.search(rf'data-node-{end}="([^"]*)"', line) for end in ("from", "to")]
        joined = [named[end[1]] for end in ends if end and end[1] in named]
        if len(joined) == 2 and joined[0] != joined[1]:
            edges.append((joined[0], joined[1]))
    return tuple(edges)


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()
