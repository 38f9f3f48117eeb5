"""The cache of documents: bounded, in step with the journal, and never in the way of an honest row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pycrdt import Doc

from coscribe.journal.changes import Checkpoint, Row
from coscribe.journal.errors import DocumentDamaged, StoreFailed
from coscribe.workers import replica as replica_module
from coscribe.workers.documents import Documents
from coscribe.workers.replica import Replica
from unit.workers.rows import DOCUMENT, Heard, MemoryJournal, row, rows, text_of, typed

UNDECODABLE = bytes.fromhex("010105ffffffff0f01010474657874017800")  # pycrdt raises, and takes nothing
PANIC = bytes.fromhex("01038608ffffffff0f010103786d6c010007878608000303646976018608010008")


def checkpoint_of(all_rows: list[Row]) -> Checkpoint:
    replica = Replica()
    for each in all_rows:
        replica.take(each)
    replica.settle()
    return replica.checkpoint(DOCUMENT)


def test_a_document_is_opened_once_and_then_follows_its_rows() -> None:
    updates = typed("abc")
    journal = MemoryJournal(rows(*updates[:2]))
    documents = Documents(journal, 1 << 20, Heard())
    first = documents.open(DOCUMENT, (), False)
    assert (first.at, text_of(first.doc)) == (2, "ab")
    journal.all.append(row(3, updates[2]))
    again = documents.open(DOCUMENT, (), False)
    assert again is first
    assert (again.at, text_of(again.doc)) == (3, "abc")
    assert journal.read == [1, 2, 3]


def test_a_state_that_was_encoded_is_not_served_after_a_later_row() -> None:
    updates = typed("ab")
    journal = MemoryJournal(rows(updates[0]))
    documents = Documents(journal, 1 << 20, Heard())
    before = documents.open(DOCUMENT, (), False).state()
    assert documents.open(DOCUMENT, (), False).state() is before, "nothing new: nothing to encode"
    journal.all.append(row(2, updates[1]))
    assert documents.open(DOCUMENT, (), False).state() != before


def test_a_document_without_rows_is_empty() -> None:
    replica = Documents(MemoryJournal(), 1 << 20, Heard()).open(DOCUMENT, (), False)
    assert (replica.at, replica.state()) == (0, b"\0\0")


def test_the_least_recently_used_document_goes_when_all_weigh_too_much() -> None:
    class Many(MemoryJournal):
        def rows(self, document: int, after: int, upto: int) -> Iterator[Row]:
            return iter([Row(document, *row(1, typed("x" * 50)[0])[1:])] if after == 0 else [])

    one = Documents(Many(), 1 << 20, Heard())
    one.open(1, (), False)
    documents = Documents(Many(), 2 * one.size, Heard())
    for document in (1, 2, 1, 3):
        documents.open(document, (), False)
    assert [document in documents for document in (1, 2, 3)] == [True, False, True]
    assert documents.size <= 2 * one.size


def test_the_document_that_is_asked_for_stays_however_large() -> None:
    documents = Documents(MemoryJournal(rows(*typed("abc"))), 0, Heard())
    documents.open(DOCUMENT, (), False)
    assert DOCUMENT in documents


def test_rows_to_avoid_are_left_out_also_of_a_document_that_holds_them() -> None:
    hello, other = typed("hi")[0], typed("x", client=8)[0]
    documents = Documents(MemoryJournal(rows(hello, other)), 1 << 20, Heard())
    assert set(documents.open(DOCUMENT, (), False).ground.known) == {7, 8}
    replica = documents.open(DOCUMENT, (2,), False)
    assert set(replica.ground.known) == {7}
    assert replica.at == 2, "the document is exact there, without that row"
    assert documents.open(DOCUMENT, (), False) is replica, "a request made before the row was known to be bad"


def test_a_row_of_nothing_but_a_refused_update_is_reported_and_left_out() -> None:
    updates = typed("abc")
    heard = Heard()
    journal = MemoryJournal(rows(updates[0], UNDECODABLE, updates[1], PANIC, updates[2]))
    replica = Documents(journal, 1 << 20, heard).open(DOCUMENT, (), False)
    assert text_of(replica.doc) == "abc"
    assert [seq for _, seq, _ in heard.bad] == [2, 4]
    assert replica.checkpoint(DOCUMENT).seq == 5


def test_a_refused_update_does_not_take_the_rest_of_its_row_along() -> None:
    updates = typed("abc")
    heard = Heard()
    journal = MemoryJournal([row(5, updates[0], UNDECODABLE, updates[1], PANIC, updates[2])])
    replica = Documents(journal, 1 << 20, heard).open(DOCUMENT, (), False)
    assert text_of(replica.doc) == "abc"
    assert not heard.bad
    assert len(heard.notices) == 2
    assert "update 1 of row 5" in heard.notices[0]


def test_after_a_panic_nothing_that_the_document_says_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    class Poisoned(Doc[Any]):
        """Once it panicked, it refuses everything."""

        panicked = False

        def apply_update(self, update: bytes) -> None:
            self.panicked = self.panicked or update == PANIC
            if self.panicked:
                raise PanicException("poisoned") if update == PANIC else RuntimeError("poisoned")
            super().apply_update(update)

    monkeypatch.setattr(replica_module, "Doc", Poisoned)
    updates = typed("abc")
    heard = Heard()
    replica = Documents(MemoryJournal(rows(updates[0], PANIC, *updates[1:])), 1 << 20, heard).open(DOCUMENT, (), False)
    assert text_of(replica.doc) == "abc"
    assert [seq for _, seq, _ in heard.bad] == [2]


def test_a_refused_row_that_comes_later_costs_the_open_document_nothing() -> None:
    updates = typed("ab")
    journal = MemoryJournal(rows(updates[0]))
    documents = Documents(journal, 1 << 20, Heard())
    documents.open(DOCUMENT, (), False)
    journal.all += [row(2, PANIC), row(3, updates[1])]
    assert text_of(documents.open(DOCUMENT, (), False).doc) == "ab"


def test_characters_that_are_cut_while_a_document_is_being_mended_are_mended_as_well() -> None:
    women = "👩".encode() * 10
    typed_at_once = b"\1\1\7\0\4\1\1t" + bytes([len(women)]) + women + b"\0"

    class Busy(MemoryJournal):
        """Somebody cuts the next character whenever the rows are read."""

        def rows(self, document: int, after: int, upto: int) -> Iterator[Row]:
            if len(self.all) <= 10:
                low = 2 * len(self.all) - 1
                self.all.append(row(len(self.all) + 1, bytes([0, 1, 7, 1, low, 1])))
            return super().rows(document, after, upto)

    documents = Documents(Busy(rows(typed_at_once)), 1 << 20, Heard())
    for _ in range(12):
        replica = documents.open(DOCUMENT, (), False)
        assert not replica.cut
        mended = replica.at - 1
        assert text_of(replica.doc) == "\ufffd" * mended + "👩" * (10 - mended)
    assert mended == 10


def test_a_cut_character_is_repaired_on_opening_and_later() -> None:
    woman = bytes.fromhex("01010700040101740661f09f91a96200")
    cut = bytes.fromhex("01010704c407010702015800")
    assert text_of(Documents(MemoryJournal(rows(woman, cut)), 1 << 20, Heard()).open(DOCUMENT, (), False).doc) == (
        "a\ufffdX\ufffdb"
    )
    journal = MemoryJournal(rows(woman))
    documents = Documents(journal, 1 << 20, Heard())
    assert text_of(documents.open(DOCUMENT, (), False).doc) == "a👩b"
    journal.all.append(row(2, cut))
    assert text_of(documents.open(DOCUMENT, (), False).doc) == "a\ufffdX\ufffdb"


@pytest.mark.parametrize("how", ["checksum", "clocks", "bytes"])
def test_a_damaged_checkpoint_is_done_without_while_all_rows_are_there(how: str) -> None:
    all_rows = rows(*typed("abc"))
    good = checkpoint_of(all_rows[:2])
    damaged: Any = {
        "checksum": DocumentDamaged("the checkpoint is damaged"),
        "clocks": good._replace(vector=b"\1\7\3"),
        "bytes": good._replace(state=PANIC),
    }[how]
    heard = Heard()
    replica = Documents(MemoryJournal(all_rows, damaged), 1 << 20, heard).open(DOCUMENT, (), False)
    assert text_of(replica.doc) == "abc"
    assert len(heard.notices) == 1


def test_a_damaged_checkpoint_is_never_an_empty_document() -> None:
    later = rows(*typed("abc"))[2:]
    with pytest.raises(DocumentDamaged):
        Documents(MemoryJournal(later, DocumentDamaged("damaged")), 1 << 20, Heard()).open(DOCUMENT, (), False)
    lying = checkpoint_of(rows(*typed("abc")))._replace(vector=b"\1\7\2")
    with pytest.raises(RuntimeError, match="state vector"):
        Documents(MemoryJournal(later, lying), 1 << 20, Heard()).open(DOCUMENT, (), False)


def test_a_document_can_be_built_from_its_rows_alone() -> None:
    all_rows = rows(*typed("abc"))
    wrong = checkpoint_of(rows(*typed("xyz", client=8)))
    documents = Documents(MemoryJournal(all_rows, wrong), 1 << 20, Heard())
    assert text_of(documents.open(DOCUMENT, (), False).doc) == "xyz"
    assert text_of(documents.open(DOCUMENT, (), True).doc) == "abc"


def test_a_journal_that_cannot_be_read_is_no_fault_of_the_document() -> None:
    class Failing(MemoryJournal):
        def rows(self, document: int, after: int, upto: int) -> Iterator[Row]:
            self.read.append(after)
            raise StoreFailed("the disk is gone")

    failing = Failing()
    with pytest.raises(StoreFailed):
        Documents(failing, 1 << 20, Heard()).open(DOCUMENT, (), False)
    assert failing.read == [0], "building it update by update would not help"


def test_a_slow_build_announces_every_row_before_it() -> None:
    heard = Heard()
    all_rows = rows(*typed("abc"))
    journal = MemoryJournal(all_rows, checkpoint_of(all_rows[:1]))
    Documents(journal, 1 << 20, heard, slow=True).open(DOCUMENT, (), False)
    assert heard.announced == [0, 2, 3]


def test_a_long_build_says_that_it_gets_on() -> None:
    heard = Heard()
    documents = Documents(MemoryJournal(rows(*typed("abcd"))), 1 << 20, heard)
    times = iter(range(0, 100, 2))
    documents._clock = lambda: float(next(times))
    documents.open(DOCUMENT, (), False)
    assert heard.progressed == 4
