"""A document as GitHub's Markdown, which reads back as the same document.

Blocks are a blank line apart, items of a list only where they hold more than text and lists. Two lists that follow
each other get different signs, or they would be one. An empty paragraph is `<br>`, except at the end of the document.
What Markdown has no sign for (aligned text, sizes of images, cells with several blocks) is HTML, as GitHub shows it.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from coscribe.content.attributes import ALIGNMENTS, CALLOUT_KINDS
from coscribe.content.html_inline import attribute
from coscribe.content.links import safe_image_source
from coscribe.content.markdown_hints import Hint
from coscribe.content.markdown_inline import LIKE_MARKUP, write_image, write_inline
from coscribe.content.markdown_tables import html_lines, write_table
from coscribe.content.schema import Json
from coscribe.content.text import holds_text, inline_text, is_inline

_LISTS = frozenset({"bulletList", "orderedList", "taskList"})
_HEADING_MAX = 6
_NUMBER_MAX = 999_999_999  # CommonMark 0.31, list items: at most nine digits
_EMPTY_PARAGRAPH = "<br>"
_RULE, _RULE_AT_TOP = "---", "***"  # three dashes at the top of a file begin its metadata
_NUMBERINGS = ("a", "A", "i", "I")

Lines = list[str]


def to_markdown(document: Json) -> str:
    """Return a ProseMirror document as Markdown, ending in a line end unless it is empty."""
    blocks = list(document.get("content", []))
    while blocks and _is_empty_paragraph(blocks[-1]):
        blocks.pop()
    lines = _blocks(blocks)
    if lines and lines[0] == _RULE:
        lines[0] = _RULE_AT_TOP
    return "\n".join(lines) + "\n" if lines else ""


def _blocks(nodes: Sequence[Json]) -> Lines:
    lines: Lines = []
    before: str | None = None
    alternate = False  # a list behind one with the same kind of sign would go on with it
    for node in _paragraphs_for_loose_text(nodes):
        kind = ("numbers" if node["type"] == "orderedList" else "bullets") if node["type"] in _LISTS else None
        alternate = kind is not None and kind == before and not alternate
        before = kind
        block = _block(node, alternate)
        if block:
            lines += ["", *block] if lines else block
    return lines


def _paragraphs_for_loose_text(nodes: Sequence[Json]) -> Iterator[Json]:
    for loose, run in groupby(nodes, is_inline):
        if loose:
            yield {"type": "paragraph", "content": list(run)}
        else:
            yield from run


def _block(node: Json, alternate: bool) -> Lines:
    kind = node["type"]
    content: list[Json] = node.get("content", [])
    if _is_aligned(node):
        return html_lines(node)
    if kind == "paragraph":
        return (write_inline(content) or _EMPTY_PARAGRAPH).split("\n")
    if kind == "heading":
        return [_heading(node, content)]
    if kind in _LISTS:
        return _list(node, content, alternate)
    if kind in ("blockquote", "callout"):
        return [f"> {line}" if line else ">" for line in _quoted(node, content)]
    if kind == "codeBlock":
        return _code_block(node, content)
    if kind == "horizontalRule":
        return [_RULE]
    if kind == "image":
        return _image(node)
    if kind == "blockMath":
        return _block_math(node)
    if kind == "table":
        return write_table(node)
    if content:
        return _block({"type": "paragraph", "content": content}, False) if holds_text(node) else _blocks(content)
    label = inline_text([node])
    return write_inline([{"type": "text", "text": label}]).split("\n") if label else []


def _is_aligned(node: Json) -> bool:
    return node["type"] in ("paragraph", "heading") and attribute(node, "textAlign") in ALIGNMENTS


def _is_empty_paragraph(node: Json) -> bool:
    return node["type"] == "paragraph" and not node.get("content") and not _is_aligned(node)


def _quoted(node: Json, content: Sequence[Json]) -> Lines:
    """Return the lines of a quote or callout; the first of a callout names its kind, as GitHub's alerts do."""
    is_nothing = len(content) == 1 and _is_empty_paragraph(content[0])
    lines = [] if is_nothing else _blocks(content)
    if node["type"] == "blockquote":
        return lines or [""]
    kind = attribute(node, "kind")
    sign = f"[!{(kind if isinstance(kind, str) and kind in CALLOUT_KINDS else CALLOUT_KINDS[0]).upper()}]"
    begins_with_text = bool(content) and content[0]["type"] == "paragraph" and not _is_aligned(content[0])
    if not lines or (begins_with_text and content[0].get("content")):
        return [sign, *lines]
    return [sign, "", *lines]


def _image(node: Json) -> Lines:
    """Return an image: with sizes or a caption as HTML."""
    has_more = any(attribute(node, name) for name in ("width", "height", "caption"))
    if not has_more or safe_image_source(attribute(node, "src")) is None:
        return [written] if (written := write_image(node)) else []
    lines = html_lines(node)
    return lines if len(lines) > 1 or not lines[0].startswith("<a ") else [f"<figure>{lines[0]}</figure>"]


def _block_math(node: Json) -> Lines:
    latex = attribute(node, "latex")
    lines = latex.split("\n") if isinstance(latex, str) else []
    is_like_markup = isinstance(latex, str) and LIKE_MARKUP.search(latex) is not None
    if lines and not is_like_markup and all(line.strip() and "$$" not in line and "\r" not in line for line in lines):
        return ["$$", *lines, "$$"]
    return html_lines(node)


def _heading(node: Json, content: Sequence[Json]) -> str:
    level = node.get("attrs", {}).get("level")
    sign = "#" * (min(max(level, 1), _HEADING_MAX) if isinstance(level, int) else 1)
    text = write_inline(content, one_line=True)
    head = text.rstrip("#")
    if head != text and (not head or head[-1].isspace()):
        text = f"{head}\\{text[len(head) :]}"
    return f"{sign} {text}" if text else sign


def _code_block(node: Json, content: Sequence[Json]) -> Lines:
    text = inline_text(content)
    language = node.get("attrs", {}).get("language")
    info = "".join(language.split()) if isinstance(language, str) else ""
    sign = "~" if "`" in info else "`"
    longest = max((len(line.strip()) for line in text.split("\n") if set(line.strip()) == {sign}), default=0)
    fence = sign * max(3, longest + 1)
    return [fence + info, *(text.split("\n") if text else []), fence]


def _list(node: Json, items: Sequence[Json], alternate: bool) -> Lines:
    numbering = attribute(node, "type") if node["type"] == "orderedList" else None
    lines = Hint(numbering=numbering).comment() if isinstance(numbering, str) and numbering in _NUMBERINGS else []
    for index, item in enumerate(items):
        sign = _sign(node, item, index, len(items), alternate)
        blocks: list[Json] = item.get("content", [])
        body = _item(blocks, node["type"] == "taskList")
        if index and not (_is_tight(blocks) and _is_tight(items[index - 1].get("content", []))):
            lines.append("")
        margin = " " * (2 if node["type"] == "taskList" else len(sign) + 1)
        first = f"{sign} {body[0]}" if body and body[0] else sign
        lines += [first, *(margin + line if line else "" for line in body[1:])]
    return lines


def _item(blocks: Sequence[Json], is_task: bool) -> Lines:
    """Return an item's lines; the first stands right behind the sign."""
    if not blocks:
        return []
    first, rest = blocks[0], blocks[1:]
    if first["type"] != "paragraph":
        return ["", *_blocks(blocks)]
    if _is_empty_paragraph(first):
        if not rest:
            return []
        below = _blocks(rest)
        if is_task:
            return ["", "", *below]
        return [_EMPTY_PARAGRAPH, "", *below] if rest[0]["type"] == "paragraph" else ["", *below]
    if rest and _is_tight(blocks) and _may_follow_text(rest[0]) and not _is_aligned(first):
        return [*_block(first, False), *_blocks(rest)]
    return _blocks(blocks)


def _is_tight(blocks: Sequence[Json]) -> bool:
    """Whether an item is a line of text and lists below it, so that no blank line need set it off."""
    return all(block["type"] in _LISTS for block in blocks[1:])


def _may_follow_text(node: Json) -> bool:
    """Whether a list is seen as one on the line after text: it begins with 1 and not with an empty item."""
    if node["type"] == "taskList":
        return True
    items: list[Json] = node.get("content", [])
    first: list[Json] = items[0].get("content", []) if items else []
    has_text = bool(first) and first[0]["type"] == "paragraph" and "content" in first[0]
    return has_text and (node["type"] == "bulletList" or _start(node, len(items)) == 1)


def _sign(node: Json, item: Json, index: int, count: int, alternate: bool) -> str:
    if node["type"] == "orderedList":
        return f"{_start(node, count) + index}{')' if alternate else '.'}"
    bullet = "*" if alternate else "-"
    if node["type"] == "taskList":
        return f"{bullet} [{'x' if item.get('attrs', {}).get('checked') is True else ' '}]"
    return bullet


def _start(node: Json, count: int) -> int:
    start = node.get("attrs", {}).get("start")
    return start if isinstance(start, int) and 0 <= start <= _NUMBER_MAX - count else 1
