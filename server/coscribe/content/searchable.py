"""What of a document an index needs: the words to find it by, and the files that it shows.

Apart from what reads documents (`searching.py`), for the process that must not load the CRDT engine.
"""

import msgspec

SEARCH = "search"
"""The name that workers know this by, among the formats."""


class Searchable(msgspec.Struct, array_like=True, frozen=True):
    """A document's text, cut at a limit, and the hashes of the files it shows."""

    text: str = ""
    files: list[str] = []


def read_searchable(body: bytes) -> Searchable:
    """Decode what `searching.write_searchable` made."""
    return msgspec.json.decode(body, type=Searchable)
