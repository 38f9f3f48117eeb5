"""Reading a state back before it counts."""

from __future__ import annotations

from typing import Any

import pytest
from pycrdt import Doc, Text

from coscribe.workers.reload import EngineFailed, is_engine_error, is_out_of_memory, reloaded


def test_a_state_that_yrs_writes_and_cannot_read_is_found_out() -> None:
    doc: Doc[Any] = Doc()
    doc.apply_update(bytes.fromhex("01010100020103786d6c0109756e646566696e6564024d01000201010103"))
    doc.get_update()
    with pytest.raises(ValueError, match="decode"):
        reloaded(doc)


def test_state_vector_and_deletions_are_what_was_reloaded() -> None:
    doc: Doc[Any] = Doc(client_id=7)
    shared = doc.get("t", type=Text)
    shared += "hello"
    del shared[1:3]
    state, vector, deletes = reloaded(doc)
    assert (vector, deletes) == (b"\1\7\5", b"\1\7\1\1\2")
    copy: Doc[Any] = Doc()
    copy.apply_update(state)
    assert str(copy.get("t", type=Text)) == "hlo"


def test_the_keys_of_an_object_may_come_back_in_another_order() -> None:
    doc: Doc[Any] = Doc()
    shared = doc.get("t", type=Text)
    shared += "hello"
    shared.format(0, 3, {"link": {"href": "a", "target": None, "rel": None, "class": None, "title": None}})
    for _ in range(20):  # yrs shuffles them anew for each document
        reloaded(doc)


class _Lying:
    """A document that encodes another state than its own."""

    def __init__(self, state: bytes, vector: bytes, difference: bytes) -> None:
        self._state, self._vector, self._difference = state, vector, difference

    def get_update(self, vector: bytes | None = None) -> bytes:
        return self._state if vector is None else self._difference

    def get_state(self) -> bytes:
        return self._vector


@pytest.mark.parametrize(
    ("vector", "difference", "complaint"), [(b"\1\7\2", b"\0\0", "clocks"), (b"\1\7\1", b"\0\1\7\1\0\1", "deletions")]
)
def test_a_state_that_reads_back_as_something_else_is_refused(vector: bytes, difference: bytes, complaint: str) -> None:
    lying: Any = _Lying(bytes.fromhex("010107000401017401610" + "0"), vector, difference)
    with pytest.raises(EngineFailed, match=complaint):
        reloaded(lying)


def test_a_lack_of_memory_is_no_fault_of_the_bytes() -> None:
    error = ValueError("Cannot decode update: failed to allocate memory: memory allocation failed")
    assert is_out_of_memory(error)
    assert not is_engine_error(error)
    assert not is_engine_error(KeyboardInterrupt())
    assert is_engine_error(ValueError("Cannot decode update"))
