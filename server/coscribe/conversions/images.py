"""The images that a document shows, for formats that have them inside."""

import base64
import binascii
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote_to_bytes

from coscribe.content.images import ImageRefused, NotAnImage, inspect

_DATA = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),(.*)", re.DOTALL)
_FILE = re.compile(rb'"/files/([0-9a-f]{64})"')
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "image/avif": "avif"}
MAX_IMAGES_BYTES = 64 << 20
"""Of all images in one export: a conversion holds them several times over."""
_NOWHERE = frozenset({"image/avif"})
"""Types that browsers show and neither word processors nor typesetters do."""


def file_hashes(document: bytes) -> set[str]:
    """Return the hashes of the stored files that a document, encoded as JSON, refers to."""
    return {found.decode() for found in _FILE.findall(document)}


def bytes_of(source: str, files: Mapping[str, bytes]) -> bytes | None:
    """Return the bytes behind an image's address: one of the files, or what a data: address holds."""
    if source in files:
        return files[source]
    found = _DATA.fullmatch(source)
    if found is None:
        return None
    try:
        raw = unquote_to_bytes(found[3])
        return base64.b64decode(raw, validate=False) if ";base64" in found[2].lower() else raw
    except (binascii.Error, ValueError):
        return None


class Pictures:
    """Finds the images of one document, each as an address that a format understands."""

    def __init__(self, files: Mapping[str, bytes], folder: Path | None = None) -> None:
        """With a folder, images are put there and named by their file; else they are written out as data: addresses."""
        self._files = files
        self._folder = folder
        self._found: dict[str, str | None] = {}

    def __call__(self, source: str) -> str | None:
        """Return what an image is called; None for one that is not there or cannot be shown."""
        if source not in self._found:
            self._found[source] = self._place(source)
        return self._found[source]

    def _place(self, source: str) -> str | None:
        body = bytes_of(source, self._files)
        if body is None:
            return None
        try:
            media_type = inspect(body).media_type
        except (NotAnImage, ImageRefused):
            return None
        if media_type in _NOWHERE:
            return None
        if self._folder is None:
            return f"data:{media_type};base64,{base64.b64encode(body).decode()}"
        name = f"image{len(self._found)}.{_SUFFIXES[media_type]}"
        (self._folder / name).write_bytes(body)
        return name
