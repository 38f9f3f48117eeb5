"""What every store promises about access: what was taken back, whose a client id is, keys and shares."""

from __future__ import annotations

import pytest

from coscribe.journal.access import (
    ApiKey,
    KeyQuery,
    Put,
    Revocation,
    RevocationQuery,
    Share,
    ShareQuery,
    SignIn,
    SignInQuery,
    SignOut,
    Writer,
    WriterQuery,
)
from coscribe.journal.errors import ChangeRefused
from coscribe.journal.journal import PutAuthor, PutDocument, Store

from .conftest import MakeStore
from .test_store import T0, document


def key(id: str, **changes: object) -> ApiKey:
    return ApiKey(id, id.encode() * 8, "", "notes/*", 3, T0, None, None)._replace(**changes)


def share(id: str, of: int, **changes: object) -> Share:
    return Share(id, id.encode() * 8, of, 1, None, T0, None, None)._replace(**changes)


async def test_a_revocation_replaces_the_one_before_and_outlives_the_store(make_store: MakeStore) -> None:
    store = make_store()
    await store.open()
    await store.commit([Put(Revocation("doc", "ada", 0, T0)), Put(Revocation("doc", "bob", 1, T0 + 5))])
    await store.commit([Put(Revocation("doc", "ada", 2, T0 + 9))])
    await store.close()
    again = make_store()
    await again.open()
    assert await again.find(RevocationQuery(after=T0)) == [
        Revocation("doc", "ada", 2, T0 + 9),
        Revocation("doc", "bob", 1, T0 + 5),
    ]
    assert await again.find(RevocationQuery(after=T0 + 5)) == [Revocation("doc", "ada", 2, T0 + 9)]
    await again.close()


async def test_a_client_id_stays_with_its_first_writer_also_when_the_commit_is_repeated(store: Store) -> None:
    one, ada, bob = (store.allocate_key() for _ in range(3))
    authors = [PutAuthor(ada, "ada", "", ""), PutAuthor(bob, "bob", "", "")]
    changes = [Put(Writer(one, (1 << 53) - 1, ada)), PutDocument(document(one)), *authors]
    await store.commit(changes)
    await store.commit([*changes, Put(Writer(one, (1 << 53) - 1, bob)), Put(Writer(one, 7, bob))])
    assert sorted(await store.find(WriterQuery(one))) == [Writer(one, 7, bob), Writer(one, (1 << 53) - 1, ada)]
    assert await store.find(WriterQuery(one + 100)) == []
    with pytest.raises(ChangeRefused):
        await store.commit([Put(Writer(one + 100, 7, bob))])


async def test_keys_are_listed_oldest_first_and_can_be_revoked(store: Store) -> None:
    newer, older = key("newer", created=T0 + 1), key("older", expires=T0 + 100)
    await store.commit([Put(newer), Put(older)])
    assert await store.find(KeyQuery()) == [older, newer]
    await store.commit([Put(newer._replace(revoked=T0 + 2))])
    assert await store.find(KeyQuery()) == [older, newer._replace(revoked=T0 + 2)]


async def test_shares_are_found_by_document_by_secret_and_by_their_end(store: Store) -> None:
    one, two = store.allocate_key(), store.allocate_key()
    mine, ended = share("a", one, password=b"p"), share("b", one, revoked=T0 + 3)
    other = share("c", two, created=T0 + 1)
    await store.commit(
        [PutDocument(document(one, "one")), PutDocument(document(two, "two")), *map(Put, (mine, ended, other))]
    )
    assert await store.find(ShareQuery(document=one)) == [mine, ended]
    assert await store.find(ShareQuery(hash=other.hash)) == [other]
    assert await store.find(ShareQuery(hash=other.hash, document=one)) == []
    assert await store.find(ShareQuery(changed_after=T0)) == [ended]
    assert await store.find(ShareQuery(changed_after=T0 + 3)) == []
    raised = mine._replace(role=3, changed=T0 + 4)
    await store.commit([Put(raised)])
    assert await store.find(ShareQuery(changed_after=T0 + 3)) == [raised]


async def test_sign_ins_are_listed_longest_unused_first_and_can_be_forgotten(make_store: MakeStore) -> None:
    store = make_store()
    await store.open()
    made = SignIn("a", b"a" * 32, None, "oidc:ada", "Ada", "ada@example.org", "", '["writers"]', T0, T0, T0 + 5)
    other = SignIn("b", b"b" * 32, None, "oidc:bob", "Bob", "", "", "[]", T0, T0, T0)
    await store.commit([Put(made), Put(other)])
    rotated = made._replace(hash=b"c" * 32, before=made.hash, rotated=T0 + 9, used=T0 + 9)
    await store.commit([Put(rotated)])
    await store.close()
    again = make_store()
    await again.open()
    assert await again.find(SignInQuery()) == [other, rotated]
    await again.commit([SignOut("b"), SignOut("unknown")])
    await again.commit([SignOut("b")])
    assert await again.find(SignInQuery()) == [rotated]
    await again.close()
