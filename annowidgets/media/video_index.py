"""Which frames a video has, and from where each can be decoded: read from its packets, without decoding them."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annowidgets.errors import InvalidMedia, notice
from annowidgets.media.files import open_file

_FORMATS = ("mp4", "matroska", "avi")
_CONVERT = "Convert it, as with: ffmpeg -i {name} -c:v libx264 -crf 12 converted.mp4"
_CUT = (
    "Copy the file again from its source; one that was not finished can often be mended with: ffmpeg -i in -c copy out."
)

# An end that is this many seconds earlier than announced is a rounding; more is a file that was cut.
_EARLY = 1.0


class KeyPacket(NamedTuple):
    """A packet that decoding can begin with: presentation time, and the time that seeking goes by."""

    pts: int
    dts: int


class VideoIndex(NamedTuple):
    """The frames of a video in the order in which they are shown.

    Attributes
    ----------
    frames : int
        How many there are.
    pts : ndarray of int64 (frames,), or None
        Presentation time of each, increasing, in units of the stream's time base. None where the file's times don't
        tell frames apart; its frames are then counted from the first one on.
    keys : tuple of KeyPacket
        In the order of their presentation.
    closed : bool
        Whether no picture that is shown before a key packet comes after it in the file and needs those before it.
    """

    frames: int
    pts: NDArray[np.int64] | None
    keys: tuple[KeyPacket, ...]
    closed: bool

    def key_of(self, frame: int) -> int:
        """Position in ``keys`` of the last one that is not shown after a frame."""
        if self.pts is None:
            return 0
        return max(0, int(np.searchsorted([key.pts for key in self.keys], self.pts[frame], side="right")) - 1)

    def position(self, pts: int | None) -> int | None:
        """Which frame a presentation time is, or None."""
        if self.pts is None or pts is None:
            return None
        found = int(np.searchsorted(self.pts, pts))
        return found if found < self.frames and self.pts[found] == pts else None


def open_container(path: Path) -> tuple[Any, Any]:
    """Open a video file and find its first video stream.

    Returns
    -------
    container, stream
        PyAV's. The caller closes the container.

    Raises
    ------
    InvalidMedia
        PyAV is not installed, the file can't be read, is no video of a kind that is read, or has no video stream.
    """
    with open_file(path) as file:
        if not file.read(1):
            raise InvalidMedia(
                f"{path} is empty (0 bytes).", hint="Copy the file again from its source, or leave it out."
            )
    try:
        import av
    except ImportError:
        raise InvalidMedia(
            f"{path} can't be read: videos need PyAV, which is not installed.", hint="pip install 'annowidgets[video]'"
        ) from None
    try:
        # As a file, whatever its name looks like; its texts are not used, so their encoding doesn't matter.
        container = av.open(f"file:{path.absolute()}", metadata_errors="ignore")
    except av.FFmpegError as error:
        raise InvalidMedia(f"{path} is no video, or damaged or cut short ({error.strerror}).", hint=_CUT) from error
    if not any(kind in container.format.name for kind in _FORMATS):
        container.close()
        raise InvalidMedia(
            f"{path} is a {container.format.long_name} file; videos are mp4, mov, mkv, webm or avi.",
            hint=f"{_CONVERT.format(name=path.name)} Still images are added with project.add_images(paths).",
        )
    streams = video_streams(container)
    if not streams:
        container.close()
        raise InvalidMedia(f"{path} has no video stream.", hint="Leave it out.")
    stream = streams[0]
    if stream.codec_context is None:
        container.close()
        raise InvalidMedia(f"{path} is compressed in a way that can't be read.", hint=_CONVERT.format(name=path.name))
    stream.thread_type = "AUTO"
    return container, stream


def video_streams(container: Any) -> list[Any]:
    """The moving pictures of a file, without pictures of its cover."""
    from av.stream import Disposition

    return [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]


def read_index(path: Path) -> VideoIndex:
    """Index a video: each packet is read, none decoded (but see ``VideoIndex.pts``).

    Raises
    ------
    InvalidMedia
        As `open_container`; also where the file is cut short, or holds no frame.
    """
    with open_file(path) as file:
        status = os.fstat(file.fileno())
    return _read_index(path, status.st_size, status.st_mtime_ns)


# An index is some 20 bytes a frame, and its file is opened again by each desk and each check.
@lru_cache(maxsize=64)
def _read_index(path: Path, size: int, changed_ns: int) -> VideoIndex:
    import av

    container, stream = open_container(path)
    with container:
        if len(video_streams(container)) > 1:
            notice(f"{path.name} has {len(video_streams(container))} video streams; the first is used.")
        try:
            index = _packets(path, size, container, stream)
            if index.pts is None:
                container.seek(0, stream=stream)
                index = index._replace(frames=sum(1 for _ in container.decode(stream)))
        except av.FFmpegError as error:
            raise _cut(path) from error
    if not index.frames or not index.keys:  # every decoder begins with a key packet
        raise InvalidMedia(f"{path} holds no frame that can be decoded.", hint=_CUT)
    return index


def _packets(path: Path, size: int, container: Any, stream: Any) -> VideoIndex:
    times: list[int | None] = []
    keys: list[KeyPacket] = []
    read, end = 0, 0
    closed, last_key = True, None
    invisible = _hides(stream)
    for packet in container.demux(stream):
        if not packet.size:
            continue
        if packet.is_corrupt:
            raise _cut(path)
        read += 1
        pts = packet.dts if packet.pts is None else packet.pts
        if pts is not None:
            end = max(end, pts + (packet.duration or 0))
            if packet.is_keyframe:
                keys.append(KeyPacket(pts, pts if packet.dts is None else packet.dts))
                last_key = pts if len(keys) > 1 else None
            closed = closed and (last_key is None or pts >= last_key)
        # Packets before the start of an edit list are decoded and not shown.
        if not packet.is_discard and not invisible(packet):
            times.append(packet.pts)
    _refuse_cut(path, size, container, stream, read, end)
    # AVI keeps no presentation times, and those made up for H.264 don't follow its reordering.
    reliable = not ("avi" in container.format.name and stream.codec_context.name in ("h264", "hevc"))
    known = [pts for pts in times if pts is not None]
    if not reliable or len(known) < len(times) or len(set(known)) < len(known):
        return VideoIndex(0, None, (KeyPacket(0, 0),), closed=False)
    return VideoIndex(len(known), np.sort(np.array(known, dtype=np.int64)), tuple(sorted(keys)), closed)


def _hides(stream: Any) -> Any:
    """Whether a packet holds a picture that others refer to and nobody sees (RFC 6386, 9.1: show_frame)."""
    if stream.codec_context.name == "vp8":
        return lambda packet: not bytes(packet)[0] & 0x10
    return lambda packet: False


def _refuse_cut(path: Path, size: int, container: Any, stream: Any, read: int, end: int) -> None:
    kind = container.format.name
    if "mp4" in kind:
        # An edit list may use a part of the samples, so their number says nothing; where they lie does.
        cut = max((entry.pos + entry.size for entry in stream.index_entries), default=0) > size
    elif "avi" in kind:
        cut = stream.frames > read
    else:
        cut = container.duration is not None and _ends_early(container, float(end * stream.time_base))
    if cut:
        raise _cut(path)


def _ends_early(container: Any, end: float) -> bool:
    announced = container.duration / 1e6 - _EARLY
    if end >= announced:
        return False
    # Sound may go on after the last picture.
    container.seek(0)
    times = [(p.pts + (p.duration or 0)) * p.time_base for p in container.demux() if p.size and p.pts is not None]
    return bool(max(times, default=0) < announced)


def _cut(path: Path) -> InvalidMedia:
    return InvalidMedia(f"{path} is damaged or cut short: not all of its frames can be read.", hint=_CUT)
