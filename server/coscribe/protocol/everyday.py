"""The two shapes that most updates have: one inserted string, one deleted range.

Matching one regular expression costs a tenth of walking the struct that it matches. The patterns take integers of at
most 35 bits in their shortest form (client ids of Yjs have 32); whatever does not match is for the walk to judge.
"""

import re

_UINT = rb"([\0-\x7f]|[\x80-\xff]{1,4}[\x01-\x7f])"

match_insert = re.compile(
    rb"\x01\x01" + _UINT + _UINT + rb"(?:[\x84\x44]" + _UINT + _UINT + rb"|\xc4" + _UINT * 4 + rb")([\x01-\x7f])(.+)\0",
    re.DOTALL,
).fullmatch
"""One string of up to 127 bytes beside known text.

Groups: client, clock, then either the one id (client, clock) that it stands beside or the two between which it stands,
then the announced size (to be compared) and the text (to be decoded).
"""

match_delete = re.compile(rb"\0\x01" + _UINT + rb"\x01" + _UINT + rb"([\x01-\x7f])", re.DOTALL).fullmatch
"""One deleted range of up to 127 ids. Groups: client, clock, length."""


def uint(encoded: bytes) -> int:
    """Decode an integer that one of the patterns matched."""
    value = encoded[0]
    if value < 128:
        return value
    value &= 127
    shift = 7
    for byte in encoded[1:]:
        value |= (byte & 127) << shift
        shift += 7
    return value
