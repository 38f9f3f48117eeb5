"""Tables as the editor's table code wants them: every row equally wide, no cell beyond the edge or over another.

A browser mends a table that is not, as soon as it opens the document, and mending is writing: so the server writes
none. What is missing is filled with empty cells; a span is shortened where it would cover another cell or leave the
table.
"""

from itertools import chain

from coscribe.content.errors import ContentTooLarge
from coscribe.content.schema import Json, Schema

MAX_CELLS = 25_000
"""Places in the grid of one table; browsers take seconds to draw as many."""

CELLS = frozenset({"tableCell", "tableHeader"})


def regular(table: Json, known: Schema) -> Json | None:
    """Return a table whose rows are equally wide, itself if they are, or None for one without cells.

    The table's nodes have complete attributes. Raises ContentTooLarge for more than MAX_CELLS places.
    """
    rows: list[list[Json]] = [list(row.get("content", ())) for row in table.get("content", ())]
    if not all(map(_is_cell, chain.from_iterable(rows))):
        return table  # for the schema to refuse
    before = [list(row) for row in rows]
    width, ends = _fit_spans(rows)
    if not width:
        return None
    if rows == before and all(end == width for end in ends):
        return table
    for row, end in zip(rows, ends, strict=True):
        if missing := width - end:
            row += [_empty_cell(row, known) for _ in range(missing)]
    content = [
        {**row, "content": cells} if cells else {"type": row["type"]}
        for row, cells in zip(table["content"], rows, strict=True)
    ]
    return {**table, "content": content}


def _is_cell(node: Json) -> bool:
    spans = node.get("attrs", {})
    return node["type"] in CELLS and all(isinstance(spans.get(name), int) for name in ("colspan", "rowspan"))


def _fit_spans(rows: list[list[Json]]) -> tuple[int, list[int]]:
    """Shorten spans that do not fit; return the table's width, and of each row how many places are taken."""
    taken: list[int] = []  # of each column, for how many more rows a cell above covers it
    ends: list[int] = []
    places = 0
    for number, row in enumerate(rows):
        column = 0
        for index, cell in enumerate(row):
            column = _next_free(taken, column)
            attributes: Json = cell["attrs"]
            columns = min(attributes["colspan"], _free_from(taken, column, attributes["colspan"]))
            height = min(attributes["rowspan"], len(rows) - number)
            row[index] = _with_spans(cell, columns, height)
            taken += [0] * (column + columns - len(taken))
            taken[column : column + columns] = [height] * columns
            column += columns
            places += columns * height
            if places > MAX_CELLS or len(taken) * len(rows) > MAX_CELLS:
                raise ContentTooLarge(f"A table has more than {MAX_CELLS} cells; split it.")
        ends.append(sum(1 for left in taken if left))
        taken = [max(left - 1, 0) for left in taken]
    return len(taken), ends


def _next_free(taken: list[int], column: int) -> int:
    while column < len(taken) and taken[column]:
        column += 1
    return column


def _free_from(taken: list[int], column: int, wanted: int) -> int:
    free = 1
    while free < wanted and (column + free >= len(taken) or not taken[column + free]):
        free += 1
    return free


def _with_spans(cell: Json, columns: int, height: int) -> Json:
    attributes: Json = cell["attrs"]
    if attributes["colspan"] == columns and attributes["rowspan"] == height:
        return cell
    widths = attributes.get("colwidth")
    if columns != attributes["colspan"] and widths is not None:
        widths = widths[:columns] if any(widths[:columns]) else None
    return {**cell, "attrs": {**attributes, "colspan": columns, "rowspan": height, "colwidth": widths}}


def _empty_cell(row: list[Json], known: Schema) -> Json:
    kind = "tableHeader" if row and all(cell["type"] == "tableHeader" for cell in row) else "tableCell"
    paragraph: Json = {"type": "paragraph"}
    if attributes := known.node_attributes("paragraph", {}):
        paragraph["attrs"] = attributes
    return {"type": kind, "attrs": known.node_attributes(kind, {}), "content": [paragraph]}
