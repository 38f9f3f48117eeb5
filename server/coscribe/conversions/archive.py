"""Office files are archives, and archives lie: looked through and packed anew before anything else reads them.

What is passed on has been unpacked here, with a limit on the bytes that really come out, and holds only what a
document's text and pictures need: no macros, no embedded programs, nothing twice.
"""

import io
import re
import zipfile
import zlib

from coscribe.conversions.errors import NotConvertible, TooLarge

MAX_ENTRIES = 5_000
MAX_UNPACKED_BYTES = 256 << 20
MAX_MARKUP_BYTES = 64 << 20
"""Of one part with markup: parsed it takes many times as much."""
PIECE_BYTES = 1 << 20

_MARKUP = (".xml", ".rels")
_PARTS = {
    "docx": re.compile(
        r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:core|app)\.xml"
        r"|word/(?:_rels/[^/]+\.rels|[^/]+\.xml|theme/[^/]+\.xml|media/[^/]+)"
    ),
    "odt": re.compile(
        r"mimetype|META-INF/manifest\.xml|content\.xml|styles\.xml|meta\.xml|Pictures/[^/]+|[^/]+/content\.xml"
    ),
}
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def unpack(body: bytes, kind: str) -> dict[str, bytes]:
    """Return the parts of an office file that matter. Raises TooLarge and NotConvertible."""
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise TooLarge(f"The file holds {len(entries)} parts; {MAX_ENTRIES} are taken at most.")
            for entry in entries:
                if not _PARTS[kind].fullmatch(entry.filename) or entry.filename in parts:
                    continue
                parts[entry.filename] = _read(archive, entry, left)
                left -= len(parts[entry.filename])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise NotConvertible("The file is damaged or encrypted; save it again without a password.") from None
    for name, part in parts.items():
        if name.endswith(_MARKUP) and _DECLARATION.search(part):
            raise NotConvertible("The file declares entities, which no word processor writes; save it again.")
    return parts


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    most = min(left, MAX_MARKUP_BYTES) if entry.filename.endswith(_MARKUP) else left
    pieces: list[bytes] = []
    with archive.open(entry) as source:
        while piece := source.read(min(PIECE_BYTES, most + 1)):
            most -= len(piece)
            if most < 0:
                raise TooLarge("The file unpacks to more than a document has; make it smaller.")
            pieces.append(piece)
    return b"".join(pieces)


def pack(parts: dict[str, bytes]) -> bytes:
    """Put parts into an archive as they are: it is read at once and thrown away."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return packed.getvalue()
