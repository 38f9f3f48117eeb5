"""The documents that killed workers: what is known of them, and the inquests that are under way.

A document's requests wait while its inquest runs, other documents are not concerned. What an inquest finds is left
out of the document from then on, and reported once. A document with no row to blame is not tried again for a while,
so that it cannot keep killing the workers of others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from coscribe.workers.errors import WorkerFailed
from coscribe.workers.inquest import Case, Inquest, Verdict
from coscribe.workers.job import Job

log = logging.getLogger(__name__)

MAX_DEATHS = 2  # in one request, before an inquest
MAX_INQUESTS = 3  # for one request
REFUSAL_S = 60.0


class Submit(Protocol):
    """Queue a job at a worker."""

    def __call__(self, job: Job, *, first: bool = False) -> None: ...


class Docket:
    """Decides what becomes of a request over which a worker died."""

    def __init__(self, inquest: Inquest, submit: Submit, on_quarantine: Callable[[int, int, str], None]) -> None:
        self._inquest = inquest
        self._submit = submit
        self._on_quarantine = on_quarantine
        self._avoid: dict[int, set[int]] = {}
        self._from_rows: set[int] = set()
        self._waiting: dict[int, list[Job]] = {}  # by document under inquest
        self._refused: dict[tuple[int, str], tuple[float, str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """End the inquests and fail what waits for them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def avoided(self, document: int) -> list[int]:
        """Return the rows to leave out of a document."""
        return sorted(self._avoid.get(document, ()))

    def from_rows(self, document: int) -> bool:
        """Tell whether a document is to be built without its checkpoint."""
        return document in self._from_rows

    def raise_if_refused(self, document: int, probe: str) -> None:
        """Raise WorkerFailed while a document is not to be tried."""
        refused = self._refused.get((document, probe))
        if refused is not None:
            until, text = refused
            if asyncio.get_running_loop().time() < until:
                raise WorkerFailed(text)
            del self._refused[document, probe]

    def hold(self, job: Job) -> bool:
        """Keep a job until its document's inquest is over; False when there is none."""
        waiting = self._waiting.get(job.document) if job.document is not None else None
        if waiting is None:
            return False
        waiting.append(job)
        return True

    def blame(self, job: Job, how: str) -> None:
        """A worker died or failed over this job: retry it once, then look for the row."""
        job.deaths += 1
        if job.future.done():
            return
        if job.deaths < MAX_DEATHS and not job.inquests:
            self._submit(job, first=True)
        elif job.document is None:
            job.fail(WorkerFailed(f"this cannot be worked on: a worker {how}, twice; send it in smaller parts"))
        elif self.hold(job):
            pass
        elif job.inquests >= MAX_INQUESTS:
            self._refuse(job, job.document, how)
        else:
            job.inquests += 1
            self._waiting[job.document] = [job]
            task = asyncio.get_running_loop().create_task(self._investigate(job, job.document, how))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def set_aside(self, document: int, seq: int, reason: str) -> None:
        """Leave a row out from now on, and report it."""
        rows = self._avoid.setdefault(document, set())
        if seq in rows:
            return
        rows.add(seq)
        log.error("document %d: row %d is set aside, its bytes are kept: %s", document, seq, reason)
        try:
            self._on_quarantine(document, seq, reason)
        except Exception:
            log.exception("document %d: the quarantine of row %d could not be written down", document, seq)

    async def _investigate(self, job: Job, document: int, how: str) -> None:
        log.warning("document %d: a worker %s over it, twice; looking for the row that does it", document, how)
        verdict: Verdict | None = None
        avoid = frozenset(self.avoided(document))
        try:
            verdict = await self._inquest.run(
                Case(document, job.seq, avoid, document in self._from_rows, job.probe, job.deadline_s)
            )
        except OSError as error:
            how = f"{how}, and no process could be started to find out why ({error})"
        finally:
            waiting = self._waiting.pop(document)
        if verdict is None:
            self._refuse(job, document, how)
        else:
            for seq, reason in verdict.culprits.items():
                self.set_aside(document, seq, reason)
            if verdict.distrust_checkpoint:
                log.error("document %d: its checkpoint kills workers; it is built from its rows", document)
                self._from_rows.add(document)
            if not (verdict.survived or verdict.culprits or verdict.distrust_checkpoint):
                self._refuse(job, document, verdict.how or how)
        for other in waiting:
            self._submit(other, first=other is job)

    def _refuse(self, job: Job, document: int, how: str) -> None:
        text = (
            f"document {document} cannot be read: a worker {how}, and no row of it could be found guilty; "
            f"it is tried again after {REFUSAL_S:.0f} s, and `coscribe verify` tells more"
        )
        log.error("%s", text)
        self._refused[document, job.probe] = (asyncio.get_running_loop().time() + REFUSAL_S, text)
        job.fail(WorkerFailed(text))
