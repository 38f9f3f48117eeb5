"""How a Word document looks: pandoc's reference document with our styles in it.

The styles that a document needs beside the usual ones (a colour, a callout, a centred heading) are added for it by
their names, which are those that `OfficeDress` gives and that reading a file back understands.
"""

import re
from functools import cache

from coscribe.content.pandoc_dress import ALIGNMENT_STYLES, LIST_CONTINUE, SEPARATOR, TABLE_HEADING, parse_color_style
from coscribe.conversions.reference_document import parts_of, with_styles

_TEXT, _MUTED, _LINE, _CODE_FILL = "1C1917", "57534E", "BFBFBF", "F3F4F6"
_MONO = '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/>'
_SANS = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri" w:eastAsia="Calibri"/>'
_HEADING_SIZES = (32, 26, 23, 22, 21, 21)  # half points
_JUSTIFICATION = {"center": "center", "right": "right", "justify": "both"}
CALLOUT_COLORS = {
    "Note": ("2563EB", "EFF6FF"),
    "Tip": ("15803D", "F0FDF4"),
    "Important": ("7C3AED", "F5F3FF"),
    "Warning": ("B45309", "FFFBEB"),
    "Caution": ("B91C1C", "FEF2F2"),
}
_ALIGNMENTS = {name: _JUSTIFICATION[key] for key, name in ALIGNMENT_STYLES.items()}
_SECTION = (
    '<w:sectPr><w:footnotePr><w:numRestart w:val="eachSect"/></w:footnotePr>'
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1361" w:right="1417" w:bottom="1417" w:left="1417" w:header="708" w:footer="708" w:gutter="0"/>'
    "</w:sectPr>"
)
_STYLE = re.compile(rb'<w:style\b[^>]*?w:styleId="([^"]+)".*?</w:style>', re.DOTALL)
_DEFAULTS = re.compile(rb"<w:docDefaults>.*?</w:docDefaults>", re.DOTALL)


def reference(used: frozenset[str]) -> bytes:
    """Return a reference document with the usual styles and those that are used."""
    return with_styles(_base(), "word/styles.xml", b"</w:styles>", map(_named, sorted(used)))


@cache
def _base() -> dict[str, bytes]:
    files = parts_of("docx")
    files["word/document.xml"] = re.sub(
        rb"<w:sectPr>.*?</w:sectPr>", _SECTION.encode(), files["word/document.xml"], flags=re.DOTALL
    )
    files["word/styles.xml"] = _with_usual_styles(files["word/styles.xml"])
    return files


def _with_usual_styles(styles: bytes) -> bytes:
    usual = {id.encode(): style.encode() for id, style in _usual().items()}
    styles = _DEFAULTS.sub(_doc_defaults().encode(), styles)
    styles = _STYLE.sub(lambda found: usual.pop(found[1], found[0]), styles)
    return styles.replace(b"</w:styles>", b"".join(usual.values()) + b"</w:styles>")


def _doc_defaults() -> str:
    return (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{_SANS}<w:color w:val="{_TEXT}"/><w:sz w:val="22"/><w:szCs w:val="22"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
        '<w:spacing w:after="140" w:line="271" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    )


def _usual() -> dict[str, str]:
    """Return the styles that every document has, by their id, where ours differ from pandoc's."""
    body = '<w:spacing w:before="0" w:after="140"/>'
    code = _paragraph(
        _shaded(_LINE, _CODE_FILL, left_only=False),
        '<w:spacing w:before="160" w:after="200" w:line="252" w:lineRule="auto"/>',
    )
    quote = _paragraph(
        f'<w:pBdr><w:left w:val="single" w:sz="18" w:space="10" w:color="{_LINE}"/></w:pBdr>',
        '<w:spacing w:before="100" w:after="140"/><w:ind w:left="284"/>',
    )
    styles = [
        _style("paragraph", "BodyText", "Body Text", "Normal", _paragraph(body), custom=False),
        _style("paragraph", "Compact", "Compact", "BodyText", _paragraph('<w:spacing w:before="20" w:after="20"/>')),
        _style(
            *("paragraph", "Title", "Title", "Normal"),
            _paragraph('<w:keepNext/><w:spacing w:before="0" w:after="240" w:line="240" w:lineRule="auto"/>')
            + _run('<w:b/><w:sz w:val="46"/><w:szCs w:val="46"/>'),
            following="BodyText",
            custom=False,
        ),
        _style(
            *("paragraph", "BlockText", "Block Text", "BodyText"),
            quote + _run(f'<w:color w:val="{_MUTED}"/>'),
            custom=False,
        ),
        _style("paragraph", "SourceCode", "Source Code", "Normal", code + _run(f'{_MONO}<w:sz w:val="19"/>')),
        _style(
            *("character", "VerbatimChar", "Verbatim Char", "DefaultParagraphFont"),
            _run(f'{_MONO}<w:sz w:val="20"/><w:shd w:val="clear" w:color="auto" w:fill="{_CODE_FILL}"/>'),
        ),
        _style(
            *("character", "Hyperlink", "Hyperlink", "DefaultParagraphFont"),
            _run('<w:color w:val="1D4ED8"/><w:u w:val="single"/>'),
            custom=False,
        ),
        _style(
            *("paragraph", "ImageCaption", "Image Caption", "Caption"),
            _paragraph('<w:spacing w:before="60" w:after="200"/><w:jc w:val="center"/>')
            + _run(f'<w:i w:val="0"/><w:color w:val="{_MUTED}"/><w:sz w:val="19"/>'),
        ),
        _style(
            "paragraph",
            "CaptionedFigure",
            "Captioned Figure",
            "Normal",
            _paragraph('<w:keepNext/><w:jc w:val="center"/>'),
        ),
        _table(),
        *(_heading(level, size) for level, size in enumerate(_HEADING_SIZES, 1)),
    ]
    return {re.search(r'w:styleId="([^"]+)"', style)[1]: style for style in styles}  # type: ignore[index]


def _heading(level: int, size: int) -> str:
    before = 400 if level == 1 else 300
    look = "<w:i/>" if level in (4, 6) else ""
    color = f'<w:color w:val="{_MUTED}"/>' if level > 4 else ""
    return _style(
        *("paragraph", f"Heading{level}", f"heading {level}", "Normal"),
        _paragraph(
            "<w:keepNext/><w:keepLines/>",
            f'<w:spacing w:before="{before}" w:after="120" w:line="252" w:lineRule="auto"/>',
            f'<w:outlineLvl w:val="{level - 1}"/>',
        )
        + _run(f'<w:b/><w:bCs/>{look}{color}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'),
        following="BodyText",
        custom=False,
    )


def _table() -> str:
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 50), ("left", 108), ("bottom", 50), ("right", 108))
    )
    strong = '<w:rPr><w:b/><w:bCs/></w:rPr><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="F3F3F2"/></w:tcPr>'
    heads = "".join(f'<w:tblStylePr w:type="{part}">{strong}</w:tblStylePr>' for part in ("firstRow", "firstCol"))
    return (
        '<w:style w:type="table" w:default="1" w:styleId="Table"><w:name w:val="Table"/>'
        f'<w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>{heads}</w:style>"
    )


def _named(name: str) -> str:
    """Return one of the styles that OfficeDress names."""
    if (colors := parse_color_style(name)) is not None:
        color, background = colors
        look = f'<w:color w:val="{color}"/>' if color else ""
        look += f'<w:shd w:val="clear" w:color="auto" w:fill="{background}"/>' if background else ""
        return _style("character", _id(name), name, "DefaultParagraphFont", _run(look))
    if name == SEPARATOR:
        thin = '<w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/>'
        return _style("paragraph", name, name, "Normal", _paragraph(thin))
    if name == TABLE_HEADING:
        return _style("paragraph", _id(name), name, "Compact", _run("<w:b/><w:bCs/>"))
    if name == LIST_CONTINUE:
        return _style("paragraph", _id(name), name, "BodyText", "", custom=False)
    if name == "Mention":
        return _style("character", "Mention", name, "DefaultParagraphFont", _run('<w:color w:val="3730A3"/>'))
    if name.startswith("Callout "):
        return _callout(name)
    base, _, alignment = name.rpartition(" ")
    return _style(
        *("paragraph", _id(name), name, _id(base) if base else "BodyText"),
        _paragraph(f'<w:jc w:val="{_ALIGNMENTS[alignment]}"/>'),
    )


def _callout(name: str) -> str:
    line, fill = CALLOUT_COLORS[name.split(" ")[1]]
    is_title = name.endswith(" Title")
    indent = '<w:ind w:left="227" w:right="113"/>'
    spacing = (
        f'<w:spacing w:before="200" w:after="0"/>{indent}'
        if is_title
        else f'<w:spacing w:before="0" w:after="180"/>{indent}<w:contextualSpacing/>'
    )
    keep = "<w:keepNext/>" if is_title else ""
    look = _run(f'<w:b/><w:color w:val="{line}"/>') if is_title else ""
    paragraph = _paragraph(keep, _shaded(line, fill), spacing)
    following = name.removesuffix(" Title")
    return _style("paragraph", _id(name), name, "BodyText", paragraph + look, following=_id(following))


def _shaded(line: str, fill: str, *, left_only: bool = True) -> str:
    sides = ("left",) if left_only else ("top", "left", "bottom", "right")
    width, space = (18, 8) if left_only else (4, 6)
    borders = "".join(f'<w:{side} w:val="single" w:sz="{width}" w:space="{space}" w:color="{line}"/>' for side in sides)
    return f'<w:pBdr>{borders}</w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>'


def _paragraph(*properties: str) -> str:
    return f"<w:pPr>{''.join(properties)}</w:pPr>"


def _run(properties: str) -> str:
    return f"<w:rPr>{properties}</w:rPr>"


def _style(kind: str, id: str, name: str, base: str, look: str, *, following: str = "", custom: bool = True) -> str:
    own = ' w:customStyle="1"' if custom else ""
    after = f'<w:next w:val="{following}"/>' if following else ""
    return (
        f'<w:style w:type="{kind}"{own} w:styleId="{id}"><w:name w:val="{name}"/><w:basedOn w:val="{base}"/>{after}'
        f"<w:qFormat/>{look}</w:style>"
    )


def _id(name: str) -> str:
    return name.replace(" ", "").replace("-", "")
