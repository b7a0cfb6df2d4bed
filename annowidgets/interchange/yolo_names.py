"""What the classes of a YOLO data set are called: data.yaml, classes.txt, obj.names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from annowidgets.errors import InvalidImport, InvalidInput
from annowidgets.interchange.parsing import read_text
from annowidgets.labels.values import name as checked_name

_LISTS = ("classes.txt", "obj.names", "labels.txt", "predefined_classes.txt")
_HINT = "Put the class names, one a line, into a file classes.txt beside the labels."
# A quoted text, or a plain one.
_SCALAR = r"""\s*(?:'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)"|([^'"\[\]{}].*?)?)\s*"""
# What stands between two commas of a list in brackets.
_PART = r"""(?:[^,'"]|'[^']*'|"(?:[^"\\]|\\.)*")+"""

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "N": "\x85", "_": "\xa0"} | {sign: sign for sign in '"\\/ '}


class Names(NamedTuple):
    """What a data set says about its labels.

    Attributes
    ----------
    source : Path
        The file that says it.
    classes : dict of int -> str
        Number and name of each class.
    key_points : (count, 2 or 3) or None
        Of a pose data set: how many points an object has, and whether each has a visibility.
    points : dict of int -> names
        What the key points of each class are called, where it says so.
    """

    source: Path
    classes: dict[int, str]
    key_points: tuple[int, int] | None = None
    points: Mapping[int, tuple[str, ...]] = MappingProxyType({})


def read_names(folder: Path, given: Path | None = None) -> Names:
    """The names that a data set holds: in the file that is given, or else in its folder or one of the two above it.

    Raises
    ------
    InvalidImport
        There are none, or they can't be read.
    """
    for place in (folder, *folder.absolute().parents[:2]):
        found = [*sorted(place.glob("data*.y*ml")), *sorted(place.glob("*.yaml")), *(place / name for name in _LISTS)]
        files = found if given is None else [given]
        for file in files:
            if not file.is_file():
                continue
            try:
                text = read_text(file)
                is_other = given is None and file.suffix == ".yaml" and not file.name.startswith("data")
                if is_other and _entry(_lines(text), "names") is None:
                    continue  # Settings of a training lie there, too.
                names = _of_yaml(file, text) if file.suffix.lower() in (".yaml", ".yml") else _of_list(file, text)
                return names._replace(
                    classes={
                        number: checked_name(f"Class {number}", name) for number, name in names.classes.items() if name
                    }
                )
            except InvalidInput as error:
                raise InvalidImport(f"{file}: {error.message}", hint=error.hint or _HINT) from None
    raise InvalidImport(f"There is no data.yaml and no {' or '.join(_LISTS[:2])} at {folder} or above it.", hint=_HINT)


def _of_list(file: Path, text: str) -> Names:
    names = [line.strip() for line in text.splitlines()]
    while names and not names[-1]:
        names.pop()
    return Names(file, dict(enumerate(names)))


def _of_yaml(file: Path, text: str) -> Names:
    """The entries of a data.yaml that matter here, in all the ways that they are written."""
    lines = _lines(text)
    names = _entry(lines, "names")
    if names is None:
        raise InvalidImport("It has no entry `names`.")
    shape = [value for _, value in _pairs(_entry(lines, "kpt_shape") or "[]")]
    if shape and not (len(shape) == 2 and shape[0].isdecimal() and shape[1] in ("2", "3") and int(shape[0]) > 0):
        raise InvalidImport(f"Its kpt_shape must be [number of points, 2 or 3], got {', '.join(shape):.40}.")
    classes: dict[int, str] = {}
    for number, value in _pairs(names):
        if number in classes:
            raise InvalidImport(f"Its class {number} has two names.")
        classes[number] = value
    points = _point_names(_entry(lines, "kpt_names") or "", classes)
    return Names(file, classes, (int(shape[0]), int(shape[1])) if shape else None, points)


def _point_names(text: str, classes: Mapping[int, str]) -> dict[int, tuple[str, ...]]:
    """The key points' names of each class: a mapping of lists, or one list for all."""
    if not re.match(r"[{\d'\"]", text):
        names = tuple(value for _, value in _pairs(text))
        return dict.fromkeys(classes, names) if names else {}
    heads = list(re.finditer(r"""(?:^|[{,\n])\s*['"]?(\d{1,9})['"]?\s*:\s*(?=[\[\-])""", text))
    ends = [head.start() for head in heads[1:]] + [len(text)] * bool(heads)
    found = {}
    for head, end in zip(heads, ends, strict=True):
        own = text[head.end() : end].strip().removesuffix("}").rstrip(", \n")
        found[int(head[1])] = tuple(value for _, value in _pairs(own))
    if not heads or heads[0].start() > 0 or not found.keys() <= classes.keys():
        raise InvalidImport("Its kpt_names must be a list of names for each class.")
    return found


def _lines(text: str) -> list[str]:
    return [line for raw in text.splitlines() if (line := _without_comment(raw).rstrip())]


def _without_comment(line: str) -> str:
    """The line up to a # that stands outside of quotes and after a space."""
    match = re.match(r"""((?:[^'"#]|'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|(?<=\S)#|['"])*)""", line)
    return match[1] if match else line


def _entry(lines: list[str], key: str) -> str | None:
    """Text of a top-level entry, the following indented lines included."""
    for position, line in enumerate(lines):
        if match := re.fullmatch(rf"""["']?{key}["']?\s*:(.*)""", line):
            inner = []
            for further in lines[position + 1 :]:
                if not re.match(r"\s|-|[\]}]", further):
                    break
                inner.append(further)
            return "\n".join([match[1].strip(), *inner]).strip()
    return None


def _pairs(text: str) -> Iterator[tuple[int, str]]:
    """Numbers and values of a list or a mapping, written in brackets or line by line."""
    if text[:1] in ("[", "{"):
        if text[-1:] != {"[": "]", "{": "}"}[text[0]]:
            raise InvalidImport(f"Its bracket {text[0]} is never closed.")
        inner = " ".join(text[1:-1].split())
        if not re.fullmatch(rf"(?:{_PART}(?:,|$))*", inner):
            raise InvalidImport("Its names hold a quotation mark that is never closed.")
        parts = [part.strip() for part in re.findall(_PART, inner) if part.strip()]
    else:
        parts = [line.strip() for line in text.split("\n") if line.strip()]
    is_list = text.startswith(("[", "-"))
    for position, part in enumerate(parts):
        if is_list:
            number, value = position, part.removeprefix("-") if text.startswith("-") else part
        else:
            digits, separator, value = part.partition(":")
            digits = digits.strip().strip("'\"")
            if not separator or not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
                raise InvalidImport(f"{part!r:.60} is no number and name of a class.")
            number = int(digits)
        scalar = re.fullmatch(_SCALAR, value)
        if scalar is None:
            raise InvalidImport(f"{value!r:.60} is no name of a class.")
        single, double, plain = scalar.groups()
        yield number, single.replace("''", "'") if single is not None else _unescaped(double) if double else plain or ""


def _unescaped(text: str) -> str:
    """A text in double quotes, in which many tools write each letter beyond ASCII as a number."""

    def character(match: re.Match[str]) -> str:
        *codes, sign = match.groups()
        code = next(filter(None, codes), None)
        return chr(int(code, 16)) if code else _ESCAPED[sign]

    try:
        plain = _ESCAPE.sub(character, text)
        # JSON writes what lies beyond four digits as two halves.
        return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except (KeyError, ValueError, OverflowError):
        raise InvalidImport(f'"{text:.60}" holds a backslash that stands for nothing.') from None
