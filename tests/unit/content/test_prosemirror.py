"""Reading the browser's document: what y-tiptap stores, as the editor shows it."""

import math
from typing import Any

import pytest
from pycrdt import Doc, Map, XmlElement, XmlFragment, XmlText

from coscribe.content import prosemirror
from coscribe.content.errors import ContentError
from coscribe.content.schema import MAX_DEPTH
from unit.content.building import doc, nested_elements, opened, p, text, update
from unit.content.documents import larger_schema


@pytest.fixture
def ydoc() -> Doc[Any]:
    return Doc()


@pytest.fixture
def paragraph(ydoc: Doc[Any]) -> XmlElement:
    fragment: XmlFragment = ydoc.get("default", type=XmlFragment)
    return fragment.children.append(XmlElement("paragraph"))


def read(ydoc: Doc[Any]) -> Any:
    return prosemirror.read(ydoc, "default")


def test_a_root_without_nodes_is_no_document(ydoc: Doc[Any]) -> None:
    assert read(ydoc) is None


def test_an_empty_paragraph_has_no_content(ydoc: Doc[Any], paragraph: XmlElement) -> None:
    assert read(ydoc) == doc(p())
    paragraph.children.append(XmlText(""))
    assert read(ydoc) == doc(p())


def test_whole_numbers_are_integers_again(ydoc: Doc[Any], paragraph: XmlElement) -> None:
    paragraph.attributes["a"] = 2.0
    paragraph.attributes["b"] = [1.0, 2.5, {"c": 3.0}]
    paragraph.attributes["d"] = True
    attributes = read(ydoc)["content"][0]["attrs"]
    assert attributes == {"textAlign": None, "a": 2, "b": [1, 2.5, {"c": 3}], "d": True}
    assert isinstance(attributes["a"], int)
    assert attributes["d"] is True


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2.0**53, 2**53), (1e300, 1e300), (math.nan, None), (math.inf, None), (10**400, None), (b"x", None), (-0.0, 0)],
)
def test_a_value_is_what_json_can_say(value: Any, expected: Any) -> None:
    assert prosemirror.plain(value) == expected


def test_a_value_that_nests_too_deeply_is_refused() -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH + 1):
        value = [value]
    with pytest.raises(ContentError, match="levels deep"):
        prosemirror.plain(value)


def test_attributes_left_out_have_the_defaults_of_the_schema(ydoc: Doc[Any]) -> None:
    ydoc.get("default", type=XmlFragment).children.append(XmlElement("heading"))
    assert read(ydoc)["content"] == [{"type": "heading", "attrs": {"level": 1, "textAlign": None}}]


def test_unknown_nodes_marks_and_attributes_are_kept(ydoc: Doc[Any], paragraph: XmlElement) -> None:
    paragraph.attributes["new"] = "x"
    run = paragraph.children.append(XmlText(""))
    run.insert(0, "a", {"sparkle": {"size": 3}})
    paragraph.children.append(XmlElement("widget"))
    (node,) = read(ydoc)["content"]
    assert node["attrs"] == {"textAlign": None, "new": "x"}
    sparkle = {"type": "sparkle", "attrs": {"size": 3}}
    assert node["content"] == [text("a", sparkle), {"type": "widget"}]


def test_marks_stand_in_the_order_of_the_schema(ydoc: Doc[Any], paragraph: XmlElement) -> None:
    run = paragraph.children.append(XmlText(""))
    run.insert(0, "a", {"strike": {}, "unknown": {}, "bold": {}, "link": {"href": "https://x.y"}, "italic": True})
    marks = read(ydoc)["content"][0]["content"][0]["marks"]
    assert [mark["type"] for mark in marks] == ["link", "bold", "italic", "strike", "unknown"]
    assert marks[0]["attrs"]["title"] is None


def test_overlapping_marks_lose_the_hash_in_their_name(ydoc: Doc[Any], paragraph: XmlElement) -> None:
    run = paragraph.children.append(XmlText(""))
    run.insert(0, "a", {"comment--1a2B3c/=": {"id": "one"}, "comment--2a2B3c4D": {"id": "two"}, "comment--short": {}})
    (node,) = prosemirror.read(ydoc, "default", larger_schema())["content"]  # type: ignore[index]
    comments = [(mark["type"], mark.get("attrs", {}).get("id")) for mark in node["content"][0]["marks"]]
    assert comments == [("comment", "one"), ("comment", "two"), ("comment--short", None)]


def test_equal_neighbours_are_one_text(ydoc: Doc[Any], paragraph: XmlElement) -> None:
    for words in ("one ", "two"):
        paragraph.children.append(XmlText("")).insert(0, words, {"bold": {}})
    paragraph.children.append(XmlText(" three"))
    assert read(ydoc) == doc(p(text("one two", "bold"), " three"))


def test_emoji_beside_marks_keep_their_places(ydoc: Doc[Any], paragraph: XmlElement) -> None:
    run = paragraph.children.append(XmlText("é👩‍👩‍👧b😀"))
    run.format(len("é👩‍👩‍👧".encode()), len("é👩‍👩‍👧b".encode()), {"bold": {}})
    assert read(ydoc) == doc(p("é👩‍👩‍👧", text("b", "bold"), "😀"))


def test_a_mark_that_was_taken_away_is_not_there(ydoc: Doc[Any], paragraph: XmlElement) -> None:
    run = paragraph.children.append(XmlText(""))
    run.insert(0, "abc", {"bold": {}})
    run.format(1, 2, {"bold": None})
    assert read(ydoc) == doc(p(text("a", "bold"), "b", text("c", "bold")))


def test_marks_of_a_version_comparison_are_not_content(ydoc: Doc[Any], paragraph: XmlElement) -> None:
    paragraph.attributes["ychange"] = {"type": "added"}
    paragraph.children.append(XmlText("")).insert(0, "a", {"ychange": {"type": "added"}})
    assert read(ydoc) == doc(p("a"))


def test_what_no_editor_writes_into_a_text_is_passed_over(ydoc: Doc[Any], paragraph: XmlElement) -> None:
    run = paragraph.children.append(XmlText("ab"))
    run.insert_embed(1, {"image": 1})
    run.insert_embed(1, Map({"a": 1}))
    assert read(ydoc) == doc(p("ab"))


def test_text_right_in_the_fragment_gets_a_paragraph(ydoc: Doc[Any]) -> None:
    fragment: XmlFragment = ydoc.get("default", type=XmlFragment)
    run = fragment.children.append(XmlText("loose"))
    run.insert(5, " bold", {"bold": {}})
    fragment.children.append(XmlElement("horizontalRule"))
    fragment.children.append(XmlText("more"))
    assert read(ydoc) == doc(p("loose", text(" bold", "bold")), {"type": "horizontalRule"}, p("more"))


@pytest.mark.parametrize("inner", [None, "list", "map", "text", "fragment", "xml text", "element"])
@pytest.mark.parametrize("content", ["characters", "values", "bytes", "embed", "format", "list", "document", "deleted"])
def test_any_root_can_be_looked_at(inner: str | None, content: str) -> None:
    read(opened(update("default", inner, content, "characters", "element")))


def test_depth_is_bounded() -> None:
    assert read(opened(nested_elements(MAX_DEPTH))) is not None
    with pytest.raises(ContentError, match="128 levels"):
        read(opened(nested_elements(3000)))
