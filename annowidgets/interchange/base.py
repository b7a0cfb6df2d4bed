"""What every reader gives: pictures and videos with their labels, and what was left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Literal, NamedTuple

from annowidgets.interchange.fitting import Fitting
from annowidgets.interchange.suggestion import suggest_ontology
from annowidgets.labels import Answer, Label, ObjectClass, Ontology


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

    @property
    def modality(self) -> Literal["image"]:
        """The kind of item that it makes."""
        return "image"

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that make it, none where they were not found."""
        return () if self.path is None else (self.path,)


class ImportedVideo(NamedTuple):
    """One video, or pictures that follow each other, with labels that hold key frames.

    Attributes
    ----------
    file_name : str
        As the labels' file calls it.
    size : (height, width) or None
        In pixels as the labels' file says.
    labels : list of Label and Answer
        Frames count from 0: those of the video, or the places in ``frames``.
    source_path : Path
        The file that the labels were read from.
    path : Path or None
        The video itself; None where it was not found, or where there are pictures.
    frames : tuple of Path
        The pictures in order, where there is no video.
    """

    file_name: str
    size: tuple[int, int] | None
    labels: list[Label | Answer]
    source_path: Path
    path: Path | None = None
    frames: tuple[Path, ...] = ()

    @property
    def modality(self) -> Literal["video", "image_sequence"]:
        """The kind of item that it makes."""
        return "image_sequence" if self.path is None else "video"

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that make it, none where they were not found."""
        return self.frames if self.path is None else (self.path,)


@dataclass(frozen=True, repr=False)
class ImportedDataset:
    """Another tool's labels as values.

    Attributes
    ----------
    images : list of ImportedImage
        Also those without a label: somebody looked and found nothing.
    skipped : list of Skipped
        All that was there and is not in ``images`` and ``videos``.
    videos : list of ImportedVideo
        Of formats that hold such.
    declared : sequence of ObjectClass
        Classes that the files name, also those without a label.
    """

    images: list[ImportedImage]
    skipped: list[Skipped]
    videos: Sequence[ImportedVideo] = ()
    declared: Sequence[ObjectClass] = ()

    @property
    def ontology(self) -> Ontology | None:
        """The smallest ontology that these labels fit; None where there is no label and no class is declared.

        An attribute that holds values of different kinds, as text and lists, becomes a text: those lists don't fit.
        """
        return suggest_ontology([label for labelled in self.labelled for label in labelled.labels], self.declared)

    @property
    def labelled(self) -> list[ImportedImage | ImportedVideo]:
        """The images and videos."""
        return [*self.images, *self.videos]

    def fitted(self, ontology: Ontology) -> ImportedDataset:
        """The same labels with the shapes and attributes that an ontology asks; what that loses is reported as skipped.

        Shapes change only where nothing has to be guessed (`annowidgets.interchange.as_shape`), numbers written as text
        become numbers where the ontology asks for one. Everything else stands, and whether it fits is for
        `annowidgets.labels.find_problems` to say.
        """
        fit = Fitting(ontology)
        images = [image._replace(labels=fit.labels(image.labels, image.size)) for image in self.images]
        videos = [video._replace(labels=fit.labels(video.labels, video.size)) for video in self.videos]
        source = min({one.source_path.parent for one in self.labelled}, default=Path())
        skipped = [
            Skipped(source, f"attribute {name} of {category}", f"the ontology doesn't ask it; {count} label(s) kept")
            for (category, name), count in fit.left_out.items()
        ]
        skipped += [
            Skipped(source, f"outline of {category}", f"the class is labelled with bitmask: {count} filled into pixels")
            for category, count in (+fit.filled).items()
        ]
        return replace(self, images=images, videos=videos, skipped=self.skipped + skipped)

    def __repr__(self) -> str:
        labels = sum(len(one.labels) for one in self.labelled)
        videos = f", {len(self.videos)} videos" if self.videos else ""
        return f"<{len(self.images)} images{videos}, {labels} labels, {len(self.skipped)} skipped>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(str(one.source))}</td><td>{escape(one.what)}</td><td>{escape(one.reason)}</td></tr>"
            for one in self.skipped[:20]
        )
        more = f"<p>and {len(self.skipped) - 20} more</p>" if len(self.skipped) > 20 else ""
        return f"<b>{escape(repr(self)[1:-1])}</b><table>{rows}</table>{more}"
