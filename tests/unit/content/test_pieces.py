"""What is read in pieces is what is read as a whole, whatever was read before."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from corpus.documents import CORPUS
from corpus.xss import BAD
from coscribe.content.errors import ContentError
from coscribe.content.html_reader import from_html, html_pieces
from coscribe.content.html_writer import to_fragment
from coscribe.content.input import accept
from coscribe.content.markdown_reader import from_markdown, markdown_pieces
from coscribe.content.markdown_writer import to_markdown
from coscribe.content.parse import parse
from coscribe.content.pieces import Piece, Pieces, Raw, key_of
from coscribe.content.schema import Json
from unit.content.documents import Documents

MARKDOWN = [
    "", "", "", "text", "[a]: /files/x 'T'", "[a] and [b][a]", "[A]: https://x.y/", "```", "~~~", "````", "- x",
    "  - y", "- [ ] open", "* [x] done", "1. one", "7) seven", "   three", "> quote", "> - in it", "> [!TIP]", "<div>",
    "</div>", "<!-- table: no header; widths 9 - -->", "<!-- list: a -->", "<!--", "-->", "| a | b |", "|:--|--:|",
    "$$", "x^2", "===",
    "---", "***", "    code", "\tcode", "<br>", "![i](/files/x)", "<table><tr><td>x", "</td></tr></table>",
    '<p align="center">', "<li>x</li>", "# Head", "## Head ##", "a  ", "b\\", "**bold", "over**", "<u>a", "b</u>",
    "<script>", "</script>", "<pre>", "&nbsp;", "\u00a0", "[@Ann](mention:u1)", "é😀", "<td>x</td>", "&#0;", "\0",
]  # fmt: skip
HTML = [
    "<p>", "</p>", "<p>x</p>", "<p></p>", "<p> a  <b>b</b> </p>\n", "<h1>h</h1>", "<ul><li>a</ul>", "<ol start=3><li>b",
    "<li>x</li>", "<table><tr><td>1<td>2</table>", "<td>x</td>", "<tr>", "<div>", "</div>", "<div><td>y</td></div>",
    "<hr>", "<br>", "<pre>a\n b</pre>", "text", " ", "\n", "<blockquote><p>q", "</blockquote>",
    "<aside data-callout=tip>", "</aside>", '<div data-type="block-math" data-latex="x"></div>',
    "<figure><img src=/files/x><figcaption>c</figure>",
    "<img src=/files/y>", "<p><img src=/files/z>after</p>", "<div></div>", "<div>loose</div>", "<p>a<ul><li>in</ul>",
    "<table><caption>cap</caption><tr></tr></table>", "<h2><p>in</p></h2>", "<ul><li><input type=checkbox>t<li>n</ul>",
    "<p style='mso-list:l0 level1'>m</p>", "<ul></ul>", "<div><li>loose item</li></div>", "&amp;", "<b>bold</b>",
]  # fmt: skip
WAYS: dict[str, Callable[[str], Any]] = {"markdown": from_markdown, "html": from_html}


def whole(format: str, text: str) -> Json | str:
    try:
        return accept(WAYS[format](text))
    except ContentError as error:
        return str(error)


def in_pieces(format: str, text: str) -> Json | str:
    try:
        return parse(format, text.encode())
    except ContentError as error:
        return str(error)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("format", WAYS)
def test_lines_in_any_order_are_read_the_same(format: str, seed: int) -> None:
    chance = random.Random(seed)
    parts = MARKDOWN if format == "markdown" else HTML
    for _ in range(25):
        text = ("\n" if format == "markdown" else "").join(chance.choices(parts, k=chance.randint(1, 14)))
        assert in_pieces(format, text) == whole(format, text), repr(text)


@pytest.mark.parametrize("seed", range(40))
def test_what_we_write_is_read_the_same_after_a_change(seed: int) -> None:
    chance = random.Random(seed)
    document = Documents(chance).document()
    for _ in range(3):
        for format, text in (("markdown", to_markdown(document)), ("html", to_fragment(document))):
            assert in_pieces(format, text) == whole(format, text)
        document["content"][chance.randrange(len(document["content"]))] = Documents(chance).block(0)


def test_the_corpora_are_read_the_same() -> None:
    for document in CORPUS.values():
        assert in_pieces("markdown", to_markdown(document)) == whole("markdown", to_markdown(document))
        assert in_pieces("html", to_fragment(document)) == whole("html", to_fragment(document))
    for vector in BAD:
        for format in WAYS:
            assert in_pieces(format, vector) == whole(format, vector)


def test_a_link_means_what_this_document_says() -> None:
    for target in ("https://a.b/", "https://c.d/"):
        read: Any = in_pieces("markdown", f"see [x]\n\n[x]: {target}")
        assert read["content"][0]["content"][1]["marks"][0]["attrs"]["href"] == target
    assert in_pieces("markdown", "see [x]") == whole("markdown", "see [x]")


def test_a_hint_is_about_the_block_behind_it() -> None:
    for text in ("<!-- list: a -->\n\n1. x", "1. x", "<!-- list: a -->\n\npara\n\n1. x"):
        assert in_pieces("markdown", text) == whole("markdown", text)


def test_whoever_changes_what_was_read_changes_nothing_else() -> None:
    first: Any = parse("markdown", b"one\n\ntwo")
    first["content"][0]["content"][0]["text"] = "changed"
    first["content"][1]["attrs"]["textAlign"] = "right"
    assert parse("markdown", b"one\n\ntwo") == whole("markdown", "one\n\ntwo")


def test_a_piece_is_read_once_and_kept_while_there_is_room() -> None:
    read: list[str] = []

    def piece(name: str) -> Piece:
        def reader() -> Raw:
            read.append(name)
            return Raw([{"type": "paragraph", "content": [{"type": "text", "text": name}]}], 2)

        return Piece(key_of("test", name), reader)

    pieces = Pieces(most_bytes=700)  # two of them
    assert pieces.document([piece("a"), piece("b"), piece("a")]) == pieces.document(
        [piece("a"), piece("b"), piece("a")]
    )
    assert read == ["a", "b"]
    pieces.document([piece("c")])
    pieces.document([piece("a"), piece("c")])
    pieces.document([piece("b")])
    assert read == ["a", "b", "c", "b"]


def test_only_what_is_new_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    import coscribe.content.parse as module

    monkeypatch.setattr(module, "_PIECES", Pieces())
    for divide, texts in (
        (markdown_pieces, ("# A\n\nb *c*\n\n- d\n", "# A\n\nb *e*\n\n- d\n")),
        (html_pieces, ("<h1>A</h1><p>b <i>c</i></p><ul><li>d</ul>", "<h1>A</h1><p>b <i>e</i></p><ul><li>d</ul>")),
    ):
        old, new = ([each.key for each in divide(text) or ()] for text in texts)
        assert len(old) == len(new) == 3
        assert [one == other for one, other in zip(old, new, strict=True)] == [True, False, True]
