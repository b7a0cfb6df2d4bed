"""XML, JSON and text of unknown origin, and the numbers in them, read safely."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec

from annowidgets.errors import InvalidImport

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
# A file of labels of one picture has some kilobytes.
_LARGEST_FILE = 64 * 2**20


class _WithoutDoctype(ET.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        # Entities that multiply themselves or name other files can only be declared here.
        raise InvalidImport("It has a document type declaration, which label files have no use for.")


def read_xml(path: Path, *, largest: int | None = None) -> ET.Element:
    """Root element of an XML file.

    Parameters
    ----------
    path : Path
        The file.
    largest : int, optional
        Bytes that it may have; 64 MiB unless said.

    Raises
    ------
    InvalidImport
        Where the file can't be read, is no XML, is larger than that, or declares a document type.
    """
    largest = _LARGEST_FILE if largest is None else largest
    try:
        if path.stat().st_size > largest:
            raise InvalidImport(f"It is larger than {largest // 2**20} MiB.")
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


def read_json(path: Path) -> Any:
    """Plain values of a JSON file.

    Raises
    ------
    InvalidImport
        Where the file can't be read or is no JSON.
    """
    try:
        return msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise InvalidImport(f"It can't be read: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise InvalidImport(f"It is no JSON: {error}.") from None
    except RecursionError:
        raise InvalidImport("It is nested too deeply for labels.") from None


def read_text(path: Path) -> str:
    """Text of a UTF-8 file.

    Raises
    ------
    InvalidImport
        Where the file can't be read or is no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidImport(f"It can't be read: {error.strerror}.") from None
    except UnicodeError:
        raise InvalidImport("It is no UTF-8 text.", hint="Save it as UTF-8.") from None


def number_of(text: str) -> float | None:
    """The finite number that a text is, None where it is none.

    Stricter than ``float``, which takes "nan", "1_000" and the digits of every script.
    """
    text = text.strip()
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else None
