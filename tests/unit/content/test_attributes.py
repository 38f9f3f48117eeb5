"""Values of attributes: the allowed ones as they are, the others as the schema's default."""

from typing import Any

import pytest

from coscribe.content.colors import safe_color
from coscribe.content.input import normalise
from coscribe.content.schema import Json
from unit.content.building import color, doc, highlight, image, mention, p, text


@pytest.mark.parametrize(
    "value",
    ["#f00", "#Ff00aA", "rgb(1, 2, 3)", "rgb(1 2 3 / 50%)", "rgba(1,2,3,.5)", "red", "RebeccaPurple", " teal "],
)
def test_a_colour_is_a_colour(value: str) -> None:
    assert safe_color(value) == value.strip()


@pytest.mark.parametrize(
    "value",
    [
        "#ff", "#12345", "red;", "url(x)", "rgb(1)", "rgb(1,2,3", "var(--x)", "inherit", "currentColor", "windowtext",
        "transparent", "", "re\u0301d", "red\n;x", "x" * 21, None, 7, ["red"],
    ],
)  # fmt: skip
def test_anything_else_is_none(value: Any) -> None:
    assert safe_color(value) is None


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("paragraph", {"textAlign": "justify"}, {"textAlign": "justify"}),
        ("paragraph", {"textAlign": "middle"}, {"textAlign": None}),
        ("callout", {"kind": "tip"}, {"kind": "tip"}),
        ("callout", {"kind": "TIP"}, {"kind": "note"}),
        ("blockMath", {"latex": None}, {"latex": ""}),
        ("codeBlock", {"language": "js", "odd": 1}, {"language": "js"}),
    ],
)
def test_a_node_keeps_what_is_allowed(kind: str, given: Json, kept: Json) -> None:
    (found,) = normalise(doc({"type": kind, "attrs": given}))["content"]
    assert kept.items() <= found["attrs"].items()
    assert "odd" not in found["attrs"]


def test_an_image_keeps_what_can_be_shown() -> None:
    bad = image("javascript:1", alt="", title=3, width=-1, height=10_001, href="javascript:1", caption=["x"])
    assert normalise(doc(bad)) == doc({"type": "image", "attrs": dict.fromkeys(bad["attrs"])})
    good = image("/files/a.png", alt="a", title="t", width=0.5, height=10_000, href="https://x.y", caption="c")
    assert normalise(doc(good)) == doc(good)


def test_a_mention_keeps_ids_that_are_numbers() -> None:
    counted = {"type": "mention", "attrs": {"id": 7, "label": {"x": 1}, "mentionSuggestionChar": "too long a sign"}}
    assert normalise(doc(p(counted))) == doc(p({**mention(""), "attrs": {**mention("")["attrs"], "id": 7}}))


def test_marks_that_say_nothing_are_left_out() -> None:
    given = doc(p(text("a", color("url(x)")), text("b", highlight("url(x)")), text("c", {"type": "link"})))
    assert normalise(given) == doc(p("a", text("b", "highlight"), "c"))


def test_letters_are_above_or_below_the_line() -> None:
    (node,) = normalise(doc(p(text("x", "superscript", "subscript", "bold"))))["content"][0]["content"]
    assert [mark["type"] for mark in node["marks"]] in (["bold", "subscript"], ["bold", "superscript"])
