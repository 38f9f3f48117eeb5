"""Runs a Node script that drives stock Yjs clients: a JSON job goes in, JSON lines come out.

One process holds all the clients of a scenario. It may stop at a named point and wait for a word, so that a test
can restart the server in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent.parent / "interop"
SCRIPTS = PACKAGE / "scenarios"
LINE_LIMIT_BYTES = 64 << 20


class ScenarioFailed(AssertionError):
    """The Node process ended badly or said that something is wrong; the text is its own."""


def install(package: Path = PACKAGE) -> None:
    """Install a package's exact dependencies unless this lock file's are there already."""
    lock = package / "package-lock.json"
    installed = package / "node_modules" / ".installed"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    npm = shutil.which("npm")
    assert npm is not None, "the interop tests need Node 20 with npm: run `make setup`"
    subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=package, check=True)
    installed.write_bytes(lock.read_bytes())


class Scenario:
    """One Node process: `async with Scenario("convergence", job) as it: await it.expect("settled")`."""

    def __init__(self, script: str, job: dict[str, Any]) -> None:
        self.script = script
        self.job = job
        self.events: list[dict[str, Any]] = []
        self._process: asyncio.subprocess.Process | None = None
        self._errors: asyncio.Task[bytes] | None = None

    async def __aenter__(self) -> Scenario:
        node = shutil.which("node")
        assert node is not None, "the interop tests need Node 20: run `make setup`"
        self._process = await asyncio.create_subprocess_exec(
            node,
            str(SCRIPTS / f"{self.script}.mjs"),
            cwd=PACKAGE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT_BYTES,
        )
        assert self._process.stderr is not None
        self._errors = asyncio.create_task(self._process.stderr.read())
        await self.say(self.job)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._errors is not None
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGCONT)
                self._process.kill()
        await self._process.wait()
        await self._errors
        # The transport closes its pipes a turn after the process ended.
        await asyncio.sleep(0)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def signal(self, number: int) -> None:
        """Freeze it, wake it, end it."""
        os.kill(self.pid, number)

    async def say(self, word: object) -> None:
        """Send one JSON line to the script."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(word).encode() + b"\n")
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            await self._process.stdin.drain()

    async def expect(self, event: str, within_s: float = 60) -> dict[str, Any]:
        """Return the next line whose `event` is this one; lines in between are kept in `events`."""
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(within_s):
                while line := await self._process.stdout.readline():
                    message: dict[str, Any] = json.loads(line)
                    self.events.append(message)
                    if message["event"] == "failed":
                        raise ScenarioFailed(f"{self.script}: {message['reason']}")
                    if message["event"] == event:
                        return message
        except TimeoutError:
            os.kill(self.pid, signal.SIGKILL)
            seen = [message["event"] for message in self.events]
            raise ScenarioFailed(f"{self.script}: no {event!r} within {within_s} s after {seen[-10:]}") from None
        assert self._errors is not None
        raise ScenarioFailed(f"{self.script} ended before {event!r}: {(await self._errors).decode()[-3000:]}")


async def run(script: str, job: dict[str, Any], within_s: float = 60) -> dict[str, Any]:
    """Run a scenario that needs no words in between; return its `done` line."""
    async with Scenario(script, job) as scenario:
        return await scenario.expect("done", within_s)


async def read_documents(url: str, names: list[str], within_s: float = 60) -> dict[str, Any]:
    """Return what a fresh stock client sees of each document: {name: {json, vector, deletes, …}}."""
    documents: dict[str, Any] = (await run("read", {"url": url, "documents": names}, within_s))["documents"]
    return documents
