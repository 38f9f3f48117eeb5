"""Whether what a pycrdt document encodes can be read back, and gives the same document.

yrs can be brought to write states that nobody can read. Nothing that was not read back and compared becomes a
checkpoint, for a checkpoint is what a document is opened from ever after.
"""

from __future__ import annotations

import re
from typing import Any

from pycrdt import Doc

from coscribe.protocol.state_vectors import read_state_vector
from coscribe.protocol.updates import read_delete_set

MAX_SAID_CHARACTERS = 200
_QUOTED = re.compile(r"""[`'"].*[`'"]""", re.DOTALL)
MAX_RELOADS = 2  # the first joins what was split in memory, so that the second must change nothing


class EngineFailed(RuntimeError):
    """pycrdt failed on a document in a way that no single update can be blamed for."""


class Unverified(RuntimeError):
    """A document that does not hold what its rows say."""


def is_engine_error(error: BaseException) -> bool:
    """Tell a failure of pycrdt, whose panics are no Exception, from a request to end the process."""
    return is_panic(error) or (isinstance(error, Exception) and not is_out_of_memory(error))


def is_out_of_memory(error: BaseException) -> bool:
    """Tell a lack of memory, which yrs reports as bytes that it cannot decode: no fault of those bytes."""
    return isinstance(error, MemoryError) or (isinstance(error, ValueError) and "allocate memory" in str(error))


def is_panic(error: BaseException) -> bool:
    """Tell an error after which nothing of the document can be relied on."""
    return type(error).__name__ == "PanicException"


def said_of(error: BaseException) -> str:
    """Name an error for a log, without what it quotes, from the first mark to the last: that may be words of people."""
    return f"{type(error).__name__}: {_QUOTED.sub('…', str(error))[:MAX_SAID_CHARACTERS]}"


def reloaded(doc: Doc[Any]) -> tuple[bytes, bytes, bytes]:
    """Return a document's state, state vector and encoded delete set, after reading them back.

    The delete set is had from the update against the document's own vector, which costs next to nothing.
    Raises EngineFailed, and what pycrdt raises on a state that it cannot read.
    """
    state = doc.get_update()
    vector = doc.get_state()
    deletes = doc.get_update(vector)[1:]
    clocks = read_state_vector(vector)
    for _ in range(MAX_RELOADS):
        copy: Doc[Any] = Doc()
        copy.apply_update(state)
        if read_state_vector(copy.get_state()) != clocks:
            raise EngineFailed("the state that it encodes reads back with other clocks")
        if not _same_deletes(copy.get_update(vector)[1:], deletes):
            raise EngineFailed("the state that it encodes reads back with other deletions")
        again = copy.get_update()
        if _same_structs(again, state):
            return state, vector, deletes
        state = again
    raise EngineFailed("the state that it encodes changes each time it is read back")


def _same_deletes(one: bytes, other: bytes) -> bool:
    return one == other or sorted(read_delete_set(one)) == sorted(read_delete_set(other))


def _same_structs(one: bytes, other: bytes) -> bool:
    """Compare full updates but for the order of delete sets and of the keys of objects.

    yrs keeps both in hash maps, so that it writes them in another order each time: a link, whose mark is an object of
    five attributes, hardly ever comes back as the same bytes. Only another order leaves every byte as often as it was.
    """
    return one == other or (len(one) == len(other) and all(one.count(byte) == other.count(byte) for byte in range(256)))
