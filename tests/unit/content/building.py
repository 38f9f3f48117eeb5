"""Short names for the nodes that tests write by hand, and updates byte by byte where no library would write them."""

from typing import Any

from pycrdt import Doc

from coscribe.content.schema import Json, schema
from coscribe.protocol.lib0 import write_var_string, write_var_uint


def doc(*content: Json) -> Json:
    return {"type": "doc", "content": list(content)}


def p(*content: Json | str) -> Json:
    return block("paragraph", *content)


def block(kind: str, /, *content: Json | str, **attributes: Any) -> Json:
    """Return a node with all attributes that the schema has for it."""
    node: Json = {"type": kind}
    if complete := schema().node_attributes(kind, attributes):
        node["attrs"] = complete
    if content:
        node["content"] = [text(each) if isinstance(each, str) else each for each in content]
    return node


def text(value: str, *marks: str | Json) -> Json:
    node: Json = {"type": "text", "text": value}
    if marks:
        node["marks"] = [_mark(mark) if isinstance(mark, str) else mark for mark in marks]
    return node


def _mark(name: str) -> Json:
    attributes = schema().mark_attributes(name, {})
    return {"type": name, "attrs": attributes} if attributes else {"type": name}


def color(value: str) -> Json:
    return {"type": "textStyle", "attrs": {"color": value}}


def highlight(value: str) -> Json:
    return {"type": "highlight", "attrs": {"color": value}}


def image(src: str, **attributes: Any) -> Json:
    return block("image", src=src, **attributes)


def math(latex: str) -> Json:
    return block("inlineMath", latex=latex)


def mention(id: str, label: str | None = None, sign: str = "@") -> Json:
    return block("mention", id=id, label=label, mentionSuggestionChar=sign)


def table(*rows: Json) -> Json:
    return block("table", *rows)


def row(*cells: Json) -> Json:
    return block("tableRow", *cells)


def cell(*content: Json | str, **attributes: Any) -> Json:
    """Return a table cell; a string is a paragraph."""
    return block("tableCell", *(p(each) if isinstance(each, str) else each for each in content), **attributes)


def header(*content: Json | str, **attributes: Any) -> Json:
    return {**cell(*content, **attributes), "type": "tableHeader"}


def link(href: str, title: str | None = None) -> Json:
    return {"type": "link", "attrs": {"href": href, "target": None, "rel": None, "class": None, "title": title}}


def item(*content: Json) -> Json:
    return block("listItem", *content)


def task(checked: bool, *content: Json) -> Json:
    return block("taskItem", *content, checked=checked)


def bullets(*paragraphs: Json) -> Json:
    return block("bulletList", *map(item, paragraphs))


BREAK: Json = {"type": "hardBreak"}

_CLIENT = write_var_uint(7)

CONTENTS = {
    "characters": (4, write_var_string("a😀b"), 4),
    "values": (8, b"\2\x7d\1\x77\1x", 2),
    "bytes": (3, b"\2ab", 1),
    "embed": (5, write_var_string('{"a":1}'), 1),
    "format": (6, write_var_string("bold") + write_var_string("true"), 1),
    "list": (7, b"\0", 1),
    "map": (7, b"\1", 1),
    "text": (7, b"\2", 1),
    "element": (7, b"\3" + write_var_string("p"), 1),
    "fragment": (7, b"\4", 1),
    "xml text": (7, b"\6", 1),
    "document": (9, write_var_string("guid") + b"\x76\0", 1),
    "deleted": (1, b"\3", 3),
}
"""What an item may hold: its kind, its bytes and its length."""


def update(root: str, inner: str | None, *contents: str) -> bytes:
    """Return an update that puts contents into a root, or into a type `inner` in that root, whatever fits or not."""
    parent = b"\1" + write_var_string(root)
    structs: list[bytes] = []
    clock = 0
    if inner is not None:
        kind, content, _ = CONTENTS[inner]
        structs.append(bytes((kind,)) + parent + content)
        parent = b"\0" + _CLIENT + write_var_uint(0)
        clock = 1
    before: int | None = None
    for name in contents:
        kind, content, length = CONTENTS[name]
        if before is None:
            structs.append(bytes((kind,)) + parent + content)
        else:
            structs.append(bytes((kind | 0x80,)) + _CLIENT + write_var_uint(before) + content)
        before = clock + length - 1
        clock += length
    return b"\1" + write_var_uint(len(structs)) + _CLIENT + b"\0" + b"".join(structs) + b"\0"


def nested_elements(depth: int) -> bytes:
    """Return an update with that many elements within each other in the root `default`."""
    content = b"\3" + write_var_string("p")
    structs = [b"\7\1" + write_var_string("default") + content]
    structs += [b"\7\0" + _CLIENT + write_var_uint(clock) + content for clock in range(depth - 1)]
    return b"\1" + write_var_uint(depth) + _CLIENT + b"\0" + b"".join(structs) + b"\0"


def nested_maps(depth: int) -> bytes:
    """Return an update with that many maps within each other in the root `data`."""
    key = write_var_string("k")
    structs = [b"\x27\1" + write_var_string("data") + key + b"\1"]
    structs += [b"\x27\0" + _CLIENT + write_var_uint(clock) + key + b"\1" for clock in range(depth - 1)]
    return b"\1" + write_var_uint(depth) + _CLIENT + b"\0" + b"".join(structs) + b"\0"


def opened(*updates: bytes) -> Doc[Any]:
    """Return a document with these updates."""
    result: Doc[Any] = Doc()
    for each in updates:
        result.apply_update(each)
    return result
