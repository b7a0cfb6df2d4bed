"""Videos, exact by frame: whatever frame is asked for is the one that decoding from the start would give."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from annowidgets.errors import InvalidMedia
from annowidgets.media.base import Encoded, Modality, Pixels, Values, check_index
from annowidgets.media.cache import FrameCache
from annowidgets.media.files import open_file
from annowidgets.media.video_index import VideoIndex, open_container, read_index

# Measured on 640 x 272: 9 ms and a mean error of 0.7 grey levels with full colour resolution; PNG took 49 ms and
# lossless WebP 39 ms, more than the time between two frames. Most videos went through a coarser compression before.
_JPEG = {"quality": 95, "subsampling": 0}
_INTRA = 1  # FFmpeg's AV_PICTURE_TYPE_I: needs no other picture
# Where a packet says that no other picture needs it, on the way to a far frame it is passed over: a third of the time.
# (In HEVC it says so only of its own layer.)
_TELLS_WHAT_IS_NEEDED = ("h264", "mpeg4", "mpeg2video")
_NEAR = 8  # frames before the one that is asked for that are decoded all the same, for who goes back


class VideoFile:
    """A video (a `Medium`): mp4, mov, mkv, webm or avi, in any compression that FFmpeg decodes.

    Frames are numbered in the order in which they are shown, at constant and variable rates. Of several video streams
    the first is used. Pixels are taken as square; a rotation that the file asks for is applied.

    Parameters
    ----------
    path : str or os.PathLike
        The file.
    sizes : sequence of (height, width), optional
        What an earlier opening gave as ``sizes``. With them the packets are not read before a frame is asked for, so
        that a long video opens as fast as a short one.

    Raises
    ------
    InvalidMedia
        PyAV is missing, or the file is, or it is damaged, cut short, or no such video.
    """

    modality: Modality = "video"
    spacing: tuple[float, float] | None = None

    def __init__(self, path: str | os.PathLike[str], *, sizes: Sequence[tuple[int, int]] | None = None) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._container: Any = None
        self._stream: Any = None
        self._read_index: VideoIndex | None = None
        self._coming: Iterator[tuple[int, Any]] | None = None
        self._next = 0
        self._wanted = 0
        self._passes_over = False
        self._reformatter: Any = None
        self._status = self._stamp()
        _, stream = self._open()
        self.fps: float | None = float(stream.average_rate) if stream.average_rate else None
        self.sizes: tuple[tuple[int, int], ...] = tuple(sizes or ())
        self._frames = FrameCache(self._decode, self.count or self._index.frames)
        if not self.sizes:
            first = self._frames.get(0)
            size = (first.width, first.height) if first.rotation % 180 else (first.height, first.width)
            self.sizes = (size,) * self._index.frames

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self.sizes)

    @property
    def _index(self) -> VideoIndex:
        with self._lock:
            if self._read_index is None:
                self._read_index = read_index(self.path)
                self._shut()
                if self.sizes and self._read_index.frames != self.count:
                    raise self._changed()
            return self._read_index

    def seconds(self, index: int) -> float:
        """When a frame is shown, in seconds after the first one."""
        check_index(self, index)
        pts = self._index.pts
        if pts is None:
            return index / (self.fps or 25.0)
        with self._lock:
            return float((pts[index] - pts[0]) * self._open()[1].time_base)

    def frame(self, index: int) -> Pixels:
        """Decode a frame to RGB (h, w, 3); see `Medium.frame`."""
        check_index(self, index)
        decoded = self._frames.get(index)
        with self._lock:  # a converter serves one at a time
            pixels = self._converter().reformat(decoded, format="rgb24").to_ndarray()
        turned: Pixels = np.ascontiguousarray(np.rot90(pixels, decoded.rotation // 90))
        if turned.shape[:2] != self.sizes[index]:
            height, width = turned.shape[:2]
            raise InvalidMedia(
                f"{self.path}: frame {index} is {width} x {height}, not {self.sizes[index][1]} x {self.sizes[index][0]}"
                " as those before.",
                hint="Cut the video where its size changes, and add the parts.",
            )
        return turned

    def values(self, index: int) -> Values | None:
        """None: what a browser shows says all."""
        check_index(self, index)
        return None

    def encoded(self, index: int) -> Encoded:
        """Give a frame as JPEG of high quality; `frame` is exact."""
        from PIL import Image

        file = io.BytesIO()
        Image.fromarray(self.frame(index)).save(file, format="JPEG", **_JPEG)
        return Encoded(file.getvalue(), "image/jpeg")

    def close(self) -> None:
        """Let go of the file and of decoded frames."""
        with self._lock:
            self._frames.clear()
            self._shut()

    def _shut(self) -> None:
        self._coming = None
        if self._container is not None:
            self._container.close()
        self._container = self._stream = None

    def _converter(self) -> Any:
        # One for all frames: setting one up costs as much as a conversion.
        if self._reformatter is None:
            from av.video.reformatter import VideoReformatter

            self._reformatter = VideoReformatter()
        return self._reformatter

    def _stamp(self) -> tuple[int, int]:
        with open_file(self.path) as file:
            status = os.fstat(file.fileno())
        return status.st_size, status.st_mtime_ns

    def _open(self) -> tuple[Any, Any]:
        if self._container is None:
            opened = open_container(self.path)
            if self._stamp() != self._status:
                opened[0].close()
                raise self._changed()
            self._container, self._stream = opened
            self._passes_over = False
            # What is damaged is an error, not a picture patched up by guesses. But where pictures before a key packet
            # are left out on the way to it, the decoder would take the gap for damage.
            if self._read_index is not None and self._read_index.closed:
                self._stream.codec_context.options = {"err_detect": "explode"}
        return self._container, self._stream

    def _changed(self) -> InvalidMedia:
        return InvalidMedia(
            f"{self.path} is no longer the video that was opened.",
            hint="Put the original file back, or add the new one as an item of its own.",
        )

    def _decode(self, index: int) -> Any:
        with self._lock:
            key = self._index.key_of(index)
            self._wanted = index
            if self._coming is None or not self._next <= index or self._starts(key) > self._next:
                self._coming = self._from(key)
            try:
                for position, frame in self._coming:
                    self._next = position + 1
                    if position >= index - _NEAR:
                        self._frames.keep(position, frame, sum(plane.buffer_size for plane in frame.planes))
                    if position == index:
                        return frame
                    if position > index:
                        break
            except self._failure() as error:
                self._coming = None
                raise self._damaged(index) from error
            self._coming = None
            raise self._damaged(index)

    def _damaged(self, index: int) -> InvalidMedia:
        return InvalidMedia(
            f"{self.path} is damaged: frame {index} can't be decoded.",
            hint="Copy the file again from its source, or leave it out.",
        )

    @staticmethod
    def _failure() -> type[Exception]:
        import av

        return av.FFmpegError

    def _starts(self, key: int) -> int:
        """The first frame that decoding from a key packet gives, as far as it is known."""
        return self._index.position(self._index.keys[key].pts) or 0

    def _from(self, key: int) -> Iterator[tuple[int, Any]]:
        """Frames with their position, from a key packet on."""
        while True:
            frames = self._numbered(key)
            try:
                first = next(frames, None)
            except self._failure():
                if key == 0:
                    raise
                first = None
            # A key packet may begin a gradual refresh: its first pictures need what came before.
            if key == 0 or (first is not None and first[1].pict_type == _INTRA):
                break
            key -= 1
        if first is not None:
            yield first
            yield from frames

    def _numbered(self, key: int) -> Iterator[tuple[int, Any]]:
        counted = self._index.pts is None
        number = 0
        for packet in self._packets(key):
            damage = None
            self._hasten(packet)
            try:
                frames = packet.decode()
            except self._failure() as error:
                # Several threads decode: frames before the damaged one may not have come out yet.
                damage, frames = error, self._drained()
            for frame in frames:
                position = number if counted else self._index.position(frame.pts)
                number += 1
                if position is not None:
                    yield position, frame
            if damage is not None:
                raise damage

    def _hasten(self, packet: Any) -> None:
        """Let the decoder pass over what it need not decode in order to come to the wanted frame."""
        position = self._index.position(packet.pts)
        context = self._stream.codec_context
        passes_over = (
            position is not None and position < self._wanted - _NEAR and context.codec.name in _TELLS_WHAT_IS_NEEDED
        )
        if passes_over != self._passes_over:
            self._passes_over = passes_over
            context.skip_frame = "NONREF" if passes_over else "DEFAULT"

    def _drained(self) -> list[Any]:
        try:
            return list(self._stream.codec_context.decode(None))
        except self._failure():
            return []

    def _packets(self, key: int) -> Iterator[Any]:
        """Packets from a key packet on, without those shown before it where another key packet leads to them."""
        start = self._index.keys[key]
        started = False
        for packet in self._from_seek(start, rewind=self._index.pts is None):
            started = started or self._index.pts is None or (packet.is_keyframe and packet.pts == start.pts)
            leading = key > 0 and packet.pts is not None and packet.pts < start.pts
            if started and not leading:
                yield packet

    def _from_seek(self, start: Any, *, rewind: bool) -> Iterator[Any]:
        container, stream = self._open()
        first = None
        if not rewind:
            with suppress(self._failure()):  # a container without an index of its own
                container.seek(start.dts, stream=stream)
                packets = container.demux(stream)
                first = next(packets, None)
            if first is not None and first.size and _time(first) <= start.dts:
                yield first
                yield from packets
                return
        # The container's own index has led nowhere, or past it: from the beginning.
        container.close()
        self._container = None
        container, stream = self._open()
        yield from container.demux(stream)


def _time(packet: Any) -> int:
    return int(packet.pts if packet.dts is None else packet.dts)
