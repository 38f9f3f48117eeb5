"""Document ids: one spelling for each document, judged once at the door.

1 to 200 characters of `A-Z a-z 0-9 . _ ~ : @ / -`, no `..` segment, no `/` at either end. Whatever else a client
sends names no document, so that no two spellings can mean the same one.
"""

import re
from urllib.parse import unquote_to_bytes

MAX_CHARACTERS = 200
_ID = re.compile(rf"[A-Za-z0-9._~:@/-]{{1,{MAX_CHARACTERS}}}").fullmatch


class InvalidDocumentId(ValueError):
    """An id that names no document."""

    def __init__(self) -> None:
        super().__init__(
            f"A document id has 1 to {MAX_CHARACTERS} characters of A-Z a-z 0-9 . _ ~ : @ / -, "
            "no '..' segment and no '/' at either end."
        )


def canonical(raw: str) -> str:
    """Return the id if it is one; raise InvalidDocumentId."""
    if not _ID(raw) or raw[0] == "/" or raw[-1] == "/" or ".." in raw.split("/"):
        raise InvalidDocumentId
    return raw


def from_path(raw: str) -> str:
    """Decode the percent escapes of a URL path once and return the id; raise InvalidDocumentId."""
    try:
        return canonical(unquote_to_bytes(raw).decode("ascii"))
    except UnicodeDecodeError:
        raise InvalidDocumentId from None
