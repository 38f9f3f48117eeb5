"""What a reader of some format may get wrong, put right; and the quick judge, who agrees with ProseMirror."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prosemirror.model import Node

from coscribe.content.errors import ContentError
from coscribe.content.input import normalise
from coscribe.content.schema import Json, schema
from harness.chance import examples
from unit.content.building import BREAK, block, bullets, cell, doc, image, math, mention, p, row, table, text
from unit.content.documents import Documents, larger_schema

PICTURE = image("/files/a")


@pytest.mark.parametrize(
    ("given", "put_right"),
    [
        (doc(text("loose"), BREAK, text("text", "bold")), doc(p("loose", BREAK, text("text", "bold")))),
        (doc(p("a", PICTURE, "b")), doc(p("a"), PICTURE, p("b"))),
        (doc(p(PICTURE)), doc(PICTURE)),
        (doc(p(p("a"), "b")), doc(p("a"), p("b"))),
        (doc(block("heading", "a", PICTURE, level=9)), doc(block("heading", "a", level=6), PICTURE)),
        (doc(block("heading", "a", level=0)), doc(block("heading", "a", level=1))),
        (doc(p("a"), {"type": "bulletList"}, {"type": "taskList", "content": []}), doc(p("a"))),
        (doc({"type": "bulletList", "content": [p("a"), p("b")]}), doc(bullets(p("a"), p("b")))),
        (doc(block("bulletList", {"type": "listItem"})), doc(bullets(p()))),
        (doc(block("callout", {"type": "bulletList"})), doc(block("callout", p()))),
        (doc(bullets(PICTURE)), doc(block("bulletList", block("listItem", p(), PICTURE)))),
        (doc(block("listItem", p("a"))), doc(bullets(p("a")))),
        (doc({"type": "blockquote"}, {"type": "callout"}), doc(block("blockquote", p()), block("callout", p()))),
        (doc(table(row({"type": "tableCell"}))), doc(table(row(cell(p()))))),
        (doc(table(row({"type": "tableCell", "content": [text("a")]}))), doc(table(row(cell("a"))))),
        (doc(block("codeBlock", text("a", "bold"))), doc(block("codeBlock", "a"))),
        (doc({**PICTURE, "content": [p("in an image")]}), doc(PICTURE, p("in an image"))),
        (doc(math("x"), mention("u")), doc(p(math("x"), mention("u")))),
        (doc(doc(p("a")), p("b")), doc(p("a"), p("b"))),
    ],
)  # fmt: skip
def test_what_cannot_stand_there_is_put_right(given: Json, put_right: Json) -> None:
    found = normalise(given)
    schema().check(found)
    assert found == put_right


def test_what_nobody_knows_is_refused_rather_than_lost() -> None:
    for unknown in (doc(p(), {"type": "widget"}), doc(p(text("x", "sparkle"), PICTURE))):
        with pytest.raises(ContentError):
            schema().check(normalise(unknown))


@given(st.integers(0, 2**32))
@examples(150)
def test_any_nodes_anywhere_make_a_valid_document(seed: int) -> None:
    """Nodes of a document, each put somewhere else."""
    chance = random.Random(seed)
    document = Documents(chance).document()
    parents = [node for node in _nodes(document) if "content" in node]
    for _ in range(chance.randint(1, 5)):
        source, target = chance.choice(parents), chance.choice(parents)
        moved = chance.choice(source["content"])
        if target not in _nodes(moved):
            target["content"].insert(chance.randint(0, len(target["content"])), moved)
            if chance.random() < 0.5:
                source["content"].remove(moved)
                parents = [node for node in parents if node["content"]]
    found = normalise(document)
    schema().check(found)
    assert normalise(found) == found


@given(st.integers(0, 2**32))
@examples(150)
def test_the_quick_judge_takes_nothing_that_prosemirror_refuses(seed: int) -> None:
    chance = random.Random(seed)
    for known in (schema(), larger_schema()):
        document = Documents(chance, known).document()
        assert known.judge.fits(document) or known is not schema()
        _spoil(document, chance)
        if known.judge.fits(document):
            Node.from_json(known.model, document).check()


def _spoil(document: Json, chance: random.Random) -> None:
    """Change one thing somewhere in a document, often for the worse."""
    node = chance.choice(list(_nodes(document)))
    kinds = [*schema().nodes, "widget"]
    bad: Any = chance.choice([None, True, 1, 2.5, "x", [1], {}])
    change = chance.randrange(6)
    if change == 0:
        node["type"] = chance.choice(kinds)
    elif change == 1:
        node["attrs"] = {**node.get("attrs", {}), chance.choice(["level", "checked", "latex", "kind", "odd"]): bad}
    elif change == 2 and "content" in node:
        chance.shuffle(node["content"])
    elif change == 3 and "content" in node:
        del node["content"][chance.randrange(len(node["content"]))]
    elif change == 4:
        node["marks"] = [{"type": chance.choice([*schema().marks, "sparkle"])} for _ in range(chance.randint(0, 3))]
    elif "text" in node:
        node["text"] = chance.choice(["", 3, "x"])


def _nodes(node: Json) -> list[Json]:
    found = [node]
    for inner in node.get("content", ()):
        found += _nodes(inner)
    return found
