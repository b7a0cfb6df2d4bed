"""What every reader gives: pictures with their labels, and what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import NamedTuple

from annowidgets.interchange.attributes import fit_attributes
from annowidgets.interchange.suggestion import suggest_ontology
from annowidgets.labels import Answer, Label, Ontology


class Skipped(NamedTuple):
    """Something that was not read.

    Attributes
    ----------
    source : Path
        The file, or the folder where it concerns many.
    what : str
        The part of it: "RBC (object 3)", "file", "size".
    reason : str
        Why, in one sentence.
    """

    source: Path
    what: str
    reason: str


class ImportedImage(NamedTuple):
    """One picture with its labels.

    Attributes
    ----------
    file_name : str
        As the labels' file calls it.
    size : (height, width) or None
        In pixels as the labels' file says, which may be wrong; None where it doesn't say.
    labels : list of Label and Answer
        In the file's order, as they stand there; they may go over the picture's edge.
    source_path : Path
        The file that the labels were read from.
    path : Path or None
        The picture itself; None where it was not found.
    """

    file_name: str
    size: tuple[int, int] | None
    labels: list[Label | Answer]
    source_path: Path
    path: Path | None = None


@dataclass(frozen=True, repr=False)
class ImportedDataset:
    """Another tool's labels as values.

    Attributes
    ----------
    images : list of ImportedImage
        Also those without a label: somebody looked and found nothing.
    skipped : list of Skipped
        All that was there and is not in ``images``.
    """

    images: list[ImportedImage]
    skipped: list[Skipped]

    @property
    def ontology(self) -> Ontology | None:
        """The smallest ontology that these labels fit; None where there is no label.

        An attribute that holds values of different kinds, as text and lists, becomes a text: those lists don't fit.
        """
        return suggest_ontology([label for image in self.images for label in image.labels])

    def fitted(self, ontology: Ontology) -> ImportedDataset:
        """The same labels with the attributes that an ontology asks; the others are reported as skipped.

        Numbers written as text become numbers where the ontology asks for one. Everything else stands, and whether it
        fits is for `annowidgets.labels.find_problems` to say.
        """
        labels, left_out = fit_attributes([image.labels for image in self.images], ontology)
        images = [image._replace(labels=fitting) for image, fitting in zip(self.images, labels, strict=True)]
        sources = {image.source_path.parent for image in self.images}
        skipped = [
            Skipped(
                min(sources), f"attribute {name} of {category}", f"the ontology doesn't ask it; {count} label(s) kept"
            )
            for (category, name), count in left_out.items()
        ]
        return replace(self, images=images, skipped=self.skipped + skipped)

    def __repr__(self) -> str:
        labels = sum(len(image.labels) for image in self.images)
        return f"<{len(self.images)} images, {labels} labels, {len(self.skipped)} skipped>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(str(one.source))}</td><td>{escape(one.what)}</td><td>{escape(one.reason)}</td></tr>"
            for one in self.skipped[:20]
        )
        more = f"<p>and {len(self.skipped) - 20} more</p>" if len(self.skipped) > 20 else ""
        return f"<b>{escape(repr(self)[1:-1])}</b><table>{rows}</table>{more}"
