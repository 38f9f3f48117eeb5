"""A program that floods a server over WebSockets: `python flood.py PORT PATH KIND CONNECTIONS SECONDS`.

A process of its own, so that what it costs to send is not taken for what it costs others. It prints a line when it is
ready, begins when it reads one, and says in the end how many bytes it sent.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

MASKED = 0x80
PIECE_BYTES = 65536


def frame(payload: bytes, first: int = 0x82) -> bytes:
    """Make a frame whose mask is zero."""
    size = len(payload)
    if size < 126:
        length = bytes([MASKED | size])
    elif size < 65536:
        length = bytes([MASKED | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([MASKED | 127]) + size.to_bytes(8, "big")
    return bytes([first]) + length + bytes(4) + payload


def content(kind: str, number: int) -> tuple[bytes, bytes]:
    """Return what is sent once, and what is sent again and again after it."""
    if kind == "edits":
        from harness.lib0 import Typist, var_bytes

        typist = Typist(1000 + number)
        return b"".join(frame(b"\x00\x02" + var_bytes(typist.type("x"))) for _ in range(100_000)), b""
    if kind == "questions":
        return b"", frame(b"\x00\x00\x01\x00") * 10_000
    if kind == "pings":
        return b"", frame(b"", 0x89) * 10_000
    if kind == "fragments":
        return frame(b"", 0x02), frame(b"", 0x00) * 10_000
    raise ValueError(f"{kind} is no flood; use one of {', '.join(KINDS)}")


KINDS = ("edits", "questions", "pings", "fragments")


class Flood:
    """Run the program against a server."""

    def __init__(self, port: int, path: str, kind: str, connections: int, seconds: float) -> None:
        arguments = [str(port), path, kind, str(connections), str(seconds)]
        self._process = subprocess.Popen(
            [sys.executable, __file__, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def begin(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def end(self) -> int:
        """Wait for its end; return how many bytes it sent."""
        return int(self._process.communicate(timeout=60)[0])

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def _send(port: int, path: str, once: bytes, again: bytes, seconds: float, sent: list[int]) -> None:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    connection.recv(4096)

    def drain() -> None:
        try:
            while connection.recv(1 << 20):
                pass
        except OSError:
            return

    threading.Thread(target=drain, daemon=True).start()
    connection.settimeout(0.5)
    until, at, blob, total = time.monotonic() + seconds, 0, once, 0
    while time.monotonic() < until:
        if at >= len(blob):
            at, blob = 0, again
            if not again:
                break
        try:
            taken = connection.send(blob[at : at + PIECE_BYTES])
        except TimeoutError:
            continue
        except OSError:
            break
        at, total = at + taken, total + taken
    time.sleep(max(0.0, until - time.monotonic()))
    sent.append(total)
    connection.close()


def main() -> None:
    port, path, kind, connections, seconds = sys.argv[1:]
    floods = [content(kind, number) for number in range(int(connections))]
    print("ready", flush=True)
    sys.stdin.readline()
    sent: list[int] = []
    threads = [threading.Thread(target=_send, args=(int(port), path, *each, float(seconds), sent)) for each in floods]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(sent), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
