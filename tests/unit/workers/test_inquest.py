"""Whom an inquest blames; the processes that replay are played here, they are real in tests/crash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from coscribe.workers import messages
from coscribe.workers.inquest import CHECKPOINT, Case, Inquest, Verdict, _End, _Replay

MEMORY_BYTES = 1 << 30
ROWS = list(range(10, 110, 10))
SEGFAULT = "was ended by SIGSEGV"


class PlayedInquest(Inquest):
    """Replays ten rows and a checkpoint; `kills(rows taken)` tells when it dies, `probe_kills` whether at the end."""

    def __init__(
        self,
        kills: Callable[[list[int]], bool] = lambda taken: False,
        probe_kills: Callable[[list[int]], bool] = lambda taken: False,
        suspects: frozenset[int] = frozenset(),
        memory: int = 0,
    ) -> None:
        super().__init__(Path("nowhere.db"), MEMORY_BYTES)
        self.kills, self.probe_kills, self.suspects, self.memory = kills, probe_kills, suspects, memory
        self.replays = 0

    async def _replay(self, case: Case) -> Any:
        self.replays += 1
        replay = _Replay()
        replay.memory, replay.out_of_memory = self.memory, bool(self.memory)
        taken: list[int] = []
        for seq in [CHECKPOINT, *(row for row in ROWS if row not in case.avoid)]:
            if seq == CHECKPOINT and case.from_rows:
                seq = -1
            replay.end = _End.ROW
            replay.rows.append(max(seq, 0))
            if seq in self.suspects:
                replay.suspects.append(seq)
            taken.append(seq)
            if self.kills(taken):
                replay.how = SEGFAULT
                return replay
        replay.end = _End.PROBE if self.probe_kills(taken) else _End.SURVIVED
        replay.how = SEGFAULT if replay.end is _End.PROBE else ""
        return replay


async def verdict(inquest: Inquest, probe: str = messages.STATE) -> Verdict:
    return await inquest.run(Case(1, 100, frozenset(), False, probe, 5))


async def test_the_row_at_which_two_replays_die_is_the_culprit() -> None:
    found = await verdict(PlayedInquest(kills=lambda taken: 50 in taken))
    assert list(found.culprits) == [50]
    assert SEGFAULT in found.culprits[50]
    assert found.survived


async def test_all_culprits_are_found() -> None:
    found = await verdict(PlayedInquest(kills=lambda taken: taken[-1] in (20, 50, 100)))
    assert sorted(found.culprits) == [20, 50, 100]
    assert found.survived


async def test_a_death_that_does_not_repeat_is_nobodys_fault() -> None:
    deaths = iter([True])
    found = await verdict(PlayedInquest(kills=lambda taken: taken[-1] == 50 and next(deaths, False)))
    assert not found.culprits


async def test_a_document_that_survives_has_no_culprit() -> None:
    assert await verdict(PlayedInquest()) == Verdict({}, False, True, "")


async def test_the_culprit_of_a_failing_probe_is_found_by_halving() -> None:
    for guilty in ROWS:
        inquest = PlayedInquest(probe_kills=lambda taken, guilty=guilty: guilty in taken)  # type: ignore[misc]
        found = await verdict(inquest)
        assert list(found.culprits) == [guilty]
        assert inquest.replays <= 9


async def test_a_checkpoint_that_kills_is_distrusted_and_no_row_blamed() -> None:
    for inquest in (
        PlayedInquest(kills=lambda taken: CHECKPOINT in taken),
        PlayedInquest(probe_kills=lambda taken: CHECKPOINT in taken),
    ):
        assert await verdict(inquest) == Verdict({}, True, True, SEGFAULT)


async def test_a_suspect_is_blamed_before_the_honest_row_that_died_of_it() -> None:
    inquest = PlayedInquest(kills=lambda taken: 30 in taken and taken[-1] == 70, suspects=frozenset({20, 30}))
    assert list((await verdict(inquest)).culprits) == [30]


async def test_an_honest_row_is_blamed_when_it_kills_without_the_suspects_too() -> None:
    inquest = PlayedInquest(kills=lambda taken: taken[-1] == 70, suspects=frozenset({20, 30}))
    assert list((await verdict(inquest)).culprits) == [70]


async def test_no_honest_row_is_blamed_for_content_that_cannot_be_written() -> None:
    found = await verdict(PlayedInquest(probe_kills=lambda taken: 50 in taken), "html")
    assert not found.culprits
    assert not found.survived
    found = await verdict(PlayedInquest(probe_kills=lambda taken: 50 in taken, suspects=frozenset({50})), "html")
    assert list(found.culprits) == [50]


async def test_no_row_is_blamed_for_a_document_that_is_too_large_for_its_memory() -> None:
    found = await verdict(PlayedInquest(kills=lambda taken: taken[-1] == 70, memory=MEMORY_BYTES // 2 + 1))
    assert not found.culprits
    assert "too low" in found.how
    found = await verdict(PlayedInquest(kills=lambda taken: taken[-1] == 70, memory=MEMORY_BYTES // 4))
    assert list(found.culprits) == [70]
