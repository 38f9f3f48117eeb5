"""WebSocket frames as the server sends them: one binary message, unmasked, unfragmented.

The relay frames a message once and writes the same bytes to every client of a room, so framing happens here and
not in the WebSocket library, which frames per connection. RFC 6455, section 5.2.
"""

import struct

_SHORT = 126
_MEDIUM = 1 << 16
_pack_medium = struct.Struct("!BBH").pack
_pack_long = struct.Struct("!BBQ").pack


def binary_head(size: int) -> bytes:
    """Return what stands before the payload of a binary message."""
    if size < _SHORT:
        return bytes((0x82, size))
    if size < _MEDIUM:
        return _pack_medium(0x82, 126, size)
    return _pack_long(0x82, 127, size)


def binary_frame(payload: bytes) -> bytes:
    """Frame one binary message."""
    return binary_head(len(payload)) + payload


def close_frame(code: int, reason: bytes) -> bytes:
    """Frame the end of a connection; a reason has 123 bytes at most."""
    return bytes((0x88, 2 + len(reason))) + code.to_bytes(2, "big") + reason
