"""Colours and alignment that somebody set by hand in Word, as named styles, which is all that pandoc reads.

A paragraph that is centred gets a style "… Centered" that is based on the one it had, a coloured run one named
"Color C00000": the same names as in our own exports. What a paragraph or run has otherwise stays as it was.
"""

import re
from collections.abc import Iterable

from coscribe.content.pandoc_dress import ALIGNMENT_STYLES, color_style

_DOCUMENT, _STYLES = "word/document.xml", "word/styles.xml"
_ALIGNMENTS = {
    b"center": ALIGNMENT_STYLES["center"],
    b"right": ALIGNMENT_STYLES["right"],
    b"end": ALIGNMENT_STYLES["right"],
    b"both": ALIGNMENT_STYLES["justify"],
}
_HIGHLIGHTS = {
    b"green": "00FF00",
    b"cyan": "00FFFF",
    b"magenta": "FF00FF",
    b"blue": "0000FF",
    b"red": "FF0000",
    b"darkBlue": "000080",
    b"darkCyan": "008080",
    b"darkGreen": "008000",
    b"darkMagenta": "800080",
    b"darkRed": "800000",
    b"darkYellow": "808000",
    b"darkGray": "808080",
    b"lightGray": "C0C0C0",
}
"""Word's names; yellow is not among them: pandoc reads a highlight without its colour, and ours is yellow."""
_NAMED_BY_PANDOC = frozenset({b"title", b"subtitle", b"author", b"date", b"abstract"})
_NEARLY_BLACK = 0x40

_OLD_FORMATTING = re.compile(rb"<w:(pPrChange|rPrChange)\b.*?</w:\1>", re.DOTALL)
_PARAGRAPH = re.compile(rb"<w:p(?:\s[^>]*)?>(?!</w:p>)(?:\s*<w:pPr>(.*?)</w:pPr>)?", re.DOTALL)
_RUN = re.compile(rb"(<w:r(?:\s[^>]*)?>\s*<w:rPr>)(.*?)(</w:rPr>)", re.DOTALL)
_STYLE = re.compile(rb'<w:style\b[^>]*w:type="paragraph"[^>]*>.*?</w:style>', re.DOTALL)
_STYLE_ID = re.compile(rb'w:styleId="([^"]+)"')
_P_STYLE = re.compile(rb'<w:pStyle w:val="([^"]+)"\s*/>')
_JC = re.compile(rb'<w:jc w:val="(\w+)"\s*/>')
_NAME = re.compile(rb'<w:name w:val="([^"]+)"\s*/>')
_BASED_ON = re.compile(rb'<w:basedOn w:val="([^"]+)"\s*/>')
_COLOR = re.compile(rb'<w:color\b[^>]*w:val="([0-9A-Fa-f]{6})"[^>]*/>')
_SHADE = re.compile(rb'<w:shd\b[^>]*w:fill="([0-9A-Fa-f]{6})"[^>]*/>')
_HIGHLIGHT = re.compile(rb'<w:highlight w:val="(\w+)"\s*/>')


def with_styles(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Return the parts of a Word file in which formatting by hand is named styles."""
    document, styles = parts.get(_DOCUMENT), parts.get(_STYLES)
    if document is None or styles is None:
        return parts
    styled = _Styled(styles)
    document = _OLD_FORMATTING.sub(b"", document)
    document = _PARAGRAPH.sub(styled.paragraph, document)
    document = _RUN.sub(styled.run, document)
    added = b"".join(styled.added())
    return {**parts, _DOCUMENT: document, _STYLES: styles.replace(b"</w:styles>", added + b"</w:styles>")}


class _Styled:
    """Gives paragraphs and runs styles, and remembers which."""

    def __init__(self, styles: bytes) -> None:
        self._names: dict[bytes, bytes] = {}
        self._bases: dict[bytes, bytes] = {}
        self._own: dict[bytes, bytes] = {}
        self._default = b""
        for found in _STYLE.finditer(styles):
            style = found[0]
            if (id := _STYLE_ID.search(style)) is None:
                continue
            for pattern, table in ((_NAME, self._names), (_BASED_ON, self._bases), (_JC, self._own)):
                if (value := pattern.search(style)) is not None:
                    table[id[1]] = value[1]
            if b'w:default="1"' in style[: style.find(b">")]:
                self._default = id[1]
        self._paragraphs: dict[bytes, tuple[bytes, str]] = {}
        self._runs: set[str] = set()

    def paragraph(self, found: re.Match[bytes]) -> bytes:
        """Return the beginning of a paragraph, with an aligned style if it is aligned."""
        properties = found[1] or b""
        given = _P_STYLE.search(properties)
        base = given[1] if given is not None else self._default
        own = _JC.search(properties)
        alignment = _ALIGNMENTS.get(own[1] if own is not None else self._inherited(base))
        name = self._names.get(base, b"")
        if alignment is None or name.lower() in _NAMED_BY_PANDOC or name.endswith(alignment.encode()):
            return found[0]
        id = base + b"-" + alignment.encode()
        self._paragraphs[id] = (base, alignment)
        style = b'<w:pStyle w:val="%b"/>' % id
        start = found[0][: found[0].index(b">") + 1]
        return start + b"<w:pPr>" + style + _P_STYLE.sub(b"", properties) + b"</w:pPr>"

    def _inherited(self, style: bytes) -> bytes:
        for _ in range(20):
            if style in self._own:
                return self._own[style]
            style = self._bases.get(style, b"")
        return b""

    def run(self, found: re.Match[bytes]) -> bytes:
        """Return the properties of a run, with a coloured style if it has colours and no style."""
        properties = found[2]
        if b"<w:rStyle" in properties:
            return found[0]
        color, background = _text_color(properties), _background(properties)
        if not color and not background:
            return found[0]
        name = color_style(color, background)
        self._runs.add(name)
        rest = _HIGHLIGHT.sub(b"", properties) if background else properties
        return found[1] + b'<w:rStyle w:val="%b"/>' % _id(name) + rest + found[3]

    def added(self) -> Iterable[bytes]:
        """Return the styles that were given."""
        for id, (base, alignment) in self._paragraphs.items():
            name = self._names.get(base, base) + b" " + alignment.encode()
            based = b'<w:basedOn w:val="%b"/>' % base if base else b""
            yield (
                b'<w:style w:type="paragraph" w:customStyle="1" w:styleId="%b"><w:name w:val="%b"/>%b</w:style>'
                % (id, name, based)
            )
        for color in self._runs:
            yield (
                b'<w:style w:type="character" w:customStyle="1" w:styleId="%b"><w:name w:val="%b"/></w:style>'
                % (_id(color), color.encode())
            )


def _text_color(properties: bytes) -> str | None:
    """Return a colour that somebody chose; nearly black is what text has anyway."""
    found = _COLOR.search(properties)
    if found is None:
        return None
    digits = found[1].decode().upper()
    return digits if max(bytes.fromhex(digits)) > _NEARLY_BLACK else None


def _background(properties: bytes) -> str | None:
    if (found := _HIGHLIGHT.search(properties)) is not None:
        return _HIGHLIGHTS.get(found[1])
    found = _SHADE.search(properties)
    return found[1].decode().upper() if found is not None and found[1].upper() != b"FFFFFF" else None


def _id(name: str) -> bytes:
    return b"Coscribe" + name.replace(" ", "").encode()
