"""Writing a document as a fresh update: complete, exact, and valid for everybody who reads it."""

import random

from hypothesis import given
from hypothesis import strategies as st

from coscribe.content import prosemirror
from coscribe.content.schema import Json, Schema, schema
from coscribe.content.update import mark_key, to_update
from coscribe.protocol.updates import EMPTY_UPDATE, check
from harness.chance import examples
from unit.content.building import doc, opened, p, text
from unit.content.documents import Documents, comparable, larger_schema

seeds = st.integers(0, 2**32)


def read(update: bytes, known: Schema | None = None) -> Json | None:
    return prosemirror.read(opened(update), "default", known)


@given(seeds)
@examples(60)
def test_what_is_written_is_what_is_read(seed: int) -> None:
    for known in (schema(), larger_schema()):
        document = Documents(random.Random(seed), known).document()
        assert comparable(read(to_update(document, known=known), known)) == comparable(document)


@given(seeds)
@examples(30)
def test_the_relay_takes_what_is_written(seed: int) -> None:
    document = Documents(random.Random(seed)).document()
    walk = check(to_update(document, client=4_000_000_000))
    ((client, start, end),) = walk.structs
    assert (client, start) == (4_000_000_000, 0)
    assert end > 0
    assert not walk.references


def test_the_engine_keeps_the_bytes_as_they_are() -> None:
    document = doc(p("a😀", text("b", "bold"), "c"), p())
    update = to_update(document, client=5)
    assert len(opened(update).get_update()) == len(update)


def test_a_document_without_nodes_is_an_empty_update() -> None:
    assert to_update({"type": "doc"}) == EMPTY_UPDATE


def test_every_document_has_a_writer_of_its_own() -> None:
    clients = {check(to_update(doc(p("x")))).structs[0][0] for _ in range(20)}
    assert len(clients) == 20
    assert max(clients) < 2**32


def test_a_mark_that_may_overlap_is_stored_under_its_hash() -> None:
    known = larger_schema()
    assert mark_key({"type": "bold"}, known) == "bold"
    one = mark_key({"type": "comment", "attrs": {"id": "c1", "rank": 0}}, known)
    two = mark_key({"type": "comment", "attrs": {"id": "c2", "rank": 0}}, known)
    assert one != two
    assert len(one) == len(two) == len("comment--12345678")


def test_an_attribute_that_is_null_is_not_stored() -> None:
    document = doc({"type": "codeBlock", "attrs": {"language": None}})
    assert b"language" not in to_update(document)
    assert read(to_update(document)) == document
