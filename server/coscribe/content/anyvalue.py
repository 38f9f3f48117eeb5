"""lib0's encoding of any JSON value, as Yjs writes the attributes of an element.

Kept byte for byte as JavaScript writes it, because the names of overlapping marks are hashes of these bytes.
"""

import struct
from typing import Any

from coscribe.protocol.lib0 import write_var_bytes, write_var_string, write_var_uint

_NULL, _INTEGER, _FLOAT32, _FLOAT64, _FALSE, _TRUE, _STRING, _OBJECT, _ARRAY, _BYTES = (
    bytes((tag,)) for tag in (126, 125, 124, 123, 121, 120, 119, 118, 117, 116)
)
_INTEGER_MAX = (1 << 31) - 1
_FLOAT32_MAX = 3.4028234663852886e38


def write_any(value: Any) -> bytes:
    """Write None, a bool, a number, a string, bytes, or a list or string-keyed dict of these.

    Recursive: the caller bounds the depth. Raises TypeError for anything else.
    """
    if value is None:
        return _NULL
    if value is True:
        return _TRUE
    if value is False:
        return _FALSE
    if isinstance(value, str):
        return _STRING + write_var_string(value)
    if isinstance(value, int) and abs(value) <= _INTEGER_MAX:
        return _INTEGER + _write_var_int(value)
    if isinstance(value, int | float):
        return _write_float(float(value))
    if isinstance(value, dict):
        pairs = b"".join(write_var_string(key) + write_any(inner) for key, inner in value.items())
        return _OBJECT + write_var_uint(len(value)) + pairs
    if isinstance(value, list | tuple):
        return _ARRAY + write_var_uint(len(value)) + b"".join(map(write_any, value))
    if isinstance(value, bytes):
        return _BYTES + write_var_bytes(value)
    raise TypeError(f"A Yjs document cannot hold a {type(value).__name__}.")


def _write_float(value: float) -> bytes:
    if value.is_integer() and abs(value) <= _INTEGER_MAX:
        return _INTEGER + _write_var_int(int(value))
    if not abs(value) <= _FLOAT32_MAX or struct.unpack(">f", packed := struct.pack(">f", value))[0] != value:
        return _FLOAT64 + struct.pack(">d", value)
    return _FLOAT32 + packed


def _write_var_int(number: int) -> bytes:
    sign, rest = (0x40, -number) if number < 0 else (0, number)
    if rest < 64:
        return bytes((sign | rest,))
    return bytes((0x80 | sign | rest & 63,)) + write_var_uint(rest >> 6)
