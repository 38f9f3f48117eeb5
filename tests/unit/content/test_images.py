"""Images by their own bytes. The files are made by hand from the formats' specifications, or by real encoders."""

import struct
import zlib

import pytest

from coscribe.content.images import MAX_PIXELS, ImageRefused, NotAnImage, inspect


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"x" * 50) + chunk(b"IEND")


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(width: int, height: int) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return (
        b"\xff\xd8"
        + segment(0xE1, b"Exif\0\0" + b"\xff\xd9" * 9)
        + b"\xff"
        + segment(0xC4, b"\0" * 9)
        + segment(0xC2, frame)
        + segment(0xDA, b"\x01\x01\0\0\x3f\0")
        + b"\x12\xff\x00\x34\xff\xd9"
    )


def gif(width: int, height: int) -> bytes:
    image = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02D\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + image + b";"


def riff(data: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(data)) + b"WEBP" + data


def webp(width: int, height: int) -> bytes:
    data = b"\0" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff(b"VP8X" + struct.pack("<I", 10) + data)


def webp_lossless(width: int, height: int) -> bytes:
    return riff(b"VP8L" + struct.pack("<I", 5) + b"\x2f" + struct.pack("<I", (height - 1) << 14 | (width - 1)))


def webp_lossy(width: int, height: int) -> bytes:
    return riff(b"VP8 " + struct.pack("<I", 10) + b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width, height))


def box(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + kind + data


def avif(width: int, height: int) -> bytes:
    ispe = [box(b"ispe", b"\0" * 4 + struct.pack(">II", *size)) for size in ((1, 1), (width, height))]
    properties = box(b"ipco", ispe[0] + box(b"pixi", b"\0" * 4) + ispe[1])
    meta = box(b"meta", b"\0" * 4 + box(b"hdlr", b"\0" * 20) + box(b"iprp", properties))
    return box(b"ftyp", b"mif1\0\0\0\0miafavif") + meta + struct.pack(">I4sQ", 1, b"mdat", 20) + b"data"


KINDS = {
    "image/png": png,
    "image/jpeg": jpeg,
    "image/gif": gif,
    "image/webp": webp,
    "image/webp lossless": webp_lossless,
    "image/webp lossy": webp_lossy,
    "image/avif": avif,
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_is_known_by_its_bytes(kind: str) -> None:
    assert inspect(KINDS[kind](640, 481)) == (kind.split()[0], 640, 481)


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_that_ends_too_early_is_refused_wherever_it_ends(kind: str) -> None:
    whole = KINDS[kind](640, 481)
    for end in range(len(whole)):
        with pytest.raises((NotAnImage, ImageRefused)):
            inspect(whole[:end])


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_may_have_so_many_pixels_and_no_more(kind: str) -> None:
    assert inspect(KINDS[kind](10_000, MAX_PIXELS // 10_000)).width == 10_000
    with pytest.raises(ImageRefused, match="megapixels"):
        inspect(KINDS[kind](10_000, MAX_PIXELS // 10_000 + 1))


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "image/gif"])
def test_an_image_without_pixels_is_refused(kind: str) -> None:
    with pytest.raises(ImageRefused, match="no pixels"):
        inspect(KINDS[kind](0, 5))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"PK\3\4",
        b"GIF80a" + bytes(20),
        b"RIFF\x20\0\0\0WAVE" + bytes(24),
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(20),
        b"BM" + bytes(60),
        bytes(100),
    ],
)
def test_what_is_no_image_is_refused(body: bytes) -> None:
    with pytest.raises(NotAnImage):
        inspect(body)


def test_what_goes_round_in_circles_ends() -> None:
    with pytest.raises(ImageRefused):
        inspect(b"\xff\xd8" + b"\xff\xe0\0\0" * 1000)
    with pytest.raises(ImageRefused):
        inspect(box(b"ftyp", b"avif\0\0\0\0avif") + b"\0\0\0\1meta" + bytes(8) + bytes(1000))
    with pytest.raises(ImageRefused):
        inspect(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + b"\0\0\0\0abcd\0\0\0\0" * 1000)
