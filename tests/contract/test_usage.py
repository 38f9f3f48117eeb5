"""What every store says of how much it holds, in all and of one person, also after a document was handed on."""

from __future__ import annotations

from coscribe.journal.journal import AppendRow, PutDocument, Row, Store
from coscribe.journal.members import DropMember, HandOn, Member, MemberQuery, PutMember
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
    assert await store.find(OwnedQuery(user="ada", document=2)) == [Owned("ada", 3000)]
    assert await store.find(OwnedQuery(user="bob", document=2)) == [Owned("bob", 2000)]


async def test_a_document_that_is_handed_on_is_in_what_its_new_owner_has(store: Store) -> None:
    await store.commit([PutDocument(document(1, "a")), PutDocument(document(2, "b"))])
    await store.commit([PutMember(Member(1, "ada", ADMIN, 1, T0)), PutMember(Member(1, "bob", 1, 0, T0))])
    await store.commit([AppendRow(Row(key, 1, 1, T0, bytes(1000))) for key in (1, 2)])
    handed_on = HandOn(Member(1, "bob", ADMIN, 1, T0 + 1))
    for _ in range(2):
        await store.commit([handed_on])
        assert await store.find(OwnedQuery(user="ada")) == [Owned("ada", 0)]
        assert await store.find(OwnedQuery(document=1)) == [Owned("bob", 1000)]
    await store.commit([PutMember(Member(1, "bob", 1, 0, T0)), DropMember(1, "bob"), DropMember(1, "ada")])
    assert [(one.user, one.role, one.owner) for one in await store.find(MemberQuery(1))] == [("bob", ADMIN, 1)]
    await store.commit([HandOn(Member(2, "eve", ADMIN, 1, T0))])
    assert [(one.user, one.role, one.owner) for one in await store.find(MemberQuery(2))] == [("eve", ADMIN, 1)]
