"""A program that floods a server: `python flood.py PORT KIND CONNECTIONS SECONDS`, or takes a flood: `… sink RATE`.

A process of its own, so that what it costs to send is not taken for what it costs others. It prints a line when it is
ready, begins when it reads one, and says in the end how many bytes it sent. Whose connection is ended comes back at
once, as somebody who means harm would.

The sink reads so many bytes a second and throws them away: what a flood costs a machine by itself, whatever is flooded.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import NamedTuple

MASKED = 0x80
PIECE_BYTES = 65536
EDITS = 200_000
BIG_BYTES = 1_000_000
BIG_ONES = 60
CROWD = 100
STRUCTS = 2000
CLIENTS = 10_000
AUDIENCE = 500
LETTER_BYTES = 23
LETTER_S = 0.01
UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
DOCUMENT = "flooded"
PATH = f"/sync/{DOCUMENT}"


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


class Content(NamedTuple):
    """What a connection sends once, and what it sends again and again after it; a WebSocket's, or requests."""

    once: bytes
    again: bytes
    upgrade: bool = True


def _edits(client: int, number: int, size: int) -> bytes:
    from harness.lib0 import Typist, var_bytes

    typist, frames = Typist(client), []
    for _ in range(number):
        frames.append(frame(b"\x00\x02" + var_bytes(typist.type("x" * size))))
        typist.typed = ""  # to add to it takes longer with each
    return b"".join(frames)


def _awareness() -> bytes:
    from harness.lib0 import awareness, var_bytes

    states = (awareness((7, clock, f'{{"user":{{"name":"{clock}"}}}}')) for clock in range(1, 10_000))
    return b"".join(frame(b"\x01" + var_bytes(state)) for state in states)


def _letters(client: int, number: int) -> Content:
    """Make edits of `LETTER_BYTES` each."""
    from harness.lib0 import var_bytes, var_uint

    begin = frame(b"\x00\x02" + var_bytes(b"\x01\x01" + var_uint(client) + b"\x00\x00" + var_uint(1 << 14) + b"\x00"))
    edits = []
    for clock in range(1 << 14, (1 << 14) + number):
        update = b"\x01\x01" + var_uint(client) + var_uint(clock) + b"\x04\x01\x01a\x01x\x00"
        edits.append(frame(b"\x00\x02" + var_bytes(update)))
    return Content(begin, b"".join(edits))


def _structs(client: int, number: int) -> bytes:
    """Make updates of letters, each a struct for itself, and each other one deleted already."""
    from harness.lib0 import var_bytes, var_uint

    pairs = b"\x00\x01\x04\x01\x01a\x01x" * STRUCTS
    heads = (b"\x01" + var_uint(2 * STRUCTS) + var_uint(client) + var_uint(2 * STRUCTS * at) for at in range(number))
    return b"".join(frame(b"\x00\x02" + var_bytes(head + pairs + b"\x00")) for head in heads)


def _clients(first: int) -> bytes:
    """Make updates of many clients, who write a letter each."""
    from harness.lib0 import var_bytes, var_uint

    frames = []
    for number in range(20):
        ids = range((first << 20) + number * CLIENTS, (first << 20) + (number + 1) * CLIENTS)
        sections = b"".join(b"\x01" + var_uint(client) + b"\x00\x04\x01\x01a\x01x" for client in ids)
        frames.append(frame(b"\x00\x02" + var_bytes(var_uint(CLIENTS) + sections + b"\x00")))
    return b"".join(frames)


def _vector() -> bytes:
    from harness.lib0 import var_bytes, var_uint

    clients = b"".join(var_uint(client) + b"\x01" for client in range(1 << 30, (1 << 30) + CLIENTS))
    return frame(b"\x00\x00" + var_bytes(var_uint(CLIENTS) + clients))


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 100


MAKE: dict[str, Callable[[int, int], Content]] = {
    "edits": lambda client, of: Content(_edits(client, max(60_000, EDITS // of), 1), b""),
    "questions": lambda client, of: Content(b"", frame(b"\x00\x00\x01\x00") * 10_000),
    "pings": lambda client, of: Content(b"", frame(b"", 0x89) * 10_000),
    "fragments": lambda client, of: Content(frame(b"", 0x02), frame(b"", 0x00) * 10_000),
    "awareness": lambda client, of: Content(b"", _awareness()),
    "big": lambda client, of: Content(_edits(client, max(12, BIG_ONES // of), BIG_BYTES), b""),
    "structs": lambda client, of: Content(_structs(client, 1000 // of), b""),
    "clients": lambda client, of: Content(_clients(client), b""),
    "vectors": lambda client, of: Content(b"", _vector() * 50),
    "requests": lambda client, of: Content(b"", _request("/api/documents"), upgrade=False),
    "exports": lambda client, of: Content(
        b"", _request(f"/api/documents/{DOCUMENT}/export?format=html"), upgrade=False
    ),
    "connections": lambda client, of: Content(b"", b""),
    "crowds": lambda client, of: Content(b"", b""),
    "audience": lambda client, of: _letters(client, 2000),
}
KINDS = tuple(MAKE)
FRAMES = ("edits", "questions", "pings", "fragments")
"""Those that stay on one connection and send nothing but frames."""


class _Program:
    """This program, running."""

    def __init__(self, *arguments: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.said = self._process.stdout.readline().strip()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


class Flood(_Program):
    """A flood of a server."""

    def __init__(self, port: int, kind: str, connections: int, seconds: float) -> None:
        super().__init__(port, kind, connections, seconds)

    def begin(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def end(self) -> int:
        """Wait for its end; return how many bytes it sent."""
        return int(self._process.communicate(timeout=60)[0])


class Sink(_Program):
    """What takes a flood in a server's place."""

    def __init__(self, bytes_per_second: float) -> None:
        super().__init__("sink", bytes_per_second)
        self.port = int(self.said)


# Sending


def _connect(port: int, upgrade: bool) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    if upgrade:
        connection.sendall(UPGRADE.format(path=PATH).encode())
        connection.recv(4096)
    connection.settimeout(0.5)
    return connection


def _drain(connection: socket.socket) -> None:
    while True:
        try:
            if not connection.recv(1 << 20):
                return
        except TimeoutError:
            continue
        except OSError:
            return


def _send(port: int, content: Content, seconds: float, sent: list[int]) -> None:
    until, total, once = time.monotonic() + seconds, 0, content.once
    while time.monotonic() < until:
        try:
            connection = _connect(port, content.upgrade)
        except OSError:
            continue
        threading.Thread(target=_drain, args=(connection,), daemon=True).start()
        at, blob = 0, once
        while time.monotonic() < until:
            if at >= len(blob):
                at, blob, once = 0, content.again, b""
                if not blob:
                    break
            try:
                taken = connection.send(blob[at : at + PIECE_BYTES])
            except TimeoutError:
                continue
            except OSError:
                break
            at, total = at + taken, total + taken
        if not content.again:
            time.sleep(max(0.0, until - time.monotonic()))
        # an end that is not waited for: nothing more is to be sent
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    sent.append(total)


def _come_and_go(port: int, _: Content, seconds: float, sent: list[int]) -> None:
    until, total = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        try:
            _connect(port, upgrade=True).close()
        except OSError:
            continue
        total += len(UPGRADE)
    sent.append(total)


def _gather(port: int, _: Content, seconds: float, sent: list[int]) -> None:
    """Have many connections ask for an upgrade in one moment, again and again."""
    until, total, head = time.monotonic() + seconds, 0, UPGRADE.format(path=PATH).encode()
    while time.monotonic() < until:
        crowd: list[socket.socket] = []
        try:
            for _number in range(CROWD):
                crowd.append(socket.create_connection(("127.0.0.1", port), timeout=5))
            for each in crowd:
                each.sendall(head)
                total += len(head)
            for each in crowd:
                each.recv(4096)
        except OSError:
            continue
        finally:
            for each in crowd:
                each.close()
    sent.append(total)


def _entertain(port: int, content: Content, seconds: float, sent: list[int]) -> None:
    """Type before many connections, all of which are to hear of each letter."""
    until, total, at = time.monotonic() + seconds, 0, 0
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        for _ in range(AUDIENCE):
            try:
                each = stack.enter_context(_connect(port, content.upgrade))
                each.sendall(frame(b"\x00\x00\x01\x00"))
            except OSError:
                break
            selector.register(each, selectors.EVENT_READ)
        writer = stack.enter_context(_connect(port, content.upgrade))
        writer.sendall(content.once)
        letters = content.again
        while time.monotonic() < until and at < len(letters):
            writer.sendall(letters[at : at + LETTER_BYTES])
            at, total, pause = at + LETTER_BYTES, total + LETTER_BYTES, time.monotonic() + LETTER_S
            while (left := pause - time.monotonic()) > 0:
                for key, _events in selector.select(left):
                    key.fileobj.recv(PIECE_BYTES)  # type: ignore[union-attr]
    sent.append(total)


WORK = {"connections": _come_and_go, "crowds": _gather, "audience": _entertain}


def flood(port: int, kind: str, connections: int, seconds: float) -> None:
    contents = [MAKE[kind](1000 + number, connections) for number in range(connections)]
    print("ready", flush=True)
    sys.stdin.readline()
    sent: list[int] = []
    threads = [
        threading.Thread(target=WORK.get(kind, _send), args=(port, content, seconds, sent)) for content in contents
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(sent), flush=True)


# Taking


class _Pace:
    """A speed that all connections share."""

    def __init__(self, bytes_per_second: float) -> None:
        self._rate, self._lock, self._due = bytes_per_second, threading.Lock(), time.monotonic()

    def wait(self, size: int) -> None:
        with self._lock:
            self._due = max(self._due, time.monotonic() - 0.1) + size / self._rate
            due = self._due
        time.sleep(max(0.0, due - time.monotonic()))


def _take(connection: socket.socket, pace: _Pace) -> None:
    with connection:
        try:
            head = connection.recv(4096)
            if b"Upgrade" in head:
                connection.sendall(SWITCHING)
            pace.wait(len(head))
            while more := connection.recv(PIECE_BYTES):
                pace.wait(len(more))
        except OSError:
            return


def sink(bytes_per_second: float) -> None:
    pace, listener = _Pace(max(1.0, bytes_per_second)), socket.create_server(("127.0.0.1", 0), backlog=512)
    print(listener.getsockname()[1], flush=True)
    for _ in count():
        connection, _address = listener.accept()
        threading.Thread(target=_take, args=(connection, pace), daemon=True).start()


def main() -> None:
    if sys.argv[1] == "sink":
        sink(float(sys.argv[2]))
    else:
        port, kind, connections, seconds = sys.argv[1:]
        flood(int(port), kind, int(connections), float(seconds))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
