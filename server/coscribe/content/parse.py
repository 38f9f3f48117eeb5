"""Content from outside as a ProseMirror document that every browser will show as it is.

The counterpart of `render.py`. Whatever comes in, either a document comes out that fits the schema and holds nothing
dangerous, or a ContentError says what is wrong with the input.
"""

import contextlib
import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

from coscribe.content.errors import ContentError, ContentTooLarge
from coscribe.content.formats import READABLE, full_name
from coscribe.content.html_reader import from_html, html_pieces
from coscribe.content.input import accept
from coscribe.content.markdown_reader import from_markdown, markdown_pieces
from coscribe.content.pieces import NotAlone, Piece, Pieces
from coscribe.content.schema import MAX_NODES, Json, check_bounds, too_many_nodes

MAX_BODY_BYTES = 8 * 1024 * 1024

_BLANK_LINE = re.compile(r"\n\n")
_LINE_END = re.compile(r"\r\n?")


def parse(format: str, body: bytes, *, max_bytes: int = MAX_BODY_BYTES) -> Json:
    """Return the valid ProseMirror document that a body in json, text, markdown or html describes.

    Raises ContentTooLarge for a body over `max_bytes`, and ContentError for an unknown format, a body that is not
    UTF-8, and content that cannot be read or does not fit the schema.
    """
    reader = _READERS.get(full_name(format))
    if reader is None:
        raise ContentError(f"Content cannot be read from {format!r}; use one of {', '.join(READABLE)}.")
    if len(body) > max_bytes:
        raise ContentTooLarge(f"The content is {len(body)} bytes long; send at most {max_bytes}.")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError(f"The content is not UTF-8 (at byte {error.start}); save it as UTF-8.") from error
    if (divide := _DIVIDERS.get(full_name(format))) is not None:
        with contextlib.suppress(NotAlone, ContentError):  # an error is that of the whole
            pieces = divide(text)
            document = _PIECES.document(pieces) if pieces is not None else None
            if document is not None:
                check_bounds(document)
                return document
    return accept(reader(text))


def _read_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ContentError("The JSON is nested too deeply; flatten it.") from None
    except ValueError as error:
        raise ContentError(f"The content is not JSON: {error}.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _read_text(text: str) -> Json:
    """A blank line ends a paragraph, a line end is a hard break."""
    if text.count("\n") + text.count("\r") > MAX_NODES:
        raise too_many_nodes()
    text = _LINE_END.sub("\n", text).strip("\n")
    return {"type": "doc", "content": [_read_paragraph(part.strip("\n")) for part in _BLANK_LINE.split(text)]}


def _read_paragraph(text: str) -> Json:
    content: list[Json] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            content.append({"type": "hardBreak"})
        content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}


_PIECES = Pieces()
_DIVIDERS: dict[str, Callable[[str], list[Piece] | None]] = {"markdown": markdown_pieces, "html": html_pieces}
_READERS: dict[str, Callable[[str], Any]] = {
    "json": _read_json,
    "text": _read_text,
    "markdown": from_markdown,
    "html": from_html,
}
