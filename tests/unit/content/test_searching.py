"""What of a document goes into an index."""

from typing import Any

from pycrdt import Doc, Text

from coscribe.content.build import build
from coscribe.content.searchable import Searchable, read_searchable
from coscribe.content.searching import write_searchable

HASH = "0123456789abcdef" * 4


def searchable(update: bytes) -> Searchable:
    doc: Doc[Any] = Doc()
    doc.apply_update(update)
    return read_searchable(write_searchable(doc))


def test_a_rich_text_has_its_words_and_the_stored_files_it_shows() -> None:
    found = searchable(
        build("markdown", f"# Head\n\nBody\n\n![a](/files/{HASH})\n\n![b](https://x.example/y.png)".encode())
    )
    assert "Head\n\nBody" in found.text
    assert found.files == [HASH]


def test_a_generic_document_has_its_words_and_no_files() -> None:
    doc: Doc[Any] = Doc()
    doc["code"] = Text(f"/files/{HASH}")
    found = searchable(doc.get_update())
    assert HASH in found.text
    assert found.files == []


def test_an_empty_document_has_nothing() -> None:
    assert searchable(Doc().get_update()) == Searchable()
