"""The server under test as processes: started on a fresh folder, and what its process tree costs."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

START_DEADLINE_S = 40
STOP_DEADLINE_S = 25
_TICKS_PER_S = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PROC = Path("/proc")


class ServerFailed(RuntimeError):
    """The server under test did not start; the text says where its output is."""


class Usage(NamedTuple):
    """What a process and its descendants took: CPU seconds so far, resident bytes now."""

    cpu_s: float
    rss_bytes: int


def process_tree(root: int | None) -> list[int]:
    """List a process and its descendants; nothing without a process or where there is no /proc."""
    parents: dict[int, int] = {}
    for entry in _PROC.iterdir() if root is not None and _PROC.exists() else ():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int(_stat(int(entry.name))[1])
    tree = [pid for pid in parents if pid == root]
    for pid in tree:  # grows while it is walked
        tree += [child for child, parent in parents.items() if parent == pid]
    return tree


def usage(tree: Sequence[int]) -> Usage | None:
    """Sum up processes; None when there are none. Takes microseconds, so it may stand inside a measurement."""
    cpu_ticks = rss_pages = 0
    for pid in tree:
        with contextlib.suppress(OSError):
            fields = _stat(pid)
            cpu_ticks += int(fields[11]) + int(fields[12])
            rss_pages += int(fields[21])
    return Usage(cpu_ticks / _TICKS_PER_S, rss_pages * os.sysconf("SC_PAGE_SIZE")) if tree else None


def machine_busy_s() -> float | None:
    """Return the CPU seconds that the whole machine has worked so far; None where there is no /proc."""
    try:
        fields = [int(field) for field in (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]]
    except OSError:
        return None
    return (sum(fields) - fields[3] - fields[4]) / _TICKS_PER_S


def filesystem_of(path: Path) -> str:
    """Name the file system that holds a path: an fsync costs nothing on tmpfs."""
    with contextlib.suppress(OSError):
        mounts = [line.split()[1:3] for line in (_PROC / "mounts").read_text().splitlines()]
        holding = [(len(at), kind) for at, kind in mounts if path.resolve().is_relative_to(at)]
        return max(holding)[1]
    return "unknown"


def coscribe_command() -> list[str]:
    """Return the command that starts this installation's server, as `Server` wants it."""
    return [sys.executable, "-m", "coscribe", "serve", "--port", "{port}", "--data", "{data}"]


class Server:
    """A server that the benchmark owns: one process tree on a temporary folder.

    `command` is started with {port} and {data} filled in, also as PORT and DATA in its environment; `url` is where
    its documents are, with {port} and {room}. The whole tree runs on `core` when one is given.
    """

    def __init__(self, command: Sequence[str], url: str, core: int | None, data: Path | None = None) -> None:
        self._command, self._url, self._core, self._parent = command, url, core, data
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()
        self._port = 0

    async def __aenter__(self) -> "Server":
        self._folder = Path(tempfile.mkdtemp(prefix="coscribe-bench-", dir=self._parent))
        await self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The process at the root of the server's tree."""
        assert self._process is not None
        return self._process.pid

    @property
    def url(self) -> str:
        """Where a document is: {room} stands for its id."""
        return self._url.replace("{port}", str(self._port))

    @property
    def folder(self) -> Path:
        """Where the server's data are."""
        return self._folder

    async def restart(self) -> None:
        """Stop the server and start it again on the same data."""
        await self._stop()
        await self._start()

    async def _start(self) -> None:
        self._port = _free_port()
        arguments = [
            word.replace("{port}", str(self._port)).replace("{data}", str(self._folder)) for word in self._command
        ]
        log = self._folder.with_suffix(".log")
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603, ASYNC220
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,  # and no session of its own: Linux would share out the CPU by session
                env={**os.environ, "PORT": str(self._port), "DATA": str(self._folder)},
            )
        if self._core is not None:
            os.sched_setaffinity(self._process.pid, {self._core})  # before it has threads and children of its own
        deadline = time.monotonic() + START_DEADLINE_S
        while not _accepts(self._port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                last = (log.read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
                await self._stop()
                raise ServerFailed(f"The server did not start: {last} (its output is in {log}).")
            await asyncio.sleep(0.05)
        await self._come_to_rest(deadline)
        log.unlink(missing_ok=True)

    async def _come_to_rest(self, deadline: float) -> None:
        """Wait until the whole tree has started: whatever it still does would be taken for the load's."""
        spent, now = -1.0, usage(process_tree(self.pid))
        while now and now.cpu_s > spent and time.monotonic() < deadline:
            spent = now.cpu_s
            await asyncio.sleep(0.5)
            now = usage(process_tree(self.pid))

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _stat(pid: int) -> list[str]:
    """Read the fields of /proc/PID/stat that follow the name: state, parent, …"""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
