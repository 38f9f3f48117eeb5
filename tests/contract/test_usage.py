"""What every store says of how much it holds, in all and of one person."""

from __future__ import annotations

from coscribe.journal.journal import AppendRow, PutDocument, Row, Store
from coscribe.journal.members import Member, PutMember
from coscribe.journal.usage import Owned, OwnedQuery, UsageQuery

from .test_store import T0, document

ADMIN = 4


async def test_a_store_counts_its_documents_and_its_bytes(store: Store) -> None:
    (empty,) = await store.find(UsageQuery())
    assert empty.documents == 0
    await store.commit([PutDocument(document(1, "a")), PutDocument(document(2, "b")._replace(deleted=T0))])
    await store.commit([AppendRow(Row(1, 1, 1, T0, bytes(200_000)))])
    (held,) = await store.find(UsageQuery())
    assert held.documents == 2
    assert 200_000 < held.bytes - empty.bytes < 400_000


async def test_what_a_person_has_is_what_is_in_the_documents_they_own(store: Store) -> None:
    await store.commit([PutDocument(document(key, str(key))) for key in (1, 2, 3)])
    await store.commit(
        [
            PutMember(Member(1, "ada", ADMIN, 1, T0)),
            PutMember(Member(2, "bob", ADMIN, 1, T0)),
            PutMember(Member(2, "ada", ADMIN, 0, T0)),
        ]
    )
    await store.commit([AppendRow(Row(key, 1, 1, T0, bytes(1000 * key))) for key in (1, 2, 3)])
    assert await store.find(OwnedQuery(user="ada")) == [Owned("ada", 1000)]
    assert await store.find(OwnedQuery(document=2)) == [Owned("bob", 2000)]
    assert await store.find(OwnedQuery(document=3)) == []
    assert await store.find(OwnedQuery(user="eve")) == [Owned("eve", 0)]
