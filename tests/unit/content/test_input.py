"""JSON from outside: put right where that is certain, refused with a sentence where it is not."""

from typing import Any

import pytest

from coscribe.content.errors import ContentError
from coscribe.content.input import merge_text, normalise
from unit.content.building import BREAK, block, doc, link, p, text


def test_split_and_empty_text_is_joined() -> None:
    given = doc(p("a", "", "b", text("c", "bold"), text("d", "bold"), text("", "italic"), "e"))
    assert normalise(given) == doc(p("ab", text("cd", "bold"), "e"))


def test_joining_a_long_text_takes_no_time() -> None:
    (node,) = merge_text(text("x") for _ in range(300_000))
    assert len(node["text"]) == 300_000


def test_attributes_are_completed_and_unknown_ones_left_out() -> None:
    heading = {"type": "heading", "attrs": {"colour": "red"}}
    given = doc(heading, block("orderedList", block("listItem", p()), start=None))
    heading, ordered = normalise(given)["content"]
    assert heading["attrs"] == {"level": 1, "textAlign": None}
    assert ordered["attrs"] == {"start": 1, "type": None}


def test_whole_numbers_and_halves_of_characters_are_put_right() -> None:
    given = doc(block("heading", "a\ud83d", level=2.0), p("\ud83d\ude00"), block("codeBlock", language="\udc00"))
    heading, paragraph, code = normalise(given)["content"]
    assert (heading["attrs"]["level"], heading["content"][0]["text"]) == (2, "a\ufffd")
    assert paragraph == p("😀")
    assert code["attrs"]["language"] == "\ufffd"


def test_marks_are_ordered_and_said_once() -> None:
    (node,) = normalise(doc(p(text("x", "italic", "bold", "italic", link("https://a.b")))))["content"][0]["content"]
    assert [mark["type"] for mark in node["marks"]] == ["link", "bold", "italic"]


@pytest.mark.parametrize(
    ("marks", "kept"),
    [
        (["code", "bold"], ["code"]),
        (["bold", "code", link("https://a.b")], ["link", "bold"]),
        ([link("https://a.b"), link("https://c.d")], ["link"]),
    ],
)
def test_of_marks_that_cannot_stand_together_the_telling_one_stays(marks: list[Any], kept: list[str]) -> None:
    (node,) = normalise(doc(p(text("x", *marks))))["content"][0]["content"]
    assert [mark["type"] for mark in node["marks"]] == kept


def test_marks_on_a_node_that_cannot_carry_them_are_left_out() -> None:
    assert normalise(doc(p("a", {**BREAK, "marks": [{"type": "bold"}]}))) == doc(p("a", BREAK))


@pytest.mark.parametrize("href", ["javascript:alert(1)", "data:text/html,x", "/relative", "", None, 3, "vbscript:x"])
def test_a_link_that_must_not_be_followed_is_only_text(href: Any) -> None:
    assert normalise(doc(p(text("x", {"type": "link", "attrs": {"href": href}})))) == doc(p("x"))


def test_a_document_without_content_has_an_empty_paragraph() -> None:
    assert normalise({"type": "doc"}) == normalise({"type": "doc", "content": []}) == doc(p())


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (None, "ProseMirror JSON is an object"),
        ([p()], "ProseMirror JSON is an object"),
        ({"content": []}, 'Every node is an object with a "type"'),
        (doc({"type": 3}), 'Every node is an object with a "type"'),
        (doc({"type": "text", "text": 3}), "Every text node has"),
        ({"type": "doc", "content": {"type": "paragraph"}}, 'The "content" of a doc node is a list'),
        ({"type": "doc", "content": [3]}, 'Every node is an object with a "type"'),
        (doc({"type": "heading", "attrs": [1]}), 'The "attrs" of heading are an object'),
        (doc(p({"type": "text", "text": "x", "marks": {"type": "bold"}})), 'The "marks" of a text node are a list'),
        (doc(p({"type": "text", "text": "x", "marks": ["bold"]})), 'Every mark is an object with a "type"'),
        (doc(p({"type": "hardBreak", "marks": [7]})), 'Every mark is an object with a "type"'),
    ],
)
def test_what_is_no_document_is_refused_with_a_sentence(given: Any, sentence: str) -> None:
    with pytest.raises(ContentError, match=sentence):
        normalise(given)
