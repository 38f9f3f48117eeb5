"""What a replica makes of rows: what Yjs would, whatever pycrdt makes of them."""

from __future__ import annotations

import gc
import random
import weakref
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text, get_update

from coscribe.journal.changes import Checkpoint
from coscribe.protocol.state_vectors import read_state_vector
from coscribe.protocol.updates import read_delete_set
from coscribe.workers.reload import Unverified
from coscribe.workers.replica import Replica
from unit.protocol.building import deletes, section, text, update
from unit.workers.rows import DOCUMENT, row, rows, text_of, typed

WOMAN = bytes.fromhex("01010700040101740661f09f91a96200")  # "a👩b" by client 7, at clocks 0 to 3
CUTS = [
    ("000107010201", "a\ufffdb"),
    ("01010704c407010702015800", "a\ufffdX\ufffdb"),
    ("000107010101", "a\ufffdb"),
]


def replica_of(*updates: bytes) -> Replica:
    replica = Replica()
    for each in rows(*updates):
        replica.take(each)
    replica.settle()
    return replica


def loaded(state: bytes) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    doc.apply_update(state)
    return doc


def test_what_waits_for_a_missing_update_survives_a_checkpoint() -> None:
    updates = typed("abcdef")
    missing = updates.pop(2)
    replica = replica_of(*updates)
    assert text_of(replica.doc) == "ab"
    checkpoint = replica.checkpoint(DOCUMENT)
    assert read_state_vector(checkpoint.vector) == {7: 2}, "what waits is not what the document holds"

    again = Replica()
    again.load(checkpoint)
    assert again.pending
    assert text_of(again.doc) == "ab"
    again.take(row(9, missing))
    again.settle()
    assert text_of(again.doc) == "abcdef"
    assert not again.pending
    assert text_of(loaded(again.state())) == "abcdef"


def test_a_newcomer_gets_what_is_pending_and_completes_it() -> None:
    updates = typed("abcdef")
    missing = updates.pop(2)
    replica = replica_of(*updates)
    for served in (replica.state(), replica.diff(b"\0")):
        newcomer = loaded(served)
        newcomer.apply_update(missing)
        assert text_of(newcomer) == "abcdef"


def test_a_deletion_of_what_is_missing_survives_a_checkpoint() -> None:
    first, second = typed("ab")
    replica = replica_of(first, update([], deletes((7, 0, 2))))
    assert text_of(replica.doc) == "", "the known part is deleted"
    again = Replica()
    again.load(replica.checkpoint(DOCUMENT))
    again.take(row(9, second))
    again.settle()
    assert text_of(again.doc) == ""
    assert read_delete_set(again.checkpoint(DOCUMENT).deletes) == [(7, 0, 2)]


def test_the_part_that_integrates_of_an_update_is_not_kept_waiting() -> None:
    both = update([section(9, 0, text("known")), section(8, 0, text("waits", left=(7, 0)))])
    replica = replica_of(both)
    assert text_of(replica.doc) == "known"
    replica.take(row(2, typed("x")[0]))
    replica.settle()
    assert sorted(text_of(replica.doc)) == sorted("knownxwaits")
    assert not replica.pending


def test_pending_updates_settle_in_any_order(seed: int) -> None:
    updates = typed("".join(random.Random(seed).choices("abcde", k=60)))
    expected = text_of(replica_of(*updates).doc)
    random.Random(seed).shuffle(updates)
    replica = replica_of(*updates)
    assert text_of(replica.doc) == expected
    assert not replica.pending


@pytest.mark.parametrize(("cut", "expected"), CUTS)
def test_a_cut_character_asks_for_a_rebuild_that_gives_what_yjs_gives(cut: str, expected: str) -> None:
    first = replica_of(WOMAN, bytes.fromhex(cut))
    assert first.cut
    again = Replica(first.guard)
    for each in rows(WOMAN, bytes.fromhex(cut)):
        again.take(each)
    again.settle()
    assert not again.cut
    assert text_of(again.doc) == expected
    assert text_of(loaded(again.state())) == expected
    assert read_state_vector(again.checkpoint(DOCUMENT).vector) == again.ground.known


@pytest.mark.parametrize(("cut", "expected"), CUTS)
def test_a_character_in_a_checkpoint_can_be_cut_too(cut: str, expected: str) -> None:
    checkpoint = replica_of(WOMAN).checkpoint(DOCUMENT)
    guard = None
    for _ in range(2):
        replica = Replica(guard)
        replica.load(checkpoint)
        replica.take(row(2, bytes.fromhex(cut)))
        replica.settle()
        guard = replica.guard
    assert text_of(replica.doc) == expected


def test_a_checkpoint_of_cut_characters_needs_no_repair() -> None:
    first = replica_of(WOMAN, bytes.fromhex(CUTS[1][0]))
    again = Replica(first.guard)
    for each in rows(WOMAN, bytes.fromhex(CUTS[1][0])):
        again.take(each)
    again.settle()
    later = Replica()
    later.load(again.checkpoint(DOCUMENT))
    later.take(row(3, update([section(8, 0, text("!", left=(7, 3)))])))
    later.settle()
    assert not later.cut
    assert text_of(later.doc) == CUTS[1][1] + "!"


def plain_value(shared: Any) -> Any:
    return shared.to_py() if not isinstance(shared, Text) else str(shared)


def random_updates(seed: int) -> list[bytes]:
    """Return the updates of three clients that see each other's edits late or never."""
    chance = random.Random(seed)
    updates: list[bytes] = []
    docs = [Doc[Any](client_id=client) for client in (11, 22, 33)]
    subscriptions = [doc.observe(lambda event: updates.append(event.update)) for doc in docs]
    for _ in range(60):
        doc = chance.choice(docs)
        shared = doc.get("t", type=Text)
        kind = chance.randrange(6)
        size = len(str(shared).encode())
        if kind < 3:
            shared.insert(chance.randint(0, size), chance.choice("abcdef"))
        elif kind == 3 and size:
            start = chance.randrange(size)
            del shared[start : chance.randint(start, size)]
        elif kind == 4:
            doc.get("m", type=Map)[chance.choice("xyz")] = chance.randrange(9)
        else:
            doc.get("a", type=Array).append(chance.randrange(9))
        if chance.random() < 0.3:
            other = chance.choice(docs)
            if other is not doc:
                held = len(updates)
                other.apply_update(doc.get_update(other.get_state()))
                del updates[held:]  # nobody types what he receives
    for doc, subscription in zip(docs, subscriptions, strict=True):
        doc.unobserve(subscription)
    return updates


def test_random_documents_are_the_same_from_rows_from_checkpoints_and_in_pycrdt(seed: int) -> None:
    for number in range(60):
        updates = random_updates(seed + number)
        plain: Doc[Any] = Doc()
        for each in updates:
            plain.apply_update(each)
        vector = plain.get_state()
        all_rows = rows(*updates)
        cut = random.Random(seed + number).randrange(len(all_rows))
        first = Replica()
        for each_row in all_rows[:cut]:
            first.take(each_row)
        first.settle()
        second = Replica()
        second.load(first.checkpoint(DOCUMENT))
        for each_row in all_rows[cut:]:
            second.take(each_row)
        second.settle()
        for replica in (replica_of(*updates), second):
            made = replica.checkpoint(DOCUMENT)
            assert read_state_vector(made.vector) == read_state_vector(vector)
            assert sorted(read_delete_set(made.deletes)) == sorted(read_delete_set(plain.get_update(vector)[1:]))
            for root, kind in (("t", Text), ("m", Map), ("a", Array)):
                assert plain_value(loaded(made.state).get(root, type=kind)) == plain_value(plain.get(root, type=kind))
            assert get_update(replica.state(), vector)[0] == 0, "nothing beyond the state vector"


def test_a_diff_gives_a_peer_what_it_lacks() -> None:
    updates = typed("abcdef")
    replica = replica_of(*updates)
    peer = loaded(updates[0])
    peer.apply_update(replica.diff(peer.get_state()))
    assert text_of(peer) == "abcdef"


def test_no_checkpoint_is_made_of_clocks_that_the_rows_do_not_say() -> None:
    replica = replica_of(*typed("abc"))
    replica.ground.known[7] += 1
    with pytest.raises(Unverified, match="verify"):
        replica.checkpoint(DOCUMENT)


def test_a_checkpoint_that_lies_about_its_clocks_is_refused() -> None:
    checkpoint = replica_of(*typed("abc")).checkpoint(DOCUMENT)
    with pytest.raises(RuntimeError, match="state vector"):
        Replica().load(Checkpoint(DOCUMENT, 3, checkpoint.state, b"\1\7\2", checkpoint.deletes))


def test_a_dropped_replica_leaves_nothing_behind() -> None:
    replica = replica_of(*typed("abc"))
    assert not replica.doc._subscriptions, "an observed document is never freed"
    doc = weakref.ref(replica.doc)
    del replica
    gc.collect()
    assert doc() is None
