"""Which images a document has, and putting others in their place."""

from coscribe.content.assets import image_sources, with_sources
from unit.content.building import block, doc, p

CELL = block("tableCell", block("image", src="/files/b"))
DOCUMENT = doc(
    block("image", src="https://x.y/a.png", alt="a"),
    p("words ", {"type": "image", "attrs": {"src": "https://x.y/a.png"}}),
    block("table", block("tableRow", CELL)),
    block("image", src=None),
    {"type": "image"},
)


def test_every_source_is_listed_once_in_order() -> None:
    assert image_sources(DOCUMENT) == ["https://x.y/a.png", "/files/b"]
    assert image_sources(doc(p("none"))) == []


def test_sources_are_replaced_wherever_they_stand() -> None:
    found = with_sources(DOCUMENT, {"https://x.y/a.png": "/files/c", "/files/b": None, "/files/z": "/files/y"})
    assert image_sources(found) == ["/files/c"]
    assert found["content"][0] == block("image", src="/files/c", alt="a")
    assert found["content"][2]["content"][0]["content"][0]["content"][0]["attrs"]["src"] is None
    assert image_sources(DOCUMENT) == ["https://x.y/a.png", "/files/b"]
    assert with_sources(DOCUMENT, {}) == DOCUMENT


def test_depth_does_not_matter() -> None:
    node = block("image", src="/files/a")
    for _ in range(5000):
        node = block("blockquote", node)
    assert image_sources(with_sources(doc(node), {"/files/a": "/files/b"})) == ["/files/b"]
