from __future__ import annotations

import gc
import threading
import weakref

import pytest

from annowidgets.errors import InvalidMedia
from annowidgets.media.cache import FrameCache


class Reel:
    """Frames that note when they are decoded."""

    def __init__(self, count: int = 100, *, capacity: int = 1000, size: int = 10, broken: int = -1) -> None:
        self.decoded: list[int] = []
        self.size, self.broken = size, broken
        self.done = threading.Event()
        self.frames = FrameCache(self.decode, count, capacity=capacity, ahead=4)

    def decode(self, index: int) -> str:
        self.decoded.append(index)
        if index == self.broken:
            self.done.set()
            raise InvalidMedia("broken")
        self.frames.keep(index, f"frame {index}", self.size)
        if len(self.decoded) >= 6:
            self.done.set()
        return f"frame {index}"


def test_a_frame_that_was_asked_for_is_not_decoded_again() -> None:
    reel = Reel()
    assert [reel.frames.get(i) for i in (7, 40, 7)] == ["frame 7", "frame 40", "frame 7"]
    assert reel.decoded == [7, 40]
    reel.frames.clear()
    reel.frames.get(7)
    assert reel.decoded == [7, 40, 7]


def test_memory_is_bounded_and_what_was_not_asked_for_longest_goes_first() -> None:
    reel = Reel(capacity=30)
    for i in (0, 10, 20, 0, 30):  # 10 goes
        reel.frames.get(i)
    assert reel.frames._bytes == 30
    for i in (0, 20, 30):
        reel.frames.get(i)
    assert reel.decoded == [0, 10, 20, 30]
    reel.frames.get(10)
    assert reel.decoded[-1] == 10


def test_one_frame_larger_than_the_room_is_still_kept() -> None:
    reel = Reel(capacity=5)
    reel.frames.get(3)
    reel.frames.get(3)
    assert reel.decoded == [3]


@pytest.mark.parametrize(("first", "then", "ahead"), [(50, 51, [52, 53, 54, 55]), (50, 49, [48, 47, 46, 45])])
def test_who_goes_through_frames_in_order_finds_the_next_ones_decoded(first: int, then: int, ahead: list[int]) -> None:
    reel = Reel()
    reel.frames.get(first)
    reel.frames.get(then)
    assert reel.done.wait(10)
    assert reel.decoded == [first, then, *ahead]


def test_a_frame_ahead_that_can_t_be_decoded_is_told_to_who_asks_for_it() -> None:
    reel = Reel(broken=3)
    reel.frames.get(1)
    reel.frames.get(2)
    assert reel.done.wait(10)
    with pytest.raises(InvalidMedia):
        reel.frames.get(3)


def test_at_the_ends_nothing_is_decoded_that_is_not_there() -> None:
    reel = Reel(6)
    for i in (2, 1, 0, 5, 4, 5):
        reel.frames.get(i)
    reel.done.wait(10)
    assert set(reel.decoded) <= set(range(6))


def test_decoding_ahead_keeps_no_medium_alive() -> None:
    reel = Reel()
    gone = weakref.ref(reel)
    reel.frames.get(1)
    del reel
    gc.collect()
    assert gone() is None
