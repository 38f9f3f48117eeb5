"""How messages travel between processes: msgpack with the length in front; and what a process may say beside them."""

import os
import sys
import traceback
from types import TracebackType

import msgspec

LENGTH_BYTES = 4  # little-endian, in front of every message

_encoder = msgspec.msgpack.Encoder()


def frame(message: msgspec.Struct) -> bytearray:
    """Encode a message with its length in front."""
    buffer = bytearray(LENGTH_BYTES)
    _encoder.encode_into(message, buffer, LENGTH_BYTES)
    buffer[:LENGTH_BYTES] = (len(buffer) - LENGTH_BYTES).to_bytes(LENGTH_BYTES, "little")
    return buffer


def say_only_where() -> None:
    """Let this process say on stderr where it failed, and no more: what an error says may be words of a document.

    What libraries print, such as the engine when it panics, is dropped for the same reason.
    """

    def place(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
        print("".join(traceback.format_tb(trace)) + kind.__name__, file=sys.stderr, flush=True)

    sys.excepthook = place
    sys.stderr = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
