"""Markdown as a ProseMirror document: CommonMark with GitHub's strikethrough, tasks, tables, math and alerts.

HTML in Markdown is read as HTML: whole blocks by the HTML reader, and in a line the tags that are marks, so what
Markdown has no sign for survives. A single `<br>` as a block is an empty paragraph.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from markdown_it.token import Token

from coscribe.content.attributes import CALLOUT_KINDS
from coscribe.content.builder import Builder, Frame
from coscribe.content.errors import ContentError
from coscribe.content.html_reader import from_html
from coscribe.content.markdown_hints import Hint, read_hint
from coscribe.content.markdown_parser import PLAIN, parse_blocks, parse_markdown, read_lines
from coscribe.content.markdown_text import LineReader
from coscribe.content.pieces import NotAlone, Piece, Raw, key_of, raw
from coscribe.content.schema import MAX_DEPTH, Json, schema

_TASK = re.compile(r"\[([ xX])\](?:[ \t]+|(?=\n)|$)")
_ALERT = re.compile(rf"\[!({'|'.join(CALLOUT_KINDS)})\][ \t]*(?:\n|$)", re.IGNORECASE)
_EMPTY_PARAGRAPH = re.compile(r"<br\b|<p\b[^>]*></p>", re.IGNORECASE)
_NODES = {"p": "paragraph", "blockquote": "blockquote", "table": "table", "tr": "tableRow"}
_CELLS = {"td": "tableCell", "th": "tableHeader"}
_ALIGN = re.compile(r"text-align:(left|center|right)")


def from_markdown(text: str) -> Json:
    """Return the document that Markdown describes.

    Raises ContentError when it nests too deeply, ContentTooLarge when there is too much of it.
    """
    return _Reader().read(parse_markdown(text))


def markdown_pieces(text: str) -> list[Piece]:
    """Return the outermost blocks of Markdown, each to be read by itself.

    What a block is read as depends on its tokens and on what links may refer to. A comment that gives a hint about
    the block behind it makes one piece with that.
    """
    blocks = parse_blocks(text)
    references = {name: (found["href"], found["title"]) for name, found in blocks.references.items()}
    pieces: list[Piece] = []
    for tokens in _outermost(blocks.tokens):
        described = [(each.type, each.tag, each.level, each.content, each.info, each.attrs) for each in tokens]
        pieces.append(Piece(key_of("markdown", references, described), partial(_read_piece, tokens, blocks.references)))
    return pieces


def _outermost(tokens: list[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each outermost block, HTML together with what is behind it."""
    start = 0
    for index, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0 and token.type != "html_block":
            yield tokens[start : index + 1]
            start = index + 1
    if start < len(tokens):
        yield tokens[start:]


def _read_piece(tokens: list[Token], references: dict[str, Any]) -> Raw:
    read_lines(tokens, references)
    return _Reader().read_piece(tokens)


class _List:
    """A list that is being read. It is opened by its first item, which shows what kind of list it is."""

    __slots__ = ("count", "frame", "is_task", "numbering", "ordered", "start")

    def __init__(self, token: Token, numbering: str | None) -> None:
        self.ordered = token.type == "ordered_list_open"
        self.start = int(token.attrs.get("start", 1))
        self.numbering = numbering
        self.count = 0
        self.frame: Frame | None = None
        self.is_task: bool | None = None


class _Reader:
    """One reading of a token stream."""

    def __init__(self) -> None:
        self._builder = Builder(schema())
        self._line = LineReader(self._builder, schema())
        self._frames: list[Frame | None] = []
        self._lists: list[_List] = []
        self._next = 0  # the token to read next: those before it have been read together with others
        self._hint = Hint()  # about what follows
        self._widths: Sequence[int] = ()  # of the columns of the table that is open
        self._column = 0

    def read_piece(self, tokens: Sequence[Token]) -> Raw:
        """Read what stands by itself."""
        self._read(tokens)
        if not self._builder.is_closed:
            raise NotAlone
        is_empty = self._builder.is_empty
        return raw(self._builder.finish(), self._builder.count, is_empty)

    def read(self, tokens: Sequence[Token]) -> Json:
        """Read all."""
        self._read(tokens)
        return self._builder.finish()

    def _read(self, tokens: Sequence[Token]) -> None:
        for index, token in enumerate(tokens):
            if token.level >= MAX_DEPTH - 1:
                raise ContentError(f"The Markdown nests more than {MAX_DEPTH} levels deep; flatten it.")
            if index >= self._next:
                hint, self._hint = self._hint, Hint()
                self._block(token, tokens, index, hint)

    def _block(self, token: Token, tokens: Sequence[Token], index: int, hint: Hint) -> None:
        kind = token.type
        if kind == PLAIN:
            self._builder.add({"type": "paragraph", "content": [{"type": "text", "text": token.content}]})
        elif kind == "inline" and token.children:
            self._line.read(token)
        elif kind == "inline":
            self._builder.text(token.content, [])
        elif kind in ("fence", "code_block"):
            self._code_block(token)
        elif kind == "hr":
            self._builder.leaf("horizontalRule")
        elif kind == "math_block":
            self._builder.leaf("blockMath", {"latex": token.content})
        elif kind == "html_block":
            self._html(token.content)
        elif kind in ("bullet_list_open", "ordered_list_open"):
            self._lists.append(_List(token, hint.numbering))
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._builder.close(self._lists.pop().frame)
        elif kind == "list_item_open":
            self._frames.append(self._item(_take_task(tokens, index)))
        elif kind == "blockquote_open":
            self._frames.append(self._quote(tokens, index))
        elif kind == "table_open":
            self._table(tokens, index, hint)
        elif kind.endswith("_open"):
            self._frames.append(self._open(token))
        elif kind.endswith("_close"):
            self._builder.close(self._frames.pop())

    def _item(self, task: bool | None) -> Frame | None:
        """Open an item; a list that holds both tasks and ordinary items becomes several."""
        current = self._lists[-1]
        is_task = task is not None
        if current.is_task is not is_task:
            self._builder.close(current.frame)
            current.is_task = is_task
            if is_task:
                current.frame = self._builder.open("taskList")
            elif current.ordered:
                attributes = {"start": current.start + current.count, "type": current.numbering}
                current.frame = self._builder.open("orderedList", attributes)
            else:
                current.frame = self._builder.open("bulletList")
        current.count += 1
        return self._builder.open("taskItem", {"checked": task}) if is_task else self._builder.open("listItem")

    def _quote(self, tokens: Sequence[Token], index: int) -> Frame | None:
        """Open a quote, or a callout where the first line names one."""
        inline = tokens[index + 2] if tokens[index + 1].type == "paragraph_open" else None
        alert = _ALERT.match(inline.content) if inline is not None else None
        if inline is None or alert is None:
            return self._builder.open("blockquote")
        children = inline.children or []
        ends = [at for at, child in enumerate(children) if child.type in ("softbreak", "hardbreak")]
        if ends:
            inline.content, inline.children = "", children[ends[0] + 1 :]
        else:
            self._next = index + 4  # behind the paragraph, which says nothing else
        return self._builder.open("callout", {"kind": alert[1].lower()})

    def _table(self, tokens: Sequence[Token], index: int, hint: Hint) -> None:
        self._frames.append(self._builder.open("table"))
        self._widths = hint.widths
        if not hint.has_header:
            self._next = next(at for at in range(index, len(tokens)) if tokens[at].type == "thead_close") + 1

    def _open(self, token: Token) -> Frame | None:
        tag = token.tag
        if tag in _CELLS:
            align = _ALIGN.search(str(token.attrGet("style") or ""))
            width = self._widths[self._column] if self._column < len(self._widths) else 0
            self._column += 1
            attributes = {"align": align[1] if align else None, "colwidth": [width] if width else None}
            return self._builder.open(_CELLS[tag], attributes)
        if tag == "tr":
            self._column = 0
        if tag in _NODES:
            return self._builder.open(_NODES[tag])
        if tag.startswith("h") and tag[1:].isdigit():
            return self._builder.open("heading", {"level": int(tag[1:])})
        return None

    def _code_block(self, token: Token) -> None:
        language = _language(token.info)
        frame = self._builder.open("codeBlock", {"language": language})
        self._builder.text(token.content.removesuffix("\n"), [])
        self._builder.close(frame)

    def _html(self, html: str) -> None:
        if (hint := read_hint(html)) is not None:
            self._hint = hint
            return
        nodes = from_html(html)["content"]
        if len(nodes) > 1 or nodes[0]["type"] != "paragraph" or "content" in nodes[0] or _EMPTY_PARAGRAPH.search(html):
            for node in nodes:
                self._builder.add(node)


def _take_task(tokens: Sequence[Token], item: int) -> bool | None:
    """Return whether the item at an index is a task that is done, having taken away its sign; None for no task."""
    if tokens[item + 1].type != "paragraph_open":
        return None
    inline = tokens[item + 2]
    sign = _TASK.match(inline.content)
    first = inline.children[0] if inline.children else None
    if sign is None or first is None or first.type != "text" or not first.content.startswith(sign[0].rstrip()):
        return None
    first.content = first.content[len(sign[0]) :]
    return sign[1] != " "


def _language(info: str) -> str | None:
    """Return the language that a fence's info string names."""
    words = info.split()
    return words[0] if words else None
