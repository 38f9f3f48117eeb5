"""What becomes of a request over which a worker died."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from coscribe.workers import messages
from coscribe.workers.docket import MAX_INQUESTS, Docket
from coscribe.workers.errors import WorkerFailed
from coscribe.workers.inquest import Case, Verdict
from coscribe.workers.job import Job

SEGFAULT = "was ended by SIGSEGV"
NOTHING_FOUND = Verdict({}, False, False, SEGFAULT)


class PlayedInquest:
    """Answers with the verdicts it was given, when it is told to."""

    def __init__(self) -> None:
        self.verdicts: list[Verdict | Exception] = []
        self.cases: list[Case] = []
        self.go = asyncio.Event()
        self.go.set()

    async def run(self, case: Case) -> Verdict:
        self.cases.append(case)
        await self.go.wait()
        verdict = self.verdicts.pop(0)
        if isinstance(verdict, Exception):
            raise verdict
        return verdict


class Court:
    """A docket, and what it does."""

    def __init__(self) -> None:
        self.inquest = PlayedInquest()
        self.submitted: list[Job] = []
        self.reported: list[tuple[int, int, str]] = []
        inquest: Any = self.inquest
        self.docket = Docket(inquest, self.submit, lambda *row: self.reported.append(row))

    def submit(self, job: Job, *, first: bool = False) -> None:
        if not job.future.done() and not self.docket.hold(job):
            self.submitted.append(job)

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def kill(self, job: Job, times: int) -> None:
        for _ in range(times):
            self.docket.blame(job, SEGFAULT)
            await self.settle()


def a_job(document: int | None = 1, probe: str = messages.STATE) -> Job:
    def build(job: Job, avoid: list[int], from_rows: bool) -> messages.Request:
        raise NotImplementedError

    return Job(build, document=document, seq=9, deadline_s=5, probe=probe)


async def test_the_first_death_is_only_a_retry() -> None:
    court, job = Court(), a_job()
    await court.kill(job, 1)
    assert court.submitted == [job]
    assert not court.inquest.cases


async def test_the_second_death_finds_the_row_and_the_request_is_tried_without_it() -> None:
    court, job = Court(), a_job()
    court.inquest.verdicts = [Verdict({5: "it kills"}, False, True, SEGFAULT)]
    await court.kill(job, 2)
    assert court.inquest.cases == [Case(1, 9, frozenset(), False, messages.STATE, 5)]
    assert court.reported == [(1, 5, "it kills")]
    assert court.docket.avoided(1) == [5]
    assert court.submitted == [job, job]
    assert not job.future.done()


async def test_other_requests_for_the_document_wait_for_its_inquest_and_no_others_do() -> None:
    court, job, same, other = Court(), a_job(), a_job(), a_job(2)
    court.inquest.verdicts = [Verdict({5: "it kills"}, False, True, SEGFAULT)]
    court.inquest.go.clear()
    await court.kill(job, 2)
    court.submit(same)
    court.submit(other)
    assert court.submitted == [job, other]
    court.inquest.go.set()
    await court.settle()
    assert court.submitted == [job, other, job, same]


async def test_a_second_request_that_kills_meanwhile_waits_for_the_same_inquest() -> None:
    court, job, writing = Court(), a_job(), a_job(probe="html")
    await court.kill(writing, 1)
    court.inquest.verdicts = [Verdict({5: "it kills"}, False, True, SEGFAULT)]
    court.inquest.go.clear()
    await court.kill(job, 2)
    await court.kill(writing, 1)
    assert len(court.inquest.cases) == 1
    court.submitted.clear()
    court.inquest.go.set()
    await court.settle()
    assert court.submitted == [job, writing]


async def test_a_document_without_a_culprit_is_left_alone_for_a_while() -> None:
    court, job = Court(), a_job()
    court.inquest.verdicts = [NOTHING_FOUND]
    await court.kill(job, 2)
    with pytest.raises(WorkerFailed, match="no row"):
        await job.future
    with pytest.raises(WorkerFailed, match="no row"):
        court.docket.raise_if_refused(1, messages.STATE)
    court.docket.raise_if_refused(1, "html")
    court.docket.raise_if_refused(2, messages.STATE)
    assert not court.reported


async def test_deaths_that_no_replay_repeats_end_in_a_refusal_in_the_end() -> None:
    court, job = Court(), a_job()
    court.inquest.verdicts = [Verdict({}, False, True, "")] * MAX_INQUESTS
    await court.kill(job, 1 + MAX_INQUESTS)
    assert not job.future.done(), "the document is fine each time: it is tried again"
    await court.kill(job, 1)
    with pytest.raises(WorkerFailed):
        await job.future


async def test_a_checkpoint_that_kills_is_not_used_again() -> None:
    court, job = Court(), a_job()
    court.inquest.verdicts = [Verdict({}, True, True, SEGFAULT)]
    await court.kill(job, 2)
    assert court.docket.from_rows(1)
    assert court.submitted == [job, job]


async def test_an_update_that_kills_twice_while_it_is_checked_is_refused() -> None:
    court, job = Court(), a_job(None)
    await court.kill(job, 2)
    with pytest.raises(WorkerFailed, match="smaller parts"):
        await job.future
    assert not court.inquest.cases


async def test_an_inquest_that_cannot_be_held_is_a_refusal() -> None:
    court, job = Court(), a_job()
    court.inquest.verdicts = [BlockingIOError("no more processes")]
    await court.kill(job, 2)
    with pytest.raises(WorkerFailed, match="no more processes"):
        await job.future


async def test_a_report_that_fails_does_not_keep_the_row_in() -> None:
    def broken(document: int, seq: int, reason: str) -> None:
        raise RuntimeError("the journal is closed")

    inquest: Any = PlayedInquest()
    docket = Docket(inquest, Court().submit, broken)
    docket.set_aside(1, 5, "it kills")
    assert docket.avoided(1) == [5]


async def test_closing_ends_the_inquests() -> None:
    court, job = Court(), a_job()
    court.inquest.go.clear()
    await court.kill(job, 2)
    await court.docket.close()
    assert court.docket.hold(a_job()) is False
