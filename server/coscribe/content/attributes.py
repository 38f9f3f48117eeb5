"""Which values the attributes of nodes and marks may have, beyond what the schema says of their types.

ProseMirror takes any value for an attribute whose default is null. Browsers of ours draw only what is allowed here,
so whatever comes in from elsewhere is held to the same: a value that is not allowed is left out, and the attribute
has its default.
"""

from collections.abc import Callable
from typing import Any

from coscribe.content.colors import safe_color
from coscribe.content.links import safe_href, safe_image_source
from coscribe.content.schema import Json

ALIGNMENTS = ("left", "center", "right", "justify")
CELL_ALIGNMENTS = ("left", "center", "right")
CALLOUT_KINDS = ("note", "tip", "important", "warning", "caution")
HEADING_MAX = 6
SPAN_MAX = 1000
"""The most columns or rows that HTML lets a cell have."""
PIXELS_MAX = 10_000
SIGN_MAX_CHARACTERS = 8

Check = Callable[[Any], Any]


def allowed_attributes(kind: str, given: Json) -> Json:
    """Return the attributes of a node or mark without those that have a value that is not allowed."""
    checks = _CHECKS.get(kind)
    if checks is None:
        return given
    result: Json = {}
    for name, value in given.items():
        check = checks.get(name)
        if (allowed := value if check is None else check(value)) is not None:
            result[name] = allowed
    if "colwidth" in result and len(result["colwidth"]) != result.get("colspan", 1):
        del result["colwidth"]
    return result


def pixels(value: object) -> int | float | None:
    """Return a width or height that an image may have, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= PIXELS_MAX:
        return None
    return value


def widths(value: object) -> list[int] | None:
    """Return the widths of a cell's columns in pixels, 0 for one that has none; None where no column has any."""
    if not isinstance(value, list | tuple):
        return None
    result = [round(width) if (width := pixels(each)) is not None else 0 for each in value]
    return result if any(result) else None


def _one_of(*values: str) -> Check:
    return lambda value: value if isinstance(value, str) and value in values else None


def _span(value: object) -> object:
    """A span is 1 to SPAN_MAX; what is no number is left for the schema to refuse."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return min(max(int(value), 1), SPAN_MAX)


def _level(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return min(max(int(value), 1), HEADING_MAX)


def _words(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _name(value: object) -> object:
    """The id or label of a mention: text, or a number where an application counts."""
    return value if isinstance(value, str | int | float) else None


def _sign(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= SIGN_MAX_CHARACTERS else None


_LINES: dict[str, Check] = {"textAlign": _one_of(*ALIGNMENTS)}
_CELL: dict[str, Check] = {
    "colspan": _span,
    "rowspan": _span,
    "colwidth": widths,
    "align": _one_of(*CELL_ALIGNMENTS),
}
_CHECKS: dict[str, dict[str, Check]] = {
    "paragraph": _LINES,
    "heading": {**_LINES, "level": _level},
    "tableCell": _CELL,
    "tableHeader": _CELL,
    "image": {
        "src": safe_image_source,
        "href": safe_href,
        "alt": _words,
        "title": _words,
        "caption": _words,
        "width": pixels,
        "height": pixels,
    },
    "mention": {"id": _name, "label": _name, "mentionSuggestionChar": _sign},
    "callout": {"kind": _one_of(*CALLOUT_KINDS)},
    "link": {"href": safe_href, "target": _words, "rel": _words, "class": _words, "title": _words},
    "textStyle": {"color": safe_color},
    "highlight": {"color": safe_color},
}

NEEDED = {"link": "href", "textStyle": "color"}
"""Marks that say nothing without this attribute."""
