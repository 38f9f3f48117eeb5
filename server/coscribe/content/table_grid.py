"""Tables of the editor as other programs have them: a head and a body, and widths as shares of the line."""

from typing import Any, NamedTuple

from coscribe.content.schema import Json, schema
from coscribe.content.tables import regular

HEADER = "tableHeader"
LINE_PIXELS = 640
"""The width of a line of text in the editor, which a table's widths are shares of."""
MIN_SHARE = 0.04


class Grid(NamedTuple):
    """A table whose rows are equally wide and whose cells have spans that are numbers.

    rows: cells by row. heads: how many rows are its head. shares: of each column, its part of the line; None where no
    column has a width.
    """

    rows: list[list[Json]]
    heads: int
    shares: list[float | None]


def table_grid(table: Json) -> Grid:
    """Return a table as a grid; one without cells has no rows."""
    whole = regular(_complete(table), schema()) or {"content": []}
    rows: list[list[Json]] = [row.get("content", []) for row in whole.get("content", [])]
    widths = _widths(rows)
    return Grid(rows, _head_rows(rows), [_share(width, widths) for width in widths])


def alignment_of(cell: Json) -> str | None:
    """Return how a cell is aligned: as it says itself, or else as what it begins with."""
    align = cell["attrs"].get("align") or next(
        (block.get("attrs", {}).get("textAlign") for block in cell.get("content", [])), None
    )
    return align if align in ("left", "center", "right") else None


def _complete(table: Json) -> Json:
    """Give every cell spans that are numbers."""
    rows = []
    for row in table.get("content", []):
        cells = []
        for cell in row.get("content", []):
            given = cell.get("attrs", {})
            spans = {name: _span(given.get(name)) for name in ("colspan", "rowspan")}
            cells.append({**cell, "attrs": {**given, **spans}})
        rows.append({**row, "content": cells})
    return {**table, "content": rows}


def _span(value: Any) -> int:
    return min(max(value, 1), 1000) if isinstance(value, int) and not isinstance(value, bool) else 1


def _head_rows(rows: list[list[Json]]) -> int:
    """Count the leading rows of header cells; a head that reaches into the body by a span is none."""
    count = 0
    while count < len(rows) and rows[count] and all(cell["type"] == HEADER for cell in rows[count]):
        count += 1
    for number, row in enumerate(rows[:count]):
        if any(number + cell["attrs"]["rowspan"] > count for cell in row):
            return number
    return count


def _widths(rows: list[list[Json]]) -> list[int]:
    """Return each column's width in pixels, 0 where none is set."""
    taken: list[int] = []
    result: list[int] = []
    for row in rows:
        column = 0
        for cell in row:
            while column < len(taken) and taken[column]:
                column += 1
            count = cell["attrs"]["colspan"]
            given = cell["attrs"].get("colwidth")
            missing = column + count - len(result)
            result += [0] * missing
            taken += [0] * (column + count - len(taken))
            for offset in range(count):
                width = given[offset] if isinstance(given, list) and offset < len(given) else 0
                if not result[column + offset] and isinstance(width, int | float):
                    result[column + offset] = int(width)
            taken[column : column + count] = [cell["attrs"]["rowspan"]] * count
            column += count
        taken = [max(left - 1, 0) for left in taken]
    return result


def _share(width: int, widths: list[int]) -> float | None:
    """Return a column's share of the line; with any width set, the columns without one share what is left."""
    if not any(widths):
        return None
    free = widths.count(0)
    total = sum(widths)
    if free:
        rest = max(LINE_PIXELS - total, free * 60) // free
        total += rest * free
        width = width or rest
    return max(round(width / max(total, LINE_PIXELS), 4), MIN_SHARE)
