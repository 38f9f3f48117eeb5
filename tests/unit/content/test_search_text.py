"""The words that a document is found by."""

from typing import Any

from pycrdt import Array, Doc, Map, Text

from coscribe.content.build import build
from coscribe.content.text import SEARCH_TEXT_MAX_BYTES, search_text
from unit.content.building import nested_elements, opened


def test_rich_text_is_found_by_its_words() -> None:
    assert search_text(opened(build("markdown", b"# Head\n\n- **one** two"))) == "Head\n\n- one two\n"


def test_any_other_document_by_its_strings() -> None:
    generic: Doc[Any] = Doc()
    generic["notes"] = Text("emoji 😀 text")
    generic["list"] = Array(["first", Map({"k": "second", "n": 3})])
    assert search_text(generic).split() == ["first", "second", "emoji", "😀", "text"]


def test_an_index_gets_the_beginning_of_a_long_document_in_whole_characters() -> None:
    long: Doc[Any] = Doc()
    long["text"] = Text("x" + "é" * SEARCH_TEXT_MAX_BYTES)
    found = search_text(long)
    assert len(found.encode()) == SEARCH_TEXT_MAX_BYTES - 1
    assert found.endswith("é")


def test_what_cannot_be_read_has_no_words() -> None:
    assert search_text(opened(nested_elements(3000))) == ""
    assert search_text(Doc()) == ""
