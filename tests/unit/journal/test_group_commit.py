"""The journal tells of a change after it is on disk, once, in order, whatever the store does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coscribe.env import SeededEnv
from coscribe.journal import journal as module
from coscribe.journal.errors import ChangeRefused, JournalClosed, StoreFailed
from coscribe.journal.journal import AppendRow, Change, Journal, PutAuthor, Row
from harness.chance import examples


class FlakyStore:
    """Keeps rows in memory; commits do what `script` says next, else they succeed."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.script: list[str] = []
        self.commits: list[list[Change]] = []
        self.gate: asyncio.Event | None = None

    async def commit(self, changes: Sequence[Change]) -> None:
        self.commits.append(list(changes))
        if self.gate is not None:
            await self.gate.wait()
        await asyncio.sleep(0)
        does = self.script.pop(0) if self.script else "write"
        if does == "fail":
            raise StoreFailed("the disk is full; free some space")
        if does == "burst":
            raise ZeroDivisionError("a bug in the store")
        for change in changes:
            if isinstance(change, AppendRow) and change.row.body == b"poison":
                raise ChangeRefused("the database will not take a change")
        for change in changes:
            if isinstance(change, AppendRow) and change.row not in self.rows:
                self.rows.append(change.row)
        if does == "write and fail":
            raise StoreFailed("the disk did not answer; check it")

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def load(self, id: str, *, after: int | None = None) -> None: ...
    async def find(self, query: Any) -> list[Any]:
        return []

    def allocate_key(self) -> int:
        return 1


def append_row(seq: int, body: bytes = b"body") -> AppendRow:
    return AppendRow(Row(1, seq, 1, 0, body))


class Desk:
    """A journal over a flaky store, and what was heard of it."""

    def __init__(self) -> None:
        self.store = FlakyStore()
        self.env = SeededEnv(1)
        self.heard: list[list[Any]] = []
        self.refused: list[tuple[Any, str]] = []
        self.upset = 0
        self.journal = Journal(
            self.store,
            gather_s=0.001,
            on_commit=self.on_commit,
            on_refused=lambda token, error: self.refused.append((token, str(error))),
            env=self.env,
        )

    def on_commit(self, tokens: list[Any]) -> None:
        stored = {row.seq for row in self.store.rows}
        assert stored.issuperset(tokens), "acknowledged before it was stored"
        self.heard.append(tokens)
        if self.upset:
            self.upset -= 1
            raise ValueError("a room that fails")

    @property
    def tokens(self) -> list[Any]:
        return [token for tokens in self.heard for token in tokens]

    def append(self, *seqs: int) -> None:
        for seq in seqs:
            self.journal.append(append_row(seq), seq)


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_FIRST_S", 0.001)
    monkeypatch.setattr(module, "RETRY_LONGEST_S", 0.01)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    await desk.journal.start()
    yield desk
    await desk.journal.close()


async def until(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


async def test_what_is_queued_while_a_commit_runs_goes_with_the_next_one(desk: Desk) -> None:
    desk.store.gate = asyncio.Event()
    desk.append(1, 2)
    await until(lambda: desk.store.commits)
    desk.append(3, 4, 5)
    await asyncio.sleep(0.01)
    assert desk.heard == []
    desk.store.gate.set()
    assert await desk.journal.drain(5)
    assert desk.heard == [[1, 2], [3, 4, 5]]


async def test_what_follows_a_commit_is_gathered_into_the_next(desk: Desk) -> None:
    journal = Journal(desk.store, gather_s=1, on_commit=desk.on_commit)
    await journal.start()
    journal.append(append_row(1), 1)
    await until(lambda: desk.heard)
    for seq in (2, 3):
        journal.append(append_row(seq), seq)
        await asyncio.sleep(0)
    await until(lambda: len(desk.heard) > 1)
    assert desk.heard == [[1], [2, 3]]
    await journal.close()


async def test_the_first_change_after_a_pause_waits_for_no_other(desk: Desk) -> None:
    journal = Journal(desk.store, gather_s=60, on_commit=desk.on_commit)
    await journal.start()
    async with asyncio.timeout(20):
        journal.append(append_row(1), 1)
        await until(lambda: desk.heard)
        await journal.close()


async def test_a_change_without_a_token_is_stored_and_not_heard_of(desk: Desk) -> None:
    desk.journal.append(append_row(1))
    assert await desk.journal.drain(5)
    assert desk.heard == []
    desk.journal.append(append_row(2))
    desk.append(3)
    assert await desk.journal.drain(5)
    assert desk.heard == [[3]]


async def test_submit_returns_once_all_of_it_is_stored_in_one_commit(desk: Desk) -> None:
    changes = [append_row(seq) for seq in (1, 2, 3)]
    await desk.journal.submit(*changes)
    assert desk.store.commits == [changes]


async def test_a_failed_commit_tells_nobody_and_is_repeated_in_order(desk: Desk) -> None:
    desk.store.script = ["fail", "write and fail", "fail"]
    desk.append(1, 2)
    await until(lambda: len(desk.store.commits) == 1)
    desk.append(3)
    assert desk.heard == []
    await until(lambda: desk.heard)
    assert desk.heard == [[1, 2, 3]]
    assert [row.seq for row in desk.store.rows] == [1, 2, 3]


async def test_the_failure_says_why_and_since_when_and_goes_by_itself(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    started = desk.env.wall_ms()
    desk.store.script = ["fail"] * 3
    desk.append(1)
    assert desk.journal.failure is None
    await until(lambda: desk.journal.failure)
    desk.env.advance(60)
    await until(lambda: desk.journal.failure is None or desk.journal.failure.attempts == 3)
    failure = desk.journal.failure
    assert failure is not None
    assert (failure.reason, failure.since) == ("the disk is full; free some space", started)
    await until(lambda: desk.journal.failure is None)
    assert desk.tokens == [1]
    assert [record.message for record in caplog.records] == [
        "nothing is being saved: the disk is full; free some space",
        "the journal writes again after 3 attempts",
    ]


async def test_retries_come_slower_and_slower_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def wait_for(work: Any, timeout: float) -> None:  # noqa: ASYNC109 - stands for asyncio's
        waits.append(timeout)
        work.close()
        raise TimeoutError

    monkeypatch.setattr(module, "RETRY_FIRST_S", 0.1)
    monkeypatch.setattr(module, "RETRY_LONGEST_S", 5.0)
    desk = Desk()
    desk.store.script = ["fail"] * 9
    await desk.journal.start()
    with monkeypatch.context() as patch:
        patch.setattr(module.asyncio, "wait_for", wait_for)
        desk.append(1)
        await until(lambda: desk.heard)
    await desk.journal.close()
    assert waits == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0])


async def test_a_bug_in_the_store_is_a_failure_like_any_other(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.store.script = ["burst"]
    desk.append(1)
    assert await desk.journal.drain(5)
    assert desk.tokens == [1]
    assert caplog.records[0].exc_info is not None


async def test_a_room_that_fails_on_hearing_stops_nobody_and_repeats_nothing(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.upset = 1
    desk.append(1)
    await desk.journal.submit()
    desk.append(2)
    assert await desk.journal.drain(5)
    assert desk.heard == [[1], [2]]
    assert len(desk.store.commits) == 2
    assert caplog.records[0].levelno == logging.ERROR


async def test_a_refused_change_is_set_aside_and_the_others_are_stored(desk: Desk) -> None:
    desk.append(1, 2)
    desk.journal.append(append_row(3, b"poison"), 3)
    desk.append(4, 5, 6, 7)
    assert await desk.journal.drain(5)
    assert desk.heard == [[1, 2, 4, 5, 6, 7]]
    assert desk.refused == [(3, "the database will not take a change")]
    assert [row.seq for row in desk.store.rows] == [1, 2, 4, 5, 6, 7]
    assert desk.journal.failure is None


async def test_whoever_submits_a_change_that_is_refused_is_told(desk: Desk) -> None:
    good = asyncio.create_task(desk.journal.submit(append_row(1)))
    with pytest.raises(ChangeRefused):
        await desk.journal.submit(append_row(2, b"poison"))
    await good


async def test_a_failure_while_looking_for_a_refused_change_repeats_the_whole_batch(desk: Desk) -> None:
    desk.store.script = ["write", "write", "fail"]
    desk.journal.append(append_row(1, b"poison"), 1)
    desk.append(2, 3, 4)
    assert await desk.journal.drain(5)
    assert desk.heard == [[2, 3, 4]]
    assert [token for token, _ in desk.refused] == [1]


async def test_queued_bytes_count_what_is_not_stored_yet(desk: Desk) -> None:
    assert desk.journal.queued_bytes == 0
    desk.store.script = ["fail"] * 3
    desk.journal.append(append_row(1, bytes(5000)))
    first = desk.journal.queued_bytes
    assert 5000 <= first < 6000
    await until(lambda: desk.journal.failure)
    desk.journal.append(append_row(2, bytes(7000)))
    assert 12_000 <= desk.journal.queued_bytes < 13_000
    assert await desk.journal.drain(5)
    assert desk.journal.queued_bytes == 0


async def test_draining_does_not_wait_for_more(desk: Desk) -> None:
    journal = Journal(desk.store, gather_s=60, on_commit=desk.on_commit)
    await journal.start()
    async with asyncio.timeout(20):
        journal.append(append_row(1), 1)
        await until(lambda: desk.heard)
        assert await journal.drain(5)
        journal.append(append_row(2), 2)
        assert await journal.drain(5)
        assert desk.tokens == [1, 2]
        await journal.close()


async def test_draining_gives_up_at_its_deadline_and_loses_nothing(desk: Desk) -> None:
    desk.store.gate = asyncio.Event()
    desk.append(1)
    assert not await desk.journal.drain(0.01)
    assert desk.heard == []
    desk.store.gate.set()
    assert await desk.journal.drain(5)
    assert desk.tokens == [1]


async def test_closing_tries_once_more_and_tells_who_waits_in_vain(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    desk.store.script = ["fail"] * 100
    await desk.journal.start()
    waiting = asyncio.create_task(desk.journal.submit(append_row(1)))
    await until(lambda: desk.journal.failure)
    attempts = len(desk.store.commits)
    desk.append(2)
    await desk.journal.close()
    assert attempts <= len(desk.store.commits) <= attempts + 2
    assert len(desk.store.commits[-1]) == 2
    with pytest.raises(JournalClosed):
        await waiting
    assert desk.heard == []
    assert "2 changes were not stored" in caplog.text


async def test_closing_stores_what_is_queued(desk: Desk) -> None:
    desk.append(1, 2, 3)
    await desk.journal.close()
    assert desk.tokens == [1, 2, 3]


async def test_closing_ends_a_back_off_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_FIRST_S", 60.0)
    monkeypatch.setattr(module, "RETRY_LONGEST_S", 60.0)
    desk = Desk()
    desk.store.script = ["fail"]
    await desk.journal.start()
    desk.append(1)
    await until(lambda: desk.journal.failure)
    async with asyncio.timeout(20):
        await desk.journal.close()
    assert desk.tokens == [1]


async def test_a_closed_journal_takes_nothing(desk: Desk) -> None:
    await desk.journal.close()
    with pytest.raises(JournalClosed):
        desk.append(1)
    with pytest.raises(JournalClosed):
        await desk.journal.submit(append_row(1))
    assert not await desk.journal.drain(1)


async def test_a_submit_that_was_given_up_is_stored_all_the_same(desk: Desk) -> None:
    desk.store.gate = asyncio.Event()
    waiting = asyncio.create_task(desk.journal.submit(append_row(1), PutAuthor(2, "u", "", "")))
    await until(lambda: desk.store.commits)
    waiting.cancel()
    await asyncio.wait([waiting])
    desk.store.gate.set()
    assert await desk.journal.drain(5)
    assert [row.seq for row in desk.store.rows] == [1]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 5)),
        st.tuples(st.just("submit"), st.integers(1, 3)),
        st.tuples(st.just("script"), st.sampled_from(["fail", "write and fail", "burst", "write"])),
        st.tuples(st.just("upset"), st.just(1)),
        st.tuples(st.just("turn"), st.integers(1, 8)),
        st.tuples(st.just("wait"), st.integers(1, 3)),
        st.tuples(st.just("drain"), st.just(1)),
    ),
    max_size=30,
)


@examples(150)
@given(STEPS)
def test_any_interleaving_of_changes_and_failures_keeps_the_order_and_loses_nothing(
    steps: list[tuple[str, Any]],
) -> None:
    async def run() -> None:
        desk = Desk()
        await desk.journal.start()
        seq = 0
        submits: list[asyncio.Task[None]] = []
        appended: list[int] = []
        for kind, value in steps:
            if kind == "append":
                for _ in range(value):
                    seq += 1
                    appended.append(seq)
                    desk.append(seq)
            elif kind == "submit":
                changes = [append_row(seq + n + 1) for n in range(value)]
                seq += value
                submits.append(asyncio.create_task(desk.journal.submit(*changes)))
                await asyncio.sleep(0)
            elif kind == "script":
                desk.store.script.append(value)
            elif kind == "upset":
                desk.upset += 1
            elif kind == "turn":
                for _ in range(value):
                    await asyncio.sleep(0)
            elif kind == "wait":
                await asyncio.sleep(value / 1000)
            else:
                await desk.journal.drain(0.002)
        desk.store.script.clear()
        assert await desk.journal.drain(10)
        await asyncio.gather(*submits)
        assert desk.tokens == appended
        assert [row.seq for row in desk.store.rows] == list(range(1, seq + 1))
        assert desk.journal.queued_bytes == 0
        assert desk.journal.failure is None
        await desk.journal.close()

    asyncio.run(run())
