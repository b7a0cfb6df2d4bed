"""Still picture files to arrays, through Pillow, strictly: the whole picture or an error."""

from __future__ import annotations

import io
import os
import struct
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from annowidgets.errors import InvalidMedia
from annowidgets.media.base import Pixels
from annowidgets.media.files import open_file
from annowidgets.media.sniff import refuse_other_content

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_ORIENTATION = 0x0112  # tag of EXIF and TIFF
_BITS_PER_SAMPLE, _PLANAR_CONFIGURATION = 258, 284  # tags of TIFF
_UNREADABLE = {
    "I": "signed or 32-bit integers",
    "F": "floating-point numbers",
    "LAB": "CIE L*a*b* colours",
    "RGBa;16": "16-bit colours multiplied by alpha",
    "CMYK;16": "16-bit CMYK colours",
}

# Pillow's warnings and its LOAD_TRUNCATED_IMAGES are global to the process: one thread at a time.
_lock = threading.RLock()


class Header(msgspec.Struct, frozen=True):
    """What a picture file announces.

    Attributes
    ----------
    format : str
        "JPEG", "MPO" (a JPEG with further pictures behind it, as phones write), "PNG", "WEBP" or "TIFF".
    size : tuple of int
        (height, width) in pixels as shown.
    bits : int
        8 or 16 per sample; fewer than 8 count as 8.
    orientation : int
        The file's EXIF orientation, 1 to 8. (Pillow applies that of a TIFF itself: 1 here.)
    """

    format: str
    size: tuple[int, int]
    bits: int
    orientation: int


def read_header(path: Path) -> Header:
    """Read what a picture file announces, without decoding it.

    Raises
    ------
    InvalidMedia
        Not there, not a picture of a kind that we read, of several frames, damaged, or too large.
    """
    with _opened(path) as file, _strictly(path):
        return _header(_pillow(file), file, path)


def read_pixels(path: Path) -> Pixels:
    """Decode a picture file and turn it as its EXIF orientation says.

    Returns
    -------
    ndarray of uint8 or uint16
        (h, w), (h, w, 3) or (h, w, 4).

    Raises
    ------
    InvalidMedia
        As `read_header`; also where any part of the picture is missing or damaged.
    """
    with _opened(path) as file:
        # From memory: one state of the file, however often the decoder goes back.
        data = io.BytesIO(file.read())
    with _strictly(path):
        image = _pillow(data)
        header = _header(image, data, path)
        if header.format == "PNG":
            # Decoding skips the checksums of pixel data, so a flipped bit would pass.
            _pillow(data).verify()
            image = _pillow(data)
        elif header.format == "TIFF":
            _refuse_gaps(image, path)
        array = _sixteen_bit(image, data) if header.bits == 16 else _eight_bit(image)
    return upright(array, header.orientation)


def upright(array: Pixels, orientation: int) -> Pixels:
    """Turn an array (h, w, ...) as an EXIF orientation of 1 to 8 says (CIPA DC-008, tag Orientation)."""
    turned: NDArray[Any] = array
    if orientation >= 5:
        turned = turned.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with open_file(path) as file:
        refuse_other_content(path, file.read(512))
        file.seek(0)
        yield file


@contextmanager
def _strictly(path: Path) -> Iterator[None]:
    """Run Pillow without its warnings and leniency; whatever it raises on bad bytes is InvalidMedia."""
    from PIL import Image, ImageFile

    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        lenient, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        except InvalidMedia:
            raise
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise InvalidMedia(
                f"{path} has more pixels than PIL.Image.MAX_IMAGE_PIXELS ({Image.MAX_IMAGE_PIXELS:,}) allows.",
                hint="Cut it into tiles or, if you trust the file, raise that limit.",
            ) from error
        except Exception as error:  # damaged bytes make Pillow raise nearly anything
            raise InvalidMedia(
                f"{path} is damaged or cut short ({str(error) or type(error).__name__}).",
                hint="Copy the file again from its source, or leave it out.",
            ) from error
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _pillow(file: IO[bytes]) -> ImageFile:
    from PIL import Image, TiffImagePlugin, WebPImagePlugin  # noqa: F401  (these two don't load by themselves)

    file.seek(0)
    return Image.open(file, formats=("JPEG", "PNG", "WEBP", "TIFF"))


def _header(image: ImageFile, file: IO[bytes], path: Path) -> Header:
    kind = image.format or ""
    frames = 1 if kind == "MPO" else getattr(image, "n_frames", 1)
    if frames > 1:
        raise InvalidMedia(
            f"{path} is a {kind} of {frames} frames, not a still image.",
            hint="Write its frames as files and add them with project.add_image_sequence(name, paths).",
        )
    if kind == "TIFF":
        # Pillow would turn the picture by XMP, which no EXIF reader and no browser follows.
        for key in ("xmp", "XML:com.adobe.xmp"):
            image.info.pop(key, None)
        orientation = 1
    else:
        orientation = _orientation(_exif_of_png(file) if kind == "PNG" else image.info.get("exif"))
    width, height = image.size
    size = (width, height) if orientation >= 5 else (height, width)
    return Header(kind, size, _bits(image, path), orientation)


def _bits(image: ImageFile, path: Path) -> int:
    """Bits per sample, 8 or 16; a layout that Pillow can't read without loss is refused."""
    layout = image.mode if image.mode in _UNREADABLE else _rawmode(image)[:-1]
    tags = getattr(image, "tag_v2", {})
    sixteen = image.mode.startswith("I;16") or layout.endswith(";16")
    planar = tags.get(_PLANAR_CONFIGURATION) == 2 and len(image.getbands()) > 1
    if layout in _UNREADABLE or (planar and max(tags.get(_BITS_PER_SAMPLE, (8,))) > 8):
        what = _UNREADABLE.get(layout, "16-bit colours in separate planes")
        raise InvalidMedia(
            f"{path} holds {what}, which a still image can't have here.",
            hint="Write it as 8- or 16-bit unsigned grey, RGB or RGBA, scaled as you want it looked at.",
        )
    return 16 if sixteen else 8


def _rawmode(image: ImageFile) -> str:
    """Pillow's name of the file's sample layout; empty where its reader has none (WebP)."""
    if not image.tile:
        return ""
    args = image.tile[0].args
    return str(args[0] if isinstance(args, tuple) else args)


def _exif_of_png(file: IO[bytes]) -> bytes | None:
    """EXIF block of a PNG. Pillow sees one that stands behind the pixels only after decoding them."""
    file.seek(8)
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind == b"eXIf":
            return file.read(length)
        file.seek(length + 4, os.SEEK_CUR)
    return None


def _orientation(exif: bytes | None) -> int:
    """Orientation in an EXIF block; as in browsers, 1 where it says none or can't be read."""
    from PIL import Image

    if not exif:
        return 1
    block = Image.Exif()
    try:
        block.load(exif)
        value = block.get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  (damaged bytes make Pillow raise nearly anything)
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _refuse_gaps(image: ImageFile, path: Path) -> None:
    """Refuse a TIFF that lists fewer strips or tiles than its picture needs; Pillow leaves those black."""
    boxes = [tile.extents or (0, 0, 0, 0) for tile in image.tile]
    covered = sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in boxes)
    if covered < image.width * image.height:
        raise InvalidMedia(
            f"{path} is damaged: it holds only a part of its rows.",
            hint="Copy the file again from its source, or leave it out.",
        )


def _eight_bit(image: ImageFile) -> NDArray[np.uint8]:
    if image.has_transparency_data:
        mode = "RGBA"
    else:
        mode = "L" if image.mode in ("1", "L") else "RGB"
    return np.asarray(image.convert(mode), dtype=np.uint8)


def _sixteen_bit(image: ImageFile, file: IO[bytes]) -> NDArray[np.uint16]:
    """Decode all 16 bits of each sample.

    Of 16-bit colours Pillow keeps one byte: the high one, if it is told the file's byte order. Decoded
    again as the other byte order it keeps the low one.
    """
    layout = _rawmode(image)
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.uint16)
    elif layout == "LA;16B":
        pairs = _decoded_as(image, "RGBA")  # the same four bytes a pixel
        grey, alpha = _joined(pairs[..., 0], pairs[..., 1]), _joined(pairs[..., 2], pairs[..., 3])
        return np.stack([grey, grey, grey, alpha], axis=-1)
    else:
        native = {"little": "L", "big": "B"}[sys.byteorder]
        order = native if layout.endswith("N") else layout[-1]
        low = _decoded_as(_pillow(file), layout[:-1] + {"L": "B", "B": "L"}[order])
        values = _joined(np.asarray(image), low)
    return _with_transparent(values, image.info.get("transparency"))


def _joined(high: NDArray[np.uint8], low: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return (high.astype(np.uint16) << np.uint16(8)) | low


def _decoded_as(image: ImageFile, layout: str) -> NDArray[np.uint8]:
    image.tile = [
        tile._replace(args=(layout, *tile.args[1:]) if isinstance(tile.args, tuple) else layout) for tile in image.tile
    ]
    return np.asarray(image)


def _with_transparent(values: NDArray[np.uint16], color: int | tuple[int, ...] | None) -> NDArray[np.uint16]:
    """Add alpha where a PNG names one grey value or colour that is transparent."""
    if color is None:
        return values
    rgb = values if values.ndim == 3 else np.repeat(values[..., None], 3, axis=-1)
    alpha = np.where((rgb == cast(Any, color)).all(axis=-1), 0, 65535).astype(np.uint16)
    return np.concatenate([rgb, alpha[..., None]], axis=-1)
