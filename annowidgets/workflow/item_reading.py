"""Files on their way to become items: found, opened, decoded and hashed before any transaction opens."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from annowidgets import media
from annowidgets.errors import InvalidInput, InvalidMedia, notice
from annowidgets.workflow.checks import composed

if TYPE_CHECKING:
    from annowidgets.workflow.workspace import Workspace

PathsLike: TypeAlias = str | Path | Iterable[str | Path]

_IMAGE_SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"))


class ReadItem:
    """Files as they were read; nothing is kept of them yet.

    Every picture of every file is decoded once, so that what is damaged is told now; of a video, which may be long,
    the first frame, and its packets to the last.

    Parameters
    ----------
    workspace : Workspace
        Where it is to be kept; gives the root that paths are relative to.
    modality : Modality
        How the files belong together.
    files : sequence of Path
        The files, or for a DICOM series its folder.
    name : str
        What to call it; after its file where empty.
    fps : float, optional
        Of an image sequence.
    progress : bool
        Whether to show a progress bar for several frames.

    Attributes
    ----------
    columns : dict
        What the store keeps.
    names : iterator of str
        Names to try in turn; only the one that was given, where one was.
    """

    def __init__(
        self,
        workspace: Workspace,
        modality: media.Modality,
        files: Sequence[Path],
        *,
        name: str = "",
        fps: float | None = None,
        progress: bool = False,
    ) -> None:
        from tqdm.auto import tqdm

        self.name = name
        with closing(media.open_medium(modality, files, fps=fps)) as medium:
            self.files = list(medium.paths if isinstance(medium, media.DicomSeries) else files)
            decoded = 1 if modality == "video" else medium.count
            steps = tqdm(
                total=len(self.files) + decoded,
                desc=f"Reading {name or 'files'}",
                unit="step",
                disable=not progress or len(self.files) + decoded < 10,
            )
            with steps:
                for frame in range(decoded):
                    medium.frame(frame)
                    steps.update()
                stamps = []
                for file in self.files:
                    stamp = media.stamp_file(file, root=workspace.media_root)
                    stamps.append(stamp if fps is None else msgspec.structs.replace(stamp, fps=fps))
                    steps.update()
            digests = [stamp.sha256 for stamp in stamps]
            if modality == "image_group":
                _refuse_copies(self.files, digests)
            if isinstance(medium, media.DicomSeries):
                refuse_identity(self.files[0], [*(stamp.path for stamp in stamps), name])
            self.columns: dict[str, Any] = {
                "modality": modality,
                "sizes": json.dumps(medium.sizes),
                "spacing": None if medium.spacing is None else json.dumps(medium.spacing),
                "hash": _content(modality, digests),
                "files": msgspec.json.encode(stamps).decode(),
                "thumbnail": _thumbnail(medium),
            }
            # Not after the file or folder: those are often called after the patient.
            self._own_name = (
                f"{medium.modality_name} {self.columns['hash'][:8]}" if isinstance(medium, media.DicomSeries) else ""
            )

    @property
    def names(self) -> Iterator[str]:
        """Names to try in turn."""
        if self.name or self._own_name:
            return iter((self.name or self._own_name,))
        file = self.files[0].absolute()
        return map(composed, (file.stem, file.name, f"{file.parent.name}/{file.name}", str(file)))


def image_files(paths: PathsLike) -> list[Path]:
    """The files that an argument stands for: a folder's images by name, or the paths as given."""
    if isinstance(paths, (str, Path)):
        path = Path(paths).expanduser()
        if path.is_dir():
            found = sorted(
                (file for file in path.iterdir() if file.suffix.lower() in _IMAGE_SUFFIXES), key=_with_numbers
            )
            if not found:
                raise InvalidMedia(f"{path} holds no images.", hint=f"Looked for {', '.join(sorted(_IMAGE_SUFFIXES))}.")
            return found
        return [path]
    return some_paths(paths)


def some_paths(paths: PathsLike) -> list[Path]:
    """Paths as given, at least one, with the user's home for a tilde."""
    try:
        files = [Path(path).expanduser() for path in ([paths] if isinstance(paths, (str, Path)) else paths)]
    except TypeError:
        raise InvalidInput(f"A path, or a list of paths, is needed, got {paths!r:.60}.") from None
    if not files:
        raise InvalidInput("There are no paths to add.")
    return files


def refuse_identity(file: Path, texts: Sequence[str]) -> None:
    """Refuse to keep texts that tell who the patient of a DICOM file is; the error doesn't repeat them.

    Raises
    ------
    InvalidMedia
        One of them holds the patient's name or ID.
    """
    if found := media.patient_in_path(file, "\n".join(texts)):
        raise InvalidMedia(
            f"The name of a file, a folder or the item holds the patient's {found}, and the workspace would keep it.",
            rule="P3",
            hint="Rename them (or set PatientIdentityRemoved where the files are de-identified), and add them again. "
            "Folders above media_root are not kept: aw.open_workspace(..., media_root=that_folder).",
        )


def _thumbnail(medium: media.Medium) -> bytes:
    if isinstance(medium, media.DicomSeries):
        if medium.burned_in:
            notice("The series says that its pixels identify the patient, so it has a blank thumbnail.")
            return media.blank_thumbnail(medium.sizes[0])
        return media.thumbnail(medium, medium.count // 2)  # the ends of a series often show nothing
    return media.thumbnail(medium)


def _content(modality: media.Modality, digests: Sequence[str]) -> str:
    """What tells content apart: a group has no order, and the same files can also be items of another kind."""
    if modality in ("image_group", "image_sequence"):
        kind = hashlib.sha256(modality.encode()).hexdigest()
        return media.content_hash([kind, *(sorted(digests) if modality == "image_group" else digests)])
    return media.content_hash(digests)


def _refuse_copies(files: Sequence[Path], digests: Sequence[str]) -> None:
    first: dict[str, Path] = {}
    for file, digest in zip(files, digests, strict=True):
        if digest in first:
            raise InvalidMedia(
                f"{file} is the same picture as {first[digest]}, and a group holds each once.",
                rule="P3",
                hint="Leave one of them out.",
            )
        first[digest] = file


def _with_numbers(file: Path) -> list[Any]:
    """Sort key by which frame 9 comes before frame 10."""
    parts = re.split(r"(\d+)", file.name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
