"""Decoded frames kept in bounded memory, and those that come next decoded ahead."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Generic, TypeVar

from annowidgets.errors import InvalidMedia

CAPACITY = 256 * 2**20
AHEAD = 8

T = TypeVar("T")


class FrameCache(Generic[T]):
    """Frames by index: those asked for last stay, and who goes through them in order finds the next ones ready.

    Parameters
    ----------
    decode : callable
        Decodes the frame of an index; it may `keep` others that it passes on its way. Called by one thread at a time.
    count : int
        How many frames there are.
    capacity : int
        Bytes to stay below; the frame that was kept last always stays.
    ahead : int
        How many frames to decode ahead in the background, once two neighbours were asked for in turn.
    """

    def __init__(self, decode: Callable[[int], T], count: int, *, capacity: int = CAPACITY, ahead: int = AHEAD) -> None:
        # Weak, so that frames waiting to be decoded don't keep a medium that nobody wants any more.
        self._decode = weakref.WeakMethod(decode) if hasattr(decode, "__self__") else lambda: decode
        self._count, self._capacity, self._ahead = count, capacity, ahead
        self._frames: OrderedDict[int, tuple[T, int]] = OrderedDict()
        self._bytes = 0
        self._state = threading.Lock()
        self._decoding = threading.RLock()
        self._asked = 0
        self._last = -2

    def get(self, index: int) -> T:
        """Give a frame, decoded now where it is not kept."""
        with self._state:
            self._asked += 1
            asked, step = self._asked, index - self._last
            self._last = index
        frame = self._get(index)
        if abs(step) == 1:
            wanted = [index + step * distance for distance in range(1, self._ahead + 1)]
            _background().submit(_decode_ahead, weakref.ref(self), asked, [i for i in wanted if 0 <= i < self._count])
        return frame

    def keep(self, index: int, frame: T, size: int) -> None:
        """Keep a frame of a size in bytes, and let go of those that were not asked for longest."""
        with self._state:
            _, before = self._frames.pop(index, (None, 0))
            self._frames[index] = (frame, size)
            self._bytes += size - before
            while self._bytes > self._capacity and len(self._frames) > 1:
                _, (_, freed) = self._frames.popitem(last=False)
                self._bytes -= freed

    def clear(self) -> None:
        """Let go of all frames, and decode no further ones ahead."""
        with self._state:
            self._asked += 1
            self._last = -2
            self._frames.clear()
            self._bytes = 0

    def _get(self, index: int) -> T:
        if (kept := self._kept(index)) is not None:
            return kept
        with self._decoding:
            if (kept := self._kept(index)) is not None:
                return kept
            decode = self._decode()
            assert decode is not None
            return decode(index)

    def _kept(self, index: int) -> T | None:
        with self._state:
            if index not in self._frames:
                return None
            self._frames.move_to_end(index)
            return self._frames[index][0]


@cache
def _background() -> ThreadPoolExecutor:
    """One thread for all media: decoding ahead must not take the machine from who decodes now."""
    return ThreadPoolExecutor(1, thread_name_prefix="annowidgets-frames")


def _decode_ahead(frames: weakref.ref[FrameCache[T]], asked: int, wanted: list[int]) -> None:
    for index in wanted:
        cache = frames()
        # Somebody has gone on to another frame, or away.
        if cache is None or cache._asked != asked or cache._decode() is None:
            return
        try:
            cache._get(index)
        except InvalidMedia:
            return  # told to who asks for that frame
