"""Pandoc's reference documents, which say how its office files look, with styles of ours among theirs."""

import io
import zipfile
from collections.abc import Iterable, Mapping

from coscribe.conversions import pandoc
from coscribe.conversions.archive import pack


def parts_of(format: str) -> dict[str, bytes]:
    """Return the parts of the reference document of docx or odt."""
    with zipfile.ZipFile(io.BytesIO(pandoc.default_file(f"reference.{format}"))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_styles(parts: Mapping[str, bytes], sheet: str, end: bytes, styles: Iterable[str]) -> bytes:
    """Return a document with styles added to the part that is its style sheet, before the tag that ends them."""
    added = "".join(styles).encode()
    return pack({**parts, sheet: parts[sheet].replace(end, added + end)})
