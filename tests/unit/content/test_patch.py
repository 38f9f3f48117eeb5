"""Patching: the smallest change, in which nobody else's words are lost."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Text, XmlFragment, XmlText

from coscribe.content import prosemirror
from coscribe.content.build import build
from coscribe.content.errors import ContentError
from coscribe.content.parse import parse
from coscribe.content.patch import patch
from coscribe.content.render import read_rich_text
from coscribe.content.schema import Json, schema
from coscribe.content.text import to_text
from coscribe.content.update import to_update
from coscribe.protocol.updates import check
from harness.chance import examples
from unit.content.building import block, bullets, cell, image, p, row, table, text
from unit.content.building import doc as document_of
from unit.content.documents import Documents, comparable, larger_schema


def document(markdown: str) -> dict[str, Any]:
    return parse("markdown", markdown.encode())


def opened(content: str | bytes) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    doc.apply_update(content if isinstance(content, bytes) else build("markdown", content.encode()))
    return doc


def says(doc: Doc[Any]) -> Any:
    return read_rich_text(doc)


BLOCKS = st.lists(
    st.sampled_from(
        [
            "plain words",
            "**bold** words",
            "# Head",
            "## Head",
            "- a\n- b",
            "- a\n- *b* 👩‍🚀",
            "1. one\n2. two",
            "> quoted\n>\n> twice",
            "```python\nprint(1)\n```",
            "---",
            "- [x] done\n- [ ] open",
            "emoji 👩 in the middle",
            "a [link](https://example.org) here",
            "| a | b |\n|---|--:|\n| c | d |",
            "| a | b |\n|---|---|\n| x | y |\n| c | d |",
            "| a |\n|---|\n| c |",
            "<table><tr><td colspan=2 data-colwidth='90,80'>w</td></tr><tr><td><p>a<p>b</td><td>c</td></tr></table>",
            "![alt](https://example.org/a.png)",
            '<img src="https://example.org/b.png" width="90">',
            "math $x^2$ and $y$",
            "$$\nx\n$$",
            "by [@Ann](mention:u1)",
            "> [!TIP]\n> a tip",
            "> [!NOTE]\n> a tip",
            '<p align="center">plain words</p>',
            'H<sub>2</sub>O <span style="color:red">red</span> <mark data-color="#ff0">y</mark>',
        ]
    ),
    max_size=8,
)


@given(BLOCKS, BLOCKS)
@examples(150)
def test_the_result_is_the_new_content(before: list[str], after: list[str]) -> None:
    doc = opened("\n\n".join(before))
    wanted = document("\n\n".join(after))
    update = patch(doc.get_update(), wanted)
    check(update)
    doc.apply_update(update)
    assert says(doc) == wanted


@given(st.integers(0, 2**32))
@examples(100)
def test_any_document_becomes_any_other(seed: int) -> None:
    for known in (schema(), larger_schema()):
        make = Documents(random.Random(seed), known)
        before, after = make.document(), make.document()
        doc = opened(to_update(before, known=known))
        update = patch(doc.get_update(), after, known=known)
        check(update)
        doc.apply_update(update)
        assert comparable(prosemirror.read(doc, "default", known)) == comparable(after)


def test_content_that_is_there_already_changes_nothing() -> None:
    doc = opened("# Head\n\n- a\n- **b**\n\n[x](https://example.org) 👩")
    update = patch(doc.get_update(), document("# Head\n\n- a\n- **b**\n\n[x](https://example.org) 👩"))
    assert check(update).structs == []


def test_one_changed_word_in_a_long_document_is_a_small_update() -> None:
    paragraphs = [f"Paragraph {n} says something of its own." for n in range(300)]
    doc = opened("\n\n".join(paragraphs))
    paragraphs[150] = paragraphs[150].replace("something", "nothing")
    update = patch(doc.get_update(), document("\n\n".join(paragraphs)))
    assert len(update) <= len("nothing") + 100
    doc.apply_update(update)
    assert says(doc) == document("\n\n".join(paragraphs))


def test_what_others_type_meanwhile_in_the_same_paragraph_stays() -> None:
    doc = opened("One two three\n\nFour five six")
    state = doc.get_update()
    fragment: XmlFragment = doc.get("default", type=XmlFragment)
    text = fragment.children[0].children[0]  # type: ignore[union-attr]
    assert isinstance(text, XmlText)
    text.insert(0, "Zero ")
    text.insert(len(text), " and more")
    doc.apply_update(patch(state, document("One 2 three\n\nFour five six\n\nSeven")))
    assert says(doc) == document("Zero One 2 three and more\n\nFour five six\n\nSeven")


def test_marks_are_given_and_taken_where_they_differ_only() -> None:
    doc = opened("some plain and **bold** words")
    update = patch(doc.get_update(), document("some *plain* and bold words"))
    assert all(end - start <= 4 for _, start, end in check(update).structs)
    doc.apply_update(update)
    assert says(doc) == document("some *plain* and bold words")


def test_a_heading_keeps_its_text_when_its_level_changes() -> None:
    doc = opened("# A heading of some length")
    update = patch(doc.get_update(), document("## A heading of some length"))
    assert len(update) < 60
    doc.apply_update(update)
    assert says(doc) == document("## A heading of some length")


def test_an_empty_document_is_filled() -> None:
    doc: Doc[Any] = Doc()
    doc.apply_update(patch(b"\0\0", document("# New")))
    assert says(doc) == document("# New")


def test_a_document_of_another_kind_is_refused() -> None:
    doc: Doc[Any] = Doc()
    doc["text"] = Text("code")
    with pytest.raises(ContentError, match="no rich text"):
        patch(doc.get_update(), document("words"))


TABLE = "| Name | Note |\n|---|---|\n| Ann | writes |\n| Bob | reads |\n| Eve | listens |"


def element(doc: Doc[Any], *path: int) -> Any:
    found: Any = doc.get("default", type=XmlFragment)
    for index in path:
        found = found.children[index]
    return found


def test_a_row_that_comes_into_a_table_leaves_the_others_alone() -> None:
    doc = opened(TABLE)
    state = doc.get_update()
    element(doc, 0, 2, 1, 0, 0).insert(0, "quickly ")
    changed = TABLE.replace("| Bob", "| Dan | is new |\n| Bob").replace("listens", "hears")
    update = patch(state, document(changed))
    assert len(update) < 500
    doc.apply_update(update)
    assert says(doc) == document(changed.replace("reads", "quickly reads"))


def test_a_column_that_comes_into_a_table_leaves_the_cells_alone() -> None:
    doc = opened(TABLE)
    state = doc.get_update()
    element(doc, 0, 1, 1, 0, 0).insert(6, " daily")
    wider = "| Name | Age | Note |\n|---|---|---|\n| Ann | 1 | writes |\n| Bob | 2 | reads |\n| Eve | 3 | listens |"
    doc.apply_update(patch(state, document(wider)))
    assert says(doc) == document(wider.replace("writes", "writes daily"))


def test_the_attributes_of_an_image_change_in_place() -> None:
    before = document_of(p("a"), image("/files/a", alt="old", width=100), p("b"))
    after = document_of(p("a"), image("/files/a", alt="new", caption="c"), p("b"))
    doc = opened(to_update(before))
    update = patch(doc.get_update(), after)
    assert len(update) < 90
    doc.apply_update(update)
    assert says(doc) == after


def test_a_paragraph_before_a_changed_one_does_not_take_its_words() -> None:
    """The new paragraph is new, and the old one, found by its words, keeps what is being typed into it."""
    doc = opened("The quick brown fox jumps over the dog\n\nEnd")
    state = doc.get_update()
    element(doc, 0, 0).insert(9, " (typed)")
    doc.apply_update(patch(state, document("Something else first\n\nThe quick brown fox leaps over the dog\n\nEnd")))
    assert says(doc) == document("Something else first\n\nThe quick (typed) brown fox leaps over the dog\n\nEnd")


def test_what_the_schema_does_not_know_survives_a_change_beside_it() -> None:
    doc = opened("Some words that a newer editor marked\n\nOther words")
    run = element(doc, 0, 0)
    run.format(5, 10, {"sparkle": {"size": 3}, "note--1a2B3c4D": {"id": "n"}})
    element(doc, 0).attributes["mood"] = "calm"
    same = patch(doc.get_update(), document("Some words that a newer editor marked\n\nOther words"))
    assert check(same).structs == []
    doc.apply_update(patch(doc.get_update(), document("Some words that a *newer* editor marked\n\nOther things")))
    first = says(doc)["content"][0]
    assert first["attrs"] == {"textAlign": None, "mood": "calm"}
    marked = {"type": "note", "attrs": {"id": "n"}}, {"type": "sparkle", "attrs": {"size": 3}}
    assert first["content"] == [
        text("Some "),
        text("words", *marked),
        text(" that a "),
        text("newer", "italic"),
        text(" editor marked"),
    ]


@given(st.data())
@examples(100)
def test_nothing_of_what_others_write_meanwhile_is_lost(data: st.DataObject) -> None:
    """One puts changed blocks, new ones and fewer of them; another types into blocks that stay."""
    count = data.draw(st.integers(2, 8), "blocks")
    fate = data.draw(st.lists(st.sampled_from(["stays", "stays", "edited", "goes"]), min_size=count, max_size=count))
    fate[0] = "stays"  # or all may go
    kinds = data.draw(st.lists(st.sampled_from(["p", "h", "li", "q", "td"]), min_size=count, max_size=count))
    typed = data.draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, 40)), max_size=4), "typed")
    added = data.draw(st.lists(st.integers(0, count - 1), max_size=3), "added")
    before = [
        block_of(kind, f"block{n} holds unique{n} words and some{n} others of its{n} own")
        for n, kind in enumerate(kinds)
    ]
    after: list[Json] = []
    for n, kind in enumerate(kinds):
        after += [p(f"A paragraph that is new here, number {added.count(n)}.")] * added.count(n)
        if fate[n] != "goes":
            changed = f"block{n} holds unique{n} things and some{n} others of its{n} own"
            after.append(block_of(kind, changed) if fate[n] == "edited" else before[n])
    doc = opened(to_update(document_of(*before)))
    state = doc.get_update()
    expected: list[str] = []
    for number, (n, at) in enumerate(typed):
        if fate[n] != "goes":
            letter = "QXYZ"[number]  # one each, which nothing typed later can part
            element(doc, n, *DEPTH[kinds[n]]).insert(at, letter)
            expected.append(letter)
    update = patch(state, document_of(*after))
    check(update)
    other = opened(state)
    other.apply_update(update)
    assert says(other) == document_of(*after)
    doc.apply_update(update)
    said = to_text(says(doc))
    assert all(words in said for words in expected)
    without = said
    for words in expected:
        without = without.replace(words, "")
    assert without == to_text(document_of(*after))


DEPTH = {"p": (0,), "h": (0,), "li": (0, 0, 0), "q": (0, 0), "td": (0, 0, 0, 0)}


def block_of(kind: str, words: str) -> Json:
    made: dict[str, Json] = {
        "p": p(words),
        "h": block("heading", words, level=2),
        "li": bullets(p(words)),
        "q": block("callout", p(words), kind="tip"),
        "td": table(row(cell(words))),
    }
    return made[kind]


def test_long_documents_of_equal_blocks_are_compared_in_good_time() -> None:
    before = document_of(*[p("x")] * 3000, p("a"), *[p()] * 3000)
    after = document_of(p("b"), *[p("x")] * 2000, p("c"), *[p()] * 4000, p("d"))
    doc = opened(to_update(before))
    doc.apply_update(patch(doc.get_update(), after))
    assert says(doc) == after


def test_a_long_line_is_changed_in_good_time() -> None:
    before = "word and another " * 60_000
    after = before[:400_000].replace("another", "other") + "new " + before[400_000:]
    doc = opened(to_update(document_of(p(before))))
    doc.apply_update(patch(doc.get_update(), document_of(p(after))))
    assert says(doc) == document_of(p(after))
