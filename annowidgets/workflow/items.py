"""Data of a project: adding it, finding it, checking it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from html import escape
from math import isfinite
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

import msgspec

from annowidgets import media
from annowidgets.errors import InvalidInput, InvalidMedia, NotFound, notice
from annowidgets.labels.values import name as checked_name
from annowidgets.store import batches as stored_batches
from annowidgets.store import items as stored_items
from annowidgets.store import members as stored_members
from annowidgets.store import projects as stored_projects
from annowidgets.store.batches import BatchRow
from annowidgets.workflow.base import ProjectBase, stored_ontology
from annowidgets.workflow.checks import as_id, composed, require_one_of
from annowidgets.workflow.collection import Collection
from annowidgets.workflow.item_reading import PathsLike, ReadItem, image_files, refuse_identity, some_paths
from annowidgets.workflow.permissions import Permission

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from annowidgets.workflow.workspace import Action, Workspace


class Item:
    """One thing to label. Fixed from when it was added, so it is read once.

    Attributes
    ----------
    id : int
        The item's id.
    name : str
        Unique in its project.
    modality : str
        The kind: "image", "image_group", "image_sequence", "video" or "dicom_series".
    sizes : tuple of (height, width)
        Per frame, in pixels.
    spacing : (row, column) or None
        Millimetres between pixels, where known.
    """

    def __init__(self, workspace: Workspace, row: stored_items.ItemRow) -> None:
        self.workspace = workspace
        self._project = row.project
        self.id = row.id
        self.name = row.name
        self.modality: media.Modality = row.modality  # type: ignore[assignment]
        self.sizes: tuple[tuple[int, int], ...] = tuple((h, w) for h, w in json.loads(row.sizes))
        self.spacing: tuple[float, float] | None = None if row.spacing is None else tuple(json.loads(row.spacing))

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return len(self.sizes)

    @property
    def interpolates(self) -> bool:
        """Whether frames follow each other in time, so that objects move between key frames."""
        return self.modality in ("image_sequence", "video")

    def _files(self) -> list[media.FileStamp]:
        with self.workspace.look(self._project) as action:
            row = stored_items.by_id(action.connection, self.id)
        assert row is not None
        return msgspec.json.decode(row.files, type=list[media.FileStamp])

    @property
    def path(self) -> Path:
        """Where its file, or its first file, lies."""
        return media.resolve_path(self._files()[0].path, root=self.workspace.media_root)

    def open(self, *, trusting: bool = True) -> media.Medium:
        """Open its files, if they are still what was added (P3).

        Parameters
        ----------
        trusting : bool
            Whether to take number and sizes of the frames as they were when it was added, which makes an item of many
            frames open as fast as one of few. Otherwise all headers are read.

        Raises
        ------
        InvalidMedia
            A file is missing or has changed.
        """
        root = self.workspace.media_root
        stamps = self._files()
        for stamp in stamps:
            state = media.file_state(stamp, root=root)
            if state in _NOT_THERE:  # P3
                told = "is missing" if state == "missing" else "has changed since it was added"
                raise InvalidMedia(
                    f"Item {self.name!r}: {media.resolve_path(stamp.path, root=root)} {told}.",
                    rule="P3",
                    hint="project.relink(folder) finds the file again by its content.",
                )
        files = [media.resolve_path(stamp.path, root=root) for stamp in stamps]
        known: dict[str, Any] = {"sizes": self.sizes, "spacing": self.spacing} if trusting else {}
        return media.open_medium(self.modality, files, fps=stamps[0].fps, **known)

    def thumbnail(self) -> bytes:
        """A small JPEG, made when the item was added."""
        with self.workspace.look(self._project) as action:
            return stored_items.thumbnail(action.connection, self.id)

    def show(self, frame: int = 0, *, ax: Axes | None = None) -> Axes:
        """Draw a frame.

        Parameters
        ----------
        frame : int
            From 0.
        ax : Axes, optional
            Where to draw; new Axes where left out.
        """
        import matplotlib.pyplot as plt

        with closing(self.open()) as medium:
            pixels = medium.frame(frame)
        if pixels.dtype != "uint8" and pixels.ndim == 3:
            pixels = (pixels >> 8).astype("uint8")  # matplotlib knows colours of 8 bits only
        if ax is None:
            _, ax = plt.subplots()
        height, width = self.sizes[frame]
        # 8 bits are shown as they are, not stretched to their own range; 16 bits have no other.
        limits: dict[str, Any] = {"vmin": 0, "vmax": 255} if pixels.dtype == "uint8" else {}
        # Extent in the coordinates of labels: pixel (0, 0) covers [0, 1) x [0, 1).
        ax.imshow(pixels, cmap="gray" if pixels.ndim == 2 else None, extent=(0, width, height, 0), **limits)
        ax.set_title(self.name if self.frames == 1 else f"{self.name}, frame {frame}")
        ax.set_axis_off()
        return ax

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Item):
            return NotImplemented
        return self.id == other.id and self.workspace.database.path == other.workspace.database.path

    def __hash__(self) -> int:
        return hash((self.id, self.workspace.database.path))

    def __repr__(self) -> str:
        return f"Item({self.name!r}, {self.modality}, {self.frames} frame{'s' if self.frames != 1 else ''})"

    def _repr_html_(self) -> str:
        import base64

        source = base64.b64encode(self.thumbnail()).decode()
        height, width = self.sizes[0]
        count = f"{self.frames} frames of " if self.frames > 1 else ""
        text = f"{escape(self.name)} &middot; {self.modality.replace('_', ' ')} &middot; {count}{width} x {height}"
        return f'<figure><img src="data:image/jpeg;base64,{source}" alt=""><figcaption>{text}</figcaption></figure>'


ItemLike: TypeAlias = Item | int | str

_NOT_THERE = ("missing", "changed")


class ProjectFiles(ProjectBase):
    """The files' room of a project, and of a training project, whose items are copies."""

    def relink(self, folder: str | Path) -> int:
        """Find files that were moved, by their content, below a folder.

        Returns
        -------
        int
            How many items were found again.
        """
        root = self.workspace.media_root
        with self.workspace.look(self.id, Permission.EDIT_PROJECT) as action:
            rows = stored_items.all_of(action.connection, self.id)
        kept = {row.id: msgspec.json.decode(row.files, type=list[media.FileStamp]) for row in rows}
        gone = {
            item: {stamp.sha256: stamp for stamp in stamps if media.file_state(stamp, root=root) in _NOT_THERE}
            for item, stamps in kept.items()
        }
        lost = {item: stamps for item, stamps in gone.items() if stamps}
        found = media.find_moved(folder, [stamp for stamps in lost.values() for stamp in stamps.values()])
        fresh = {digest: media.stamp_file(path, root=root) for digest, path in found.items()}
        again = {
            item: [
                msgspec.structs.replace(fresh[old.sha256], fps=old.fps) if old.sha256 in lost[item] else old
                for old in kept[item]
            ]
            for item in lost
            if lost[item].keys() <= fresh.keys()
        }
        for row in rows:
            if row.id in again and row.modality == "dicom_series":
                files = again[row.id]
                refuse_identity(media.resolve_path(files[0].path, root=root), [stamp.path for stamp in files])
        with self.workspace.act(self.id, Permission.EDIT_PROJECT) as action:
            for item, files in again.items():
                stored_items.set_files(action.connection, item, msgspec.json.encode(files).decode())
                action.log("item.relink", "item", item, files=[stamp.path for stamp in files])
        missing = [row.name for row in rows if row.id in lost.keys() - again.keys()]
        if missing:
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
            notice(f"Still missing, since their content is not below {folder}: {', '.join(missing[:5])}{more}.")
        return len(again)


class ProjectItems(ProjectFiles):
    """The data room of a project."""

    def items(
        self, *, name: str | None = None, modality: str | None = None, batch: str | None = None
    ) -> Collection[Item]:
        """Items in the order they were added; those of a batch as `Batch.items` tells them."""
        name = None if name is None else composed(name)
        modality = require_one_of("modality", modality, get_args(media.Modality))
        with self.workspace.look(self.id) as action:
            rows = stored_items.all_of(action.connection, self.id)
            if batch is not None:
                inside = {row.id for row in items_of_batch(action, find_batch(action, batch).id)}
                rows = [row for row in rows if row.id in inside]
        found = [
            Item(self.workspace, row) for row in rows if name in (None, row.name) and modality in (None, row.modality)
        ]
        return Collection(found, items_frame)

    def item(self, item: ItemLike) -> Item:
        """An item by itself, its id or its name; NotFound lists the closest names."""
        with self.workspace.look(self.id) as action:
            return Item(self.workspace, find_item(action, item))

    def add_images(self, paths: PathsLike, *, progress: bool = True) -> list[Item]:
        """Add still images, one item each.

        Content that the project has already is skipped, and said; a file that can't be read stops the call before
        anything is added.

        Parameters
        ----------
        paths : path, or sequence of paths
            Files, or a folder, whose images are taken in the order of their names.
        progress : bool
            Whether to show a progress bar.

        Returns
        -------
        list of Item
            One for each path, those that were there already included.
        """
        files = image_files(paths)
        with self.workspace.look(self.id, Permission.EDIT_PROJECT):
            pass  # refused before the files are read, not after
        read, unreadable = self._read_images(files, progress=progress)
        if unreadable:
            told = "; ".join(error.message for error in list(unreadable.values())[:5])
            first = next(iter(unreadable.values()))
            raise (
                InvalidMedia(
                    f"{len(unreadable)} of {len(files)} files can't be read, so nothing was added: {told}",
                    hint=first.hint,
                )
                if len(unreadable) > 1
                else first
            )
        return self._add([one for _, one in read])

    def _read_images(
        self, files: Sequence[Path], *, progress: bool
    ) -> tuple[list[tuple[Path, ReadItem]], dict[Path, InvalidMedia]]:
        """The files that can be read, and why the others can't."""
        from tqdm.auto import tqdm

        read: list[tuple[Path, ReadItem]] = []
        unreadable: dict[Path, InvalidMedia] = {}
        for file in tqdm(files, desc="Reading images", unit="image", disable=not progress or len(files) < 2):
            try:
                read.append((file, ReadItem(self.workspace, "image", [file])))
            except InvalidMedia as error:
                unreadable[file] = error
        return read, unreadable

    def add_image_group(self, name: str, paths: PathsLike, *, progress: bool = True) -> Item:
        """Add an unordered set of images that are labelled together; their sizes may differ.

        Parameters
        ----------
        name : str
            What to call it.
        paths : path, or sequence of paths
            Files, or a folder of images.
        progress : bool
            Whether to show a progress bar.
        """
        return self._add_one("image_group", image_files(paths), name=name, progress=progress)

    def add_image_sequence(self, name: str, paths: PathsLike, *, fps: float, progress: bool = True) -> Item:
        """Add images that follow each other in time.

        Parameters
        ----------
        name : str
            What to call it.
        paths : path, or sequence of paths
            Files in order, or a folder of images, which are ordered by name (frame 9 before frame 10).
        fps : float
            Frames per second.
        progress : bool
            Whether to show a progress bar.
        """
        if not isinstance(fps, Real) or isinstance(fps, bool) or not isfinite(fps) or fps <= 0:
            raise InvalidInput(f"fps is {fps!r:.40}.", hint="Frames per second, as in fps=5.")
        return self._add_one("image_sequence", image_files(paths), name=name, fps=float(fps), progress=progress)

    def add_video(self, path: str | Path, *, name: str | None = None, progress: bool = True) -> Item:
        """Add a video: mp4, mov, mkv, webm or avi.

        Parameters
        ----------
        path : path
            The file. Of several video streams the first is used, and said.
        name : str, optional
            What to call it; after the file where left out.
        progress : bool
            Whether to show a progress bar.
        """
        return self._add_one("video", some_paths([path]), name=name, progress=progress)

    def add_dicom_series(self, paths: PathsLike, *, name: str | None = None, progress: bool = True) -> Item:
        """Add a DICOM series, or one DICOM file of one or many frames.

        Slices are ordered by their position along the normal of their planes. Several series in a folder, mixed
        orientations, doubled and missing slices are refused; `annowidgets.media.find_dicom_series` tells series apart.
        The patient's identity is not copied: nothing of it is read for keeping, and files or folders (below the media
        root) that are called after the patient are refused, since their paths are kept.

        Parameters
        ----------
        paths : path, or sequence of paths
            The folder of the series, or its files in any order.
        name : str, optional
            What to call it; the modality and a part of the content's hash ("CT 3fa2c1d0") where left out.
        progress : bool
            Whether to show a progress bar.
        """
        return self._add_one("dicom_series", some_paths(paths), name=name, progress=progress)

    def _add_one(
        self, modality: media.Modality, files: Sequence[Path], *, name: str | None, progress: bool, **settings: Any
    ) -> Item:
        name = "" if name is None else checked_name("item name", name)
        with self.workspace.look(self.id, Permission.EDIT_PROJECT):
            pass  # refused before the files are read, not after
        return self._add([ReadItem(self.workspace, modality, files, name=name, progress=progress, **settings)])[0]

    def _add(self, read: Sequence[ReadItem]) -> list[Item]:
        added: list[Item] = []
        known = 0
        with self.workspace.act(self.id, Permission.EDIT_PROJECT) as action:
            for one in read:
                row = stored_items.by_hash(action.connection, self.id, one.columns["hash"])
                if row is None:
                    name = _free_name(action, one)
                    columns = one.columns | {"added": action.now, "added_by": action.user}
                    item = stored_items.add(action.connection, project=self.id, name=name, **columns)
                    action.log("item.add", "item", item, name=name, modality=columns["modality"], hash=columns["hash"])
                    row = stored_items.by_id(action.connection, item)
                else:
                    known += 1
                assert row is not None
                added.append(Item(self.workspace, row))
        if known:
            notice(f"{known} of {len(read)} were in the project already and were not added again.")  # P3
        return added

    def check(self, *, progress: bool = True) -> pd.DataFrame:
        """Open every item and look over ontology, instructions and members (P5).

        Returns
        -------
        DataFrame
            One row per finding: ``subject``, ``finding``, ``severity`` ("error" or "advice"). Empty where all is well.
        """
        import pandas as pd
        from tqdm.auto import tqdm

        from annowidgets.workflow.evaluation import small_pools

        findings: list[dict[str, str]] = []

        def say(subject: str, finding: str, severity: str = "error") -> None:
            findings.append({"subject": subject, "finding": finding, "severity": severity})

        with self.workspace.look(self.id, Permission.RUN_BATCHES) as action:
            stored_ontology(action.connection, self.id)
            text = stored_projects.instructions(action.connection, self.id)
            roles = [row.role for row in stored_members.all_of(action.connection, self.id)]
        items = self.items()
        for item in tqdm(items, desc="Opening items", unit="item", disable=not progress or len(items) < 2):
            try:
                with closing(item.open(trusting=False)) as medium:
                    if medium.sizes != item.sizes:
                        say(item.name, f"its {medium.count} frames are not the {item.frames} that were added")
                    medium.frame(0)
            except InvalidMedia as error:
                say(item.name, error.message)
        if not items:
            say("items", "there are none; add some with project.add_images(folder)")
        if text is None or not text.text.strip():
            say("instructions", "they are empty; write them with project.update_instructions(text)")
        if "annotator" not in roles:
            say("members", "there is no annotator; add one with project.add_member(user)", "advice")
        with self.workspace.act(self.id, Permission.RUN_BATCHES) as action:
            for user, left in small_pools(action).items():  # Q2
                say(user, f"evaluation tasks left that they have not seen: {left}; promote more", "advice")
            stored_items.save_check(action.connection, self.id, action.now, json.dumps(findings))
            action.log("project.check", "project", self.id, items=len(items), findings=len(findings))
        return pd.DataFrame(findings, columns=["subject", "finding", "severity"])


def find_item(action: Action, item: ItemLike) -> stored_items.ItemRow:
    """The stored item that an Item, an id or a name stands for.

    Items of a training project are copies: an Item of a source stands for its copy.
    """
    row = None
    if isinstance(item, Item):
        # An item of another file has an id that means something else here.
        if item.workspace.database.path == action.workspace.database.path:
            row = stored_items.by_id(action.connection, item.id)
        if row is not None and row.project != action.project.id:
            row = _own_copy(action, row)
    elif isinstance(item, Integral) and not isinstance(item, bool):
        row = stored_items.by_id(action.connection, as_id(item))
    elif isinstance(item, str):
        row = stored_items.by_name(action.connection, action.project.id, composed(item))
    if row is None or row.project != action.project.id:
        names = [known.name for known in stored_items.all_of(action.connection, action.project.id)]
        raise NotFound.named("item", getattr(item, "name", item), names)
    return row


def _own_copy(action: Action, row: stored_items.ItemRow) -> stored_items.ItemRow:
    """The item of a training project with the content of another project's."""
    copy = None
    if action.project.kind == "training":
        copy = stored_items.by_hash(action.connection, action.project.id, row.hash)
    if copy is None:
        raise NotFound(
            f"Item {row.name!r} is one of another project, and {action.project.name!r} has none that stands for it.",
            hint="Take one of its own: .items()",
        )
    return copy


def items_of_batch(action: Action, batch: int) -> list[stored_items.ItemRow]:
    """Items of a batch in order for who reads all, for others those of their own tasks (R3).

    What else production holds, and what was calibrated with, would tell which tasks are evaluations (Q2).
    """
    if action.may(Permission.READ_ALL):
        return stored_items.of_batch(action.connection, batch)
    return stored_items.of_tasks(action.connection, batch, action.user)


def find_batch(action: Action, name: Any) -> BatchRow:
    """The stored batch of that name; a Batch stands for its own."""
    name = getattr(name, "name", name)
    row = stored_batches.by_name(action.connection, action.project.id, composed(str(name)))
    if row is None:
        names = [known.name for known in stored_batches.all_of(action.connection, action.project.id)]
        raise NotFound.named("batch", name, names)
    return row


def _free_name(action: Action, read: ReadItem) -> str:
    for name in read.names:
        if stored_items.by_name(action.connection, action.project.id, name) is None:
            return name
    if read.name:
        raise InvalidInput(f"There is an item {read.name!r} with other content.", hint="Choose another name.")
    raise InvalidMedia(
        f"{read.files[0].absolute()} has other content than when it was added under this name.", rule="P3"
    )


def items_frame(items: Sequence[Item]) -> pd.DataFrame:
    """Items as a table."""
    import pandas as pd

    return pd.DataFrame(
        {
            "id": [item.id for item in items],
            "name": [item.name for item in items],
            "modality": [item.modality for item in items],
            "frames": [item.frames for item in items],
            "height": [item.sizes[0][0] for item in items],
            "width": [item.sizes[0][1] for item in items],
        }
    )
