"""What a file is, by its bytes and then by its name."""

import io
import json
import re
import zipfile

from coscribe.conversions.errors import UnknownKind

KINDS = ("docx", "odt", "html", "markdown", "text", "json", "yjs")
_EXTENSIONS = {
    "docx": "docx",
    "docm": "docx",
    "odt": "odt",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
    "md": "markdown",
    "markdown": "markdown",
    "txt": "text",
    "text": "text",
    "json": "json",
    "yjs": "yjs",
}
_TAKEN = "use a .docx, .odt, .html, .md, .txt, .json or .yjs file"
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
_MARKUP = re.compile(rb"\s*(?:<!doctype html|<html[\s>]|<!--|<head[\s>]|<body[\s>])", re.IGNORECASE)
_ODT = b"application/vnd.oasis.opendocument.text"


def kind_of(name: str, body: bytes) -> str:
    """Return one of KINDS. Raises UnknownKind, with a sentence."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if body.startswith(b"PK\x03\x04"):
        return _kind_of_archive(body)
    if body.startswith(_OLD_OFFICE):
        raise UnknownKind("This is a file of an old or encrypted office format; save it as .docx without a password.")
    if body.startswith(b"%PDF"):
        raise UnknownKind("A PDF says where its letters are and not what they are; export from what it was made with.")
    named = _EXTENSIONS.get(extension)
    if named == "yjs":
        return named
    if named in ("docx", "odt") or not _is_text(body):
        raise UnknownKind(f"This file is damaged, or of a kind that cannot be read; {_TAKEN}.")
    return named or _kind_of_text(body)


def _kind_of_archive(body: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = {entry.filename for entry in archive.infolist()[:5000]}
            if "word/document.xml" in names:
                return "docx"
            if "mimetype" in names and "content.xml" in names:
                with archive.open("mimetype") as declared:
                    if declared.read(len(_ODT) + 1).strip() == _ODT:
                        return "odt"
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        pass
    raise UnknownKind(f"This archive is no document; {_TAKEN}.")


def _is_text(body: bytes) -> bool:
    if b"\0" in body:
        return False
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _kind_of_text(body: bytes) -> str:
    if _MARKUP.match(body[:1000].removeprefix(b"\xef\xbb\xbf")):
        return "html"
    if body.lstrip()[:1] == b"{":
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            return "text"
        return "json"
    return "text"
