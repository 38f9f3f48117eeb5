"""Tables that no browser has to mend."""

from coscribe.content.input import normalise
from coscribe.content.schema import Json, schema
from unit.content.building import block, cell, doc, header, p, row, table


def mended(*rows: Json) -> list[list[tuple[str, int, int]]]:
    """Return what a table's cells are after reading, each as its text, columns and rows."""
    (found,) = normalise(doc(table(*rows)))["content"]
    schema().check(doc(found))
    assert found["type"] == "table"
    return [
        [
            (
                "".join(each["text"] for each in inner["content"][0].get("content", [])),
                inner["attrs"]["colspan"],
                inner["attrs"]["rowspan"],
            )
            for inner in each.get("content", [])
        ]
        for each in found["content"]
    ]


def test_a_regular_table_stays_as_it_is() -> None:
    document = doc(table(row(header("a"), header("b")), row(cell("c", rowspan=2), cell("d")), row(cell("e"))))
    assert normalise(document) == document


def test_short_rows_are_filled() -> None:
    assert mended(row(cell("a"), cell("b")), row(cell("c")), row()) == [
        [("a", 1, 1), ("b", 1, 1)],
        [("c", 1, 1), ("", 1, 1)],
        [("", 1, 1), ("", 1, 1)],
    ]


def test_rows_under_a_tall_cell_are_filled_to_the_width() -> None:
    assert mended(row(cell("a", rowspan=2), cell("b"), cell("c")), row(cell("d"))) == [
        [("a", 1, 2), ("b", 1, 1), ("c", 1, 1)],
        [("d", 1, 1), ("", 1, 1)],
    ]


def test_a_heading_row_is_filled_with_headings() -> None:
    (found,) = normalise(doc(table(row(header("a")), row(cell("b"), cell("c")))))["content"]
    assert [each["type"] for each in found["content"][0]["content"]] == ["tableHeader", "tableHeader"]


def test_spans_end_at_the_edge_and_at_other_cells() -> None:
    assert mended(row(cell("a", rowspan=9)), row(cell("b", colspan=2)))[0] == [("a", 1, 2), ("", 1, 1), ("", 1, 1)]
    assert mended(
        row(cell("a"), cell("b", rowspan=2), cell("c")),
        row(cell("d", colspan=3)),
    ) == [[("a", 1, 1), ("b", 1, 2), ("c", 1, 1)], [("d", 1, 1), ("", 1, 1)]]


def test_widths_go_with_the_columns() -> None:
    (found,) = normalise(
        doc(
            table(
                row(cell("a", colspan=2, colwidth=[90]), cell("b", colwidth=[0]), cell("c", colwidth=["x", None])),
                row(cell("d", colwidth=[80.4]), cell("e"), cell("f"), cell("g", colwidth=[-5])),
            )
        )
    )["content"]
    cells = [each for line in found["content"] for each in line["content"]]
    assert [each["attrs"]["colwidth"] for each in cells] == [None, None, None, [80], None, None, None]


def test_a_table_without_cells_is_an_empty_paragraph() -> None:
    assert normalise(doc(p("a"), table(), p("b"))) == doc(p("a"), p(), p("b"))
    assert normalise(doc(table(row(), row()))) == doc(p())


def test_cells_and_rows_find_their_table() -> None:
    loose = doc({"type": "tableCell", "content": [p("a")]}, row(cell("b")), table({"type": "tableCell"}, p("c")))
    found = normalise(loose)
    schema().check(found)
    assert [each["type"] for each in found["content"]] == ["table", "table"] or len(found["content"]) == 1


def test_tables_within_tables_are_mended_too() -> None:
    inner = table(row(cell("a"), cell("b")), row(cell("c")))
    (found,) = normalise(doc(table(row({**cell(), "content": [inner]}))))["content"]
    nested = found["content"][0]["content"][0]["content"][0]
    assert [len(each["content"]) for each in nested["content"]] == [2, 2]


def test_what_is_no_cell_is_left_for_the_schema_to_refuse() -> None:
    odd = table(row({"type": "widget"}))
    assert normalise(doc(odd, block("horizontalRule")))["content"][0] == odd
