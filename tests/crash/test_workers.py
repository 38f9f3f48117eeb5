"""Workers that die, hang and run out of memory: the request is answered, the row is found, nobody else notices."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Text, XmlElement, XmlFragment, XmlText

from coscribe.protocol.state_vectors import read_state_vector
from coscribe.workers import process as process_module
from coscribe.workers.pool import ContentError, WorkerFailed, WorkerPool, WorkerUnavailable
from harness import odd_worker, old_database
from unit.protocol.building import section, text, update
from unit.workers.rows import text_of, typed

MEMORY_BYTES = 512 << 20
DEADLINE_S = 30.0
HOSTILE, OTHER = 1, 2
AUTHOR = 4242  # no client of a hostile update, some of which delete what others wrote
WORDS = "what somebody wrote"

KILLERS = {
    "nesting without end (R1)": [bytes.fromhex("010105000801016101") + b"\x75\x01" * 30000 + b"\x7e\x00"],
    "items that refer to their own future (R2)": [
        bytes.fromhex("01034d00884d03037e740387db917b73a9076d3651b8eb680105017bc736bb00c259859fc102140304010107010804"),
        bytes.fromhex("01024d020002c74d004d080100"),
    ],
    "a clock that overflows (R4)": [bytes.fromhex("010105ffffffff0f01010474657874017800")],
    "a panic (R5)": [bytes.fromhex("01038608ffffffff0f010103786d6c010007878608000303646976018608010008")],
    "a state that cannot be read back (R7)": [
        bytes.fromhex("01010100020103786d6c0109756e646566696e6564024d01000201010103")
    ],
    "counts that announce gigabytes": [bytes.fromhex("ffffff7f04c603"), bytes.fromhex("80ff80ff0249040301010380")],
}


class Fixture:
    """A pool over a database, and what it reports."""

    def __init__(self, database: Path, **options: Any) -> None:
        self.database = database
        self.quarantined: list[tuple[int, int, str]] = []
        settings = {"count": 1, "memory_bytes": MEMORY_BYTES, "deadline_s": DEADLINE_S} | options
        self.pool = WorkerPool(database=database, on_quarantine=lambda *row: self.quarantined.append(row), **settings)

    def append(self, document: int, *rows: list[bytes]) -> int:
        return old_database.append(self.database, document, *rows)

    @property
    def rows_set_aside(self) -> list[int]:
        return [seq for _, seq, _ in self.quarantined]

    async def text(self, document: int, seq: int, root: str = "t") -> str:
        at, state = await self.pool.state(document, seq)
        assert at >= seq
        doc: Doc[Any] = Doc()
        doc.apply_update(state)
        return text_of(doc, root)

    async def pid(self, number: int = 0) -> int:
        """Wait until a worker is ready and return its process id."""
        until = time.monotonic() + DEADLINE_S
        while time.monotonic() < until:
            status = self.pool.status[number]
            if status["state"] == "ready":
                assert isinstance(status["pid"], int)
                return status["pid"]
            await asyncio.sleep(0.01)
        raise AssertionError("no worker is ready")


MakePool = Callable[..., Awaitable[Fixture]]


@pytest.fixture
async def make_pool(tmp_path: Path) -> AsyncIterator[MakePool]:
    """Start pools, each over a database of its own; they are stopped with the test."""
    made: list[Fixture] = []

    async def make(**options: Any) -> Fixture:
        fixture = Fixture(old_database.create(tmp_path / f"{len(made)}.db"), **options)
        made.append(fixture)
        await fixture.pool.start()
        return fixture

    yield make
    for fixture in made:
        await fixture.pool.stop()


@asynccontextmanager
async def odd_workers(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Have workers started that obey some words; see `harness.odd_worker`."""
    with monkeypatch.context() as patch:
        patch.setattr(process_module, "MODULE", "harness.odd_worker")
        patch.setenv("PYTHONPATH", str(Path(odd_worker.__file__).parents[1]), prepend=os.pathsep)
        yield


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until_gone(pid: int, within_s: float) -> None:
    until = time.monotonic() + within_s
    while alive(pid):
        assert time.monotonic() < until, f"process {pid} still runs"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("killers", KILLERS.values(), ids=KILLERS.keys())
async def test_an_old_row_that_kills_is_set_aside_and_the_document_served(
    make_pool: MakePool, killers: list[bytes]
) -> None:
    fixture = await make_pool()
    words = typed(WORDS, client=AUTHOR)
    before = fixture.append(HOSTILE, words[:5], words[5:10])
    with_killers = fixture.append(HOSTILE, *([killer] for killer in killers))
    head = fixture.append(HOSTILE, words[10:15], words[15:])
    other = fixture.append(OTHER, typed("other words"))

    assert await fixture.text(HOSTILE, head) == WORDS
    assert fixture.rows_set_aside, "the culprit is reported"
    assert all(before < seq <= with_killers for seq in fixture.rows_set_aside), "and nobody else"
    assert await fixture.text(OTHER, other) == "other words"
    made = await fixture.pool.checkpoint(HOSTILE, head)
    assert (made.seq, read_state_vector(made.vector)) == (head, {AUTHOR: len(WORDS)})
    pid = await fixture.pid()
    assert await fixture.text(HOSTILE, head) == WORDS
    assert await fixture.pid() == pid, "it does not kill again"


async def test_rows_that_only_wait_are_kept_and_nobody_is_blamed(make_pool: MakePool) -> None:
    """R3 (a clock beyond all others), R9 (an item under one that does not exist yet), R10 (a flood of gaps)."""
    fixture = await make_pool()
    far = bytes.fromhex("0101e807ffffffff0fc4e80701e8070202585900")
    words = typed(WORDS, client=6)
    hung = update([section(5, 0, text("z", parent=(6, 0)))])
    gaps = typed("x" * 2000, client=9)[1:]
    head = fixture.append(HOSTILE, [far], [hung], gaps, words)
    assert await fixture.text(HOSTILE, head) == WORDS
    assert not fixture.quarantined
    made = await fixture.pool.checkpoint(HOSTILE, head)
    assert read_state_vector(made.vector) == {5: 1, 6: len(WORDS)}
    assert fixture.pool.status[0]["restarts"] == 0
    old_database.put_checkpoint(fixture.database, made)
    head = fixture.append(HOSTILE, typed("x", client=9))
    after = await make_pool_over(fixture)
    try:
        assert sorted(await after.text(HOSTILE, head)) == sorted(WORDS + "x" * 2000)
    finally:
        await after.pool.stop()


async def make_pool_over(fixture: Fixture) -> Fixture:
    again = Fixture(fixture.database)
    await again.pool.start()
    return again


@pytest.mark.parametrize("word", [odd_worker.DIE, odd_worker.HANG, odd_worker.EAT, odd_worker.PANIC])
async def test_a_row_that_passes_every_check_and_kills_is_found(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], word: str
) -> None:
    async with odd_workers(monkeypatch):
        fixture = await make_pool(deadline_s=3.0 if word == odd_worker.HANG else DEADLINE_S)
        words = typed(WORDS)
        fixture.append(HOSTILE, words[:5])
        guilty = fixture.append(HOSTILE, [update([section(66, 0, text(word))])])
        head = fixture.append(HOSTILE, words[5:])
        assert await fixture.text(HOSTILE, head) == WORDS
        assert fixture.rows_set_aside == [guilty]
        said = capfd.readouterr().err + "".join(reason for _, _, reason in fixture.quarantined)
        assert word not in said, "an engine that fails does not say on what"


async def test_other_documents_are_answered_while_an_inquest_goes_on(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with odd_workers(monkeypatch):
        fixture = await make_pool(deadline_s=3.0)
        other = fixture.append(OTHER, typed("other words"))
        head = fixture.append(HOSTILE, typed(WORDS), [update([section(66, 0, text(odd_worker.HANG))])])
        hostile = asyncio.create_task(fixture.text(HOSTILE, head))
        while fixture.pool.status[0]["restarts"] != 2:
            await asyncio.sleep(0.02)
        assert await fixture.text(OTHER, other) == "other words"
        assert not hostile.done(), "the inquest is still on"
        assert await hostile == WORDS


async def test_no_row_is_blamed_for_content_that_hangs(make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    async with odd_workers(monkeypatch):
        fixture = await make_pool(deadline_s=2.0)
        head = fixture.append(HOSTILE, typed(WORDS), [update([section(66, 0, text(odd_worker.WRITE_HANG))])])
        with pytest.raises(WorkerFailed, match="no row"):
            await fixture.pool.content(HOSTILE, head, "json", "")
        started = time.monotonic()
        with pytest.raises(WorkerFailed, match="tried again"):
            await fixture.pool.content(HOSTILE, head, "json", "")
        assert time.monotonic() - started < 1, "it does not kill workers again and again"
        assert not fixture.quarantined
        assert WORDS in await fixture.text(HOSTILE, head)


async def test_a_document_too_large_for_the_memory_costs_no_row(make_pool: MakePool) -> None:
    fixture = await make_pool(memory_bytes=112 << 20)
    huge = [update([section(client, 0, text("x" * (4 << 20)))]) for client in range(10, 24)]
    head = fixture.append(HOSTILE, *([each] for each in huge))
    with pytest.raises(WorkerFailed, match=r"too low|no row"):
        await fixture.pool.state(HOSTILE, head)
    assert not fixture.quarantined
    other = fixture.append(OTHER, typed("other words"))
    assert await fixture.text(OTHER, other) == "other words"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
async def test_requests_survive_the_worker_that_was_killed_under_them(make_pool: MakePool, how: signal.Signals) -> None:
    fixture = await make_pool(count=2)
    words = typed(WORDS)
    heads = {document: fixture.append(document, words) for document in range(1, 40)}
    for _ in range(2):
        pids = [await fixture.pid(number) for number in range(2)]
        requests = [asyncio.create_task(fixture.text(document, head)) for document, head in heads.items()]
        await asyncio.sleep(0)
        for pid in pids:
            os.kill(pid, how)
        assert await asyncio.gather(*requests) == [WORDS] * len(heads)
        assert not fixture.quarantined
    assert [worker["restarts"] for worker in fixture.pool.status] == [2, 2]


async def test_a_worker_that_hangs_is_replaced_at_the_deadline(make_pool: MakePool) -> None:
    fixture = await make_pool(deadline_s=4.0)
    heads = {document: fixture.append(document, typed(WORDS)) for document in range(1, 10)}
    pid = await fixture.pid()
    os.kill(pid, signal.SIGSTOP)
    started = time.monotonic()
    answers = await asyncio.gather(*(fixture.text(document, head) for document, head in heads.items()))
    assert answers == [WORDS] * len(heads)
    assert time.monotonic() - started >= 3.5
    assert not alive(pid)
    assert not fixture.quarantined


async def test_an_idle_worker_that_dies_is_replaced(make_pool: MakePool) -> None:
    fixture = await make_pool()
    pid = await fixture.pid()
    os.kill(pid, signal.SIGKILL)
    await until_gone(pid, 5)
    head = fixture.append(OTHER, typed(WORDS))
    assert await fixture.text(OTHER, head) == WORDS


async def test_requests_wait_for_the_first_worker_and_starting_does_not(make_pool: MakePool) -> None:
    started = time.monotonic()
    fixture = await make_pool(count=2)
    assert time.monotonic() - started < 1
    assert {worker["state"] for worker in fixture.pool.status} <= {"down", "starting"}
    head = fixture.append(OTHER, typed(WORDS))
    assert await fixture.text(OTHER, head) == WORDS


async def test_a_pool_that_cannot_start_a_process_says_so_in_time(
    make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "MODULE", "coscribe.no_such_module")
    fixture = await make_pool(deadline_s=1.0)
    with pytest.raises(WorkerUnavailable, match="try again"):
        await fixture.pool.state(OTHER, 1)
    monkeypatch.undo()
    head = fixture.append(OTHER, typed(WORDS))
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        try:
            assert await fixture.text(OTHER, head) == WORDS
            return
        except WorkerUnavailable:
            continue
    raise AssertionError("it does not recover")


async def test_stopping_takes_two_seconds_at_most_also_when_a_worker_hangs(make_pool: MakePool) -> None:
    fixture = await make_pool(count=2)
    pids = [await fixture.pid(number) for number in range(2)]
    os.kill(pids[0], signal.SIGSTOP)
    waiting = asyncio.create_task(fixture.pool.state(2, 1))
    await asyncio.sleep(0.05)
    started = time.monotonic()
    await fixture.pool.stop()
    assert time.monotonic() - started < 2
    assert not any(alive(pid) for pid in pids)
    with pytest.raises(WorkerUnavailable):
        await waiting


async def test_a_worker_holds_no_socket_but_the_relays(make_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSCRIBE_SECRET", "hunter2")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.set_inheritable(True)
        fixture = await make_pool()
        pid = await fixture.pid()
        held = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
        assert sum(name.startswith("socket:") for name in held) == 1, held
        assert b"COSCRIBE_SECRET" not in Path(f"/proc/{pid}/environ").read_bytes()


async def test_a_worker_goes_after_the_relay_on_the_same_core(make_pool: MakePool) -> None:
    fixture = await make_pool()
    assert os.getpriority(os.PRIO_PROCESS, await fixture.pid()) > os.getpriority(os.PRIO_PROCESS, 0)


async def test_a_terminals_interrupt_is_for_the_relay_alone(make_pool: MakePool) -> None:
    fixture = await make_pool()
    pid = await fixture.pid()
    for how in (signal.SIGINT, signal.SIGTERM):
        os.kill(pid, how)
    head = fixture.append(OTHER, typed(WORDS))
    assert await fixture.text(OTHER, head) == WORDS
    assert await fixture.pid() == pid


RELAY = """
import asyncio, sys
from pathlib import Path
from coscribe.workers.pool import WorkerPool

async def main():
    pool = WorkerPool(count=2, database=Path(sys.argv[1]), memory_bytes=1 << 30, deadline_s=30, on_quarantine=print)
    await pool.start()
    while not all(worker["state"] == "ready" for worker in pool.status):
        await asyncio.sleep(0.01)
    print(*(worker["pid"] for worker in pool.status), flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_workers_die_with_the_relay_also_one_that_hangs(tmp_path: Path) -> None:
    database = old_database.create(tmp_path / "a.db")
    relay = subprocess.Popen([sys.executable, "-c", RELAY, str(database)], stdout=subprocess.PIPE, text=True)
    with relay:
        try:
            assert relay.stdout is not None
            pids = [int(pid) for pid in relay.stdout.readline().split()]
            assert len(pids) == 2
            os.kill(pids[0], signal.SIGSTOP)
        finally:
            relay.kill()
    for pid in pids:
        await until_gone(pid, 5)


def nested(depth: int) -> bytes:
    """Return a document whose elements nest so deeply, under 'default'."""
    structs = [b"\x07\x01\x07default\x03\x03div"]
    structs += [b"\x07\x00\x07" + bytes_of(number) + b"\x03\x03div" for number in range(depth - 1)]
    return update([section(7, 0, *structs)])


def bytes_of(number: int) -> bytes:
    from coscribe.protocol.lib0 import write_var_uint

    return write_var_uint(number)


async def test_a_document_nested_too_deeply_to_be_written_is_an_error_and_still_served(make_pool: MakePool) -> None:
    """R8."""
    fixture = await make_pool()
    head = fixture.append(HOSTILE, [nested(20_000)])
    at, state = await fixture.pool.state(HOSTILE, head)
    assert at == head
    assert len(state) > 20_000
    for format in ("json", "text"):
        with pytest.raises((ContentError, WorkerFailed)):
            await fixture.pool.content(HOSTILE, head, format, "")
    assert not fixture.quarantined
    other = fixture.append(OTHER, typed("other words"))
    assert await fixture.text(OTHER, other) == "other words"


async def test_content_comes_in_two_formats(make_pool: MakePool) -> None:
    fixture = await make_pool()
    doc: Doc[Any] = Doc(client_id=7)
    root = doc.get("default", type=XmlFragment)
    paragraph = XmlElement("paragraph")
    root.children.append(paragraph)
    words = XmlText()
    paragraph.children.append(words)
    words += WORDS
    head = fixture.append(OTHER, [doc.get_update()])
    media_type, body = await fixture.pool.content(OTHER, head, "text", "Title")
    assert media_type.startswith("text/plain")
    assert body.decode().strip() == WORDS
    media_type, body = await fixture.pool.content(OTHER, head, "json", "Title")
    assert media_type == "application/json"
    assert WORDS.encode() in body
    with pytest.raises(ContentError, match="format"):
        await fixture.pool.content(OTHER, head, "no-such-format", "Title")


async def test_many_requests_at_once_are_all_answered_right(make_pool: MakePool) -> None:
    fixture = await make_pool(count=2)
    contents = {document: f"{WORDS} {document}" for document in range(1, 60)}
    heads = {document: fixture.append(document, typed(words)) for document, words in contents.items()}
    answers = await asyncio.gather(*(fixture.text(document, head) for document, head in heads.items()))
    assert answers == list(contents.values())
    one = typed(contents[1])
    peer: Doc[Any] = Doc()
    peer.apply_update(one[0])
    _, missing = await fixture.pool.diff(1, heads[1], peer.get_state())
    peer.apply_update(missing)
    assert str(peer.get("t", type=Text)) == contents[1]
