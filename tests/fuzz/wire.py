"""Look for requests and frames that a server fails on: `python tests/fuzz/wire.py [--seconds N] [--seed N]`.

Good and bad requests, and WebSocket frames, are cut, doubled, mixed and damaged at random and sent to a real server.
Whatever comes, it must go on answering, fail on nothing (no 5xx, no traceback) and not grow. The seed is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.lib0 import Typist, awareness, var_bytes, var_string
from harness.raw import HOST, UPGRADE, exchange
from harness.server import Server
from security.test_smuggling import DOUBTFUL

GROWTH_BYTES = 300 << 20
AT_ONCE = 8
SEEDS = [
    *DOUBTFUL.values(),
    b"POST /api/documents HTTP/1.1\r\n" + HOST + b'Content-Length: 33\r\n\r\n{"id":"a","markdown":"# a\\n\\n- b"}',
    b"PUT /api/documents/a/content HTTP/1.1\r\n"
    + HOST
    + b"Content-Type: text/html\r\nContent-Length: 8\r\n\r\n<p>a</p>",
    b"GET /api/documents?q=a&limit=3&cursor=1-1 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /api/documents/a/content?format=md HTTP/1.1\r\n" + HOST + b"Accept: text/html\r\nIf-None-Match: *\r\n\r\n",
    b"GET /api/documents/a/update?sv=AA HTTP/1.1\r\n" + HOST + b"Authorization: Bearer x.y.z\r\n\r\n",
    b"POST /api/import HTTP/1.1\r\n"
    + HOST
    + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 82\r\n\r\n"
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n# a\r\n--x--\r\n',
    b"DELETE /api/documents/a HTTP/1.1\r\n" + HOST + b"Origin: http://127.0.0.1\r\n\r\n",
]


def frames(chance: random.Random) -> bytes:
    """Make a few frames of either dialect, most of them whole."""
    typist = Typist(chance.randrange(1, 1 << 20))
    bodies = [
        b"\x00\x00\x01\x00",
        b"\x00\x02" + var_bytes(typist.type("word")),
        b"\x01" + var_bytes(awareness((7, 1, '{"user":{"name":"a"}}'))),
        b"\x03",
        var_string("a") + b"\x02\x00" + var_string("") + var_string("4.0.0"),
        chance.randbytes(chance.randrange(200)),
    ]
    sent = b""
    for body in chance.choices(bodies, k=chance.randrange(1, 6)):
        first = chance.choice((0x82, 0x82, 0x82, 0x02, 0x80, 0x81, 0x88, 0x89, 0xC2, chance.randrange(256)))
        length = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2, "big")
        sent += bytes([first]) + length + bytes(4) + body
    return sent


def made(chance: random.Random) -> bytes:
    """Make something to send."""
    if chance.random() < 0.4:
        path = chance.choice((b"/sync/a", b"/hocuspocus", b"/sync/a?epoch=1&schema=1"))
        return b"GET " + path + b" HTTP/1.1\r\n" + HOST + UPGRADE + b"\r\n" + damaged(frames(chance), chance)
    return damaged(b"".join(chance.choices(SEEDS, k=chance.randrange(1, 3))), chance)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Damage some bytes, or none."""
    changed = bytearray(data[:20_000])
    for _ in range(chance.choice((0, 1, 1, 2, 5, 20))):
        at, size = chance.randrange(len(changed) + 1), chance.choice((1, 1, 2, 10, 100))
        piece = chance.choice(
            (b"", chance.randbytes(size), bytes(changed[at : at + size]) * 2, b"\r\n", b"\0", b"\xff")
        )
        changed[at : at + chance.choice((0, 1, size))] = piece
    return bytes(changed)


async def attack(server: Server, chance: random.Random, until: float) -> int:
    """Send what is made, one after the other; return how much of it was answered."""
    answered = 0
    while time.monotonic() < until:
        data = made(chance)
        heard = await exchange(server, data, 0.05)
        answered += bool(heard.data)
        failed = re.search(rb"HTTP/1\.[01] 50[0-24-9]", heard.data)
        assert not failed, f"{failed[0].decode()} to {data!r}"  # type: ignore[index]
    return answered


async def run(seconds: float, seed: int) -> None:
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data") as server:
        memory, pid, until = server.memory(), server.pid, time.monotonic() + seconds
        chances = [random.Random(seed * 1000 + number) for number in range(AT_ONCE)]
        answered = sum(await asyncio.gather(*(attack(server, chance, until) for chance in chances)))
        assert server.pid == pid
        assert server.running
        status, _ = await asyncio.to_thread(server.get, "/readyz")
        assert status == 200
        assert "Traceback" not in server.stderr(), server.stderr()[-3000:]
        grown = server.memory() - memory
        assert grown < GROWTH_BYTES, f"it grew by {grown >> 20} MiB"
    print(f"{answered} answers, grown by {grown >> 20} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    options = parser.parse_args()
    asyncio.run(run(options.seconds, options.seed))


if __name__ == "__main__":
    main()
