"""Files that are there as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from annowidgets.errors import InvalidInput


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write files; each takes the place of what was there only when all of them are on the disk.

    Raises
    ------
    InvalidInput
        One of them can't be written; those that were there are as they were.
    """
    unfinished = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in contents}
    path = None
    try:
        for path, content in contents.items():
            with unfinished[path].open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if folder := next((path for path in contents if path.is_dir()), None):
            raise IsADirectoryError(0, "it is a folder", str(folder))
        for path in contents:
            unfinished[path].replace(path)
    except OSError as error:
        raise InvalidInput(
            f"{path} can't be written: {error.strerror}.", hint="Choose another path; the folder must exist."
        ) from None
    finally:
        for part in unfinished.values():
            part.unlink(missing_ok=True)
