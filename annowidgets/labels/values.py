"""What every label value is built from: finite numbers, names, mappings that can't change."""

from __future__ import annotations

import math
import reprlib
import unicodedata
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, NoReturn, TypeVar

from annowidgets.errors import InvalidInput, InvalidShape

K = TypeVar("K")
V = TypeVar("V")

# The largest number that every reader of JSON keeps exactly (RFC 8259, section 6).
LARGEST_INTEGER = 2**53 - 1
# Not printable to Python, but Persian, Indic scripts and composed emoji are not written without joiners, nor Japanese
# without its space.
_ALSO_PRINTABLE = str.maketrans("", "", "\u200c\u200d\u3000")

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = 60


class FrozenDict(dict[K, V]):
    """A mapping that can be hashed and not changed, so that labels are values."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("this mapping belongs to an immutable value; build a new value instead")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        # The default rebuilds a dict item by item, which is refused here.
        return FrozenDict, (dict(self),)


# One for all: JSON leaves out what is the very default.
EMPTY: FrozenDict[Any, Any] = FrozenDict()


def shown(value: object) -> str:
    """The value as a message shows it: short, whatever was given."""
    try:
        return _short.repr(value)
    except (ValueError, RecursionError):
        # Python refuses to write out an integer of thousands of digits.
        return f"a {type(value).__name__} too large to show"


def finite(owner: str, field: str, value: Any) -> float:
    """Return ``value`` as a float; refuse anything that is not a finite number.

    Parameters
    ----------
    owner, field : str
        What the message names ("BoundingBox", "width").
    value : object
        An int, a float or a numpy number.

    Raises
    ------
    InvalidShape
        For bools, text, NaN and infinities.
    """
    # Asking for the type first is what makes outlines of many points cheap.
    if type(value) is not float and (isinstance(value, bool) or not isinstance(value, Real)):
        raise InvalidShape(f"{owner}: {field} must be a number, got {shown(value)}.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InvalidShape(f"{owner}: {field} must be finite, got {shown(value)}.")
    return number


def name(owner: str, value: Any) -> str:
    """Return a usable name in its composed form (NFC); refuse other types, empty ones and outer white space."""
    if not isinstance(value, str) or not value.strip() or value != value.strip():
        raise InvalidInput(f"{owner} must be a name without white space around it, got {shown(value)}.")
    if not value.isprintable() and not value.translate(_ALSO_PRINTABLE).isprintable():
        raise InvalidInput(f"{owner} {shown(value)} holds characters that can't be shown.")
    return text(owner, value)


def text(owner: str, value: str) -> str:
    """Return text in its composed form (NFC), in which equal names are equal; refuse what no file can hold."""
    # Most names are ASCII, and a data set has many of them.
    if type(value) is str and value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput(f"{owner} {shown(value)} is no valid Unicode text.") from None
    # Subclasses (numpy.str_, enumerations) become plain text too.
    return unicodedata.normalize("NFC", str.__str__(value))


def frame_number(owner: str, value: Any) -> int:
    """Return a frame index (an integer from 0); refuse anything else."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= LARGEST_INTEGER or value != int(value):
        raise InvalidInput(f"{owner} must be a frame number (0, 1, ...), got {shown(value)}.")
    return int(value)


def integer(value: Any) -> int | None:
    """Return ``value`` as an int if it is one that every reader of JSON keeps, None otherwise."""
    is_integer = isinstance(value, Integral) and not isinstance(value, bool)
    return int(value) if is_integer and abs(value) <= LARGEST_INTEGER else None


def mapping(owner: str, value: Any) -> Mapping[Any, Any]:
    """Return ``value`` if it is a mapping; refuse anything else."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{owner} must be a mapping, got {type(value).__name__}.")
    return value
