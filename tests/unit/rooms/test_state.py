"""When a document gets a new checkpoint: long documents not for every few edits."""

from __future__ import annotations

from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any, cast

from coscribe.rooms.limits import Limits
from coscribe.rooms.state import ServedState


def test_checkpoint_is_made_once_a_document_has_grown_by_a_good_part() -> None:
    begun: list[str] = []

    def spawn(work: Coroutine[Any, Any, None]) -> str:
        work.close()
        begun.append("checkpoint")
        return "task"

    room = SimpleNamespace(
        limits=Limits(checkpoint_bytes=100), monotonic=lambda: 0.0, committed=2, hub=SimpleNamespace(spawn=spawn)
    )
    served = ServedState(cast("Any", room))
    served.start_from(1, bytes(10_000))
    served.tail.append(bytes(2000))
    served.row_committed()
    assert begun == []
    served.tail.append(bytes(500))
    served.row_committed()
    assert begun == ["checkpoint"]
