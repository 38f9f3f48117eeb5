"""Tables as GitHub's Markdown: in lines where they fit into lines, or else as the HTML that reads back exactly."""

import re
from collections.abc import Sequence

from coscribe.content.attributes import CELL_ALIGNMENTS
from coscribe.content.html_inline import attribute
from coscribe.content.html_writer import to_fragment
from coscribe.content.markdown_hints import Hint
from coscribe.content.markdown_inline import write_inline
from coscribe.content.schema import Json
from coscribe.content.tables import CELLS

_SIGNS = {"left": ":--", "center": ":-:", "right": "--:"}
_KEPT_WHOLE = re.compile(r'<pre(?: dir="\w+")?>.*?</pre>|<(?:[^<>"]|"[^"]*")*>', re.DOTALL)
_ALIGNED_LINE = re.compile(r'^<(p|h[1-6]) style="text-align:(\w+)">')


def write_table(table: Json) -> list[str]:
    """Return a table's lines."""
    rows: list[list[Json]] = [row.get("content", []) for row in table.get("content", ())]
    if not rows or not any(rows):
        return []
    columns = [_Column.of(cells) for cells in zip(*rows, strict=False)]
    has_header = all(cell["type"] == "tableHeader" for cell in rows[0])
    body = rows[1:] if has_header else rows
    if not _fits_lines(rows, body) or None in columns:
        return html_lines(table)
    hint = Hint(has_header, [column.width for column in columns if column is not None])
    written = [[_write_cell(cell) for cell in row] for row in body]
    head = [_write_cell(cell) for cell in rows[0]] if has_header else [""] * len(columns)
    signs = [_SIGNS.get(column.align or "", "---") for column in columns if column is not None]
    return [*hint.comment(), *(f"| {' | '.join(row)} |" for row in (head, signs, *written))]


def html_lines(block: Json) -> list[str]:
    """Return a block as lines of HTML that Markdown leaves alone: none is blank, and none breaks within a text."""
    html = _ALIGNED_LINE.sub(r'<\1 align="\2">', to_fragment({"type": "doc", "content": [block]}))
    parts: list[str] = []
    at = 0
    for whole in _KEPT_WHOLE.finditer(html):
        parts += [_unbroken(html[at : whole.start()]), whole[0].replace("\n", "&#10;")]
        at = whole.end()
    parts.append(_unbroken(html[at:]))
    return "".join(parts).rstrip("\n").split("\n")


def _unbroken(text: str) -> str:
    """Return the text between two tags: where it is only a line end it is there for looks, else it is a space."""
    return text if not text.strip() else text.replace("\n", " ")


class _Column:
    """What the cells of a column have in common."""

    def __init__(self, align: str | None, width: int) -> None:
        self.align = align
        self.width = width

    @classmethod
    def of(cls, cells: Sequence[Json]) -> "_Column | None":
        """Return what a column's cells have in common, or None where they differ."""
        first = cells[0]
        for name in ("align", "colwidth"):
            if any(attribute(cell, name) != attribute(first, name) for cell in cells):
                return None
        align, widths = attribute(first, "align"), attribute(first, "colwidth")
        width = widths[0] if isinstance(widths, list) and widths else 0
        return cls(align if isinstance(align, str) and align in CELL_ALIGNMENTS else None, width)


def _fits_lines(rows: Sequence[Sequence[Json]], body: Sequence[Sequence[Json]]) -> bool:
    """Whether every row has the same cells, of one line each, and none in the body is a heading."""
    return (
        len({len(row) for row in rows}) == 1
        and all(cell["type"] in CELLS and _is_line(cell) for row in rows for cell in row)
        and not any(cell["type"] == "tableHeader" for row in body for cell in row)
    )


def _is_line(cell: Json) -> bool:
    blocks: list[Json] = cell.get("content", [])
    spans = {attribute(cell, name) for name in ("colspan", "rowspan")}
    if not spans <= {1, None} or len(blocks) != 1 or blocks[0]["type"] != "paragraph":
        return False
    return attribute(blocks[0], "textAlign") is None


def _write_cell(cell: Json) -> str:
    return write_inline(cell["content"][0].get("content", []), one_line=True).replace("|", "\\|")
