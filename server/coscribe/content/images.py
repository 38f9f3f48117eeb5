"""What an image file is, by its own bytes: a name or a media type that somebody claims says nothing.

Only formats that a browser shows and that cannot carry script: PNG, JPEG, GIF, WebP, AVIF. Only headers are parsed, no
pixel is decoded; a file that ends before it says it does is refused, and so is one that claims to be enormous, since
every reader of the document would have to decode it.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

MAX_PIXELS = 100_000_000
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_PNG = b"\x89PNG\r\n\x1a\n"
_AVIF_BRANDS = (b"avif", b"avis")


class NotAnImage(ValueError):
    """The file is of no type that is taken."""


class ImageRefused(ValueError):
    """The file is an image, but damaged or too large to be shown."""


class ImageInfo(NamedTuple):
    """An image's media type and its size in pixels."""

    media_type: str
    width: int
    height: int


def inspect(body: bytes) -> ImageInfo:
    """Tell what an image file is; raise NotAnImage or ImageRefused, with a sentence."""
    found = _recognise(body)
    if found is None:
        raise NotAnImage("This is no image that can be shown; send a PNG, JPEG, GIF, WebP or AVIF file.")
    media_type, measure = found
    try:
        width, height = measure(body)
    except (IndexError, _Truncated):
        raise ImageRefused("This image is damaged or incomplete; send it again or save it anew.") from None
    if not width or not height:
        raise ImageRefused("This image has no pixels; save it anew.")
    if width * height > MAX_PIXELS:
        raise ImageRefused(
            f"This image has {width} × {height} pixels; scale it down to {MAX_PIXELS // 1_000_000} megapixels or fewer."
        )
    return ImageInfo(media_type, width, height)


class _Truncated(Exception):
    """The file ends where more should be, or is not built as its type demands."""


def _recognise(body: bytes) -> tuple[str, Callable[[bytes], tuple[int, int]]] | None:
    if body.startswith(_PNG):
        return "image/png", _png
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", _jpeg
    if body.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif", _gif
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return "image/webp", _webp
    if body[4:8] == b"ftyp" and any(brand in _brands(body) for brand in _AVIF_BRANDS):
        return "image/avif", _avif
    return None


def _number(body: bytes, at: int, length: int) -> int:
    """Read a big-endian number."""
    if at + length > len(body):
        raise _Truncated
    return int.from_bytes(body[at : at + length])


def _little(body: bytes, at: int, length: int) -> int:
    if at + length > len(body):
        raise _Truncated
    return int.from_bytes(body[at : at + length], "little")


def _png(body: bytes) -> tuple[int, int]:
    """Chunks of length, type, data, checksum: IHDR first, IEND last."""
    if body[12:16] != b"IHDR":
        raise _Truncated
    at = len(_PNG)
    while (kind := body[at + 4 : at + 8]) != b"IEND":
        at += 12 + _number(body, at, 4)
    if not kind or at + 12 > len(body):
        raise _Truncated
    return _number(body, 16, 4), _number(body, 20, 4)


def _jpeg(body: bytes) -> tuple[int, int]:
    """Segments of marker, length, data; a start of frame has the size; after the scans an end of image."""
    size: tuple[int, int] | None = None
    at = 2
    while True:
        if body[at] != 0xFF:
            raise _Truncated
        marker = body[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker in _JPEG_ALONE:
            at += 2
        elif marker == 0xDA:
            break
        else:
            if marker in _JPEG_SIZES:
                size = _number(body, at + 7, 2), _number(body, at + 5, 2)
            length = _number(body, at + 2, 2)
            if length < 2:
                raise _Truncated
            at += 2 + length
    if size is None or body.rfind(b"\xff\xd9", at) < 0:
        raise _Truncated
    return size


def _gif(body: bytes) -> tuple[int, int]:
    """The size of the canvas, then blocks, then a trailer."""
    if body.rfind(b"\x00;", 13) < 0:
        raise _Truncated
    return _little(body, 6, 2), _little(body, 8, 2)


def _webp(body: bytes) -> tuple[int, int]:
    """A RIFF file of a stated length, whose first chunk is one of three kinds."""
    if _little(body, 4, 4) + 8 > len(body):
        raise _Truncated
    kind = body[12:16]
    if kind == b"VP8X":
        return 1 + _little(body, 24, 3), 1 + _little(body, 27, 3)
    if kind == b"VP8L":
        bits = _little(body, 21, 4)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return _little(body, 26, 2) & 0x3FFF, _little(body, 28, 2) & 0x3FFF
    raise _Truncated


def _brands(body: bytes) -> list[bytes]:
    end = min(int.from_bytes(body[:4]), len(body), 256)
    return [body[8:12], *(body[at : at + 4] for at in range(16, end, 4))]


def _avif(body: bytes) -> tuple[int, int]:
    """Boxes in boxes; the largest `ispe` among the properties of the items is the picture's size."""
    outermost = [kind for kind, _, _ in _boxes(body, 0, len(body))]
    within = [(0, len(body))]
    for wanted, skipped in ((b"meta", 4), (b"iprp", 0), (b"ipco", 0), (b"ispe", 4)):
        within = [
            (start + skipped, end) for outer in within for kind, start, end in _boxes(body, *outer) if kind == wanted
        ]
    if not within or b"mdat" not in outermost:
        raise _Truncated
    sizes = [(_number(body, at, 4), _number(body, at + 4, 4)) for at, _ in within]
    return max(sizes, key=lambda size: size[0] * size[1])


def _boxes(body: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start, end) of the content of each box; a size of 1 means 64 bits follow, 0 all that is left."""
    while at < end:
        size, header = _number(body, at, 4), 8
        if size == 1:
            size, header = _number(body, at + 8, 8), 16
        elif size == 0:
            size = end - at
        if size < header or at + size > end:
            raise _Truncated
        yield body[at + 4 : at + 8], at + header, at + size
        at += size
