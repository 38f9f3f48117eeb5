"""When a document gets a new checkpoint: long documents not for every few edits, and any in a pause after many."""

from __future__ import annotations

from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any, cast

import pytest

from coscribe.rooms.limits import Limits
from coscribe.rooms.state import PAUSE_GROWTH, SHORT_TAIL_UPDATES, ServedState


@pytest.fixture
def begun() -> list[str]:
    """The checkpoints that were begun."""
    return []


@pytest.fixture
def served(begun: list[str]) -> ServedState:
    def spawn(work: Coroutine[Any, Any, None]) -> str:
        work.close()
        begun.append("checkpoint")
        return "task"

    room = SimpleNamespace(
        limits=Limits(checkpoint_bytes=100), monotonic=lambda: 0.0, committed=2, hub=SimpleNamespace(spawn=spawn)
    )
    return ServedState(cast("Any", room))


def test_checkpoint_is_made_once_a_document_has_grown_by_a_good_part(served: ServedState, begun: list[str]) -> None:
    served.start_from(1, bytes(10_000))
    served.tail.append(bytes(2000))
    served.row_committed()
    assert begun == []
    served.tail.append(bytes(500))
    served.row_committed()
    assert begun == ["checkpoint"]


def test_checkpoint_is_made_in_a_pause_for_what_newcomers_would_wait_for(served: ServedState, begun: list[str]) -> None:
    served.start_from(1, bytes(SHORT_TAIL_UPDATES * 10 * PAUSE_GROWTH))
    served.pause()
    for _ in range(SHORT_TAIL_UPDATES + 1):
        served.tail.append(bytes(10))
    served.pause()
    assert begun == [], "something came since"
    served.pause()
    assert begun == ["checkpoint"]


def test_no_checkpoint_is_made_in_a_pause_after_a_few_edits(served: ServedState, begun: list[str]) -> None:
    served.start_from(1, bytes(10_000))
    for _ in range(SHORT_TAIL_UPDATES):
        served.tail.append(bytes(10))
    served.pause()
    served.pause()
    assert begun == [], "a newcomer is sent them as they are"


def test_no_checkpoint_of_much_is_made_in_a_pause_for_little(served: ServedState, begun: list[str]) -> None:
    served.start_from(1, bytes(SHORT_TAIL_UPDATES * 100 * PAUSE_GROWTH))
    for _ in range(SHORT_TAIL_UPDATES + 1):
        served.tail.append(bytes(10))
    served.pause()
    served.pause()
    assert begun == []
