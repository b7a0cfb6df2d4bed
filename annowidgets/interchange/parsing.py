"""XML of unknown origin and the numbers in it, read safely."""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.etree import ElementTree as ET

from annowidgets.errors import InvalidImport

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
# A file of labels of one picture has some kilobytes.
_LARGEST_FILE = 64 * 2**20


class _WithoutDoctype(ET.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        # Entities that multiply themselves or name other files can only be declared here.
        raise InvalidImport("It has a document type declaration, which label files have no use for.")


def read_xml(path: Path) -> ET.Element:
    """Root element of an XML file.

    Raises
    ------
    InvalidImport
        Where the file can't be read, is no XML, is larger than 64 MiB, or declares a document type.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InvalidImport("It is larger than 64 MiB.")
        parser = ET.XMLParser(target=_WithoutDoctype())
        parser.feed(path.read_bytes())
        root: ET.Element = parser.close()
    except OSError as error:
        raise InvalidImport(f"It can't be read: {error.strerror}.") from None
    except ET.ParseError as error:
        raise InvalidImport(f"It is no XML: {error}.") from None
    except (LookupError, ValueError) as error:
        if isinstance(error, InvalidImport):
            raise
        raise InvalidImport(f"Its encoding can't be read: {error}.", hint="Save it as UTF-8.") from None
    return root


def number_of(text: str) -> float | None:
    """The finite number that a text is, None where it is none.

    Stricter than ``float``, which takes "nan", "1_000" and the digits of every script.
    """
    text = text.strip()
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else None
