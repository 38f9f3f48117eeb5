"""HTML out and in: what runs does not come through, what is said does."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as lxml_html

from corpus.xss import dangers
from coscribe.content.errors import ContentError
from coscribe.content.html_writer import to_fragment, to_page
from coscribe.content.parse import parse
from coscribe.content.schema import Json
from harness.chance import examples
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
    link,
    math,
    p,
    row,
    table,
    task,
    text,
)
from unit.content.documents import Documents
from unit.content.roundtrip import gist


def read(html: str) -> Json:
    return parse("html", html.encode())


BOTH_WAYS = {
    "text": ("<p>a &lt;b&gt; &amp; “c”<br>d</p>\n", doc(p("a <b> & “c”", BREAK, "d"))),
    "headings": ("<h1>a</h1>\n<h6>b</h6>\n", doc(block("heading", "a", level=1), block("heading", "b", level=6))),
    "marks": (
        "<p><strong>a<em>b</em></strong><u>c</u><s>d</s><mark>e</mark> <code>f</code></p>\n",
        doc(
            p(
                text("a", "bold"),
                text("b", "bold", "italic"),
                text("c", "underline"),
                text("d", "strike"),
                text("e", "highlight"),
                " ",
                text("f", "code"),
            )
        ),
    ),
    "links": (
        '<p><a href="https://x.y/?a=1&amp;b=2" title="t &quot;u&quot;" rel="noopener noreferrer nofollow">a</a></p>\n',
        doc(p(text("a", link("https://x.y/?a=1&b=2", 't "u"')))),
    ),
    "lists": (
        "<ul>\n<li><p>a</p>\n<ul>\n<li><p>b</p></li>\n</ul></li>\n</ul>\n",
        doc(block("bulletList", block("listItem", p("a"), bullets(p("b"))))),
    ),
    "numbers": (
        '<ol start="3" type="a">\n<li><p>a</p></li>\n</ol>\n',
        doc(block("orderedList", block("listItem", p("a")), start=3, type="a")),
    ),
    "tasks": (
        '<ul data-type="taskList">\n'
        '<li data-type="taskItem" data-checked="true"><input type="checkbox" checked="" disabled=""><p>a</p></li>\n'
        '<li data-type="taskItem" data-checked="false"><input type="checkbox" disabled=""><p>b</p></li>\n'
        "</ul>\n",
        doc(block("taskList", task(True, p("a")), task(False, p("b")))),
    ),
    "code": (
        '<pre><code class="language-py">\n x &lt; 1\n</code></pre>\n',
        doc(block("codeBlock", "\n x < 1\n", language="py")),
    ),
    "quotes and rules": (
        "<blockquote>\n<p>a</p>\n</blockquote>\n<hr>\n",
        doc(block("blockquote", p("a")), block("horizontalRule")),
    ),
    "empty paragraphs": ("<p></p>\n<p>a</p>\n<p></p>\n", doc(p(), p("a"), p())),
    "a break at the end": ("<p>a<br><br></p>\n", doc(p("a", BREAK))),
}


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_a_document_and_its_html(name: str) -> None:
    html, document = BOTH_WAYS[name]
    assert to_fragment(document) == html
    assert read(html) == document


@pytest.mark.parametrize(
    ("html", "document"),
    [
        ("", doc(p())),
        ("hello", doc(p("hello"))),
        ("<p>a\n   b  c </p>\n\n<p> d</p>", doc(p("a b c"), p("d"))),
        ("<p>a<p>b", doc(p("a"), p("b"))),
        ("<div>a<div>b</div>c</div>", doc(p("a"), p("b"), p("c"))),
        ("<h2>x<p>y</p></h2>", doc(block("heading", "x", level=2), p("y"))),
        ("<title>t</title><body><main><p>a</p></main>", doc(p("a"))),
        (
            "<b>a</b><i>b</i><del>c</del><ins>d</ins><kbd>e</kbd>",
            doc(
                p(
                    text("a", "bold"),
                    text("b", "italic"),
                    text("c", "strike"),
                    text("d", "underline"),
                    text("e", "code"),
                )
            ),
        ),
        (
            "<b style='font-weight:normal'>a<span style='font-weight:700;font-style:italic'>b</span></b>",
            doc(p("a", text("b", "bold", "italic"))),
        ),
        ("<span style='text-decoration: underline line-through'>a</span>", doc(p(text("a", "underline", "strike")))),
        (
            "<ul><li>a<li>b<ul><li>c</ul></ul>",
            doc(block("bulletList", block("listItem", p("a")), block("listItem", p("b"), bullets(p("c"))))),
        ),
        (
            "<ul><li>a</li><ul><li>b</li></ul></ul>",
            doc(block("bulletList", block("listItem", p("a"), bullets(p("b"))))),
        ),
        (
            "<ul><li><h3>a</h3></li></ul>",
            doc(block("bulletList", block("listItem", p(), block("heading", "a", level=3)))),
        ),
        (
            "<ul><li><input type=checkbox checked> a<li><p><input type=checkbox> b</p><li>c</ul>",
            doc(block("taskList", task(True, p("a")), task(False, p("b"))), bullets(p("c"))),
        ),
        (
            '<ul data-type="taskList"><li data-type="taskItem" data-checked="true">'
            '<label><input type="checkbox" checked><span></span></label><div><p>a</p></div></li></ul>',
            doc(block("taskList", task(True, p("a")))),
        ),
        ("<ul></ul>a", doc(p("a"))),
        (
            "<pre class='highlight-source-rust'>fn\n  x<br>y</pre>",
            doc(block("codeBlock", "fn\n  x\ny", language="rust")),
        ),
        ("<p><br></p><div><br></div><p>a<br></p>", doc(p(), p(), p("a"))),
        (
            "<table><tr><td>a<td>b<tr><td>c</table>",
            doc(table(row(cell("a"), cell("b")), row(cell("c"), cell(p())))),
        ),
        ("<img src='https://x.y/z.png' alt='pic'>", doc(image("https://x.y/z.png", alt="pic"))),
        ("<p>a <img src=x alt='no such'> b</p>", doc(p("a no such b"))),
        ("<details><summary>s</summary>t</details>", doc(p("s"), p("t"))),
        ("<p>\u00a0a&nbsp;</p>", doc(p("\u00a0a\u00a0"))),
    ],
)
def test_html_as_others_write_it(html: str, document: Json) -> None:
    assert read(html) == document


@given(st.integers(0, 2**32))
@examples(50)
def test_every_document_comes_back_and_stays_the_same(seed: int) -> None:
    document = Documents(random.Random(seed)).document()
    found = read(to_fragment(document))
    assert gist(found) == gist(document)
    assert read(to_fragment(found)) == found


TAGS = [
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<ul>",
    "<li>",
    "</li>",
    "</ul>",
    "<pre>",
    "</pre>",
    "<br>",
    "<h1>",
    "</h1>",
    "<div>",
    "</div>",
    "<code>",
    "<a~href=#>",
    "</a>",
    "<blockquote>",
    "</blockquote>",
    "<hr>",
    "<ol~start=2>",
    "<input~type=checkbox>",
    "<table>",
    "<td>",
    "x",
    "~",
    "&amp;",
    "&lt;",
    "&",
]


@given(st.lists(st.sampled_from(TAGS).map(lambda tag: tag.replace("~", " ")), max_size=30))
@example(["<pre>", "</p>", "x", "<br>"])
@example(["<pre>", "</p>", "x  y", "<br>", "\n"])
@examples(200)
def test_any_html_is_a_valid_document_that_stays_the_same(tags: list[str]) -> None:
    found = read("".join(tags))
    assert read(to_fragment(found)) == found


def test_a_page_names_itself_and_its_language() -> None:
    page = to_page(doc(p("a")), title='<script>"x"</script> & co', language="de-CH")
    tree = lxml_html.document_fromstring(page)
    assert page.startswith("<!doctype html>\n")
    assert tree.get("lang") == "de-CH"
    assert tree.findtext("head/title") == '<script>"x"</script> & co'
    assert "@media print" in page
    assert not dangers(page)
    assert "lang=" not in to_page(doc(p("a")), title="x")


@pytest.mark.parametrize("html", ["<blockquote>" * 3000 + "x", "<ul><li>" * 3000 + "x", "<div>" * 100_000])
def test_hostile_nesting_is_refused(html: str) -> None:
    with pytest.raises(ContentError, match="levels deep"):
        read(html)


@pytest.mark.parametrize(
    "html",
    ["<div>" * 3000 + "x", "<b>" * 3000 + "x", "<table>" * 3000 + "x", "x" * 1_000_000, "<p>a" * 2000, "x<br>" * 2000],
)
def test_long_input_is_read_in_good_time(html: str) -> None:
    assert read(html)["content"]


GOOGLE_DOCS = """
<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1">
<h1 dir="ltr" style="line-height:1.38;margin-top:20pt;text-align: center;"><span style="font-size:20pt;
font-family:Arial;color:#000000;background-color:transparent;font-weight:400;font-style:normal">Title</span></h1>
<p dir="ltr"><span style="font-size:11pt;color:#000000;font-weight:700">Bold</span><span style="font-size:11pt;
color:#ff0000;background-color:#ffff00"> red</span><span style="font-size:6.6pt;vertical-align:super">2</span>
<a href="https://x.y" style="text-decoration:none;"><span style="font-size:11pt;color:#1155cc;
text-decoration:underline;">link</span></a></p>
<ul style="margin-top:0"><li dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span>one</span></p></li>
<ul><li dir="ltr" aria-level="2"><p dir="ltr" role="presentation"><span>two</span></p></li></ul></ul>
<div dir="ltr" align="left"><table style="border:none"><colgroup><col width="301" /><col width="120" /></colgroup>
<tbody><tr style="height:0pt"><td style="border-left:solid"><p dir="ltr"><span>a</span></p></td><td><br></td></tr>
</tbody></table></div><br class="Apple-interchange-newline"></b>
"""
WORD = """
<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0} --></style></head>
<body lang=EN-US style='tab-interval:36.0pt'><!--StartFragment-->
<p class=MsoNormal align=center style='text-align:center'><b><span style='font-size:14.0pt;color:black'>Report
<o:p></o:p></span></b></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>&middot;<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;
</span></span></span><![endif]>First<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span><span
style='mso-list:Ignore'>o<span>&nbsp;</span></span></span><![endif]>Below</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span
style='mso-list:Ignore'>&middot;</span>Second</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span
style='mso-list:Ignore'>3.<span>&nbsp;</span></span>Third</p>
<p class=MsoNormal><span style='background:yellow;mso-highlight:yellow'>marked</span> <s>gone</s></p>
<table class=MsoTableGrid border=1><thead><tr><td width=200 colspan=2 valign=top style='border:solid windowtext 1.0pt'>
<p class=MsoNormal align=right style='text-align:right'><b>Head<o:p></o:p></b></p></td></tr></thead>
<tr><td rowspan=2><p class=MsoNormal>a</p></td><td><p class=MsoNormal>b</p></td></tr><tr><td>c</td></tr></table>
<p class=MsoNormal><img width=120 height=80 src="file:///C:/x/image001.png" alt="A chart"></p>
<!--EndFragment--></body></html>
"""
WEB_PAGE = """
<article><header><h1>News</h1><p>By <a href="/me">me</a></p></header>
<figure class="wp-block-image"><a href="https://x.y/big.png"><img src="https://x.y/small.png" alt="A cat" width="300"
style="height:200px"></a><figcaption>A cat, <em>sitting</em></figcaption></figure>
<div style="text-align:center"><p style="text-align:center">Centred &amp; <font color="#00f">blue</font></p></div>
<table><caption>Prices</caption><thead><tr><th align="right">Item</th><th>Price</th></tr></thead>
<tbody><tr><td align="right">Tea</td><td style="text-align:center">3 <b>€</b></td></tr></tbody>
<tfoot><tr><td>Sum</td></tr></tfoot></table>
<p>x<sup>2</sup> and <span class="math inline">\\(y^2\\)</span></p><div class="math display">\\[z\\]</div>
<div class="markdown-alert markdown-alert-warning"><p class="markdown-alert-title"><svg></svg>Warning</p>
<p>Hot</p></div>
<p><img src="a.png" alt="local">text<img src="https://x.y/i.png">more</p></article>
"""


def test_a_page_from_google_docs() -> None:
    heading, paragraph, items, found = read(GOOGLE_DOCS)["content"]
    assert heading == block("heading", "Title", level=1, textAlign="center")
    assert paragraph == p(
        text("Bold", "bold"),
        text(" red", color("#ff0000"), highlight("#ffff00")),
        text("2", "superscript"),
        " ",
        text("link", link("https://x.y")),
    )
    assert items == block("bulletList", block("listItem", p("one"), bullets(p("two"))))
    assert found == table(row(cell("a", colwidth=[301]), cell(p(), colwidth=[120])))


def test_a_page_from_word() -> None:
    assert read(WORD) == doc(
        block("paragraph", text("Report", "bold"), textAlign="center"),
        block("bulletList", block("listItem", p("First"), bullets(p("Below"))), block("listItem", p("Second"))),
        block("orderedList", block("listItem", p("Third")), start=3),
        p(text("marked", highlight("yellow")), " ", text("gone", "strike")),
        table(
            row(cell(block("paragraph", text("Head", "bold"), textAlign="right"), colspan=2)),
            row(cell("a", rowspan=2), cell("b")),
            row(cell("c")),
        ),
        p("A chart"),
    )


def test_a_page_from_the_web() -> None:
    assert read(WEB_PAGE) == doc(
        block("heading", "News", level=1),
        p("By me"),
        image(
            "https://x.y/small.png",
            alt="A cat",
            width=300,
            height=200,
            href="https://x.y/big.png",
            caption="A cat, sitting",
        ),
        block("paragraph", "Centred & ", text("blue", color("#00f")), textAlign="center"),
        p("Prices"),
        table(
            row(header("Item", align="right"), header("Price")),
            row(cell("Tea", align="right"), cell(p("3 ", text("€", "bold")), align="center")),
            row(cell("Sum"), cell(p())),
        ),
        p("x", text("2", "superscript"), " and ", math("y^2")),
        block("blockMath", latex="z"),
        block("callout", p("Hot"), kind="warning"),
        p("localtext"),
        image("https://x.y/i.png"),
        p("more"),
    )


def test_values_over_several_lines_are_kept() -> None:
    """They take the slower of two ways to read."""
    document = doc(block("blockMath", latex="a\n\tb"), image("/files/a", alt="two\nlines"), p("a\u00a0b"))
    assert read(to_fragment(document)) == document


def test_a_table_says_what_its_head_and_widths_are() -> None:
    document = doc(table(row(header("a", colwidth=[90]), header("b")), row(cell("c", colwidth=[90]), cell("d"))))
    tree = lxml_html.document_fromstring(to_page(document, title="t"))
    assert tree.xpath("//thead/tr/th/p/text()") == ["a", "b"]
    assert tree.xpath("//tbody/tr/td/p/text()") == ["c", "d"]
    assert tree.xpath("//col/@style") == ["width:90px"]


def test_what_begins_with_arabic_runs_to_the_left() -> None:
    arabic = block("blockquote", p(text("نص عربي")), p(text("English")))
    assert to_fragment(doc(arabic)) == (
        '<blockquote dir="rtl">\n<p dir="rtl">نص عربي</p>\n<p dir="ltr">English</p>\n</blockquote>\n'
    )


def ways(html: str) -> dict[str, str]:
    """Find out which way each text runs as a browser would: as the nearest element around it that says so."""
    found = {}
    for element in lxml_html.fragment_fromstring(html, create_parent="div").iter():
        if element.text is not None and (own := element.text.strip()):
            said = [each.get("dir") for each in (element, *element.iterancestors()) if each.get("dir")]
            found[own] = said[0] if said else "ltr"
    return found


def test_what_begins_otherwise_than_what_is_around_it_says_so() -> None:
    quote = block("blockquote", p("عربي"), p("English"), p("12"), block("heading", "Head", level=2))
    items = block("bulletList", block("listItem", p("one"), block("bulletList", block("listItem", p("اثنان")))))
    inside = block("callout", p("שלום"), items, block("codeBlock", "x = 1"), block("blockMath", latex="y"), kind="tip")
    rows = table(row(cell(p("left")), cell(p("يمين"))))
    found = ways(to_fragment(doc(quote, inside, block("blockquote", p("عربي أيضا"), rows), p("after"))))
    left = {words for words, way in found.items() if way == "rtl"}
    assert left == {"عربي", "12", "שלום", "اثنان", "عربي أيضا", "يمين"}
    assert found.keys() - left == {"English", "Head", "one", "x = 1", "y", "left", "after"}


def test_width_of_more_digits_than_a_number_has_is_none() -> None:
    plain = doc(table(row(cell("a"))))
    assert read(f'<table><tr><td data-colwidth="{"9" * 5000}">a</td></tr></table>') == plain
    assert read('<table><tr><td data-colwidth="²,-3,x">a</td></tr></table>') == plain
