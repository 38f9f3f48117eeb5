"""What attackers write, and what would run or load if it came through."""

import re

from lxml import html as lxml_html

from coscribe.content.schema import Json, schema
from unit.content.building import BREAK, cell, doc, p, row, table, text

ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:x",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+",
    'data:image/png,x" onerror="alert(1)',
    '/files/../../x" onerror="alert(1)',
    'mention:x" onmouseover="alert(1)',
    "//evil.example/x",
    'https://x.y/" onmouseover="alert(1)',
    "https://x.y/<script>alert(1)</script>",
    "https://x.y/) <script>alert(1)</script>",
    "https://x.y/> <img src=x onerror=alert(1)>",
]
MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "</p><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<form action=javascript:alert(1)><input type=submit>",
    "<object data=javascript:alert(1)>",
    "<style>@import 'javascript:alert(1)'</style>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "`<script>alert(1)</script>",
    "\\<script>alert(1)</script>",
    "![x](javascript:alert(1))",
    "[x](javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "<javascript:alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\n\n<script>alert(1)</script>\n\n",
    "<figure><img src=x onerror=alert(1)><figcaption><script>alert(1)</script></figcaption></figure>",
    "<table background=javascript:alert(1)><colgroup onload=alert(1)><col style='width:expression(alert(1))'></table>",
    "<table><tr><td style=\"text-align:center;background:url('javascript:alert(1)')\" onclick=alert(1)>x</table>",
    "<span style='color:red;background:url(javascript:alert(1))' onclick=alert(1)>x</span>",
    "<span data-type=mention data-id='\"><script>alert(1)</script>' data-label='<img src=x onerror=alert(1)>'>x</span>",
    "<span data-type=inline-math data-latex='\"><script>alert(1)</script>'>x</span>",
    "<div data-type=block-math data-latex='</code><script>alert(1)</script>'>x</div>",
    "<aside data-callout='note\" onclick=\"alert(1)'>x</aside>",
    "<mark data-color='red\" onclick=\"alert(1)'>x</mark>",
    "<annotation-xml encoding=text/html><script>alert(1)</script>",
    "$<script>alert(1)</script>$",
    "$$\n</code><script>alert(1)</script>\n$$",
    "> [!NOTE]\n> <script>alert(1)</script>",
    '[@x](mention:"><script>alert(1)</script>)',
    "[@<script>alert(1)</script>](mention:x)",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "<!-- table: no header --><script>alert(1)</script>\n| a |\n|---|",
    '![<script>alert(1)</script>](https://x.y/z.png "<script>alert(1)</script>")',
    "[![x](javascript:alert(1))](javascript:alert(1))",
]
STYLES = [
    "red;background:url(javascript:alert(1))",
    "url(javascript:alert(1))",
    "expression(alert(1))",
    'red" onmouseover="alert(1)',
    "#fff;}</style><script>alert(1)</script>",
    "var(--x,url(//evil.example))",
    "rgb(1,2,3);position:fixed",
    "javascript:alert(1)",
]

BAD = [*ADDRESSES, *MARKUP, *STYLES]

_ALLOWED_TAGS = re.compile(
    "html|head|meta|title|style|body|p|br|hr|pre|code|blockquote|h[1-6]|strong|em|s|u|mark|a|ul|ol|li|input|table|thead|"
    "tbody|colgroup|col|tr|td|th|img|figure|figcaption|aside|div|span|sub|sup|del|b|i"
)
_ALLOWED_ADDRESSES = ("http:", "https:", "mailto:", "tel:", "#")
_ALLOWED_SOURCES = ("http:", "https:", "/files/", *(f"data:image/{kind}" for kind in ("png", "jpeg", "gif", "webp")))
_ALLOWED_STYLE = re.compile(
    r"text-align:[a-z]+|(?:background-)?color:(?:#[0-9a-f]+|[a-z]+|rgba?\([0-9., %/]+\))|width:\d+px"
)
_HINT = re.compile(r" (?:table|list): [a-zA-Z0-9; -]+ ")


def dangers(html: str) -> list[str]:
    """Return what could run or load in a page, as lxml sees it."""
    found: list[str] = []
    for element in lxml_html.document_fromstring(html or "<p></p>").iter():
        if not isinstance(element.tag, str) or not _ALLOWED_TAGS.fullmatch(element.tag):
            if not _is_hint(element):
                found.append(str(element.tag))
            continue
        for name, value in element.attrib.items():
            is_policy = name == "http-equiv" and value == "Content-Security-Policy"
            if (name.startswith("on") or name in ("http-equiv", "srcdoc", "background")) and not is_policy:
                found.append(f"{element.tag} {name}")
            if name == "style" and not _ALLOWED_STYLE.fullmatch(value):
                found.append(f"{element.tag} {name}={value}")
            allowed = {"href": _ALLOWED_ADDRESSES, "src": _ALLOWED_SOURCES}.get(name, ("",))
            if not value.lower().startswith(allowed) and not (name == "href" and value.startswith("mention:")):
                found.append(f"{element.tag} {name}={value}")
    return found


def _is_hint(element: lxml_html.HtmlElement) -> bool:
    """Whether this is a comment of the Markdown writer's own."""
    return (
        not isinstance(element.tag, str)
        and re.fullmatch(r" (?:table|list): [a-zA-Z0-9; -]+ ", element.text) is not None
    )


def documents() -> list[Json]:
    """Return documents that carry an attack in every place that takes a string, valid or not."""
    found: list[Json] = []
    for bad in BAD:
        found += [
            doc(p(bad), {"type": "heading", "content": [text(bad)]}, {"type": "codeBlock", "content": [text(bad)]}),
            doc(p(text(bad, "bold", "code"), BREAK, text(bad, "italic"), text(bad, "underline", "subscript"))),
            doc(table(row(cell(bad), cell(p(bad), p(bad))))),
            doc({"type": bad, "content": [p("x")]}, p({"type": bad, "attrs": {"label": bad}}, text("x", bad))),
        ]
        for kind, spec in schema().spec["nodes"].items():
            for name in spec.get("attrs", {}):
                found.append(doc(_carrier(kind, {name: bad})))
                found.append(doc(_carrier(kind, dict.fromkeys(spec["attrs"], bad))))
        for kind, spec in schema().spec["marks"].items():
            for name in spec.get("attrs", {}):
                given = {"href": "https://x.y", "color": "red", name: bad}
                found.append(doc(p(text("x", {"type": kind, "attrs": given}))))
    return found


def _carrier(kind: str, attributes: Json) -> Json:
    """Return a block that is, or holds, a node with these attributes."""
    node: Json = {"type": kind, "attrs": {**({"src": "/files/a"} if kind == "image" else {}), **attributes}}
    if kind in ("paragraph", "heading", "codeBlock"):
        return {**node, "content": [text("x")]}
    if kind in ("tableCell", "tableHeader"):
        return table(row({**node, "content": [p("x")]}))
    if kind in ("orderedList", "taskItem"):
        inner = {"type": "listItem", "content": [p("x")]} if kind == "orderedList" else p("x")
        made = {**node, "content": [inner]}
        return made if kind == "orderedList" else {"type": "taskList", "content": [made]}
    if schema().spec["nodes"][kind].get("inline"):
        return p("a ", node, " b")
    return {**node, "content": [p("x")]} if kind == "callout" else node
