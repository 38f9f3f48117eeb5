"""One worker process as the relay sees it: a socket to talk over and a pid to kill.

The child inherits its end of the socketpair and nothing else: no listening socket, no client, no database handle,
and none of the server's secrets (`COSCRIBE_*` is taken out of its environment). It dies with the relay.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from pathlib import Path

from coscribe.workers import messages

MODULE = "coscribe.workers.worker"
REAP_POLL_S = 0.01
LARGE_BYTES = 256 << 10


class _Wire(asyncio.BufferedProtocol):
    """Reads messages, each into a buffer of its own size: one of many megabytes is never copied."""

    def __init__(self) -> None:
        self._head = memoryview(bytearray(messages.LENGTH_BYTES))
        self._space = self._head
        self._filled = 0
        self._read: deque[memoryview] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self.lost = asyncio.Event()

    async def receive(self) -> memoryview | None:
        """Wait for the next message; None when there will be none."""
        while not self._read:
            if self._ended:
                return None
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._read.popleft()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return what is still to be filled."""
        return self._space[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        """Go on to the body after a head, and to the next head after a body."""
        self._filled += nbytes
        if self._filled < len(self._space):
            return
        self._filled = 0
        if self._space is self._head:
            length = int.from_bytes(self._head, "little")
            if 0 < length <= messages.MAX_MESSAGE_BYTES:
                # the kernel gives its pages one by one, as they are filled
                self._space = memoryview(mmap.mmap(-1, length) if length > LARGE_BYTES else bytearray(length))
            else:
                self._end()
        else:
            self._read.append(self._space)
            self._space = self._head
            self._wake()

    def eof_received(self) -> None:
        """Take it for the end."""
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take it for the end."""
        self._end()
        self.lost.set()

    def _end(self) -> None:
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class WorkerProcess:
    """A running worker; `spawn` starts one, `end` leaves nothing behind."""

    def __init__(self, popen: subprocess.Popen[bytes], transport: asyncio.Transport, wire: _Wire) -> None:
        self._popen = popen
        self._transport = transport
        self._wire = wire
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
            transport, wire = await asyncio.get_running_loop().create_connection(_Wire, sock=ours)
        except BaseException:  # such as being cancelled: nobody else knows of the process yet
            ours.close()
            popen.kill()
            popen.wait()
            raise
        return cls(popen, transport, wire)

    def send(self, message: messages.Request) -> None:
        """Queue a request; never blocks. A dead worker is noticed by `receive`."""
        if not self._transport.is_closing():
            self._transport.write(messages.frame(message))

    async def receive(self) -> messages.Reply | None:
        """Wait for the next message; None when the worker is gone."""
        body = await self._wire.receive()
        try:
            return None if body is None else messages.read_reply(body)
        except ValueError:
            return None

    def kill(self) -> None:
        """Send SIGKILL, which also ends a stopped or looping process."""
        if self._popen.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._popen.send_signal(signal.SIGKILL)

    async def end(self, grace_s: float = 0.0) -> int:
        """Close the socket, give the process `grace_s` to leave, kill and reap it; return its exit code."""
        self._transport.close()
        loop = asyncio.get_running_loop()
        until = loop.time() + grace_s
        while (code := self._popen.poll()) is None:
            if loop.time() >= until:
                self.kill()
            await asyncio.sleep(REAP_POLL_S)
        await self._wire.lost.wait()
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
