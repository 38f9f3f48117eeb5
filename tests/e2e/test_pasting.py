"""What comes from elsewhere: Markdown, Word, Google Docs, web pages."""

from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from e2e.test_editing import PASTE

pytestmark = IN_ONE_LOOP

MARKDOWN = """# Plan

Be **bold**, see [the report](https://example.org/r), pay $5, and $x^2$.

- one
  - inner
- two

- [x] done
- [ ] open

> [!WARNING]
> Mind the gap

| Name | Age |
|------|----:|
| Ada  | 36  |

```python
print("<b>")
```

$$
e = mc^2
$$

<script>alert(1)</script>
"""

WORD_ITEM = (
    "<p class=MsoListParagraph style='margin-left:{indent}in;mso-list:l0 level{level} lfo1'><![if !supportLists]>"
    "<span style='mso-list:Ignore'>{sign}<span style='font:7pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span>"
    "<![endif]>{words}<o:p></o:p></p>"
)
WORD = (
    "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><style>p.MsoNormal{margin:0}</style></head><body>"
    "<!--StartFragment--><p class=MsoNormal><b>Heading</b><o:p></o:p></p>"
    + WORD_ITEM.format(indent=0.5, level=1, sign="1.", words="first")
    + WORD_ITEM.format(indent=1, level=2, sign="·", words="inner")
    + WORD_ITEM.format(indent=0.5, level=1, sign="2.", words="second")
    + "<table class=MsoTableGrid><tr><td style='width:233.75pt'><p class=MsoNormal>A</p></td>"
    "<td style='width:233.75pt;text-align:right'><p class=MsoNormal>B</p></td></tr></table>"
    "<!--EndFragment--></body></html>"
)
DOCS = (
    "<meta charset='utf-8'><b style='font-weight:normal' id='docs-internal-guid-1'><h2 dir='ltr'><span "
    "style='font-weight:400'>Title</span></h2><ul><li dir='ltr' style='list-style-type:disc'><p><span "
    "style='font-weight:700'>bold</span><span style='color:#1155cc'> blue</span></p></li></ul></b>"
)


async def opened(window: OpenWindow, address: str) -> Window:
    ada = await window()
    await ada.open(address)
    await ada.writing_tools_ready()
    await ada.text.click()
    return ada


async def test_markdown_is_pasted_as_what_it_says(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.evaluate(PASTE, [MARKDOWN, None])
    for selector, words in {
        "h1": "Plan",
        "strong": "bold",
        "a[href='https://example.org/r']": "the report",
        "ul:not([data-type]) ul li": "inner",
        "li[data-checked=true] p": "done",
        "li[data-checked=false] p": "open",
        ".callout[data-kind=warning]": "Mind the gap",
        "th >> nth=0": "Name",
        "td >> nth=1": "36",
        "pre code": 'print("<b>")',
    }.items():
        await expect(ada.text.locator(selector)).to_have_text(words)
    await expect(ada.text.locator("span.math")).to_have_count(1)
    await expect(ada.text.locator("div.math")).to_have_count(1)
    await ada.sees("pay $5, and")
    await ada.sees("<script>alert(1)</script>")
    await expect(ada.text.locator("script")).to_have_count(0)
    await ada.page.keyboard.press("Control+z")
    await expect(ada.text).to_have_text("")


async def test_words_with_a_mark_go_into_the_line(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.keyboard.type("Read ")
    await ada.page.evaluate(PASTE, ["**this** and [that](https://example.org)", None])
    await ada.page.keyboard.type(" now")
    await expect(ada.text.locator("p")).to_have_text("Read this and that now")


async def test_other_text_and_plain_pastes_stay_as_they_are(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    plain = "2 * 3 * 4 is 24, a_b_c is a name, and 5 > 3 - really"
    await ada.page.evaluate(PASTE, [plain, None])
    await expect(ada.text).to_have_text(plain)
    await ada.page.keyboard.press("Enter")
    await ada.page.keyboard.down("Control")
    await ada.page.keyboard.down("Shift")
    await ada.page.keyboard.down("v")
    await ada.page.evaluate(PASTE, ["# no heading", None])
    for key in ("v", "Shift", "Control"):
        await ada.page.keyboard.up(key)
    await ada.sees("# no heading")
    await expect(ada.text.locator("h1")).to_have_count(0)


async def test_words_lists_and_tables_come_from_word(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.evaluate(PASTE, ["Heading 1. first", WORD])
    await expect(ada.text.locator("strong")).to_have_text("Heading")
    await expect(ada.text.locator("ol > li")).to_have_count(2)
    await expect(ada.text.locator("ol > li").first.locator("ul li")).to_have_text("inner")
    await expect(ada.text.locator("ol > li").last).to_have_text("second")
    await expect(ada.text.locator("td")).to_have_text(["A", "B"])
    await expect(ada.text.locator("td").last).to_have_css("text-align", "right")


async def test_words_come_from_google_docs(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.evaluate(PASTE, ["Title bold blue", DOCS])
    await expect(ada.text.locator("h2")).to_have_text("Title")
    await expect(ada.text.locator("h2 strong")).to_have_count(0)
    await expect(ada.text.locator("li strong")).to_have_text("bold")
    await expect(ada.text.locator("li")).to_have_text("bold blue")
