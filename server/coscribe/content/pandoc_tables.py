"""Tables of the editor as pandoc's."""

from collections.abc import Callable
from typing import Any

from coscribe.content.pandoc_ast import Ast, attributes, element
from coscribe.content.pandoc_dress import Dress
from coscribe.content.schema import Json
from coscribe.content.table_grid import HEADER, alignment_of, table_grid

_ALIGNMENTS = {"left": "AlignLeft", "center": "AlignCenter", "right": "AlignRight", None: "AlignDefault"}

WriteBlocks = Callable[[list[Json]], list[Ast]]


def write_table(table: Json, blocks: WriteBlocks, dress: Dress) -> Ast:
    """Return a table; `blocks` writes what is in its cells."""
    rows, heads, shares = table_grid(table)
    written = [
        [attributes(), [_cell(cell, blocks, dress, number < heads) for cell in row]] for number, row in enumerate(rows)
    ]
    body = [attributes(), _head_columns(rows[heads:]), [], written[heads:]]
    columns = [[{"t": "AlignDefault"}, _width(share)] for share in shares]
    return element(
        "Table",
        [attributes(), [None, []], columns, [attributes(), written[:heads]], [body], [attributes(), []]],
    )


def _cell(cell: Json, blocks: WriteBlocks, dress: Dress, in_head: bool) -> list[Any]:
    given: Json = cell["attrs"]
    content = blocks(cell.get("content", []))
    if len(content) == 1 and content[0]["t"] == "Para":
        content = [element("Plain", content[0]["c"])]
    if cell["type"] == HEADER and not in_head:
        content = dress.row_header(content)
    alignment = {"t": _ALIGNMENTS[alignment_of(cell)]}
    return [attributes(), alignment, given["rowspan"], given["colspan"], content]


def _head_columns(rows: list[list[Json]]) -> int:
    """Return 1 when every row begins with a header cell of one column, else 0."""
    first = [row[0] for row in rows if row]
    headers = bool(first) and all(cell["type"] == HEADER and cell["attrs"]["colspan"] == 1 for cell in first)
    return int(headers and len(first) == len(rows) and any(len(row) > 1 for row in rows))


def _width(share: float | None) -> Ast:
    return {"t": "ColWidthDefault"} if share is None else element("ColWidth", share)
