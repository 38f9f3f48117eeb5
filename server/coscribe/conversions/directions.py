"""Paragraphs that run from right to left, in Word and OpenDocument files: pandoc writes all as running from the left.

A paragraph runs as its first letter that runs one way does, as in the editor; code never does. In a Word file the left
of such a paragraph is where its lines begin, so what is aligned to a side is turned round; an OpenDocument names sides.
"""

import html
import io
import re
import zipfile
from collections.abc import Callable

from coscribe.content.leaves import way_of
from coscribe.content.pandoc_dress import ALIGNMENT_STYLES

_RUNNING_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
"""Where the letters are that run to the left: a file without any stays as it is."""
_TAG = re.compile(r"<[^>]*>")

_W_PARAGRAPH = re.compile(r"<w:p(?: [^>/]*)?>(?:\s*<w:pPr>(?P<properties>.*?)</w:pPr>)?(?P<rest>.*?)</w:p>", re.DOTALL)
_W_TEXT = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_W_RUN = re.compile(r"<w:r(?: [^>/]*)?>(?:\s*<w:rPr>(?P<properties>.*?)</w:rPr>)?(?P<rest>.*?)</w:r>", re.DOTALL)
_W_CODE = re.compile(r'<w:pStyle w:val="SourceCode"\s*/>')
_W_RIGHT = re.compile(rf'<w:pStyle w:val="[^"]*{ALIGNMENT_STYLES["right"].replace("-", "")}"\s*/>')
_W_JC = re.compile(r'<w:jc w:val="(left|right)"\s*/>')
_W_AFTER_BIDI = re.compile(
    r"<w:(?:adjustRightInd|snapToGrid|spacing|ind|contextualSpacing|mirrorIndents|suppressOverlap|jc|textDirection"
    r"|textAlignment|textboxTightWrap|outlineLvl|divId|cnfStyle|rPr|sectPr|pPrChange)\b"
)
_W_AFTER_JC = re.compile(
    r"<w:(?:textDirection|textAlignment|textboxTightWrap|outlineLvl|divId|cnfStyle|rPr|sectPr|pPrChange)\b"
)
_W_AFTER_RTL = re.compile(r"<w:(?:cs|em|lang|eastAsianLayout|specVanish|oMath|rPrChange)\b")
_W_PROPERTIES = re.compile(rb"<w:pPr>.*?</w:pPr>", re.DOTALL)
_W_BIDI = re.compile(rb"<w:bidi\s*/>")
_W_SIDE = re.compile(rb'(<w:jc w:val=")(left|start|right|end)(")')
_TURNED = {b"left": b"right", b"start": b"right", b"right": b"left", b"end": b"left"}

_O_PARAGRAPH = re.compile(r"<text:[ph]\b[^>]*?(/?)>")
_O_NAME = re.compile(r'\btext:style-name="([^"]*)"')
_O_STYLE = re.compile(r"<style:style\b[^>]*?(?:/>|>.*?</style:style>)", re.DOTALL)
_O_STYLE_NAME = re.compile(r'\bstyle:name="([^"]*)"')
_O_PROPERTIES = re.compile(r"<style:paragraph-properties\b([^>]*?)(/?)>")
_O_ALIGN = re.compile(r'\s*\bfo:text-align="([^"]*)"')
_O_LOOK = re.compile(r"<style:text-properties\b[^>]*?/>")
_O_CENTRED = re.compile(
    rf'style:parent-style-name="[^"]*(?:{ALIGNMENT_STYLES["center"]}|{ALIGNMENT_STYLES["justify"]})"'
)
_O_CODE = re.compile(r'"(?:Preformatted_20_Text|Source_20_Code)"')
_O_STYLES_END = "</office:automatic-styles>"
_O_SIDES = {"start": "left", "end": "right"}


def with_directions(body: bytes, format: str) -> bytes:
    """Return a Word or OpenDocument file whose paragraphs run the way of their text."""
    part, turn = _PARTS[format]
    with zipfile.ZipFile(io.BytesIO(body)) as source:
        text = source.read(part).decode()
        if _RUNNING_LEFT.search(text) is None:
            return body
        turned, packed = turn(text).encode(), io.BytesIO()
        with zipfile.ZipFile(packed, "w") as target:
            for entry in source.infolist():  # in their order: an OpenDocument begins with its media type
                content = turned if entry.filename == part else source.read(entry)
                target.writestr(entry, content, compress_type=entry.compress_type)
    return packed.getvalue()


def with_sides(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Return the parts of a Word file in which left and right are what one sees, in every paragraph."""
    document = parts.get("word/document.xml", b"")
    if b"<w:bidi" not in document:
        return parts
    return {**parts, "word/document.xml": _W_PROPERTIES.sub(_with_seen_side, document)}


def _with_seen_side(found: re.Match[bytes]) -> bytes:
    if _W_BIDI.search(found[0]) is None:
        return found[0]
    return _W_SIDE.sub(lambda side: side[1] + _TURNED[side[2]] + side[3], found[0])


def _word(document: str) -> str:
    return _W_PARAGRAPH.sub(_word_paragraph, document)


def _word_paragraph(found: re.Match[str]) -> str:
    properties = found["properties"] or ""
    if _W_CODE.search(properties) or not way_of(html.unescape("".join(_W_TEXT.findall(found["rest"])))):
        return found[0]
    start = found[0][: found[0].index(">") + 1]
    return f"{start}<w:pPr>{_with_bidi(properties)}</w:pPr>{_W_RUN.sub(_word_run, found['rest'])}</w:p>"


def _with_bidi(properties: str) -> str:
    own = _W_JC.search(properties)
    if own is not None:
        side = "left" if own[1] == "right" else "right"
        properties = properties[: own.start(1)] + side + properties[own.end(1) :]
    elif _W_RIGHT.search(properties):
        properties = _put(properties, '<w:jc w:val="left"/>', _W_AFTER_JC)
    return _put(properties, "<w:bidi/>", _W_AFTER_BIDI)


def _word_run(found: re.Match[str]) -> str:
    """Return a run that runs to the left, unless its letters do not: spaces and signs between words go with them."""
    text = "".join(_W_TEXT.findall(found["rest"]))
    if not text or way_of(html.unescape(text)) is False:
        return found[0]
    start = found[0][: found[0].index(">") + 1]
    properties = _put(found["properties"] or "", "<w:rtl/>", _W_AFTER_RTL)
    return f"{start}<w:rPr>{properties}</w:rPr>{found['rest']}</w:r>"


def _put(properties: str, added: str, before: re.Pattern[str]) -> str:
    """Put a property where the order of the format has it: in front of what comes after it."""
    following = before.search(properties)
    at = len(properties) if following is None else following.start()
    return properties[:at] + added + properties[at:]


def _open_document(content: str) -> str:
    styles = _Styles(content)
    pieces: list[str] = []
    at = 0
    tags = [*_O_PARAGRAPH.finditer(content)]
    ends = [*(tag.start() for tag in tags[1:]), len(content)]
    for tag, end in zip(tags, ends, strict=True):
        text = "" if tag[1] else content[tag.end() : end].partition(f"</{tag[0][1:7]}>")[0]
        if not way_of(html.unescape(_TAG.sub("", text))):
            continue
        pieces += content[at : tag.start()], styles.turned(tag[0])
        at = tag.end()
    pieces.append(content[at:])
    return "".join(pieces).replace(_O_STYLES_END, "".join(styles.added.values()) + _O_STYLES_END, 1)


class _Styles:
    """Gives paragraphs styles like theirs that run to the left, and remembers which."""

    def __init__(self, content: str) -> None:
        self._own = {
            name[1]: found[0] for found in _O_STYLE.finditer(content) if (name := _O_STYLE_NAME.search(found[0]))
        }
        self.added: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def turned(self, tag: str) -> str:
        """Return the beginning of a paragraph with such a style; that of code stays as it is."""
        found = _O_NAME.search(tag)
        name = found[1] if found is not None else "Standard"
        parent = name.replace(" ", "_20_")
        own = self._own.get(
            name, f'<style:style style:name="" style:family="paragraph" style:parent-style-name="{parent}"/>'
        )
        if _O_CODE.search(own):
            return tag
        if name not in self._names:
            self._names[name] = f"RTL{len(self._names) + 1}"
            self.added[name] = self._made(self._names[name], own)
        told = f'text:style-name="{self._names[name]}"'
        return _O_NAME.sub(told, tag) if found is not None else tag.replace(">", f" {told}>", 1)

    @staticmethod
    def _made(name: str, like: str) -> str:
        """Make a style: of one that stands in the text's own part a copy, as only others can be inherited from."""
        start = _O_STYLE_NAME.sub(f'style:name="{name}"', like[: like.index(">")].rstrip("/ "), count=1)
        look = _O_PROPERTIES.search(like)
        given = look[1] if look is not None else ""
        align = _O_ALIGN.search(given)
        side = "right" if align is None else _O_SIDES.get(align[1], align[1])
        said = "" if align is None and _O_CENTRED.search(start) else f' fo:text-align="{side}"'
        properties = f'<style:paragraph-properties{_O_ALIGN.sub("", given)}{said} style:writing-mode="rl-tb"/>'
        others = "".join(_O_LOOK.findall(like))
        return f"{start}>{properties}{others}</style:style>"


_PARTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "docx": ("word/document.xml", _word),
    "odt": ("content.xml", _open_document),
}
