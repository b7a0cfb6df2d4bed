"""Several picture files as one item: an image group, or an image sequence."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from annowidgets.errors import InvalidMedia
from annowidgets.media.base import Encoded, Modality, Pixels, Values, check_index
from annowidgets.media.cache import FrameCache
from annowidgets.media.image import StillImage


class ImageSet:
    """Picture files that are labelled together (a `Medium`), one frame each; see `StillImage` for what a file may be.

    Parameters
    ----------
    paths : sequence of str or os.PathLike
        In the order of the frames.
    modality : {"image_group", "image_sequence"}
        Whether they follow each other in time.
    fps : float, optional
        Frames per second of a sequence.
    sizes : sequence of (height, width), optional
        What an earlier opening gave as ``sizes``. With them no file is read before its frame is asked for.

    Raises
    ------
    InvalidMedia
        There are no files, or one can't be read; in a sequence, one has another size than the first.
    """

    spacing: tuple[float, float] | None = None

    def __init__(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        modality: Literal["image_group", "image_sequence"],
        fps: float | None = None,
        sizes: Sequence[tuple[int, int]] | None = None,
    ) -> None:
        self.modality: Modality = modality
        self.fps = fps
        self.paths = tuple(map(Path, paths))
        if not self.paths:
            raise InvalidMedia(f"An {modality.replace('_', ' ')} of no files can't be.", hint="Give its files.")
        # Opened again and again as frames are asked for: who goes back and forth reads each header once.
        self._image = lru_cache(maxsize=1024)(StillImage)
        self.sizes = tuple(self._image(path).sizes[0] for path in self.paths) if sizes is None else tuple(sizes)
        self._frames = FrameCache(self._decode, self.count)
        if modality == "image_sequence":
            for path, size in zip(self.paths, self.sizes, strict=True):
                if size != self.sizes[0]:
                    raise InvalidMedia(
                        f"{path} is {size[1]} x {size[0]}, and {self.paths[0].name} {self.sizes[0][1]} x "
                        f"{self.sizes[0][0]}; the frames of an image sequence have one size.",
                        hint="Pictures of several sizes can be an image group: project.add_image_group(name, paths).",
                    )

    @property
    def count(self) -> int:
        """Number of frames."""
        return len(self.paths)

    def frame(self, index: int) -> Pixels:
        """Decode a picture; see `Medium.frame`."""
        check_index(self, index)
        return self._frames.get(index)

    def encoded(self, index: int) -> Encoded:
        """Give a picture for a browser; see `StillImage.encoded`."""
        check_index(self, index)
        return self._still(index).encoded()

    def values(self, index: int) -> Values | None:
        """Give the values of a picture of 16-bit grey; None for others."""
        check_index(self, index)
        return self._still(index).values()

    def close(self) -> None:
        """Let go of decoded frames."""
        self._frames.clear()

    def _still(self, index: int) -> StillImage:
        image = self._image(self.paths[index])
        if image.sizes[0] != self.sizes[index]:
            raise InvalidMedia(
                f"{self.paths[index]} is no longer the picture that was opened.",
                hint="Put the original file back, or add the new one as an item of its own.",
            )
        return image

    def _decode(self, index: int) -> Pixels:
        pixels = self._still(index).frame()
        pixels.setflags(write=False)  # it is kept, and given to others
        self._frames.keep(index, pixels, pixels.nbytes)
        return pixels

    def __repr__(self) -> str:
        return f"ImageSet({self.modality}, {self.count} files, {self.paths[0].name} first)"
