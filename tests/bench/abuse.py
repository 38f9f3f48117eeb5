"""Measure what floods cost people in another room: `python tests/bench/abuse.py --pin 0,1 [CONNECTIONS…]`.

Three times are compared in one run: nothing else happens; a flood as fast goes to a program that only reads it and
throws it away (what the machine, its kernel and the senders cost by themselves); and the flood goes to the server. The
last in relation to the second is what the server is responsible for.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.flood import DOCUMENT, KINDS, UPGRADE, Flood, Sink, frame
from harness.lib0 import Typist, var_bytes
from harness.server import Server

QUIET_S = 2.0
BEGUN_S = 0.5
PAUSE_S = 0.004
ROOMS = 5
TIMEOUT_S = 10.0
HEAD = (
    f"{'flood':11} {'conn':>4} {'p50 ms':>7}{'p99':>7}{'p99.9':>7} |{'p50':>7}{'p99':>7}{'p99.9':>7} |"
    f"{'p50':>7}{'p99':>7}{'p99.9':>7} |{'p99 ratio':>10}{'MB/s':>8}"
    "    (quiet | the flood into a sink | into the server)"
)


class People:
    """Two people in each of some rooms, who type in turn over plain sockets: no client library is measured.

    Enough rooms for none to be typed in again within its turn, for which an edit would have to wait.
    """

    def __init__(self, port: int) -> None:
        self._rooms = [[self._join(port, f"room-{number}") for _ in range(2)] for number in range(ROOMS)]
        self._typists = [[Typist(0xABBA, "pair"), Typist(0xBEEF, "pair")] for _ in range(ROOMS)]
        self._number = 0

    @staticmethod
    def _join(port: int, document: str) -> socket.socket:
        end = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end.sendall(UPGRADE.format(path=f"/sync/{document}").encode() + frame(b"\x00\x00\x01\x00"))
        time.sleep(0.1)
        return end

    def type_for(self, seconds: float) -> list[float]:
        """Type, and return how long each edit took to reach the other."""
        latencies, until = [], time.monotonic() + seconds
        while time.monotonic() < until:
            again, room = divmod(self._number, ROOMS)
            turn, word = again % 2, f"~{self._number}~"
            writer, reader = self._rooms[room][turn], self._rooms[room][1 - turn]
            _empty(writer)
            _empty(reader)
            edit = frame(b"\x00\x02" + var_bytes(self._typists[room][turn].type(word)))
            begun, heard = time.perf_counter(), b""
            writer.sendall(edit)
            while word.encode() not in heard:
                heard += reader.recv(65536)
            latencies.append(time.perf_counter() - begun)
            self._number += 1
            time.sleep(PAUSE_S)
        return latencies

    def close(self) -> None:
        for end in chain(*self._rooms):
            end.close()


def _empty(end: socket.socket) -> None:
    end.setblocking(False)
    try:
        while end.recv(65536):
            pass
    except BlockingIOError:
        end.settimeout(TIMEOUT_S)


def at(latencies: list[float], part: float) -> float:
    """Return a percentile in milliseconds."""
    return sorted(latencies)[int((len(latencies) - 1) * part)] * 1000


def take_precedence(server: Server) -> None:
    """Let the machine do nothing else while the server's own process, or this one, has something to do."""
    for thread in os.listdir(f"/proc/{server.pid}/task"):
        of_loop = int(thread) == server.pid
        policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK  # a worker that starts later is one as any
        os.sched_setscheduler(int(thread), policy, os.sched_param(2 if of_loop else 1))
    os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(3))


def flooded(people: People, port: int, kind: str, connections: int, seconds: float) -> tuple[list[float], float]:
    """Return the latencies while a port is flooded, and how many bytes a second it took."""
    flood = Flood(port, kind, connections, seconds)
    try:
        flood.begin()
        time.sleep(BEGUN_S)
        latencies = people.type_for(seconds - 2 * BEGUN_S)
        return latencies, flood.end() / seconds
    finally:
        flood.kill()


def measure(kind: str, connections: int, command: list[str], seconds: float, precedence: bool) -> None:
    """Print a line."""
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data", command=command) as server:
        if kind == "exports":
            _fill(server)
        if precedence:
            take_precedence(server)
        people = People(server.port)
        quiet = people.type_for(QUIET_S)
        loud, rate = flooded(people, server.port, kind, connections, seconds)
        time.sleep(1)
        sink = Sink(rate)
        try:
            control, _ = flooded(people, sink.port, kind, connections, seconds)
        finally:
            sink.kill()
        people.close()
    figures = (
        "".join(f"{at(latencies, part):7.2f}" for part in (0.5, 0.99, 0.999)) for latencies in (quiet, control, loud)
    )
    print(
        f"{kind:11} {connections:4} {' |'.join(figures)} |{at(loud, 0.99) / at(control, 0.99):10.2f}{rate / 1e6:8.2f}",
        flush=True,
    )


def _fill(server: Server) -> None:
    server.create(id=DOCUMENT)
    text = "\n\n".join(f"# Part {number}\n\n" + "Some words of it. " * 40 for number in range(700))
    path = f"/api/documents/{DOCUMENT}/content?format=md"
    status, answer = server.request("PUT", path, text.encode(), content_type="text/markdown", if_match="*")
    assert status < 300, answer


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("connections", nargs="*", type=int, default=[1, 10])
    arguments.add_argument("--kinds", default=",".join(KINDS), help="which floods, separated by commas")
    arguments.add_argument("--pin", metavar="A,B", help="the server on core A, everything else on core B")
    arguments.add_argument("--seconds", type=float, default=8.0, help="how long each flood lasts")
    arguments.add_argument(
        "--precedence", action="store_true", help="go before all else that the machine does (as root; see README)"
    )
    chosen = arguments.parse_args()
    command = [sys.executable, "-m", "coscribe"]
    if chosen.pin:
        core, others = chosen.pin.split(",")
        command = ["taskset", "-c", core, *command]
        os.sched_setaffinity(0, {int(others)})
    print(HEAD)
    for connections in chosen.connections:
        for kind in chosen.kinds.split(","):
            measure(kind, connections, command, chosen.seconds, chosen.precedence)


if __name__ == "__main__":
    main()
