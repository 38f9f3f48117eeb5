"""A running server as an operator sees it: a process group, a ready line, a data folder, signals.

Nothing in here knows the server's code: what a test learns, it learns from the command line, the sockets,
the exit code and `/proc`. A server is a process group of its own, so that a test that fails leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

READY = re.compile(r"^Coscribe is listening on (https?://\S+:(\d+))$")
READY_DEADLINE_S = 30.0
STOP_DEADLINE_S = 25.0


class ServerDidNotStart(RuntimeError):
    """The process ended, or stayed silent, instead of printing its ready line."""


class Server:
    """Start, stop, kill and look at one server; the same data and port over every start.

    `settings` become environment variables (`COSCRIBE_NAME`), `flags` go on the command line as they are.
    `command` replaces `python -m coscribe` (a script that plants a fault, for example).
    """

    def __init__(
        self,
        data: Path,
        *flags: str,
        settings: Mapping[str, object] | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        self.data = data
        self.flags = flags
        self.settings = dict(settings or {})
        self.command = list(command or shlex.split(os.environ.get("TEST_SERVER_COMMAND", ""))) or [
            sys.executable,
            "-m",
            "coscribe",
        ]
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.exit_code: int | None = None
        self.log = data.with_name(data.name + ".log")
        self._stderr: IO[bytes] | None = None

    # -- life ---------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.destroy()

    def start(self) -> Server:
        """Start the process and return once it has said that it accepts connections."""
        assert self.process is None, "this server is running already"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COSCRIBE_")}
        environment |= {f"COSCRIBE_{name.upper()}": str(value) for name, value in self.settings.items()}
        self._stderr = self.log.open("ab")
        arguments = [*self.command, "serve", "--port", str(self.port), "--data", str(self.data), *self.flags]
        self.process = subprocess.Popen(
            arguments,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            stdin=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        line = self._ready_line(self.process)
        ready = READY.match(line)
        if ready is None:
            self.destroy()
            raise ServerDidNotStart(
                f"printed {line!r} (exit {self.exit_code}); its stderr ends:\n{self.stderr()[-3000:]}"
            )
        self.port = int(ready[2])
        return self

    def _ready_line(self, process: subprocess.Popen[bytes]) -> str:
        assert process.stdout is not None
        line, deadline = b"", time.monotonic() + READY_DEADLINE_S
        while not line.endswith(b"\n") and (left := deadline - time.monotonic()) > 0:
            if not select.select([process.stdout], [], [], left)[0]:
                break
            if not (more := os.read(process.stdout.fileno(), 4096)):
                break
            line += more
        return line.decode().strip()

    def signal(self, number: int) -> None:
        """Send a signal to the relay process alone, as an operator's `kill` would."""
        os.kill(self.pid, number)

    def wait(self, timeout: float = STOP_DEADLINE_S) -> int:
        """Wait for the end of the process; return its exit code (negative: the signal that ended it)."""
        assert self.process is not None
        self.exit_code = self.process.wait(timeout)
        self._sweep()
        return self.exit_code

    def stop(self, timeout: float = STOP_DEADLINE_S) -> int:
        """Ask it to end (SIGTERM) and return its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self) -> None:
        """End the relay as a crash would, without a chance to write anything."""
        self.signal(signal.SIGKILL)
        self.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    def destroy(self) -> None:
        """End everything that was started, whatever state it is in."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.exit_code = self.process.wait(10)
            self._sweep()

    def _sweep(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        assert self._stderr is not None
        # What a dead relay left running would keep the database open under the next one.
        group, deadline = self.process.pid, time.monotonic() + 5
        while group_members(group) and time.monotonic() < deadline:
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
        self.process.stdout.close()
        self._stderr.close()
        self.process = None

    # -- looking ------------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None, "this server is not running"
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def workers(self) -> list[int]:
        """Return the pids of the worker processes, oldest first."""
        return sorted(children(self.pid))

    def pids(self) -> list[int]:
        """Return the relay's pid and those of its workers."""
        return [self.pid, *self.workers()]

    def memory(self) -> int:
        """Return the resident bytes of the relay and its workers together."""
        return sum(resident_bytes(pid) for pid in self.pids())

    def stderr(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def get(self, path: str, timeout: float = 10) -> tuple[int, Any]:
        """GET a path; return the status and the body (decoded where it is JSON)."""
        return self.request("GET", path, timeout=timeout)

    def request(
        self, method: str, path: str, body: bytes | None = None, *, timeout: float = 10, **headers: str
    ) -> tuple[int, Any]:
        request = urllib.request.Request(self.url + path, data=body, method=method)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                status, content, kind = response.status, response.read(), response.headers.get_content_type()
        except urllib.error.HTTPError as error:
            with error:
                status, content, kind = error.code, error.read(), error.headers.get_content_type()
        return status, json.loads(content) if kind.endswith("json") else content

    def create(self, /, *, headers: Mapping[str, str] | None = None, **document: object) -> dict[str, Any]:
        """Make a document over the API, of its id, title and content; return what the server says of it."""
        body = json.dumps(document).encode()
        kind = {"content_type": "application/json"}
        status, made = self.request("POST", "/api/documents", body, timeout=60, **kind, **(headers or {}))
        assert status == 201, made
        return dict(made)


MakeServer = Callable[..., Server]
"""Starts a server that belongs to the test that asked for it."""


def children(parent: int) -> list[int]:
    """Return the pids whose parent is `parent`, as /proc tells."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := process_status(int(entry.name))) and int(fields[1]) == parent:
            found.append(int(entry.name))
    return found


def group_members(group: int) -> list[int]:
    """Return the live pids of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := process_status(int(entry.name))) and int(fields[2]) == group:
            found.append(int(entry.name))
    return found


def process_status(pid: int) -> list[str] | None:
    """Return the fields of /proc/PID/stat from the state on (state, parent, group, …); None when it is gone or dead."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields


def resident_bytes(pid: int) -> int:
    """Return the resident set of a process, 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
