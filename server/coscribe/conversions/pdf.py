"""A document as a PDF: our template says how it looks, typst sets it, pandoc translates the formulas."""

from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coscribe.content.leaves import no_images
from coscribe.content.pandoc_ast import document as pandoc_document
from coscribe.content.pandoc_ast import element, raw_block
from coscribe.content.typst_writer import Formula, formulas, literal, to_typst
from coscribe.conversions import pandoc
from coscribe.conversions.errors import NotConvertible, NotInstalled
from coscribe.conversions.images import Pictures
from coscribe.conversions.installed import EXTRA

if TYPE_CHECKING:
    import typst

_END = "\ufdd0"
"""Stands behind every formula while pandoc has them: a noncharacter, which no formula holds."""


def write(document: dict[str, Any], title: str, name: str, files: dict[str, bytes], folder: Path) -> bytes:
    """Return the PDF; `title` stands above the text, `name` is what a reader's window is called."""
    translated = _translated(formulas(document))
    try:
        return _set(to_typst(document, title=title, image=Pictures(files, folder), translated=translated), name, folder)
    except NotConvertible:
        # a damaged image is the one thing in a document that the typesetter refuses
        return _set(to_typst(document, title=title, image=no_images, translated=translated), name, folder)


def _translated(wanted: set[Formula]) -> dict[Formula, str]:
    """Translate LaTeX to typst; what nobody understands comes back as it is, as text."""
    if not wanted:
        return {}
    ordered = sorted(wanted)
    blocks = []
    for latex, is_block in ordered:
        kind = {"t": "DisplayMath" if is_block else "InlineMath"}
        blocks += [element("Para", [element("Math", [kind, latex.replace(_END, "")])]), raw_block("typst", _END)]
    parts = pandoc.write(pandoc_document(blocks, {}), "typst").decode().split(_END)
    return dict(zip(ordered, map(str.strip, parts[:-1]), strict=True))


@cache
def _template() -> str:
    return resources.files(__package__).joinpath("styles/document.typ").read_text(encoding="utf-8")


@cache
def _fonts() -> "typst.Fonts":
    """Find the fonts once: typst's own first, the machine's for the scripts that those lack."""
    import typst

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


def _set(source: str, name: str, folder: Path) -> bytes:
    try:
        import typst
    except ImportError:
        raise NotInstalled(f"This installation has no typst: install the extra with {EXTRA}.") from None
    whole = f"#set document(title: {literal(' '.join(name.split()))})\n{_template()}\n{source}"
    try:
        result = typst.Compiler(whole.encode(), root=folder, font_paths=_fonts()).compile(format="pdf")
    except typst.TypstError as error:
        raise NotConvertible(f"The document cannot be set as a PDF: {str(error)[:300]}.") from None
    if not isinstance(result, bytes):
        raise NotConvertible("The document cannot be set as a PDF: there are no pages.")
    return result
