"""The relay's side of the workers: requests in, bytes out, whatever happens to the processes.

A worker may crash, hang, loop or run out of memory: it is killed and started again, the request it was busy with is
retried once in the fresh process, the others are simply repeated. When a document has killed two, its docket decides
(see `docket`): a guilty row is reported for quarantine, and the request answered without it. This module never imports
pycrdt: a process that holds sockets must not run code that hostile bytes can kill.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from coscribe.content.errors import ContentError, ContentTooLarge
from coscribe.journal.changes import Checkpoint
from coscribe.protocol.ground import Plan
from coscribe.protocol.lib0 import DecodeError
from coscribe.protocol.updates import MalformedUpdate
from coscribe.workers import messages
from coscribe.workers.docket import Docket
from coscribe.workers.errors import WorkerFailed, WorkerUnavailable
from coscribe.workers.inquest import Inquest
from coscribe.workers.job import Build, Job
from coscribe.workers.lane import Lane
from coscribe.workers.messages import Failing

__all__ = ["ContentError", "ContentTooLarge", "WorkerFailed", "WorkerPool", "WorkerUnavailable"]

MAX_WAITING_REQUESTS = 10_000
MAX_WAITING_BYTES = 256 << 20  # of updates to plan
LARGE_PLAN_BYTES = 64 << 10
CONTENT_DEADLINE_S = 10.0
STOP_GRACE_S = 0.5
LARGE_BYTES = 64 << 10
WAIT_DEADLINES = 1.5  # how long a request queues: a worker that hangs has one deadline, who waits behind it needs more
MOST_CLIENTS = 20_000
"""How many clients an update has at most that is planned, where nothing else is said."""


class WorkerPool:
    """N worker processes over one journal, and one more for content and large plans, once such are asked for.

    on_quarantine(document, seq, reason) is called on the event loop for every row that has to be set aside; the
    pool itself leaves such a row out from then on.
    """

    def __init__(
        self,
        *,
        count: int,
        database: Path,
        memory_bytes: int,
        deadline_s: float,
        most_clients: int = MOST_CLIENTS,
        on_quarantine: Callable[[int, int, str], None],
    ) -> None:
        self._deadline_s = deadline_s
        self._most_clients = most_clients
        self._lanes = [Lane(self, database, memory_bytes) for _ in range(max(1, count))]
        self._content_lane = Lane(self, database, memory_bytes)  # so that no newcomer waits for an export or a flood
        self._docket = Docket(Inquest(database, memory_bytes), self._submit, on_quarantine)
        self._flights: dict[object, Job] = {}
        self._waiting_bytes = 0
        self._running = False

    async def start(self) -> None:
        """Start the processes; returns at once, requests wait until one is ready."""
        self._running = True
        for lane in self._lanes:
            lane.start()

    async def stop(self) -> None:
        """End every process within 2 s; what is still waiting gets WorkerUnavailable."""
        self._running = False
        lanes = [*self._lanes, self._content_lane]
        await asyncio.gather(self._docket.close(), *(lane.stop(STOP_GRACE_S) for lane in lanes))
        for job in list(self._flights.values()):
            job.fail(WorkerUnavailable("the server is shutting down; try again in a moment"))

    @property
    def status(self) -> list[dict[str, object]]:
        """One dict per worker: pid (None while it is down), state, restarts, waiting."""
        lanes = [*self._lanes, self._content_lane] if self._content_lane.started else self._lanes
        return [lane.status() for lane in lanes]

    async def state(self, document: int, seq: int) -> tuple[int, bytes]:
        """Return the whole document as one update, and the sequence it is exact at (at least `seq`, if committed)."""

        def build(job: Job, avoid: list[int], from_rows: bool) -> messages.Request:
            return messages.StateRequest(job.id, document, seq, avoid, from_rows)

        reply: messages.StateReply = await self._join((messages.STATE, document), build, document, seq)
        return reply.seq, _content_of(reply.update)

    async def diff(self, document: int, seq: int, vector: bytes) -> tuple[int, bytes]:
        """Return what a peer with this state vector lacks, and the sequence it is exact at. Raises DecodeError."""

        def build(job: Job, avoid: list[int], from_rows: bool) -> messages.Request:
            if job.deaths:  # perhaps the vector did it; the whole document is an answer to any
                return messages.StateRequest(job.id, document, seq, avoid, from_rows)
            return messages.DiffRequest(job.id, document, seq, avoid, from_rows, vector)

        reply: messages.StateReply = await self._join(("diff", document, vector), build, document, seq)
        return reply.seq, _content_of(reply.update)

    async def checkpoint(self, document: int, seq: int) -> Checkpoint:
        """Return a checkpoint that was read back and compared; the caller writes it to the journal."""

        def build(job: Job, avoid: list[int], from_rows: bool) -> messages.Request:
            return messages.CheckpointRequest(job.id, document, seq, avoid, from_rows)

        reply: messages.CheckpointReply = await self._join(("checkpoint", document), build, document, seq)
        return Checkpoint(document, reply.seq, _content_of(reply.state), reply.vector, reply.deletes)

    async def content(self, document: int, seq: int, format: str, title: str) -> tuple[str, bytes]:
        """Return (media type, body). Raises ContentError when the document cannot be had in that format."""

        def build(job: Job, avoid: list[int], from_rows: bool) -> messages.Request:
            return messages.ContentRequest(job.id, document, seq, avoid, from_rows, format, title)

        key = ("content", document, format, title)
        reply: messages.ContentReply = await self._join(key, build, document, seq, probe=format)
        return reply.media_type, reply.body

    async def patch(self, document: int, seq: int, format: str, body: bytes) -> bytes:
        """Make the smallest update that gives a document new content. Raises ContentError when it cannot be read."""

        def build(job: Job, avoid: list[int], from_rows: bool) -> messages.Request:
            return messages.PatchRequest(job.id, document, seq, avoid, from_rows, format, body)

        reply: messages.StateReply = await self._join(object(), build, document, seq, probe=format)
        return bytes(reply.update)

    async def plan(self, update: bytes, vector: bytes, trim: bool) -> Plan:
        """Check a large update against the clocks in `vector`.

        Raises MalformedUpdate, or ContentTooLarge where it has the edits of too many clients.
        """

        def build(job: Job, avoid: list[int], from_rows: bool) -> messages.Request:
            return messages.PlanRequest(job.id, update, vector, trim, self._most_clients)

        if self._waiting_bytes + len(update) > MAX_WAITING_BYTES:
            raise WorkerUnavailable("too many large updates are waiting to be checked; try again in a moment")
        self._waiting_bytes += len(update)
        try:
            reply: messages.PlanReply = await self._join(object(), build, None, 0, aside=len(update) > LARGE_PLAN_BYTES)
        finally:
            self._waiting_bytes -= len(update)
        return reply.plan(update, trim)

    async def build(self, format: str, body: bytes) -> bytes:
        """Make the first update of a document out of content. Raises ContentError when it cannot be read."""

        def build(job: Job, avoid: list[int], from_rows: bool) -> messages.Request:
            return messages.BuildRequest(job.id, format, body)

        reply: messages.StateReply = await self._join(object(), build, None, 0, probe=format)
        return bytes(reply.update)

    async def _join(
        self,
        key: object,
        build: Build,
        document: int | None,
        seq: int,
        *,
        probe: str = messages.STATE,
        aside: bool = False,
    ) -> Any:
        """Wait for the computation `key`, starting it unless one for this sequence or a later one is under way."""
        if not self._running:
            raise WorkerUnavailable("the workers are not running; try again when the server has started")
        job = self._flights.get(key)
        if job is None or job.seq < seq:
            if document is not None:
                self._docket.raise_if_refused(document, probe)
            if len(self._flights) >= MAX_WAITING_REQUESTS:
                raise WorkerUnavailable("too many requests wait for a worker; try again in a moment")
            deadline_s = self._deadline_s if probe == messages.STATE else min(CONTENT_DEADLINE_S, self._deadline_s)
            job = Job(build, document=document, seq=seq, probe=probe, deadline_s=deadline_s, aside=aside)
            self._flights[key] = job
            job.future.add_done_callback(lambda _: self._landed(key, job))
            self._submit(job)
        return await asyncio.shield(job.future)

    def _landed(self, key: object, job: Job) -> None:
        if self._flights.get(key) is job:
            del self._flights[key]

    def _submit(self, job: Job, *, first: bool = False) -> None:
        """Queue a job: at the worker of its document, at any for a small plan, or with its document's inquest."""
        if job.future.done():
            return
        job.expire_after(WAIT_DEADLINES * job.deadline_s)
        if self._docket.hold(job):
            return
        if job.aside:
            lane = self._content_lane
            if not lane.started:
                lane.start()
        elif job.document is None:
            lane = min(self._lanes, key=lambda lane: (not lane.ready, lane.load))
        else:
            lane = self._lanes[job.document % len(self._lanes)]
        lane.put(job, first=first)

    # What the lanes call:

    def request(self, job: Job) -> messages.Request:
        """Build the message for a job, with what is known of its document by now."""
        if job.document is None:
            return job.build(job, [], False)
        return job.build(job, self._docket.avoided(job.document), self._docket.from_rows(job.document))

    def replied(self, job: Job, reply: messages.Reply) -> None:
        """Settle a job with a worker's reply."""
        if not isinstance(reply, messages.Failure):
            job.answer(reply)
        elif reply.kind is Failing.CONTENT:
            job.fail(ContentError(reply.text))
        elif reply.kind is Failing.TOO_LARGE:
            job.fail(ContentTooLarge(reply.text))
        elif reply.kind is Failing.REFUSED:
            job.fail(MalformedUpdate(reply.text) if job.document is None else DecodeError(reply.text))
        elif reply.kind is Failing.DOCUMENT:
            self._docket.blame(job, f"failed ({reply.text})")
        else:
            job.fail(WorkerFailed(reply.text))

    def repeat(self, job: Job) -> None:
        """Send a job again whose worker died over another."""
        self._submit(job, first=True)

    def blame(self, job: Job, how: str) -> None:
        """A worker died over this job."""
        self._docket.blame(job, how)

    def set_aside(self, document: int, seq: int, reason: str) -> None:
        """A worker found a row of which pycrdt takes nothing."""
        self._docket.set_aside(document, seq, reason)


def _content_of(blob: memoryview) -> bytes:
    """Take what came out of its message, unless it is so large that to copy it would hold up the relay."""
    return bytes(blob) if len(blob) <= LARGE_BYTES else cast("bytes", blob)
