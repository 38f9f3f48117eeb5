"""The queue in front of one worker process, and the supervision of that process.

Requests are written a few ahead of the one being answered, so a worker never waits for the relay. Replies come in
order: the oldest unanswered request is the one to blame when the process dies or its deadline passes.
"""

from __future__ import annotations

import asyncio
import enum
import logging
from collections import deque
from pathlib import Path
from typing import Protocol

from coscribe.workers import messages
from coscribe.workers.job import Job
from coscribe.workers.process import WorkerProcess, describe

log = logging.getLogger(__name__)

PIPELINED_REQUESTS = 4
START_DEADLINE_S = 30.0
FIRST_BACKOFF_S = 0.1
MAX_BACKOFF_S = 5.0
FREE_RESTARTS = 2  # in a row, followed at once by a new process; more are slowed down


class State(enum.Enum):
    """What a lane's process is doing."""

    DOWN = "down"
    STARTING = "starting"
    READY = "ready"
    STOPPED = "stopped"


class Owner(Protocol):
    """The pool, as a lane needs it."""

    def request(self, job: Job) -> messages.Request: ...
    def replied(self, job: Job, reply: messages.Reply) -> None: ...
    def repeat(self, job: Job) -> None: ...
    def blame(self, job: Job, how: str) -> None: ...
    def set_aside(self, document: int, seq: int, reason: str) -> None: ...


class Lane:
    """One worker slot: at most one process at a time, for as long as the pool runs."""

    def __init__(self, owner: Owner, database: Path, memory_bytes: int) -> None:
        self._owner = owner
        self._database = database
        self._memory_bytes = memory_bytes
        self._queue: deque[Job] = deque()
        self._sent: deque[Job] = deque()
        self._process: WorkerProcess | None = None
        self._state = State.DOWN
        self._task: asyncio.Task[None] | None = None
        self._watchdog: asyncio.TimerHandle | None = None
        self._overdue = ""
        self._next_id = 0
        self._restarts = 0
        self._grace_s = 0.0

    @property
    def started(self) -> bool:
        """Tell whether the lane was ever put to work."""
        return self._task is not None

    @property
    def ready(self) -> bool:
        """Tell whether a process is up and takes requests."""
        return self._state is State.READY

    @property
    def load(self) -> int:
        """Return the number of unanswered requests."""
        return len(self._queue) + len(self._sent)

    def status(self) -> dict[str, object]:
        """Describe the lane for health and metrics."""
        pid = self._process.pid if self._process is not None else None
        return {"pid": pid, "state": self._state.value, "restarts": self._restarts, "waiting": self.load}

    def start(self) -> None:
        """Keep a process running from now on."""
        self._task = asyncio.get_running_loop().create_task(self._supervise(), name="worker")

    async def stop(self, grace_s: float) -> None:
        """End the process, leaving it `grace_s` to go by itself; the owner fails what was waiting."""
        self._grace_s = grace_s
        self._state = State.STOPPED
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._process is not None:  # the task was cancelled while it ended one
            await self._process.end()
            self._process = None
        self._queue.clear()
        self._sent.clear()

    def put(self, job: Job, *, first: bool = False) -> None:
        """Queue a job; `first` for one that is repeated."""
        if first:
            self._queue.appendleft(job)
        else:
            self._queue.append(job)
        self._pump()

    def _pump(self) -> None:
        process = self._process
        if process is None or self._state is not State.READY:
            return
        while self._queue and len(self._sent) < PIPELINED_REQUESTS:
            job = self._queue.popleft()
            if job.future.done():
                continue
            job.taken()
            self._next_id += 1
            job.id = self._next_id
            self._sent.append(job)
            if len(self._sent) == 1:
                self._watch(job.deadline_s)
            process.send(self._owner.request(job))

    def _watch(self, deadline_s: float | None) -> None:
        """Give the process so many seconds for what it is doing now; None while it has nothing to do."""
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None
        if deadline_s is not None:
            self._watchdog = asyncio.get_running_loop().call_later(deadline_s, self._too_long, deadline_s)

    def _too_long(self, deadline_s: float) -> None:
        self._overdue = f"did not answer for {deadline_s:g} s"
        if self._process is not None:
            self._process.kill()

    async def _supervise(self) -> None:
        failures = 0
        while True:
            answered = await self._live()
            self._restarts += 1
            failures = 1 if answered else failures + 1
            over = failures - FREE_RESTARTS
            if over > 0:
                await asyncio.sleep(min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2.0 ** (over - 1)))

    async def _live(self) -> bool:
        """Run one process from its start to its end; tell whether it answered anything."""
        self._overdue = ""
        self._state = State.STARTING
        try:
            process = await WorkerProcess.spawn(self._database, self._memory_bytes)
        except OSError as error:
            log.error("no worker can be started (%s); trying again", error)
            self._state = State.DOWN
            return False
        self._process = process
        self._watch(START_DEADLINE_S)
        try:
            answered = await self._converse(process)
        finally:
            self._watch(None)
            if self._state is not State.STOPPED:
                self._state = State.DOWN
            code = await process.end(self._grace_s)
            self._process = None
        how = self._overdue or describe(code)
        log.warning("worker %d %s; starting another", process.pid, how)
        self._bury(how)
        return answered

    async def _converse(self, process: WorkerProcess) -> bool:
        """Settle jobs until the process is gone; tell whether there was any."""
        answered = False
        while (reply := await process.receive()) is not None:
            if isinstance(reply, messages.Ready):
                self._state = State.READY
                self._watch(None)
            elif isinstance(reply, messages.BadRow):
                self._owner.set_aside(reply.document, reply.seq, reply.reason)
            elif isinstance(reply, messages.Notice):
                log.warning("worker %d: %s", process.pid, reply.text)
            elif not self._sent or self._sent[0].id != reply.id:
                log.error("worker %d answered out of turn (%s)", process.pid, type(reply).__name__)
                break
            elif isinstance(reply, messages.Working):
                self._watch(self._sent[0].deadline_s)
            else:
                answered = True
                job = self._sent.popleft()
                self._watch(self._sent[0].deadline_s if self._sent else None)
                self._owner.replied(job, reply)
            self._pump()
        return answered

    def _bury(self, how: str) -> None:
        """Blame the request that was being answered, repeat the others."""
        sent = list(self._sent)
        self._sent.clear()
        for job in reversed(sent[1:]):
            self._owner.repeat(job)
        if sent:
            self._owner.blame(sent[0], how)
