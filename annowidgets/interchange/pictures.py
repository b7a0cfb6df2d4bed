"""Where the pictures are that a file of labels speaks of."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path, PurePosixPath

from annowidgets.errors import InvalidImport

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif"})
_LONGEST_SIDE = 2**31
# EXIF's tag, and those of its values that swap width and height.
_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)


class Pictures:
    """Picture files in some folders, found by the names that label files call them.

    Names are compared without regard to case and Unicode form: data sets travel between systems that differ in both.

    Parameters
    ----------
    folders : sequence of Path
        Where to look, best first. Those that don't exist are passed over.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._listing = cache(_listing)

    def find(self, file_name: str, *, stem: str, inside: Path) -> Path | None:
        """The picture of a label file, None where there is none.

        Parameters
        ----------
        file_name : str
            What the label file calls it; the suffix may be missing or another one.
        stem : str
            The label file's own name without suffix, tried next.
        inside : Path
            Where the label file lies, relative to the folder of all of them; pictures may be sorted the same way.
        """
        named = PurePosixPath(file_name.replace("\\", "/"))
        # What another machine's label file says must not lead out of the folders.
        below = Path() if named.is_absolute() or ".." in named.parts or ":" in file_name else Path(named.parent)
        bare = named.stem if named.suffix.lower() in _SUFFIXES else named.name
        for wanted, by_stem in ((named.name, False), (bare, True), (stem, True)):
            for folder in self._folders:
                for place in dict.fromkeys((folder / inside / below, folder / below)):
                    found = self._listing(place)[by_stem].get(_key(wanted))
                    if found is not None:
                        return found
        return None


def require_folder(images: str | Path | None) -> None:
    """Refuse a folder of pictures that is none."""
    if images is not None and not Path(images).is_dir():
        raise InvalidImport(f"{images} is no folder of pictures.")


def picture_size(height: object, width: object) -> tuple[int, int] | None:
    """(height, width) as a label file says them; None where no picture has such."""
    sides = [
        int(side)
        for side in (height, width)
        if isinstance(side, (int, float))
        and not isinstance(side, bool)
        and 1 <= side <= _LONGEST_SIDE
        and side % 1 == 0
    ]
    return (sides[0], sides[1]) if len(sides) == 2 else None


def numbered_pictures(folder: Path) -> list[Path]:
    """The picture files of a folder, frame 9 before frame 10."""
    found = _listing(folder)[0].values()
    return sorted(
        found,
        key=lambda file: [
            (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", file.name)
        ],
    )


def shown_size(picture: Path) -> tuple[int, int] | None:
    """(height, width) of a picture file as it is shown, turned as its EXIF says; None where it is no picture."""
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            # Sizes of large pictures are read here, not their pixels.
            warnings.simplefilter("ignore")
            with Image.open(picture) as image:
                width, height = image.size
                turned = image.getexif().get(_ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return (int(width), int(height)) if turned in _ON_ITS_SIDE else (int(height), int(width))


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _listing(folder: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Files of a folder by name, and its pictures by stem; the first of several alike."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except (OSError, ValueError):
        return {}, {}
    by_name: dict[str, Path] = {}
    by_stem: dict[str, Path] = {}
    for path in map(folder.joinpath, names):
        if path.suffix.lower() in _SUFFIXES:
            by_name.setdefault(_key(path.name), path)
            by_stem.setdefault(_key(path.stem), path)
    return by_name, by_stem
