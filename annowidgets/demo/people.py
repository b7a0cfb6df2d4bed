"""The cast of the demo: two labelers before and after the instructions are mended."""

from __future__ import annotations

from annowidgets.demo.labelers import Question, SimulatedLabeler
from annowidgets.demo.truth import class_counts, typical_side
from annowidgets.interchange import ImportedDataset


def careless_labelers(dataset: ImportedDataset) -> list[SimulatedLabeler]:
    """Two labelers who read the instructions in their own way; habits in pixels grow with the boxes of the data.

    "ann" draws boxes too far right and down, by 16 and 12 % of a typical side, and overlooks most of the class of the
    smallest objects. "bo" leaves out what the border cuts, takes some of the largest for the smallest but one, and sees
    things. Both are sure.
    """
    side = typical_side(dataset)
    small, *others = by_size(dataset)
    return [
        SimulatedLabeler(
            name="ann",
            shift=(round(0.16 * side), round(0.12 * side)),
            jitter=0.02 * side,
            missed={small: 0.9} if others else {},
            confidence=0.95,
            asks=[Question(f"Do {small} count too? Many are tiny.", "How to label", "unclear")],
        ),
        SimulatedLabeler(
            name="bo",
            jitter=0.05 * side,
            missed_at_border=0.9,
            confused={others[-1]: (others[0], 0.2)} if len(others) > 1 else {},
            extras=1.0,
            confidence=0.9,
            asks=[Question("Do I box what the edge of the picture cuts?", "How to label", "missing")],
        ),
    ]


def careful_labelers(dataset: ImportedDataset) -> list[SimulatedLabeler]:
    """The same two after reading better instructions: little is overlooked, boxes fit, and confidence follows."""
    jitter = 0.02 * typical_side(dataset)
    return [
        SimulatedLabeler(name="ann", jitter=jitter, missed_at_border=0.05, confidence=0.95, insight=0.5),
        SimulatedLabeler(name="bo", jitter=jitter, missed_at_border=0.1, extras=0.1, confidence=0.9, insight=0.5),
    ]


def by_size(dataset: ImportedDataset) -> list[str]:
    """The classes, that of the smallest objects first."""
    return sorted(class_counts(dataset), key=lambda name: typical_side(dataset, name))
