"""Finding the row of a document that kills workers, by sacrificing processes to it.

A process of its own replays the document one row at a time and says which row is next before it touches it
(`quarantine` is its side). The row at which it dies, hangs or fails, twice, is set aside and the replay repeated, until
it passes. When the rows go in but the probe afterwards kills (encoding, reloading, writing out), the culprit is found
by halving. Nobody's words are set aside lightly: a row that passes the update check is never blamed for content that
cannot be written out, which may be slow or the writer's own fault, and no row is blamed for a document that is simply
too large for the worker's memory.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from coscribe.workers import messages
from coscribe.workers.process import WorkerProcess, describe, ran_out_of_memory

START_DEADLINE_S = 30.0
ROW_DEADLINE_S = 10.0
MAX_ROUNDS = 20  # a culprit each
CHECKPOINT = 0  # the sequence under which a replay announces the checkpoint


class Verdict(NamedTuple):
    """What an inquest found.

    culprits: guilty rows, with the reason. distrust_checkpoint: it is one. survived: a replay passed in the end.
    how: how the last process ended that did not.
    """

    culprits: dict[int, str]
    distrust_checkpoint: bool
    survived: bool
    how: str


class Case(NamedTuple):
    """A document that killed workers, and what they were asked for (`probe`)."""

    document: int
    seq: int
    avoid: frozenset[int]
    from_rows: bool
    probe: str
    deadline_s: float


class _End(enum.Enum):
    SURVIVED = enum.auto()
    ROW = enum.auto()
    PROBE = enum.auto()
    UNKNOWN = enum.auto()


class _Replay:
    """What one process did before it ended."""

    def __init__(self) -> None:
        self.end = _End.UNKNOWN
        self.rows: list[int] = []
        self.suspects: list[int] = []
        self.refused: dict[int, str] = {}
        self.memory = 0  # before the last step
        self.how = ""
        self.out_of_memory = False


class Inquest:
    """Replays documents in processes that may die of it, one at a time."""

    def __init__(self, database: Path, memory_bytes: int) -> None:
        self._database = database
        self._memory_bytes = memory_bytes
        self._one_at_a_time = asyncio.Semaphore(1)

    async def run(self, case: Case) -> Verdict:
        """Find the rows without which the document opens and passes the probe. Raises OSError."""
        async with self._one_at_a_time:
            culprits: dict[int, str] = {}
            distrust = False
            how = ""
            for _ in range(MAX_ROUNDS):
                now = case._replace(avoid=case.avoid | set(culprits), from_rows=case.from_rows or distrust)
                last = await self._replay(now)
                culprits.update(last.refused)
                if last.end is _End.SURVIVED:
                    return Verdict(culprits, distrust, True, how)
                guilty = await self._guilty(now, last)
                how = last.how
                if guilty is None or guilty in culprits or (guilty == CHECKPOINT and now.from_rows):
                    break
                if guilty == CHECKPOINT:
                    distrust = True
                else:
                    culprits[guilty] = f"with this row a worker {how}"
            return Verdict(culprits, distrust, False, how)

    async def _guilty(self, case: Case, last: _Replay) -> int | None:
        if last.out_of_memory and 2 * last.memory > self._memory_bytes:
            last.how += f"; its limit of {self._memory_bytes >> 20} MiB is too low for a document of this size"
            return None
        if last.end is _End.ROW:
            row = last.rows[-1]
            again = await self._replay(case)
            if again.end is not _End.ROW or again.rows[-1] != row:
                return None
            earlier = [suspect for suspect in last.suspects if suspect != row]
            if earlier and row not in last.suspects:
                return await self._first_guilty(case, earlier) or row
            return row
        if last.end is not _End.PROBE:
            return None
        if case.probe == messages.STATE:
            return await self._first_guilty(case, last.rows)
        return await self._first_guilty(case, last.suspects)

    async def _first_guilty(self, case: Case, candidates: Sequence[int]) -> int | None:
        """Return the first row with which the probe fails, when it passes without it and those after it."""
        rows = [seq for seq in candidates if seq != CHECKPOINT]

        async def fails(count: int) -> bool:
            replay = await self._replay(case._replace(avoid=case.avoid | set(rows[count:])))
            return replay.end is not _End.SURVIVED

        if await fails(0):
            return CHECKPOINT if CHECKPOINT in candidates else None
        low, high = 0, len(rows)  # it passes with the first `low`, and fails with the first `high`
        while high - low > 1:
            middle = (low + high) // 2
            if await fails(middle):
                high = middle
            else:
                low = middle
        return rows[high - 1] if rows and await fails(high) else None

    async def _replay(self, case: Case) -> _Replay:
        request = messages.ReplayRequest(1, case.document, case.seq, sorted(case.avoid), case.from_rows, case.probe)
        process = await WorkerProcess.spawn(self._database, self._memory_bytes)
        replay = _Replay()
        row_s = min(ROW_DEADLINE_S, case.deadline_s)
        wait_s = START_DEADLINE_S
        try:
            while replay.end is not _End.SURVIVED and not replay.how:
                try:
                    async with asyncio.timeout(wait_s):
                        reply = await process.receive()
                except TimeoutError:
                    replay.how = f"did not get on for {wait_s:g} s"
                    break
                if reply is None:
                    break
                wait_s = row_s
                if isinstance(reply, messages.Ready):
                    process.send(request)
                elif isinstance(reply, messages.Trying):
                    replay.end = _End.ROW
                    replay.memory = reply.memory
                    if reply.seq == CHECKPOINT:
                        replay.rows, replay.suspects = [], []
                    replay.rows.append(reply.seq)
                    if reply.suspect:
                        replay.suspects.append(reply.seq)
                elif isinstance(reply, messages.BadRow):
                    replay.refused[reply.seq] = reply.reason
                elif isinstance(reply, messages.Probing):
                    replay.end = _End.PROBE
                    replay.memory = reply.memory
                    wait_s = case.deadline_s
                elif isinstance(reply, messages.Survived):
                    replay.end = _End.SURVIVED
                elif isinstance(reply, messages.Failure):
                    replay.how = f"failed ({reply.text})"
                    if reply.kind is not messages.Failing.DOCUMENT:
                        replay.end = _End.UNKNOWN
        finally:
            code = await process.end()
        replay.out_of_memory = not replay.how and ran_out_of_memory(code)
        replay.how = replay.how or describe(code)
        return replay
