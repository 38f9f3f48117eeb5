"""Items whose parent can hold nothing, such as one put into a piece of text.

Yjs turns them into garbage-collected structs as they arrive; yrs refuses the whole update ("block parent … must be
deleted or shared ref type"), and with it the words around them. The remedy is to do to the bytes what Yjs does.
"""

from __future__ import annotations

import re

from coscribe.protocol.lib0 import read_var_uint, write_var_uint
from coscribe.protocol.structs import GC, SKIP, read_struct
from coscribe.protocol.updates import check

_NEIGHBOURS = 0xC0
_find_parent = re.compile(r"block parent <(\d+)#(\d+)> must be deleted or shared ref type").search


def bury(update: bytes, error: BaseException) -> bytes | None:
    """Return the update with the items that yrs complains about turned to GC; None when it complains of something else.

    Raises MalformedUpdate.
    """
    found = _find_parent(str(error))
    if found is None:
        return None
    parent = write_var_uint(int(found[1])) + write_var_uint(int(found[2]))
    out: list[bytes] = []
    done = 0
    for section in check(update).sections:
        at, clock = section.at, section.start
        own = write_var_uint(section.client)
        for _ in range(section.structs):
            after, end, _ = read_struct(update, at, own, clock, {})
            if _hangs_under(update, at, parent):
                out += (update[done:at], bytes((GC,)), write_var_uint(end - clock))
                done = after
            at, clock = after, end
    if not done:
        return None
    return b"".join([*out, update[done:]])


def _hangs_under(update: bytes, at: int, parent: bytes) -> bool:
    info = update[at]
    if info & _NEIGHBOURS or info in (GC, SKIP):
        return False
    named, at = read_var_uint(update, at + 1)
    return named == 0 and update.startswith(parent, at)
