"""How an OpenDocument text looks: pandoc's reference document with the styles that a document uses beside the usual."""

import re
from functools import cache

from coscribe.content.pandoc_dress import ALIGNMENT_STYLES, LIST_CONTINUE, SEPARATOR, TABLE_HEADING, parse_color_style
from coscribe.conversions.docx_styles import CALLOUT_COLORS
from coscribe.conversions.reference_document import parts_of, with_styles

_FO_ALIGN = {"center": "center", "right": "end", "justify": "justify"}
_ALIGNMENTS = {name: _FO_ALIGN[key] for key, name in ALIGNMENT_STYLES.items()}
_USUAL = frozenset({TABLE_HEADING})
"""Styles that pandoc's reference document has."""
_A4 = (b'fo:page-width="8.5in"', b'fo:page-width="21cm"'), (b'fo:page-height="11in"', b'fo:page-height="29.7cm"')


def reference(used: frozenset[str]) -> bytes:
    """Return a reference document with the usual styles and those that are used."""
    return with_styles(_base(), "styles.xml", b"</office:styles>", map(_named, sorted(used)))


@cache
def _base() -> dict[str, bytes]:
    files = parts_of("odt")
    styles = re.sub(rb"\s+(fo:page-(?:width|height))", rb" \1", files["styles.xml"])
    for letter, a4 in _A4:
        styles = styles.replace(letter, a4)
    files["styles.xml"] = styles
    return files


def _named(name: str) -> str:
    """Return one of the styles that OfficeDress names."""
    if (colors := parse_color_style(name)) is not None:
        color, background = colors
        look = f' fo:color="#{color}"' if color else ""
        look += f' fo:background-color="#{background}"' if background else ""
        return _style("text", name, "", f"<style:text-properties{look}/>")
    if name == SEPARATOR:
        thin = '<style:paragraph-properties fo:margin-top="0cm" fo:margin-bottom="0cm" fo:line-height="0.2cm"/>'
        return _style("paragraph", name, "Standard", thin)
    if name in (TABLE_HEADING, LIST_CONTINUE):
        return "" if name in _USUAL else _style("paragraph", name, "Text_20_body", "")
    if name == "Mention":
        return _style("text", name, "", '<style:text-properties fo:color="#3730A3"/>')
    if name.startswith("Callout "):
        line, fill = CALLOUT_COLORS[name.split(" ")[1]]
        is_title = name.endswith(" Title")
        text = f'<style:text-properties fo:color="#{line}" fo:font-weight="bold"/>' if is_title else ""
        keep = ' fo:keep-with-next="always"' if is_title else ""
        above, below = ("0.3cm", "0cm") if is_title else ("0cm", "0.35cm")
        look = (
            f'<style:paragraph-properties fo:margin-left="0.4cm" fo:margin-top="{above}" '
            f'fo:margin-bottom="{below}" style:contextual-spacing="true" fo:padding="0.15cm" '
            f'fo:border-left="2.5pt solid #{line}" '
            f'fo:background-color="#{fill}" style:join-border="true"'
            f"{keep}/>"
        )
        return _style("paragraph", name, "Text_20_body", look + text)
    base, _, alignment = name.rpartition(" ")
    look = f'<style:paragraph-properties fo:text-align="{_ALIGNMENTS[alignment]}"/>'
    level = base.removeprefix("Heading ") if base else ""
    outline = f' style:default-outline-level="{level}"' if level else ""
    return _style("paragraph", name, _escaped(base) if base else "Text_20_body", look, outline)


def _style(family: str, name: str, parent: str, look: str, more: str = "") -> str:
    based = f' style:parent-style-name="{parent}"' if parent else ""
    return (
        f'<style:style style:name="{_escaped(name)}" style:display-name="{name}" style:family="{family}"{based}{more}>'
        f"{look}</style:style>"
    )


def _escaped(name: str) -> str:
    return name.replace(" ", "_20_")
