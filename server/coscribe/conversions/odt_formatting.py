"""Styles of an OpenDocument text, which pandoc does not read, carried past it within the text.

Before pandoc reads the file, paragraphs and characters whose style says something that a document of ours can say
(alignment, colours, callouts) get a note of it between noncharacters, which no text holds; afterwards the notes become
what pandoc makes of a Word file's named styles. So what understands those understands these.
"""

import re
from collections.abc import Iterator
from typing import Any

from coscribe.content.pandoc_ast import Ast, div, span
from coscribe.content.pandoc_dress import (
    ALIGNMENT_STYLES,
    LIST_CONTINUE,
    SEPARATOR,
    TABLE_HEADING,
    color_style,
    parse_color_style,
)

_CONTENT, _STYLES = "content.xml", "styles.xml"
_ALIGNMENTS = {
    "center": ALIGNMENT_STYLES["center"],
    "right": ALIGNMENT_STYLES["right"],
    "end": ALIGNMENT_STYLES["right"],
    "justify": ALIGNMENT_STYLES["justify"],
}
_ENDS = ("right", "end")
_MODE = "style:writing-mode"
_RULE = "Horizontal Line"
_KEPT = re.compile(
    rf"Callout \w+(?: Title)?|{TABLE_HEADING}|{LIST_CONTINUE}|{SEPARATOR}|{_RULE}|Preformatted Text|Source Code"
)
"""Styles of paragraphs that say what a paragraph is."""
_UNDERLINED = "Underlined"
"""What a note says of underlined text, which pandoc takes for italic, before its colours."""
_HEADING = re.compile(r"Heading ([1-6])\b.*")
_SAYS_NOTHING = frozenset({"mention", "internet link", "visited internet link"})
"""Styles of characters whose colours and lines show what they are."""
_NEARLY_BLACK = 0x40
_PARENTS_MAX = 20

_BEGIN, _BEGUN, _END, _PARAGRAPH, _PARAGRAPH_END = (chr(0xFDD1 + number) for number in range(5))
_NOTES = re.compile(f"[{_BEGIN}-{_PARAGRAPH_END}]")
_INLINE_NOTE = re.compile(f"({_BEGIN}[^{_BEGUN}]*{_BEGUN}|{_END})")
_PARAGRAPH_NOTE = re.compile(f"{_PARAGRAPH}([^{_PARAGRAPH_END}]*){_PARAGRAPH_END}")

_STYLE = re.compile(r"<style:style\b([^>]*?)(?:/>|>(.*?)</style:style>)", re.DOTALL)
_P = re.compile(r"<(text:[ph])\b([^>]*?)(/?)>")
_UNDERLINE = re.compile(r'style:text-underline-style="(?!none")[^"]*"')
_SPAN = re.compile(r"<text:span\b([^>]*?)(/?)>|</text:span>")
_OBJECT = re.compile(r'(<draw:object\b[^>]*xlink:href="[^"]*?)/"')
"""A formula whose folder is named with a slash at the end, as pandoc itself does and does not find it."""
_VALUE = re.compile(r'([\w:-]+)="([^"]*)"')
_LINE = "style:text-underline-style"
_DIGITS = re.compile(r"#([0-9a-fA-F]{6})")


def with_notes(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Return the parts of an OpenDocument file whose text has notes of its styles."""
    content = _NOTES.sub("", parts.get(_CONTENT, b"").decode(errors="replace"))
    styles = _Styles(parts.get(_STYLES, b"").decode(errors="replace"), content)
    content = _P.sub(lambda found: _with_paragraph_note(found, styles), content)
    content = _OBJECT.sub(r'\1"', content)
    content = _UNDERLINE.sub("", "".join(_with_span_notes(content, styles)))
    named = _UNDERLINE.sub("", parts.get(_STYLES, b"").decode(errors="replace"))
    return {**parts, _CONTENT: content.encode(), _STYLES: named.encode()}


def _with_paragraph_note(found: re.Match[str], styles: "_Styles") -> str:
    """Return the beginning of a paragraph; one that is empty is not left out by pandoc once it has a note."""
    note = _note(_PARAGRAPH, styles.paragraph(found[2]), _PARAGRAPH_END)
    if not note:
        return found[0]
    return f"<{found[1]}{found[2]}>{note}" + (f"</{found[1]}>" if found[3] else "")


def _with_span_notes(content: str, styles: "_Styles") -> Iterator[str]:
    open_spans: list[bool] = []
    at = 0
    for found in _SPAN.finditer(content):
        yield content[at : found.start()]
        at = found.end()
        if found[1] is None:
            yield (_END if open_spans and open_spans.pop() else "") + found[0]
        elif found[2]:
            yield found[0]
        else:
            name = styles.characters(found[1])
            open_spans.append(bool(name))
            yield found[0] + _note(_BEGIN, name, _BEGUN)
    yield content[at:]


def _note(begin: str, name: str, end: str) -> str:
    return begin + name.replace(" ", "_") + end if name else ""


class _Styles:
    """The styles of a file by family and name, spaces in it as they are."""

    def __init__(self, *sources: str) -> None:
        self._values: dict[tuple[str, str], dict[str, str]] = {}
        for source in sources:
            for found in _STYLE.finditer(source):
                own = dict(_VALUE.findall(found[1]))
                key = (own.get("style:family", ""), _spaced(own.get("style:name", "")))
                self._values[key] = {**dict(_VALUE.findall(found[2] or "")), **own}

    def paragraph(self, tag: str) -> str:
        """Return the named style that stands for that of a paragraph, "" for none."""
        name = _spaced(dict(_VALUE.findall(tag)).get("text:style-name", ""))
        chain = list(self._chain("paragraph", name))
        if (kept := next((each for each, _ in chain if _KEPT.fullmatch(each)), None)) is not None:
            return kept
        align = next((values["fo:text-align"] for _, values in chain if "fo:text-align" in values), "")
        if align in _ENDS and any(values.get(_MODE) == "rl-tb" for _, values in chain):
            align = ""  # there its lines begin
        heading = next((found for each, _ in chain if (found := _HEADING.fullmatch(each))), None)
        return f"Heading {heading[1]} {_ALIGNMENTS.get(align, '')}".strip() if heading else _ALIGNMENTS.get(align, "")

    def characters(self, tag: str) -> str:
        """Return what a span is beside what pandoc sees: underlined, and the named style for its colours."""
        chain = list(self._chain("text", _spaced(dict(_VALUE.findall(tag)).get("text:style-name", ""))))
        if any(name.lower() in _SAYS_NOTHING for name, _ in chain):
            return ""
        line = next((values[_LINE] for _, values in chain if _LINE in values), "none")
        return f"{_UNDERLINED if line != 'none' else ''} {self._colours(chain)}".strip()

    @staticmethod
    def _colours(chain: "list[tuple[str, dict[str, str]]]") -> str:
        if (own := next((each for each, _ in chain if parse_color_style(each)), None)) is not None:
            return own
        color, background = (
            next((found[1].upper() for _, values in chain if (found := _DIGITS.match(values.get(name, "")))), None)
            for name in ("fo:color", "fo:background-color")
        )
        is_text = color is None or max(bytes.fromhex(color)) <= _NEARLY_BLACK
        return color_style(None if is_text else color, None if background == "FFFFFF" else background)

    def _chain(self, family: str, name: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield a style and those that it is based on."""
        for _ in range(_PARENTS_MAX):
            if not name:
                return
            values = self._values.get((family, name), {})
            yield name, values
            name = _spaced(values.get("style:parent-style-name", ""))


def _spaced(name: str) -> str:
    return name.replace("_20_", " ")


def with_named_styles(value: Any) -> Any:
    """Return a pandoc document, or a part of one, in which notes are named styles."""
    if isinstance(value, dict):
        if value.get("t") in ("Para", "Plain", "Header"):
            return _block(value)
        return {key: with_named_styles(inner) for key, inner in value.items()}
    if isinstance(value, list):
        inner = [with_named_styles(each) for each in value]
        return _inlines(inner) if any(isinstance(each, dict) and each.get("t") == "Str" for each in inner) else inner
    return value


def _block(block: Ast) -> Ast:
    is_header = block["t"] == "Header"
    inlines: list[Ast] = block["c"][2] if is_header else block["c"]
    found = _PARAGRAPH_NOTE.match(inlines[0]["c"]) if inlines and inlines[0]["t"] == "Str" else None
    if found is not None:
        rest = inlines[0]["c"][found.end() :]
        inlines = [{"t": "Str", "c": rest}, *inlines[1:]] if rest else inlines[1:]
    inlines = with_named_styles(inlines)
    name = found[1].replace("_", " ") if found is not None else ""
    if name == _RULE:
        return {"t": "HorizontalRule"}
    if any(inline["t"] not in ("Math", "Space") for inline in inlines):
        inlines = [_in_line(inline) for inline in inlines]
    if is_header or (heading := _HEADING.fullmatch(name)) is not None:
        level, attributes = block["c"][:2] if is_header else (int(heading[1]), ["", [], []])  # type: ignore[index]
        block = {"t": "Header", "c": [level, attributes, inlines]}
    else:
        block = {**block, "c": inlines}
    return div([block], (), [("custom-style", name)]) if name else block


def _in_line(inline: Ast) -> Ast:
    """Return a formula among words as one; pandoc takes all that an OpenDocument holds for displayed ones."""
    return {"t": "Math", "c": [{"t": "InlineMath"}, inline["c"][1]]} if inline["t"] == "Math" else inline


def _inlines(inlines: list[Ast]) -> list[Ast]:
    """Return a line in which what stands between two notes is a span."""
    open_spans: list[tuple[str, list[Ast]]] = [("", [])]

    def close() -> None:
        name, inner = open_spans.pop()
        classes = ["underline"] if name.startswith(_UNDERLINED) else []
        colours = name.removeprefix(_UNDERLINED).strip()
        open_spans[-1][1].append(span(inner, classes, [("custom-style", colours)] if colours else ()))

    for inline in inlines:
        if inline["t"] != "Str":
            open_spans[-1][1].append(inline)
            continue
        for part in filter(None, _INLINE_NOTE.split(inline["c"])):
            if part.startswith(_BEGIN):
                open_spans.append((part[1:-1].replace("_", " "), []))
            elif part != _END:
                open_spans[-1][1].append({"t": "Str", "c": part})
            elif len(open_spans) > 1:
                close()
    while len(open_spans) > 1:
        close()
    return open_spans[0][1]
