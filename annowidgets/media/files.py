"""Which file is which: content hashes, stamps, and where a stamped file lies now."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from annowidgets.errors import InvalidMedia

PathLike: TypeAlias = str | os.PathLike[str]

FileState: TypeAlias = Literal["unchanged", "touched", "changed", "missing"]


class FileStamp(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file as it was when it was added.

    Attributes
    ----------
    path : str
        With forward slashes; relative to the root that it was stamped with, absolute if it lies outside.
    size : int
        Bytes.
    mtime_ns : int
        Time of the last change, in nanoseconds since 1970.
    sha256 : str
        Of the content, 64 hexadecimal digits.
    fps : float, optional
        Frames per second of the image sequence that it is a frame of. (Said by who adds it; pictures don't know it.)
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str
    fps: float | None = None


def hash_file(path: PathLike) -> str:
    """SHA-256 of a file's content as 64 hexadecimal digits, read in pieces.

    Raises
    ------
    InvalidMedia
        The file can't be read.
    """
    with open_file(Path(path)) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_hash(hashes: Sequence[str]) -> str:
    """Hash of an item's content from the `hash_file` of its files, in order.

    The hash of one file is that file's; that of several is the SHA-256 of their digests in a row, so
    neither order nor where one file ends and the next begins is lost.
    """
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.sha256(b"".join(map(bytes.fromhex, hashes))).hexdigest()


def stamp_file(path: PathLike, *, root: PathLike) -> FileStamp:
    """Hash a file and note how it was found.

    Parameters
    ----------
    path : path
        Relative to the working directory, as usual, or absolute.
    root : path
        Folder of the workspace file, or the media root.

    Raises
    ------
    InvalidMedia
        The file can't be read, or is being written at the moment.
    """
    file = Path(path)
    with open_file(file) as opened:
        before = os.fstat(opened.fileno())
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        after = os.fstat(opened.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InvalidMedia(f"{file} changed while it was read.", hint="Add it when it is written to the end.")
    return FileStamp(_relative(file, Path(root)), after.st_size, after.st_mtime_ns, digest)


def resolve_path(path: PathLike, *, root: PathLike) -> Path:
    """Where a stamped path lies: under ``root`` if it is relative."""
    return Path(root) / path


def file_state(stamp: FileStamp, *, root: PathLike) -> FileState:
    """Compare a stamped file with what lies there now.

    Returns
    -------
    {"unchanged", "touched", "changed", "missing"}
        Unchanged: size and time are the stamp's (the content is not read). Touched: the time differs,
        the content does not. Changed: other content. Missing: no file there.

    Raises
    ------
    InvalidMedia
        The content had to be read and can't be.
    """
    path = resolve_path(stamp.path, root=root)
    if not path.is_file():
        return "missing"
    now = path.stat()
    if now.st_size != stamp.size:
        return "changed"
    if now.st_mtime_ns == stamp.mtime_ns:
        return "unchanged"
    return "touched" if hash_file(path) == stamp.sha256 else "changed"


def find_moved(folder: PathLike, stamps: Iterable[FileStamp]) -> dict[str, Path]:
    """Search a folder and all below it for the content of stamped files.

    Only files of a stamped size are read, those of a stamped name first; what can't be read is passed
    over.

    Parameters
    ----------
    folder : path
        Where to look. Links to folders are not followed.
    stamps : iterable of FileStamp
        What to look for.

    Returns
    -------
    dict of str to Path
        ``sha256`` to a file with that content, for those that were found.

    Raises
    ------
    InvalidMedia
        There is no such folder.
    """
    if not Path(folder).is_dir():
        raise InvalidMedia(f"There is no folder {folder}.", hint="Give the folder that the files were moved to.")
    wanted: dict[int, set[str]] = {}
    names = set()
    for stamp in stamps:
        wanted.setdefault(stamp.size, set()).add(stamp.sha256)
        names.add(Path(stamp.path).name)
    files = [Path(parent, name) for parent, _, inside in os.walk(folder) for name in inside]
    found: dict[str, Path] = {}
    for file in sorted(files, key=lambda file: (file.name not in names, file)):
        try:
            missing = wanted.get(file.stat().st_size, set()) - found.keys()
            if missing and (digest := hash_file(file)) in missing:
                found[digest] = file
        except (OSError, InvalidMedia):
            continue
    return found


@contextmanager
def open_file(path: Path) -> Iterator[BufferedReader]:
    """Open a file for reading; one that can't be opened is InvalidMedia with the way out."""
    try:
        if path.is_dir():
            raise InvalidMedia(
                f"{path} is a folder, not a file.",
                hint="Give its files, for instance sorted(pathlib.Path(folder).glob('*.png')).",
            )
        file = path.open("rb")
    except InvalidMedia:
        raise
    except FileNotFoundError:
        raise InvalidMedia(
            f"There is no file {path}.",
            hint=f"A relative path starts at {Path.cwd()}; files that were moved are found by project.relink(folder).",
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _unreadable(path, error) from error
    with file:
        try:
            yield file
        except OSError as error:
            raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InvalidMedia:
    return InvalidMedia(f"{path} can't be read: {error}.", hint="Check that it is a file that you may read.")


def _relative(file: Path, root: Path) -> str:
    absolute, base = file.absolute(), root.absolute()
    # normpath, not resolve: a link in the path is how the user chose to name the file.
    inside = Path(os.path.normpath(absolute))
    top = Path(os.path.normpath(base))
    return (inside.relative_to(top) if inside.is_relative_to(top) else inside).as_posix()
