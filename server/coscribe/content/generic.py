"""A Yjs document that is no rich text, as JSON and as text: any application's texts, lists, maps and XML.

The JSON is what `ydoc.toJSON()` says in the browser, `{root: value}`. Roots are read as what `shape.py` found them to
be, which also bounds their depth.
"""

import json
from collections.abc import Iterator
from typing import Any, cast

from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, XmlText

from coscribe.content import prosemirror
from coscribe.content.schema import Json
from coscribe.content.shape import Kind
from coscribe.content.text import to_text


def to_json(doc: Doc[Any], kinds: dict[str, Kind]) -> Json:
    """Return every root's value by its name."""
    return {name: _value(doc, name, kind) for name, kind in kinds.items()}


def to_plain_text(doc: Doc[Any], kinds: dict[str, Kind]) -> str:
    """Return all that a reader would read: texts as they are, and the strings in lists and maps, a line each."""
    if list(kinds.values()) == [Kind.TEXT]:
        return str(_value(doc, *next(iter(kinds.items()))))
    parts = [_readable(doc, name, kind).strip("\n") for name, kind in kinds.items()]
    text = "\n\n".join(part for part in parts if part)
    return text + "\n" if text else ""


def _readable(doc: Doc[Any], name: str, kind: Kind) -> str:
    if kind is Kind.XML:
        return to_text(prosemirror.read(doc, name) or prosemirror.empty())
    return "\n".join(_strings(_value(doc, name, kind)))


def _value(doc: Doc[Any], name: str, kind: Kind) -> Any:
    if kind is Kind.TEXT:
        return str(doc.get(name, type=Text))
    if kind is Kind.LIST:
        return json.loads(str(doc.get(name, type=Array[Any])))
    if kind is Kind.MAP:
        return json.loads(str(doc.get(name, type=Map[Any])))
    return "".join(map(_xml, doc.get(name, type=XmlFragment).children))


def _xml(node: XmlElement | XmlFragment | XmlText) -> str:
    """Return a node as Yjs writes it: attributes in the order of their names, nothing escaped."""
    if isinstance(node, XmlText):
        return "".join(_marked(run, marks or {}) for run, marks in node.diff() if isinstance(run, str))
    inner = "".join(map(_xml, node.children))
    if isinstance(node, XmlFragment):
        return inner
    stored = cast("Iterator[tuple[str, Any]]", node.attributes)
    attributes = "".join(f' {name}="{_plain(value)}"' for name, value in sorted(stored, key=lambda pair: pair[0]))
    tag = (node.tag or "").lower()
    return f"<{tag}{attributes}>{inner}</{tag}>"


def _marked(text: str, marks: Json) -> str:
    for name in sorted(marks, reverse=True):
        values = marks[name] if isinstance(marks[name], dict) else {}
        attributes = "".join(f' {key}="{_plain(values[key])}"' for key in sorted(values))
        text = f"<{name}{attributes}>{text}</{name}>"
    return text


def _plain(value: Any) -> str:
    value = prosemirror.plain(value)
    return value if isinstance(value, str) else json.dumps(value)


def _strings(value: Any) -> Iterator[str]:
    """Yield the strings in a value, in order; an own stack, because values nest within types that nest."""
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, dict):
            pending.extend(reversed(list(current.values())))
        elif isinstance(current, list):
            pending.extend(reversed(current))
