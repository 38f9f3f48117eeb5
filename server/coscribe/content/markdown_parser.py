"""How Markdown is taken apart: CommonMark with GitHub's strikethrough, tables and math between dollars.

Input that would keep the parser busy for minutes is refused before.
"""

import re
from functools import cache
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore, text_join
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from coscribe.content.errors import ContentError
from coscribe.content.schema import MAX_DEPTH, MAX_NODES, too_many_nodes

PLAIN = "plain_paragraph"
"""The type of a token that is a whole paragraph of one text without marks."""

_BRACKETS_MAX = 2000  # in one paragraph; at twenty times as many, reading takes ten seconds
_SIGNS = "|*_~`$<&!\n\n"  # each may make a node, a line end two
_INLINE_MATH = re.compile(r"(?<![^\W_])\$(?=[^\s$])((?:[^$\\]|\\.)*+)(?<!\s)\$(?![^\W_])", re.DOTALL)
_MARKUP = re.compile(r"[\\`*_~\[\]!<&$\n\0]")  # what makes more of a line than one text
_INTERRUPTED: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def parse_markdown(text: str) -> list[Token]:
    """Return Markdown's blocks. Raises ContentTooLarge for more than a document can hold, ContentError for traps."""
    if sum(map(text.count, _SIGNS)) > MAX_NODES:
        raise too_many_nodes()
    return _parser().parse(text)


class Blocks(NamedTuple):
    """Markdown's blocks whose lines have not been read; `references`: what links may refer to, by name."""

    tokens: list[Token]
    references: dict[str, Any]


def parse_blocks(text: str) -> Blocks:
    """Return Markdown's blocks, for `read_lines` to read their lines. Raises what `parse_markdown` raises."""
    if sum(map(text.count, _SIGNS)) > MAX_NODES:
        raise too_many_nodes()
    environment: dict[str, Any] = {}
    tokens = _block_parser().parse(text, environment)
    return Blocks(tokens, environment.get("references", {}))


def read_lines(tokens: list[Token], references: dict[str, Any]) -> None:
    """Read the lines of some of the blocks."""
    state = StateCore("", _parser(), {"references": references}, tokens)
    _read_lines(state)
    text_join(state)


def parse_line(text: str) -> Token:
    """Return the text of one paragraph."""
    return _parser().parseInline(text)[0]


def is_inline_math(text: str) -> bool:
    """Whether a text is one formula between dollars, where no letter or digit stands beside it."""
    return _INLINE_MATH.fullmatch(text) is not None


class _Markdown(MarkdownIt):
    """Leaves addresses as they were written; which of them may be followed is judged when the mark is made."""

    def validateLink(self, url: str) -> bool:
        return True

    def normalizeLink(self, url: str) -> str:
        return url

    def normalizeLinkText(self, link: str) -> str:
        return link


@cache
def _parser() -> MarkdownIt:
    return _make_parser()


def _make_parser() -> MarkdownIt:
    parser = _Markdown("commonmark", {"maxNesting": MAX_DEPTH}).enable(["strikethrough", "table"])
    parser.core.ruler.before("inline", "bound", _refuse_expensive_paragraphs)
    parser.core.ruler.at("inline", _read_lines)
    parser.block.ruler.before("table", "plain", _read_plain_paragraph)
    parser.inline.ruler.before("escape", "math_inline", _read_inline_math)
    parser.block.ruler.before("fence", "math_block", _read_block_math, _INTERRUPTED)
    return parser


@cache
def _block_parser() -> MarkdownIt:
    parser = _make_parser()
    parser.core.ruler.disable(["inline", "text_join"])
    return parser


def _refuse_expensive_paragraphs(state: StateCore) -> None:
    """Refuse what takes the parser time that grows with the square of its length."""
    for token in state.tokens:
        if token.type == "inline" and token.content.count("[") > _BRACKETS_MAX:
            raise ContentError(f"A paragraph has more than {_BRACKETS_MAX} opening brackets; break it up.")


def _read_lines(state: StateCore) -> None:
    """Read the text of each paragraph. Nearly all of it is plain: then there are no children, only the content."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        if _MARKUP.search(token.content):
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def _read_plain_paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a paragraph of one line that begins with a letter, before a blank line: it can be nothing else."""
    first = state.bMarks[start] + state.tShift[start]
    ends_here = start + 1 >= state.lineMax or state.isEmpty(start + 1)
    if silent or not ends_here or state.is_code_block(start) or not state.src[first : first + 1].isalpha():
        return False
    state.line = start + 1
    content = state.src[first : state.eMarks[start]].strip()
    if not _MARKUP.search(content):
        state.push(PLAIN, "", 0).content = content
        return True
    state.push("paragraph_open", "p", 1).map = [start, state.line]
    inline = state.push("inline", "", 0)
    inline.content = content
    inline.map = [start, state.line]
    inline.children = []
    state.push("paragraph_close", "p", -1)
    return True


def _read_inline_math(state: StateInline, silent: bool) -> bool:
    """Read `$x$` as GitHub does: no space within the dollars, no letter or digit right outside, so prices are text."""
    if state.src[state.pos] != "$":
        return False
    found = _INLINE_MATH.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("math_inline", "math", 0).content = found[1]
    state.pos = found.end()
    return True


def _read_block_math(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read what stands between lines of two dollars, or in one line between them; a blank line is no formula."""
    if state.is_code_block(start):
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].rstrip()
    if not first.startswith("$$"):
        return False
    lines = [first[2:]]
    line = start
    while not (lines[-1].rstrip().endswith("$$") and (line > start or len(first) > 3)):
        line += 1
        if line >= end or state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return False
        lines.append(state.getLines(line, line + 1, state.blkIndent, False))
    lines[-1] = lines[-1].rstrip().removesuffix("$$")
    if "$$" in "".join(lines):
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        if len(lines) > 1 and not lines[0].strip() and not lines[-1].strip():
            token.content = "\n".join(lines[1:-1])
        else:
            token.content = "\n".join(lines).strip()
        token.map = [start, line + 1]
        state.line = line + 1
    return True
