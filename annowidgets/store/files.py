"""Workspace files as the system sees them: what kind of file one is, on what disk, and whether it may be written."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path
from typing import TypeAlias

from annowidgets.errors import StoreError

# "anno" in ASCII, in the header of the file: tells a workspace from any other SQLite file.
APPLICATION_ID = 0x616E6E6F

# Where Linux tells which file system is mounted where.
MOUNTS = Path("/proc/self/mountinfo")

# WAL keeps its index in shared memory, which these file systems don't share between machines.
_NETWORK_FILE_SYSTEMS = frozenset(
    (
        "9p", "afs", "beegfs", "ceph", "cifs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2",
        "orangefs", "panfs", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs",
    )
)  # fmt: skip

# Most file systems in user space speak to another machine (sshfs, s3fs, gcsfuse, ...). These don't.
_LOCAL_FUSE = frozenset(f"fuse.{name}" for name in ("bindfs", "encfs", "fuse-overlayfs", "gocryptfs", "mergerfs"))

# How SQLite reads a file that nobody writes: without a lock, and without a log beside it.
ALONE = "mode=ro&immutable=1"

# Time of the last change, bytes, whether there is a log.
FileState: TypeAlias = tuple[int, int, bool]


def is_new(path: Path, *, create: bool) -> bool:
    """Whether a workspace has to be made at a path; refuses every file that is not one.

    Only the header is read, with nothing else beside it: a file of somebody else's stays as it is, to the last byte.

    Raises
    ------
    StoreError
        A folder, a missing folder, no file where ``create`` is off, no SQLite file, no workspace, not readable.
    """
    try:
        if not path.parent.is_dir():
            raise StoreError(
                f"{path} can't be a workspace: its folder doesn't exist.",
                hint="Name a file in an existing folder, as in open_workspace('cells.db').",
            )
        if path.exists() and not path.is_file():
            raise StoreError(
                f"{path} can't be a workspace: it is {'a folder' if path.is_dir() else 'no regular file'}.",
                hint="Name a file, as in open_workspace('cells.db').",
            )
        exists = path.exists() and path.stat().st_size > 0
    except OSError as error:
        raise StoreError(f"{path} can't be read: {error.strerror or error}.", hint="Name another.") from error
    if not exists:
        if not create:
            raise StoreError(f"There is no workspace {path}.", hint="Leave create=False out to make it.")
        return True
    if not os.access(path, os.R_OK):
        raise StoreError(f"{path} can't be read: permission denied.", hint="Ask its owner for the right to read it.")
    # By SQLite itself: to open and close the file past it would take away the locks that this process has on it.
    connection = sqlite3.connect(f"{path.as_uri()}?{ALONE}", uri=True)
    try:
        # Else the header would not be read while somebody moves their log into the file, and it is longer on paper.
        connection.execute("PRAGMA writable_schema = ON")
        (application,) = connection.execute("PRAGMA application_id").fetchone()
    finally:
        connection.close()
    if application != APPLICATION_ID:
        raise StoreError(
            f"{path} is an SQLite file, but no annowidgets workspace.", hint="Nothing was changed. Name another."
        )
    return False


def may_write(path: Path) -> bool:
    """Whether one may write a file, and the log that SQLite keeps beside it."""
    real = path.resolve()
    return os.access(real, os.W_OK) and os.access(real.parent, os.W_OK)


def has_log(path: Path) -> bool:
    """Whether changes lie in a log beside the file."""
    return any(_status(Path(f"{path.resolve()}{suffix}"))[1] > 0 for suffix in ("-wal", "-journal"))


def state(path: Path) -> FileState:
    """What changes when somebody else writes a file that one reads without locks."""
    return *_status(path), has_log(path)


def _status(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def is_local(folder: Path) -> bool:
    """Whether a folder lies on a disk of this machine, as far as the system tells."""
    here = str(folder.resolve())
    if here.startswith("\\\\"):  # a share, on Windows
        return False
    if not MOUNTS.exists():
        return True
    best, kind = "", ""
    for line in MOUNTS.read_text(errors="surrogateescape").splitlines():
        fields = line.split(" ")
        place = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4])
        inside = here == place or here.startswith(place.rstrip("/") + "/")
        # The last mount over a place hides those before it.
        if inside and len(place) >= len(best):
            best, kind = place, fields[fields.index("-") + 1]
    is_remote_fuse = kind.startswith("fuse.") and kind not in _LOCAL_FUSE
    return kind not in _NETWORK_FILE_SYSTEMS and not is_remote_fuse
