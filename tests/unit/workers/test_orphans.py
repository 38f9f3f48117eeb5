"""Items under a parent that can hold nothing become what Yjs makes of them."""

from __future__ import annotations

from coscribe.protocol.updates import check
from coscribe.workers.documents import Documents
from coscribe.workers.orphans import bury
from unit.protocol.building import section, text, update
from unit.workers.rows import DOCUMENT, Heard, MemoryJournal, row, rows, typed

HELLO = typed("hello", client=6)
ORPHAN = update([section(5, 0, text("z", parent=(6, 0)))])
ITS_NEIGHBOUR = update([section(5, 1, text("y", left=(5, 0)))])
COMPLAINT = RuntimeError("Cannot apply update: block parent <6#0> must be deleted or shared ref type. Type: 4")

# What Yjs 13.6 encodes after the same updates, in this order and with the orphan first.
BY_YJS = "020106000401017405" + b"hello".hex() + "01050000010105010001"
BY_YJS_WITH_NEIGHBOUR = "020106000401017405" + b"hello".hex() + "01050000020105010002"


def opened(*updates: bytes) -> tuple[bytes, Heard]:
    heard = Heard()
    replica = Documents(MemoryJournal(rows(*updates)), 1 << 20, heard).open(DOCUMENT, (), False)
    assert replica.checkpoint(DOCUMENT).state == replica.state()
    return replica.state(), heard


def test_an_orphan_is_garbage_and_nobody_is_blamed() -> None:
    for order in ([*HELLO, ORPHAN], [ORPHAN, *HELLO], [HELLO[0], ORPHAN, *HELLO[1:]]):
        state, heard = opened(*order)
        assert state.hex() == BY_YJS
        assert not heard.bad
        assert not heard.notices


def test_what_stands_beside_an_orphan_is_garbage_too() -> None:
    assert opened(*HELLO, ORPHAN, ITS_NEIGHBOUR)[0].hex() == BY_YJS_WITH_NEIGHBOUR


def test_only_orphans_of_that_parent_are_buried() -> None:
    mixed = update(
        [section(5, 0, text("z", parent=(6, 0)), text("words", left=(6, 1)), text("q", parent=(6, 1)), text("w"))]
    )
    buried = bury(mixed, COMPLAINT)
    assert buried is not None
    assert buried == update([section(5, 0, b"\0\1", text("words", left=(6, 1)), text("q", parent=(6, 1)), text("w"))])
    assert check(buried).structs == check(mixed).structs


def test_another_complaint_buries_nothing() -> None:
    assert bury(ORPHAN, RuntimeError("something else")) is None
    assert bury(HELLO[0], COMPLAINT) is None


def test_a_flood_of_orphans_costs_two_passes() -> None:
    flood = [update([section(100 + number, 0, text("z", parent=(6, 0)))]) for number in range(300)]
    heard = Heard()
    journal = MemoryJournal([row(5, *HELLO), *(row(6 + number, each) for number, each in enumerate(flood))])
    replica = Documents(journal, 1 << 20, heard).open(DOCUMENT, (), False)
    assert len(journal.read) <= 3 * len(journal.all)
    assert len(replica.ground.known) == 301
    assert not heard.bad
