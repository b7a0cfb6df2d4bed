"""Whether a path tells who the patient of a DICOM file is: paths are kept in the workspace, and shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from annowidgets.media.dicom_file import quietly_reading

# What stands for a name where there is none to tell.
_NOBODY = frozenset(
    ("anon", "anonym", "anonymized", "anonymised", "anonymous", "unknown", "patient", "phantom", "test")
)
_SHORTEST_ID = 4  # "01" is in every other path


def patient_in_path(file: Path, text: str) -> Literal["name", "ID"] | None:
    """Look for the patient of a DICOM file in a text, such as the path that will be kept.

    The patient is read, compared, and forgotten: neither the result nor an error holds anything of it.

    Parameters
    ----------
    file : Path
        The DICOM file.
    text : str
        Where to look: whole words, upper and lower case alike.

    Returns
    -------
    {"name", "ID"} or None
        What was found: all parts of the patient's name, or the ID if it has 4 characters or more. None also where the
        file says that its identity was removed.

    Raises
    ------
    InvalidMedia
        The file can't be read.
    """
    import pydicom

    with quietly_reading(file):
        dataset = pydicom.dcmread(
            file, specific_tags=["PatientName", "PatientID", "PatientIdentityRemoved"], stop_before_pixels=True
        )
        if dataset.get("PatientIdentityRemoved") == "YES":
            return None
        name, number = (_words(str(dataset.get(tag) or "")) for tag in ("PatientName", "PatientID"))
    words = _words(text)
    told = {word for word in name if len(word) > 1} - _NOBODY
    if told and told <= set(words):
        return "name"
    known = len("".join(number)) >= _SHORTEST_ID and not set(number) <= _NOBODY
    if known and any(words[i : i + len(number)] == number for i in range(len(words))):
        return "ID"
    return None


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
