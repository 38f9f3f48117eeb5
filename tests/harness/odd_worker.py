"""A worker whose engine does what some bytes tell it to: the hostile updates that nobody has found yet.

An update that holds one of these words, and passes every check, makes the process die, hang or eat memory when it is
applied; one that holds WRITE_HANG lets it hang when the document is written out.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

from coscribe.workers import quarantine, replica, worker

DIE = "dieeeee"
HANG = "hanggggg"
EAT = "eattttt"
PANIC = "paniccccc"
WRITE_HANG = "writehang"


class PanicException(BaseException):
    """What pyo3 raises when Rust panics."""


class OddDoc(replica.Doc):  # type: ignore[type-arg]
    """A document that acts on some words."""

    def apply_update(self, update: bytes) -> None:
        if DIE.encode() in update:
            os.kill(os.getpid(), signal.SIGSEGV)
        if HANG.encode() in update:
            time.sleep(3600)
        if EAT.encode() in update:
            eaten = []
            while True:
                eaten.append(bytearray(1 << 24))
        if PANIC.encode() in update:
            os.write(2, f"panicked at {PANIC}".encode())
            raise PanicException(f"byte index 1 is not a char boundary; it is inside 'é' (bytes 0..2) of `é{PANIC}`")
        super().apply_update(update)


def write_out(entry: Any, format: str, title: str) -> tuple[str, bytes]:
    if WRITE_HANG.encode() in entry.state():
        time.sleep(3600)
    return honest_write_out(entry, format, title)


honest_write_out = quarantine.write_out
replica.Doc = OddDoc  # type: ignore[misc]
quarantine.write_out = write_out

if __name__ == "__main__":
    worker.main(sys.argv[1:])
