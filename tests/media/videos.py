"""Small videos, each with something that makes finding a frame by its number hard."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

SIZE = (64, 96)
RATE = 25


def picture(number: int) -> NDArray[np.uint8]:
    """A picture that no other number has."""
    pixels = np.full((*SIZE, 3), (number * 4) % 256, np.uint8)
    pixels[:, (number * 3) % SIZE[1]] = 255
    pixels[:8, : number % SIZE[1]] = (255, 0, 0)
    return pixels


def write(
    path: Path,
    codec: str = "libx264",
    *,
    frames: int = 60,
    options: dict[str, str] | None = None,
    pts: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, RATE),
    reordered: int | None = None,
) -> Path:
    """Encode a video of `picture` (0), (1), ..."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE, options=options or {})
        stream.width, stream.height, stream.pix_fmt = SIZE[1], SIZE[0], "yuv420p"
        stream.time_base = stream.codec_context.time_base = time_base
        if reordered is not None:
            stream.codec_context.max_b_frames = reordered
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts, frame.time_base = number if pts is None else pts[number], time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def remux(source: Path, path: Path, change: Any = None, *, copies: int = 1) -> Path:
    """Write the packets of a video anew, each passed through ``change``, as that many streams."""
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        streams = [new.add_stream_from_template(old.streams.video[0]) for _ in range(copies)]
        for stream in streams:
            old.seek(0)
            for packet in old.demux(old.streams.video[0]):
                if packet.size:
                    packet = packet if change is None else change(packet)
                    packet.stream = stream
                    new.mux(packet)
    return path


def turned(source: Path, path: Path) -> Path:
    """The same mp4, to be shown turned by 90 degrees clockwise, as a telephone held upright writes it."""
    data = bytearray(source.read_bytes())
    # ISO 14496-12, 8.3.2: version 0 has 36 bytes of dates and the like, after 8 of the box's head and 4 of version.
    matrix = data.index(b"tkhd") - 4 + 8 + 4 + 36
    data[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, SIZE[0] << 16, 0, 1 << 30)
    path.write_bytes(data)
    return path


def edit_starting_at(source: Path, path: Path, start: int) -> Path:
    """The same mp4 with an edit list that begins later, in units of the track's media time."""
    data = bytearray(source.read_bytes())
    entry = data.index(b"elst") + 4 + 4 + 4  # then: duration, media time, rate
    duration, media_time = struct.unpack(">Ii", data[entry : entry + 8])
    data[entry : entry + 8] = struct.pack(">Ii", duration, media_time + start)
    path.write_bytes(data)
    return path


def decoded(path: Path) -> list[NDArray[np.uint8]]:
    """All frames by decoding from the start to the end: the oracle."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        return [np.rot90(frame.to_ndarray(format="rgb24"), getattr(frame, "rotation", 0) // 90) for frame in frames]
