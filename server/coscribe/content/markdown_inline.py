"""A paragraph's text and marks as Markdown that reads back as the same text and marks.

Delimiters (`**`, `*`, `~~`) only work where CommonMark's flanking rules let them: whitespace at the edge of a mark is
moved out of it, and where it is still uncertain (punctuation inside, letters outside, marks that touch) the result is
read back, and written with HTML tags if it reads differently. Marks without a sign in Markdown are always tags.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from urllib.parse import quote

from coscribe.content.colors import safe_color
from coscribe.content.html_inline import MARK_TAGS, attribute, math_open_tag, mention_open_tag, open_tag
from coscribe.content.input import merge_text
from coscribe.content.links import safe_href, safe_image_source
from coscribe.content.markdown_parser import is_inline_math
from coscribe.content.markdown_text import MENTION, SIGNS, from_inline_markdown
from coscribe.content.schema import Json
from coscribe.content.spans import Span, group
from coscribe.content.text import inline_text

_SPACE = " \t"
_BACKSLASH = r"\\\g<0>"
_DELIMITERS = {"bold": "**", "italic": "*", "strike": "~~"}
_COLORED = frozenset({"textStyle", "highlight"})
_ELEMENTS = frozenset({"hardBreak", "image", "mention", "inlineMath"})

_BREAK_TAG = "<br>"

_SPECIAL = r"[\\`*~\[]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?[0-9A-Za-z]{1,32};)"
_SPECIALS = {  # whether in a link, and whether a dollar may begin or end a formula
    (in_link, dollars): re.compile(_SPECIAL + r"|\]" * in_link + r"|\$" * dollars)
    for in_link in (False, True)
    for dollars in (False, True)
}
_SPECIAL_AT_LINE_START = re.compile(r"#{1,6}(?=\s|$)|[-+](?=\s|$)|>|=+\s*$|:?-[-:|\s]*$|\|")
_NUMBER_AT_LINE_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_SPECIAL_IN_ADDRESS = re.compile(r"[\\<>]|&(?=#?[0-9A-Za-z]{1,32};)")
_SPECIAL_IN_TITLE = re.compile(r'[\\"]|&(?=#?[0-9A-Za-z]{1,32};)')
_NEEDS_BRACKETS = re.compile(r"[\s()<>\x00-\x1f\x7f]")
_AUTOLINK = re.compile(r"https?:[^<>\x00-\x20\x7f]*")
_BACKTICKS = re.compile(r"`+")
_LINE_ENDS = re.compile(r"[\r\n]+")
LIKE_MARKUP = re.compile(r"<(?:[!?]|/?[A-Za-z][^<]*[>\"'])|^\s*<[A-Za-z/]|\]\(", re.MULTILINE)
"""A formula that a program which knows no formulas would take for HTML or a link, and might run."""
_PLAIN_IN_ID = "@:.,;+!~$=*'-_/?#"


def write_inline(nodes: Sequence[Json], *, one_line: bool = False) -> str:
    """Return a paragraph's Markdown, without anything that would make it another kind of block.

    one_line: write hard breaks as tags, for headings and table cells.
    """
    prepared = _prepare(nodes)
    pieces = group(prepared, MARK_TAGS)
    writer = _Writer(one_line, _has_dollars(prepared))
    text = writer.write(pieces)
    if not _is_certain(pieces) and not _reads_back(text, pieces):
        writer.tags = True
        text = writer.write(pieces)
    return "\n".join(map(_escape_line_start, text.split("\n")))


def _prepare(nodes: Sequence[Json]) -> list[Json]:
    """Leave out what Markdown cannot say: line ends in text, space at the edges of lines and of emphasis."""
    result: list[Json] = []
    for node in nodes:
        if node["type"] in _ELEMENTS:
            result.append(node)
            continue
        text = node["text"] if node["type"] == "text" else inline_text([node])
        marks = [mark for mark in map(_simple_mark, node.get("marks", [])) if mark is not None]
        text = _LINE_ENDS.sub(" ", text).replace("\0", "\ufffd")
        result.append({"type": "text", "text": text, "marks": marks} if marks else {"type": "text", "text": text})
    result = _trim_lines(merge_text(result))
    for name in _DELIMITERS:
        result = _move_space_out(result, name)
    return merge_text(result)


def _simple_mark(mark: Json) -> Json | None:
    """Return what Markdown and its HTML can say of a mark, or None for nothing."""
    kind = mark["type"]
    attributes: Json = mark.get("attrs", {})
    if kind in _COLORED:
        color = safe_color(attributes.get("color"))
        if color is None:
            return {"type": kind} if kind == "highlight" else None
        return {"type": kind, "attrs": {"color": color}}
    if kind != "link":
        return {"type": kind} if kind in MARK_TAGS else None
    href, title = safe_href(attributes.get("href")), attributes.get("title")
    title = _LINE_ENDS.sub(" ", title) if isinstance(title, str) and title else None
    return {"type": "link", "attrs": {"href": href, "title": title}} if href else None


def _has_dollars(nodes: Sequence[Json]) -> bool:
    """Whether a dollar in the text may be taken for the beginning or end of a formula."""
    if any(node["type"] == "inlineMath" for node in nodes):
        return True
    said = (each for node in nodes for each in (node.get("text"), node.get("attrs"), node.get("marks")))
    return sum(str(each).count("$") for each in said if each) > 1


def _trim_lines(nodes: list[Json]) -> list[Json]:
    result: list[Json] = []
    for node in nodes:
        if node["type"] == "hardBreak":
            _trim_end(result)
        elif node["type"] == "text" and not _is_code(node) and (not result or result[-1]["type"] == "hardBreak"):
            node = {**node, "text": node["text"].lstrip(_SPACE)}
            if not node["text"]:
                continue
        result.append(node)
    _trim_end(result)
    return result


def _trim_end(nodes: list[Json]) -> None:
    while nodes and nodes[-1]["type"] == "text" and not _is_code(nodes[-1]):
        text = nodes[-1]["text"].rstrip(_SPACE)
        if text:
            nodes[-1] = {**nodes[-1], "text": text}
            return
        nodes.pop()


def _is_code(node: Json) -> bool:
    return any(mark["type"] == "code" for mark in node.get("marks", ()))


def _move_space_out(nodes: list[Json], name: str) -> list[Json]:
    """Take a mark off the spaces that the text it covers begins and ends with."""
    result: list[Json] = []
    for marked, run in groupby(nodes, lambda node: any(mark["type"] == name for mark in node.get("marks", ()))):
        nodes_of_run = list(run)
        if not marked:
            result += nodes_of_run
            continue
        before, nodes_of_run = _split_space(nodes_of_run, name, at_end=False)
        after, nodes_of_run = _split_space(nodes_of_run, name, at_end=True)
        result += [*before, *nodes_of_run, *after]
    return result


def _split_space(nodes: list[Json], name: str, *, at_end: bool) -> tuple[list[Json], list[Json]]:
    spaces: list[Json] = []
    nodes = nodes[::-1] if at_end else nodes
    while nodes and nodes[0]["type"] == "text" and not _is_code(nodes[0]):
        text: str = nodes[0]["text"]
        inner = text.rstrip() if at_end else text.lstrip()
        if inner == text:
            break
        space = text[len(inner) :] if at_end else text[: len(text) - len(inner)]
        marks = [mark for mark in nodes[0]["marks"] if mark["type"] != name]
        spaces.append({"type": "text", "text": space, "marks": marks} if marks else {"type": "text", "text": space})
        nodes = [{**nodes[0], "text": inner}, *nodes[1:]] if inner else nodes[1:]
    return (spaces[::-1], nodes[::-1]) if at_end else (spaces, nodes)


def _is_certain(pieces: Sequence[Span | Json]) -> bool:
    """Whether delimiters around these pieces surely work: each alone, around letters or digits."""
    for index, piece in enumerate(pieces):
        if not isinstance(piece, Span):
            continue
        kind = piece.mark["type"]
        if kind in _DELIMITERS:
            first, last = piece.children[0], piece.children[-1]
            beside = [*pieces[max(index - 1, 0) : index], *pieces[index + 1 : index + 2]]
            if any(isinstance(other, Span) for other in (*piece.children, *beside)):
                return False
            if not (_text_of(first)[:1].isalnum() and _text_of(last)[-1:].isalnum()):
                return False
        elif kind == "code":
            if any(isinstance(child, Span) for child in piece.children):
                return False
        elif not _is_certain(piece.children):
            return False
    return True


def _text_of(piece: Span | Json) -> str:
    return str(piece.get("text", "")) if isinstance(piece, dict) else ""


def _reads_back(text: str, pieces: Sequence[Span | Json]) -> bool:
    return merge_text(map(_comparable, from_inline_markdown(text))) == merge_text(
        map(_comparable, _flatten(pieces, ()))
    )


def _flatten(pieces: Sequence[Span | Json], marks: tuple[Json, ...]) -> Iterator[Json]:
    for piece in pieces:
        if isinstance(piece, Span):
            yield from _flatten(piece.children, (*marks, piece.mark))
        else:
            yield {**piece, "marks": list(marks)} if marks and piece["type"] == "text" else piece


def _comparable(node: Json) -> Json:
    """Return a node without what the two sides may say differently: the order of marks, how a mention is written."""
    if node["type"] in ("mention", "image"):
        return {"type": node["type"]}
    marks = [mark for mark in map(_simple_mark, node.get("marks", ())) if mark is not None]
    node = {key: value for key, value in node.items() if key != "marks"}
    return {**node, "marks": sorted(marks, key=lambda mark: str(mark["type"]))} if marks else node


class _Writer:
    """Writes the pieces of one line. tags: emphasis, code and formulas as HTML, where signs do not read back."""

    def __init__(self, one_line: bool, dollars: bool) -> None:
        self.tags = False
        self._one_line = one_line
        self._dollars = dollars

    def write(self, pieces: Sequence[Span | Json], in_link: bool = False) -> str:
        out = ""
        for index, piece in enumerate(pieces):
            if isinstance(piece, Span):
                written = self._span(piece, in_link)
            elif piece["type"] == "text":
                written = self._escape(piece["text"], in_link)
            elif piece["type"] == "hardBreak":
                is_last = index == len(pieces) - 1  # the last one shows nothing
                written = 2 * _BREAK_TAG if is_last else _BREAK_TAG if self._one_line else "\\\n"
            else:
                beside = out[-1:] + _text_of(pieces[index + 1] if index + 1 < len(pieces) else {})[:1]
                written = self._element(piece, beside)
            if written.startswith("[") and out.endswith("!"):
                out = out[:-1] + "\\!"
            out += written
        return out

    def _span(self, span: Span, in_link: bool) -> str:
        kind = span.mark["type"]
        if kind == "code" and not self.tags:
            return _write_code("".join(map(_text_of, span.children)))
        inner = self.write(span.children, in_link or kind == "link")
        if kind == "link":
            return _write_link(span, inner)
        if kind in _DELIMITERS and not self.tags:
            return _DELIMITERS[kind] + inner + _DELIMITERS[kind]
        return f"{open_tag(span.mark)}{inner}</{MARK_TAGS[kind]}>"

    def _element(self, node: Json, beside: str) -> str:
        """Write a node that is no text; `beside` are the characters before and behind it."""
        kind = node["type"]
        if kind == "inlineMath":
            latex = str(attribute(node, "latex") or "")
            is_line = not (_LINE_ENDS.search(latex) or LIKE_MARKUP.search(latex))
            if is_line and is_inline_math(f"${latex}$") and not any(map(str.isalnum, beside)):
                return f"${latex}$"
            return f"{math_open_tag(node, 'span', 'inline-math')}{self._escape(latex, False)}</span>"
        if kind == "mention":
            return self._mention(node)
        return write_image(node)

    def _mention(self, node: Json) -> str:
        id, label, sign = (attribute(node, name) for name in ("id", "label", "mentionSuggestionChar"))
        if isinstance(id, str) and id and isinstance(label, str) and _is_plain(label) and sign in SIGNS:
            return f"[{sign}{self._escape(label, True)}]({MENTION}{quote(id, safe=_PLAIN_IN_ID)})"
        return f"{mention_open_tag(node)}{self._escape(inline_text([node]), False)}</span>"

    def _escape(self, text: str, in_link: bool) -> str:
        return _escape(_LINE_ENDS.sub(" ", text), in_link, self._dollars)


def _is_plain(label: str) -> bool:
    return label != "" and label == " ".join(label.split())


def write_image(image: Json) -> str:
    """Return an image as Markdown, with its description, its title and what it links to."""
    attributes: Json = image.get("attrs", {})
    source, href = safe_image_source(attributes.get("src")), safe_href(attributes.get("href"))
    label, title = attributes.get("alt"), attributes.get("title")
    label = _escape(_LINE_ENDS.sub(" ", label), True, True) if isinstance(label, str) else ""
    if source is None and attributes.get("src"):
        return label or _escape(_LINE_ENDS.sub(" ", inline_text([image])), True, True)
    title = _LINE_ENDS.sub(" ", title) if isinstance(title, str) else None
    written = f"![{label}]({_address(source or '', title)})"
    return f"[{written}]({_address(href, None)})" if href and source else written


def _write_code(text: str) -> str:
    runs = {len(run) for run in _BACKTICKS.findall(text)}
    fence = "`" * next(size for size in range(1, len(runs) + 2) if size not in runs)
    pad = " " if text[0] == "`" or text[-1] == "`" or (text[0] == text[-1] == " " and text.strip(" ")) else ""
    return fence + pad + text + pad + fence


def _write_link(span: Span, inner: str) -> str:
    href, title = span.mark["attrs"]["href"], span.mark["attrs"]["title"]
    is_bare = [_text_of(child) for child in span.children] == [href] and title is None
    if is_bare and _AUTOLINK.fullmatch(href):
        return f"<{href}>"
    return f"[{inner}]({_address(href, title)})"


def _address(address: str, title: str | None) -> str:
    escaped = _SPECIAL_IN_ADDRESS.sub(_BACKSLASH, address)
    if _NEEDS_BRACKETS.search(address) or (title and not address):
        escaped = f"<{escaped}>"
    return f'{escaped} "{_SPECIAL_IN_TITLE.sub(_BACKSLASH, title)}"' if title else escaped


def _escape(text: str, in_link: bool, dollars: bool) -> str:
    return _SPECIALS[in_link, dollars].sub(_BACKSLASH, text)


def _escape_line_start(line: str) -> str:
    if not line:
        return line
    if (number := _NUMBER_AT_LINE_START.match(line)) is not None:
        line = f"{number[1]}\\{line[number.end(1) :]}"
    elif _SPECIAL_AT_LINE_START.match(line):
        line = "\\" + line
    if line[0].isspace():
        line = f"&#{ord(line[0])};{line[1:]}"
    if line[-1].isspace():
        line = f"{line[:-1]}&#{ord(line[-1])};"
    return line
