"""What roots are, learned from the bytes."""

import pytest
from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, XmlText

from coscribe.content.errors import ContentError
from coscribe.content.schema import MAX_DEPTH
from coscribe.content.shape import Kind, kinds_of_roots
from coscribe.protocol.lib0 import DecodeError
from unit.content.building import nested_elements, nested_maps, update


def test_every_kind_of_root_is_told_from_the_others() -> None:
    doc: Doc = Doc()
    doc["text"] = Text("a😀")
    doc["formatted"] = Text("")
    doc["formatted"].insert_embed(0, {"image": 1})
    doc["list"] = Array([1, "two", Array([3]), Map({"a": 1}), Text("inner")])
    doc["map"] = Map({"a": 1, "b": Text("x")})
    doc["xml"] = XmlFragment([XmlElement("p", {"a": "1"}, [XmlText("x")])])
    doc["xml text"] = XmlFragment([XmlText("x")])
    doc["untouched"] = Map()
    assert kinds_of_roots(doc.get_update()) == {
        "formatted": Kind.TEXT,
        "list": Kind.LIST,
        "map": Kind.MAP,
        "text": Kind.TEXT,
        "xml": Kind.XML,
        "xml text": Kind.XML,
    }


def test_items_that_name_no_parent_stand_beside_their_neighbours() -> None:
    doc: Doc = Doc()
    text = doc.get("text", type=Text)
    values = doc.get("map", type=Map)
    for index in range(50):
        text.insert(0, "x")
        text.insert(len(text), "y")
        values["key"] = index
    other: Doc = Doc()
    other.apply_update(doc.get_update())
    other.get("text", type=Text).insert(40, "z")
    doc.apply_update(other.get_update())
    assert kinds_of_roots(doc.get_update()) == {"map": Kind.MAP, "text": Kind.TEXT}


def test_what_is_deleted_does_not_count() -> None:
    doc: Doc = Doc(skip_gc=True)
    root = doc.get("root", type=Text)
    root += "characters"
    del root[:]
    assert kinds_of_roots(doc.get_update()) == {}
    doc.get("root", type=Array).append(1)
    assert kinds_of_roots(doc.get_update()) == {"root": Kind.LIST}
    assert kinds_of_roots(Doc().get_update()) == {}


@pytest.mark.parametrize(
    ("contents", "kind"),
    [
        (("values", "characters"), Kind.TEXT),
        (("element", "format"), Kind.TEXT),
        (("element", "values"), Kind.LIST),
        (("element", "xml text"), Kind.XML),
        (("fragment",), Kind.LIST),
        (("document",), Kind.LIST),
        (("bytes",), Kind.LIST),
    ],
)
def test_a_root_used_as_two_things_is_read_as_the_harmless_one(contents: tuple[str, ...], kind: Kind) -> None:
    assert kinds_of_roots(update("root", None, *contents)) == {"root": kind}


def test_a_list_with_characters_is_refused() -> None:
    with pytest.raises(ContentError, match="loose characters"):
        kinds_of_roots(update("root", "list", "values", "characters"))
    kinds_of_roots(update("root", "text", "values", "characters"))


def test_depth_is_bounded() -> None:
    assert kinds_of_roots(nested_maps(MAX_DEPTH)) == {"data": Kind.MAP}
    for state in (nested_maps(MAX_DEPTH + 1), nested_maps(3000), nested_elements(3000)):
        with pytest.raises(ContentError, match="levels deep"):
            kinds_of_roots(state)


def test_a_circle_of_neighbours_ends() -> None:
    """Two items that name each other as neighbour: no parent, so nothing to read."""
    state = bytes.fromhex("02 01 01 00 84 02 00 01 61 01 02 00 84 01 00 01 62 00")
    assert kinds_of_roots(state) == {}


def test_what_is_no_update_is_an_error_of_its_own() -> None:
    with pytest.raises(DecodeError):
        kinds_of_roots(b"\1\1\7\0\4\1\1a\xff\xff\xff\xff\x0f")
