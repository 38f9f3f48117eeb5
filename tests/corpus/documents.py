"""Documents that hold every node, mark and attribute of the schema, by what they show. All are valid and complete.

Each is exact in every format that the server reads and writes: what comes back is the same document.
"""

from coscribe.content.schema import Json
from unit.content.building import (
    BREAK,
    block,
    bullets,
    cell,
    color,
    doc,
    header,
    highlight,
    image,
    item,
    link,
    math,
    mention,
    p,
    row,
    table,
    task,
    text,
)

PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
URL = "https://example.org/a_b?c=1&d=2"


CORPUS: dict[str, Json] = {
    "an empty document": doc(p()),
    "text": doc(
        block("heading", "A title", level=1),
        p("Plain words, “quotes”, <tags> & entities;日本語, אבג and 👩‍👩‍👧."),
        p("One line", BREAK, "and the next."),
        p(),
        p("After an empty line."),
        block("horizontalRule"),
        *(block("heading", f"Level {level}", level=level) for level in range(2, 7)),
    ),
    "marks": doc(
        p(
            text("bold", "bold"),
            " ",
            text("italic", "italic"),
            " ",
            text("under", "underline"),
            " ",
            text("struck", "strike"),
            " ",
            text("code()", "code"),
            " ",
            text("marked", "highlight"),
            " H",
            text("2", "subscript"),
            "O x",
            text("2", "superscript"),
        ),
        p(
            text("red", color("#ff0000")),
            " ",
            text("named", color("teal")),
            " ",
            text("yellow", highlight("#fde047")),
            " ",
            text("both", color("#00f"), highlight("rgb(1, 2, 3)")),
        ),
        p(
            text("all ", color("#c00"), "bold", "italic", "underline", "strike", highlight("#ff0")),
            text("of", color("#c00"), "bold", "italic", "underline", "strike", highlight("#ff0"), "superscript"),
            text(" it", "bold"),
        ),
        p(text("a", "bold"), text("b", "bold", "italic"), text("c", "italic"), "d"),
    ),
    "links": doc(
        p("See ", text("this page", link(URL)), " and ", text(URL, link(URL)), "."),
        p(
            text("with a ", link("https://x.y/", 'a "title" & more')),
            text("bold", link("https://x.y/", 'a "title" & more'), "bold"),
            " ",
            text("mail", link("mailto:a@b.c")),
            " ",
            text("phone", link("tel:+41")),
            " ",
            text("place", link("#part")),
        ),
    ),
    "alignment": doc(
        block("heading", "Centred", level=2, textAlign="center"),
        block("paragraph", "Right, ", text("bold", "bold"), " and ", math("a<b"), textAlign="right"),
        block("paragraph", "Both edges", BREAK, "two lines", textAlign="justify"),
        block("paragraph", "Left on purpose", textAlign="left"),
        block("paragraph", textAlign="center"),
        p("As it comes"),
    ),
    "lists": doc(
        bullets(p("one"), p("two")),
        block("orderedList", item(p("first")), item(p("second"), bullets(p("below"))), start=3, type=None),
        block("orderedList", item(p("letter")), item(p("letters"), p("more")), start=2, type="a"),
        block(
            "taskList",
            task(True, p("done")),
            task(False, p("open"), block("taskList", task(False, p("within ", text("it", "bold"))))),
        ),
        block("bulletList", item(p("code"), block("codeBlock", "x = 1", language="python")), item(p("after"))),
        block(
            "bulletList", item(p("numbered"), block("orderedList", item(p("roman")), item(p("two")), start=1, type="i"))
        ),
    ),
    "quotes and callouts": doc(
        block("blockquote", p("A quote"), block("blockquote", p("in a quote"))),
        *(block("callout", p(f"A {kind}."), kind=kind) for kind in ("note", "tip", "important", "warning", "caution")),
        block(
            "callout",
            p("First", BREAK, "second"),
            bullets(p("a list")),
            block("codeBlock", "code", language=None),
            kind="tip",
        ),
        block("callout", bullets(p("only a list")), kind="warning"),
        block("callout", p(), kind="note"),
        block("callout", p(), p("after nothing"), kind="note"),
        block("blockquote", p("[!NOTE]"), p("no callout")),
        block("blockquote", block("callout", p("within"), kind="caution")),
    ),
    "code": doc(
        block("codeBlock", "def f(x):\n    return x\n\n\n# <b>&amp;", language="python"),
        block("codeBlock", "```\nfence\n```", language=None),
        block("codeBlock", language="c++"),
    ),
    "math": doc(
        p("Einstein: ", math("E = mc^2"), ", and ", math(r"\frac{a}{b} < \$5 \& |x|"), "."),
        p(math("a"), math("b"), "c", math("d"), "5 costs $5 or $6, not ", text("$x$", "code")),
        p(math("x \\"), " ", math(" y "), " ", math("two\nlines"), " ", math("a$b"), " ", math("")),
        p("No math: $x$ and $$y$$"),
        block("blockMath", latex="\\int_0^1 x\\,dx\n  = \\frac12"),
        block("blockMath", latex="a\n\nb"),
        block("blockMath", latex=""),
        block("blockMath", latex='> x & "y" <z> $$'),
        bullets(p("in a list ", math("x_i"))),
        block("bulletList", item(p("display"), block("blockMath", latex="x\ny"))),
        block("blockquote", block("blockMath", latex="- q\n1. r")),
    ),
    "mentions": doc(
        p(mention("u1", "Ann"), " and ", mention("u/2 ä", "Bob [B] *x*"), ", ", mention("x", "topic", "#"), "!"),
        p(
            mention("only-id"),
            " ",
            mention("u3", " spaced  "),
            " ",
            mention("u4", "Dan", "~"),
            " ",
            mention("a&b", "C"),
        ),
        p("By ", text("bold", "bold"), " ", mention("u5", "Eve"), " ", text("bold", "bold")),
    ),
    "images": doc(
        image("https://example.org/a.png"),
        image("/files/0a1b2c.png", alt='A "picture" [1]', title="With a title"),
        image("https://example.org/b.png", alt="linked", href="https://example.org/"),
        image("/files/d.png", alt="sized", width=320, height=200.5),
        image(
            "/files/e.png",
            alt="with",
            title="all",
            width=100,
            href="https://x.y/?a=1&b=2",
            caption="A caption & <more>",
        ),
        image("/files/f.png", width=50, href="https://x.y/"),
        image("/files/g.png", caption="Only a caption"),
        image(PICTURE, alt="written out"),
        p("after"),
        block("bulletList", item(p("in a list"), image("/files/h.png", alt="h"))),
    ),
    "a table": doc(
        table(
            row(header("Name"), header("Amount", align="right"), header("Note", align="center")),
            row(
                cell("a | b"),
                cell("1", align="right"),
                cell(p(text("bold", "bold"), BREAK, text("c|d", "code")), align="center"),
            ),
            row(
                cell(p(math("|x|"), " ", mention("u|1", "A|B"))), cell(p(), align="right"), cell("# x", align="center")
            ),
        )
    ),
    "tables beyond Markdown": doc(
        table(row(cell("no"), cell("header")), row(cell("a"), cell("b"))),
        table(row(header("x", colwidth=[120]), header("y")), row(cell("1", colwidth=[120]), cell("2"))),
        table(row(header("h"), cell("1")), row(header("i"), cell("2"))),
        table(
            row(header("wide", colspan=2, colwidth=[100, 0]), header("z", rowspan=2)),
            row(cell("x"), cell("y")),
            row(cell("tall", rowspan=2), cell("b"), cell("c", align="right")),
            row(cell("d"), cell("e")),
            row(cell("f", colspan=3, colwidth=[100, 0, 80])),
        ),
        table(
            row(header("blocks")),
            row(
                cell(
                    p("two"),
                    p("paragraphs"),
                    bullets(p("list")),
                    block("codeBlock", "code\n\nwith a gap", language="text"),
                    image("/files/i.png", alt="i", width=20),
                    block("blockMath", latex="x\n\ny"),
                    block("callout", p("note"), kind="tip"),
                )
            ),
            row(cell(block("paragraph", "aligned", textAlign="center"))),
            row(cell(table(row(cell("table in a table"))))),
            row(cell(block("taskList", task(True, p("done"))), block("horizontalRule"), block("blockquote", p("q")))),
        ),
        block("blockquote", table(row(header("q")), row(cell(p("a"), p("b"))))),
        block("bulletList", item(p("t"), table(row(header("l")), row(cell("m"))))),
    ),
}
"""Documents by what they show."""
