"""One worker process as the relay sees it: a socket to talk over and a pid to kill.

The child inherits its end of the socketpair and nothing else: no listening socket, no client, no database handle,
and none of the server's secrets (`COSCRIBE_*` is taken out of its environment). It dies with the relay.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from coscribe.workers import messages

MODULE = "coscribe.workers.worker"
REAP_POLL_S = 0.01
STREAM_LIMIT_BYTES = 1 << 20


class WorkerProcess:
    """A running worker; `spawn` starts one, `end` leaves nothing behind."""

    def __init__(
        self, popen: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._popen = popen
        self._reader = reader
        self._writer = writer
        self.pid = popen.pid

    @classmethod
    async def spawn(cls, database: Path, memory_bytes: int) -> WorkerProcess:
        """Start a process; it says Ready by itself. Raises OSError when none can be started."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                ours.setblocking(False)
                popen = _start(theirs, database, memory_bytes)
            except BaseException:
                ours.close()
                raise
        try:
            reader, writer = await asyncio.open_connection(sock=ours, limit=STREAM_LIMIT_BYTES)
        except BaseException:  # such as being cancelled: nobody else knows of the process yet
            ours.close()
            popen.kill()
            popen.wait()
            raise
        return cls(popen, reader, writer)

    def send(self, message: messages.Request) -> None:
        """Queue a request; never blocks. A dead worker is noticed by `receive`."""
        if not self._writer.is_closing():
            self._writer.write(messages.frame(message))

    async def receive(self) -> messages.Reply | None:
        """Wait for the next message; None when the worker is gone."""
        try:
            head = await self._reader.readexactly(messages.LENGTH_BYTES)
            length = int.from_bytes(head, "little")
            if length > messages.MAX_MESSAGE_BYTES:
                return None
            return messages.read_reply(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, OSError, ValueError):
            return None

    def kill(self) -> None:
        """Send SIGKILL, which also ends a stopped or looping process."""
        if self._popen.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._popen.send_signal(signal.SIGKILL)

    async def end(self, grace_s: float = 0.0) -> int:
        """Close the socket, give the process `grace_s` to leave, kill and reap it; return its exit code."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
        loop = asyncio.get_running_loop()
        until = loop.time() + grace_s
        while (code := self._popen.poll()) is None:
            if loop.time() >= until:
                self.kill()
            await asyncio.sleep(REAP_POLL_S)
        return code


def _start(theirs: socket.socket, database: Path, memory_bytes: int) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COSCRIBE_")}
    environment["RUST_BACKTRACE"] = "0"
    fd = theirs.fileno()
    command = [
        *(sys.executable, "-P", "-m", MODULE),
        *(str(fd), str(os.getpid()), str(memory_bytes), str(database.absolute())),
    ]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=(fd,), env=environment
    )


def describe(code: int) -> str:
    """Say how a process ended, as the end of a sentence about it."""
    if ran_out_of_memory(code):
        return "ran out of memory or was killed"
    if code >= 0:
        return f"ended with exit status {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def ran_out_of_memory(code: int) -> bool:
    """Tell an end that a lack of memory may have caused: by its limit (yrs aborts), or by the kernel."""
    return code in (messages.OUT_OF_MEMORY_STATUS, -signal.SIGABRT, -signal.SIGKILL)
