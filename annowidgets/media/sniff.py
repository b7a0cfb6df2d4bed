"""Tell files that are no picture we read from what they are, so that the error can name the way out."""

from __future__ import annotations

from pathlib import Path

from annowidgets.errors import InvalidMedia

_CONVERT = "Convert it to PNG, which loses nothing."
_VIDEO = "Videos are added with project.add_video(path)."
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")

# (offset of the mark, mark, what the file is, the way out); the first that fits counts.
_KINDS: tuple[tuple[int, bytes, str, str], ...] = (
    (
        0,
        b"GIF8",
        "a GIF",
        "Convert a still one to PNG; add an animation, written as frames, with project.add_image_sequence.",
    ),
    (128, b"DICM", "a DICOM file", "DICOM is added with project.add_dicom_series(folder_or_paths)."),
    (0, b"BM", "a BMP picture", _CONVERT),
    (0, b"\x00\x00\x01\x00", "an icon", _CONVERT),
    (0, b"8BPS", "a Photoshop file", _CONVERT),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture", _CONVERT),
    (4, b"jP  \r\n\x87\n", "a JPEG 2000 picture", _CONVERT),
    (0, b"II\x2b\x00", "a BigTIFF", "Write it as a plain TIFF or PNG, cut into tiles if it is very large."),
    (0, b"MM\x00\x2b", "a BigTIFF", "Write it as a plain TIFF or PNG, cut into tiles if it is very large."),
    *((8, brand, "a HEIC picture", _CONVERT) for brand in _HEIF),
    (8, b"avif", "an AVIF picture", _CONVERT),
    (4, b"ftyp", "a video", _VIDEO),
    (0, b"\x1aE\xdf\xa3", "a video", _VIDEO),
    (8, b"AVI ", "a video", _VIDEO),
    (0, b"%PDF", "a PDF", "Write its pages as PNG files."),
    (0, b"<svg", "an SVG drawing", _CONVERT),
    (0, b"<?xml", "an XML file", "If it holds labels, import it with project.import_labels."),
    (0, b"version https://git-lfs", "a Git LFS pointer", "Fetch the picture itself with: git lfs pull."),
    (0, b"PK\x03\x04", "a ZIP archive", "Unpack it first."),
)

_OURS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II\x2a\x00", b"MM\x00\x2a")


def refuse_other_content(path: Path, head: bytes) -> None:
    """Refuse a file whose first bytes are not those of a JPEG, PNG, WebP or TIFF.

    Parameters
    ----------
    path : Path
        For the message.
    head : bytes
        The file's first 132 bytes or more, fewer only where the file has no more.

    Raises
    ------
    InvalidMedia
        The error says what the file is instead, where that can be told, and what to do.
    """
    if head.startswith(_OURS) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return
    if not head:
        raise InvalidMedia(f"{path} is empty (0 bytes).", hint="Copy the file again from its source, or leave it out.")
    for offset, mark, what, hint in _KINDS:
        if head[offset:].startswith(mark):
            raise InvalidMedia(f"{path} is {what}, not a still image that annowidgets reads.", hint=hint)
    raise InvalidMedia(f"{path} is not an image.", hint="Still images are PNG, JPEG, WebP or TIFF files.")
