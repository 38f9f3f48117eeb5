"""What the pool promises its callers, whatever the workers do; the workers are played here."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from coscribe.protocol.ground import plan
from coscribe.protocol.lib0 import DecodeError
from coscribe.protocol.updates import MalformedUpdate
from coscribe.workers import messages
from coscribe.workers import pool as pool_module
from coscribe.workers.job import Job
from coscribe.workers.messages import Failing
from coscribe.workers.pool import (
    LARGE_PLAN_BYTES,
    ContentError,
    ContentTooLarge,
    WorkerFailed,
    WorkerPool,
    WorkerUnavailable,
)


class PlayedLane:
    """A lane that only remembers what it was given."""

    ready = True
    started = True

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    @property
    def load(self) -> int:
        return len(self.jobs)

    def put(self, job: Job, *, first: bool = False) -> None:
        self.jobs.insert(0 if first else len(self.jobs), job)

    def start(self) -> None:
        pass

    async def stop(self, grace_s: float) -> None:
        pass

    def status(self) -> dict[str, object]:
        return {}


class Played:
    """A pool of two workers and one for content, none of which is there."""

    def __init__(self, deadline_s: float = 20) -> None:
        self.quarantined: list[tuple[int, int, str]] = []
        self.pool = WorkerPool(
            count=2,
            database=Path("nowhere.db"),
            memory_bytes=1 << 30,
            deadline_s=deadline_s,
            on_quarantine=lambda *row: self.quarantined.append(row),
        )
        self.lanes = [PlayedLane(), PlayedLane()]
        self.content = PlayedLane()
        inside: Any = self.pool
        inside._lanes, inside._content_lane = self.lanes, self.content

    async def job(self, lane: PlayedLane | None = None) -> Job:
        """Wait for a job at a lane (by default that of even documents) and take it."""
        lane = lane or self.lanes[0]
        for _ in range(100):
            await asyncio.sleep(0)
            if lane.jobs:
                job = lane.jobs.pop(0)
                job.taken()
                return job
        raise AssertionError("no job came")


@pytest.fixture
async def played() -> AsyncIterator[Played]:
    made = Played()
    await made.pool.start()
    yield made
    await made.pool.stop()


def test_the_relays_side_never_imports_the_engine() -> None:
    engine = "{'pycrdt', 'coscribe.workers.replica', 'coscribe.content.render'}"
    code = f"import sys, coscribe.workers.pool; sys.exit(not {engine}.isdisjoint(sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True)


async def test_a_thousand_newcomers_cost_one_encode(played: Played) -> None:
    waiting = [asyncio.create_task(played.pool.state(2, 7)) for _ in range(1000)]
    job = await played.job()
    played.pool.replied(job, messages.StateReply(job.id, 7, b"state"))
    assert await asyncio.gather(*waiting) == [(7, b"state")] * 1000
    assert not played.lanes[0].jobs


async def test_a_thousand_equal_diffs_cost_one_and_another_vector_one_more(played: Played) -> None:
    same = [asyncio.create_task(played.pool.diff(2, 7, b"\1\7\2")) for _ in range(1000)]
    other = asyncio.create_task(played.pool.diff(2, 7, b"\1\7\3"))
    for waiting, body in ((same, b"same"), ([other], b"other")):
        job = await played.job()
        played.pool.replied(job, messages.StateReply(job.id, 7, body))
        assert await asyncio.gather(*waiting) == [(7, body)] * len(waiting)
    assert not played.lanes[0].jobs


async def test_an_older_sequence_joins_and_a_newer_one_does_not(played: Played) -> None:
    at_seven = asyncio.create_task(played.pool.state(2, 7))
    first = await played.job()
    at_five = asyncio.create_task(played.pool.state(2, 5))
    at_nine = asyncio.create_task(played.pool.state(2, 9))
    second = await played.job()
    played.pool.replied(first, messages.StateReply(1, 7, b"seven"))
    played.pool.replied(second, messages.StateReply(2, 9, b"nine"))
    assert await asyncio.gather(at_seven, at_five, at_nine) == [(7, b"seven"), (7, b"seven"), (9, b"nine")]


async def test_a_caller_that_goes_away_takes_no_answer_from_the_others(played: Played) -> None:
    gone, stays = (asyncio.create_task(played.pool.state(2, 7)) for _ in range(2))
    job = await played.job()
    gone.cancel()
    await asyncio.sleep(0)
    played.pool.replied(job, messages.StateReply(1, 7, b"state"))
    assert await stays == (7, b"state")


async def test_a_failure_is_not_remembered(played: Played) -> None:
    failing = asyncio.create_task(played.pool.state(2, 7))
    played.pool.replied(await played.job(), messages.Failure(1, Failing.JOURNAL, "the disk is gone"))
    with pytest.raises(WorkerFailed, match="disk"):
        await failing
    again = asyncio.create_task(played.pool.state(2, 7))
    played.pool.replied(await played.job(), messages.StateReply(2, 7, b"state"))
    assert await again == (7, b"state")


async def test_a_document_has_its_worker_and_content_has_its_own(played: Played) -> None:
    tasks = [
        asyncio.create_task(request)
        for request in (
            *(played.pool.state(document, 1) for document in (2, 3, 4)),
            played.pool.checkpoint(3, 1),
            played.pool.content(2, 1, "html", ""),
        )
    ]
    await asyncio.sleep(0)
    assert [job.document for job in played.lanes[0].jobs] == [2, 4]
    assert [job.document for job in played.lanes[1].jobs] == [3, 3]
    assert [job.document for job in played.content.jobs] == [2]
    for task in tasks:
        task.cancel()


async def test_plans_go_where_there_is_least_to_do(played: Played) -> None:
    tasks = [asyncio.create_task(played.pool.plan(b"\0\0", b"\0", False)) for _ in range(4)]
    await asyncio.sleep(0)
    assert [lane.load for lane in played.lanes] == [2, 2]
    for task in tasks:
        task.cancel()


async def test_large_plans_keep_no_newcomer_to_a_document_waiting(played: Played) -> None:
    tasks = [asyncio.create_task(played.pool.plan(bytes(size), b"\0", False)) for size in (10, LARGE_PLAN_BYTES + 1)]
    await asyncio.sleep(0)
    assert sum(lane.load for lane in played.lanes) == 1
    assert played.content.load == 1
    for task in tasks:
        task.cancel()


LISTS = ("ends", "dead", "deletes", "claimed", "waits")


async def test_a_plan_comes_back_with_the_update_that_was_not_sent_back(played: Played) -> None:
    update = bytes.fromhex("010107000401017401610" + "0")
    made = plan(update, {}, trim=False)
    waiting = asyncio.create_task(played.pool.plan(update, b"\0", False))
    job = await played.job()
    played.pool.replied(job, messages.PlanReply.of(job.id, made))
    planned = await waiting
    assert planned.update is update
    assert planned._replace(**{name: list(planned._asdict()[name]) for name in LISTS}) == made


async def test_errors_have_the_type_that_says_whose_fault_it_is(played: Played) -> None:
    for request, lane, kind, expected in (
        (played.pool.content(2, 1, "html", ""), played.content, Failing.CONTENT, ContentError),
        (played.pool.content(8, 1, "html", ""), played.content, Failing.TOO_LARGE, ContentTooLarge),
        (played.pool.plan(b"x", b"\0", False), played.lanes[0], Failing.REFUSED, MalformedUpdate),
        (played.pool.diff(2, 1, b"\xff"), played.lanes[0], Failing.REFUSED, DecodeError),
        (played.pool.checkpoint(2, 1), played.lanes[0], Failing.UNVERIFIED, WorkerFailed),
    ):
        waiting = asyncio.create_task(request)
        played.pool.replied(await played.job(lane), messages.Failure(1, kind, "because"))
        with pytest.raises(expected, match="because"):
            await waiting


async def test_a_diff_that_killed_a_worker_is_retried_as_the_whole_document(played: Played) -> None:
    waiting = asyncio.create_task(played.pool.diff(2, 7, b"\1\7\2"))
    job = await played.job()
    assert isinstance(played.pool.request(job), messages.DiffRequest)
    played.pool.blame(job, "was ended by SIGSEGV")
    job = await played.job()
    assert isinstance(played.pool.request(job), messages.StateRequest)
    played.pool.replied(job, messages.StateReply(1, 7, b"whole"))
    assert await waiting == (7, b"whole")


async def test_a_row_that_is_set_aside_is_reported_once_and_never_asked_for_again(played: Played) -> None:
    played.pool.set_aside(2, 5, "why")
    played.pool.set_aside(2, 5, "why")
    assert played.quarantined == [(2, 5, "why")]
    waiting = asyncio.create_task(played.pool.state(2, 7))
    request = played.pool.request(await played.job())
    assert isinstance(request, messages.StateRequest)
    assert request.avoid == [5]
    waiting.cancel()


async def test_the_queue_is_bounded(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "MAX_WAITING_REQUESTS", 3)
    tasks = [asyncio.create_task(played.pool.state(document, 1)) for document in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(WorkerUnavailable, match="too many"):
        await played.pool.state(99, 1)
    joined = asyncio.create_task(played.pool.state(2, 1))
    await asyncio.sleep(0)
    assert not joined.done(), "what is under way can be joined"
    for task in (*tasks, joined):
        task.cancel()


async def test_the_bytes_that_wait_to_be_checked_are_bounded(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "MAX_WAITING_BYTES", 100)
    waiting = asyncio.create_task(played.pool.plan(bytes(80), b"\0", False))
    await asyncio.sleep(0)
    with pytest.raises(WorkerUnavailable, match="too many"):
        await played.pool.plan(bytes(21), b"\0", False)
    played.pool.replied(await played.job(), messages.Failure(1, Failing.REFUSED, "no"))
    with pytest.raises(MalformedUpdate):
        await waiting
    later = asyncio.create_task(played.pool.plan(bytes(100), b"\0", False))
    await asyncio.sleep(0)
    assert not later.done()
    later.cancel()


async def test_nobody_waits_longer_than_the_deadline_for_a_worker() -> None:
    played = Played(deadline_s=0.05)
    await played.pool.start()
    with pytest.raises(WorkerUnavailable, match="try again"):
        await played.pool.state(2, 1)
    await played.pool.stop()


async def test_a_pool_that_is_not_running_says_so() -> None:
    played = Played()
    with pytest.raises(WorkerUnavailable, match="not running"):
        await played.pool.state(2, 1)
    await played.pool.start()
    waiting = asyncio.create_task(played.pool.state(2, 1))
    await played.job()
    await played.pool.stop()
    with pytest.raises(WorkerUnavailable, match="shutting down"):
        await waiting
    with pytest.raises(WorkerUnavailable, match="not running"):
        await played.pool.state(2, 1)
