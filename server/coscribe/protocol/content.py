"""The contents of structs: what each kind may hold, and where it ends.

Readers here skip: they return a position, never a value, and touch each byte a bounded number of times. Whatever they
let through can be read by Yjs and by yrs: strings are UTF-8, JSON is JSON with the nesting that serde allows, and
values do not nest deeper than any walker's stack. Two kinds that Yjs reads are refused on purpose, because yrs reads
them wrongly and would refuse the update: lists of JSON texts, which no Yjs since 13 writes, and XML hooks.
"""

import json
import re

from coscribe.protocol.lib0 import DecodeError, read_var_uint

MAX_NESTING = 128
"""Levels of lists and maps inside one value."""

ANY_NUMBER = 1 << 62
"""A limit that limits nothing."""

MAX_JSON_NESTING = 127
"""Levels of brackets in one JSON text: serde refuses the 128th."""

DELETED = 1
_JSON = 2
BINARY = 3
STRING = 4
EMBED = 5
FORMAT = 6
TYPE = 7
ANY = 8
DOCUMENT = 9

_ELEMENT = 3
_HOOK = 5
_XML_TEXT = 6

_UNDEFINED, _NULL, _INTEGER, _FLOAT32, _FLOAT64, _BIGINT, _FALSE, _TRUE = range(127, 119, -1)
_TEXT, _MAP, _LIST, _BYTES = range(119, 115, -1)

_JSON_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PLAIN_JSON = frozenset((b"true", b"false", b"null", b"{}"))
_BRACKET = re.compile(rb"[\[\]{}]")


class Elaborate(Exception):
    """There is more to read than was allowed here: a worker has the time."""


def skip_string(data: bytes, at: int) -> int:
    """Return the position after a string."""
    size = data[at]
    at += 1
    if size > 127:
        size, at = read_var_uint(data, at - 1)
    end = at + size
    if end > len(data):
        raise DecodeError(f"{size} bytes are announced and {len(data) - at} are left")
    text = data[at:end]
    if not text.isascii():
        _decode(text)
    return end


def skip_bytes(data: bytes, at: int) -> int:
    """Return the position after a byte string."""
    size, at = read_var_uint(data, at)
    if at + size > len(data):
        raise DecodeError(f"{size} bytes are announced and {len(data) - at} are left")
    return at + size


def skip_json(data: bytes, at: int) -> int:
    """Return the position after a string that holds a JSON text."""
    size, at = read_var_uint(data, at)
    end = at + size
    if end > len(data):
        raise DecodeError(f"{size} bytes are announced and {len(data) - at} are left")
    text = data[at:end]
    if text in _PLAIN_JSON:
        return end
    if text.count(b"[") + text.count(b"{") > MAX_JSON_NESTING:
        _check_json_nesting(text)
    try:
        string = text.decode()
        try:
            whole = _scan_json(string, 0)[1] == len(string)
        except StopIteration:
            whole = False
        if not whole:  # there may be space around it
            _parse_json(string)
    except ValueError:
        raise DecodeError("a value is not JSON") from None
    return end


def skip_any(data: bytes, at: int, count: int, most: int = ANY_NUMBER) -> int:
    """Return the position after `count` lib0 values; raise Elaborate where they are `most` or more together."""
    size = len(data)
    announced = count
    outer: list[tuple[int, bool]] = []
    left = count
    in_map = False
    while True:
        while left == 0:
            if not outer:
                return at
            left, in_map = outer.pop()
        left -= 1
        if in_map:
            at = skip_string(data, at)
        tag = data[at]
        at += 1
        if tag == _TEXT:
            at = skip_string(data, at)
        elif tag == _INTEGER:
            at = _skip_integer(data, at)
        elif tag in (_UNDEFINED, _NULL, _FALSE, _TRUE):
            pass
        elif tag in (_FLOAT64, _BIGINT):
            at += 8
        elif tag == _FLOAT32:
            at += 4
        elif tag in (_MAP, _LIST):
            inner, at = read_var_uint(data, at)
            if inner > size - at:
                raise DecodeError(f"{inner} values in {size - at} bytes")
            announced += inner
            if announced >= most:
                raise Elaborate
            outer.append((left, in_map))
            if len(outer) > MAX_NESTING:
                raise DecodeError(f"values nest deeper than {MAX_NESTING}")
            left = inner
            in_map = tag == _MAP
        elif tag == _BYTES:
            at = skip_bytes(data, at)
        else:
            raise DecodeError(f"a value of kind {tag}")
        if at > size:
            raise DecodeError("the bytes end in the middle of a value")


def skip_content(data: bytes, at: int, kind: int, most: int = ANY_NUMBER) -> tuple[int, int]:
    """Return how many ids a content of this kind has, and the position after it.

    Raises Elaborate where it has values, and they are `most` or more together.
    """
    if kind == STRING:
        size, at = read_var_uint(data, at)
        end = at + size
        if end > len(data):
            raise DecodeError(f"{size} bytes are announced and {len(data) - at} are left")
        text = data[at:end]
        length = size if text.isascii() else utf16_length(text)
    elif kind == ANY:
        length, at = read_var_uint(data, at)
        if length > len(data) - at:
            raise DecodeError(f"{length} values in {len(data) - at} bytes")
        if length >= most:
            raise Elaborate
        end = skip_any(data, at, length, most)
    elif kind == DELETED:
        length, end = read_var_uint(data, at)
    elif kind == TYPE:
        length = 1
        name, end = read_var_uint(data, at)
        if name == _ELEMENT:
            end = skip_string(data, end)
        elif name == _HOOK:
            raise DecodeError("a Y.XmlHook, which yrs cannot read: use a Y.XmlElement")
        elif name > _XML_TEXT:
            raise DecodeError(f"a type of kind {name}")
    elif kind == FORMAT:
        length = 1
        end = skip_json(data, skip_string(data, at))
    elif kind == EMBED:
        length = 1
        end = skip_json(data, at)
    elif kind == BINARY:
        length = 1
        end = skip_bytes(data, at)
    elif kind == DOCUMENT:
        length = 1
        at = skip_string(data, at)
        if data[at] != _MAP:
            raise DecodeError("a subdocument's options are not a map")
        end = skip_any(data, at, 1, most)
    elif kind == _JSON:
        raise DecodeError(
            "a list of JSON texts, which Yjs 13 does not write and yrs cannot read: open and save it anew"
        )
    else:
        raise DecodeError(f"a content of kind {kind}")
    if length == 0:
        raise DecodeError("a struct is empty")
    return length, end


def utf16_length(text: bytes) -> int:
    """Return the length in UTF-16 units of UTF-8 bytes: what an id counts."""
    return len(_decode(text).encode("utf-16-le")) >> 1


def _decode(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise DecodeError("a string is not UTF-8") from None


def _skip_integer(data: bytes, at: int) -> int:
    shift = 6
    while data[at] > 127:
        at += 1
        shift += 7
        if shift > 55:
            raise DecodeError("an integer is over 2^53-1")
    return at + 1


def _check_json_nesting(text: bytes) -> None:
    depth = 0
    for bracket in _BRACKET.findall(_JSON_STRING.sub(b"", text)):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_JSON_NESTING:
            raise DecodeError(f"JSON nests deeper than {MAX_JSON_NESTING}")


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise ValueError(digits)
    return number


_decoder = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
_parse_json = _decoder.decode
_scan_json = _decoder.scan_once  # type: ignore[attr-defined]  # what `decode` calls, without its two searches
