"""What yrs makes of repaired updates against what Yjs makes of the updates as they came."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from pycrdt import Doc

from coscribe.protocol.ground import Ground
from coscribe.protocol.lib0 import write_var_string
from coscribe.protocol.surrogates import SurrogateGuard
from interop.yjs.batch import corpus, run
from unit.protocol.building import item, section, update


class Replay:
    """A document as a worker keeps it: repaired rows in yrs, built anew when a new cut shows."""

    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self.guard = SurrogateGuard()
        self.doc: Doc[Any] = Doc()

    def take(self, row: bytes) -> None:
        stale = self.guard.scan(row)
        self.rows.append(row)
        if stale:
            self.doc = Doc()
            self.apply(self.rows)
        else:
            self.apply([row])

    def apply(self, rows: Iterable[bytes]) -> None:
        for row in rows:
            self.doc.apply_update(self.guard.repair(row))

    def checkpoint(self) -> None:
        state = self.doc.get_update()
        self.__init__()  # type: ignore[misc]
        self.take(state)


@pytest.mark.parametrize(("documents", "steps", "emoji"), [(400, 25, True), (250, 40, False)])
def test_state_and_diff_of_yrs_give_the_document_of_yjs(documents: int, steps: int, emoji: bool) -> None:
    lines = []
    cut = 0
    for document in corpus(documents, steps, emoji):
        dice = random.Random(document["seed"])
        replay = Replay()
        for row in document["local"]:
            replay.take(bytes.fromhex(row))
            if dice.random() < 0.05:
                replay.checkpoint()
        cut += replay.guard.has_cuts
        local = document["local"]
        lines.append({"rows": [replay.doc.get_update().hex()], "local": local, "seed": document["seed"]})
        # A client that was away since some row is sent what it lacks.
        away = dice.randrange(len(local) + 1)
        ground = Ground()
        for row in local[:away]:
            ground.place(bytes.fromhex(row), trim=False)
        diff = replay.doc.get_update(ground.vector()).hex()
        lines.append({"rows": [*local[:away], diff], "local": local, "seed": document["seed"]})
    assert cut > documents / 10, "hardly a character was cut"
    wrong = [(line["seed"], why) for line, why in zip(lines, run("judge", lines), strict=True) if why]
    assert not wrong, f"{len(wrong)} of {len(lines)}: {wrong[:3]}"


def test_half_a_character_in_json_can_be_read_by_yrs() -> None:
    half = '{"a":"x\\ud83d"}'
    row = update([section(1, 0, item(5, write_var_string(half), parent="text"))])
    with pytest.raises(ValueError, match="JSON"):
        Doc().apply_update(row)
    replay = Replay()
    replay.take(row)
    mended = update([section(1, 0, item(5, write_var_string(half.replace("\\ud83d", "\\ufffd")), parent="text"))])
    line = {"rows": [replay.doc.get_update().hex()], "local": [mended.hex()]}
    assert run("judge", [line]) == [None]
