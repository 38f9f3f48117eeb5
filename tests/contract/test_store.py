"""What every store promises the journal."""

from __future__ import annotations

import asyncio
import dataclasses
import os

import pytest

from coscribe.journal.errors import ChangeRefused
from coscribe.journal.journal import (
    AppendRow,
    Author,
    AuthorQuery,
    Change,
    Checkpoint,
    Document,
    DocumentQuery,
    PutAuthor,
    PutCheckpoint,
    PutDocument,
    Quarantine,
    Row,
    Store,
)

from .conftest import TAIL_LIMIT_BYTES, MakeStore

T0 = 1_700_000_000_000


def document(key: int, id: str | None = None, **other: object) -> Document:
    whole = Document(key, id or f"doc-{key}", f"Title {key}", 1, 0, T0 + key, T0 + key, None)
    return whole._replace(**other)  # type: ignore[arg-type]


def row(key: int, seq: int, body: bytes | None = None, *, count: int = 1, at: int | None = None) -> Row:
    return Row(key, seq, count, T0 + 1000 + seq if at is None else at, b"row %d" % seq if body is None else body)


async def put(store: Store, *ids: str) -> list[int]:
    """Register documents and return their keys."""
    keys = [store.allocate_key() for _ in ids]
    await store.commit([PutDocument(document(key, id)) for key, id in zip(keys, ids, strict=True)])
    return keys


async def rows_of(store: Store, id: str) -> list[Row]:
    """All live rows behind the checkpoint, however many loads that takes."""
    loaded = await store.load(id)
    assert loaded is not None
    rows = list(loaded.rows)
    while not loaded.complete:
        loaded = await store.load(id, after=rows[-1].seq)
        assert loaded is not None
        assert loaded.rows
        rows += loaded.rows
    return rows


class TestDocuments:
    async def test_a_new_store_holds_nothing(self, store: Store) -> None:
        assert await store.load("doc") is None
        assert await store.load("doc", after=3) is None
        assert await store.find(DocumentQuery()) == []

    async def test_a_document_comes_back_as_it_was_put(self, store: Store) -> None:
        whole = Document(store.allocate_key(), "a/b~c:@1.", 'Ünï\x01"\U0001f469', 3, 17, T0, T0 + 5, T0 + 9)
        await store.commit([PutDocument(whole)])
        loaded = await store.load("a/b~c:@1.")
        assert loaded == (whole, None, [], True)

    async def test_what_was_committed_is_there_after_reopening(self, make_store: MakeStore) -> None:
        first = make_store()
        await first.open()
        [key] = await put(first, "doc")
        await first.commit([AppendRow(row(key, 1)), PutCheckpoint(Checkpoint(key, 0, b"s", b"v", b"d"))])
        before = await first.load("doc")
        await first.close()
        second = make_store()
        await second.open()
        assert await second.load("doc") == before
        await second.close()

    async def test_a_rename_leaves_the_head_where_its_rows_brought_it(self, store: Store) -> None:
        [key] = await put(store, "doc")
        await store.commit([AppendRow(row(key, 5, count=5, at=T0 + 50_000))])
        for stale in (0, 99):
            await store.commit([PutDocument(document(key, "doc", title="Other", head=stale, updated=T0 + 60_000))])
            loaded = await store.load("doc")
            assert loaded is not None
            assert (loaded.document.title, loaded.document.head) == ("Other", 5)
            assert loaded.document.updated == T0 + 60_000

    async def test_the_time_of_update_never_goes_back(self, store: Store) -> None:
        [key] = await put(store, "doc")
        await store.commit([AppendRow(row(key, 1, at=T0 + 50_000)), AppendRow(row(key, 2, at=T0 + 40_000))])
        await store.commit([PutDocument(document(key, "doc", updated=T0))])
        loaded = await store.load("doc")
        assert loaded is not None
        assert (loaded.document.head, loaded.document.updated) == (2, T0 + 50_000)

    async def test_a_document_goes_to_the_trash_and_back(self, store: Store) -> None:
        [key] = await put(store, "doc")
        for deleted in (T0 + 1, None):
            await store.commit([PutDocument(document(key, "doc", deleted=deleted))])
            loaded = await store.load("doc")
            assert loaded is not None
            assert loaded.document.deleted == deleted

    async def test_two_documents_cannot_have_one_id(self, store: Store) -> None:
        [key] = await put(store, "doc")
        with pytest.raises(ChangeRefused):
            await store.commit([PutDocument(document(store.allocate_key(), "doc"))])
        assert await store.find(DocumentQuery(id="doc")) == [document(key, "doc")]

    async def test_a_key_stays_with_its_document(self, store: Store) -> None:
        [key] = await put(store, "doc")
        with pytest.raises(ChangeRefused):
            await store.commit([PutDocument(document(key, "other"))])
        assert await store.find(DocumentQuery()) == [document(key, "doc")]


class TestRows:
    async def test_rows_come_back_in_order_whatever_the_order_they_were_written_in(self, store: Store) -> None:
        [key, other] = await put(store, "doc", "other")
        rows = [row(key, 2, bytes(range(256)), count=2), row(key, 3, b""), row(key, 10, b"x", count=7)]
        await store.commit([AppendRow(rows[2]), AppendRow(row(other, 4)), AppendRow(rows[0]), AppendRow(rows[1])])
        loaded = await store.load("doc")
        assert loaded is not None
        assert loaded.rows == rows
        assert loaded.document.head == 10

    async def test_thousands_of_rows_fit_a_commit(self, store: Store) -> None:
        keys = await put(store, "a", "b", "c")
        rows = {key: [row(key, seq) for seq in range(1, 2401)] for key in keys}
        await store.commit([AppendRow(one) for group in zip(*rows.values(), strict=True) for one in group])
        for id, key in zip("abc", keys, strict=True):
            assert await rows_of(store, id) == rows[key]

    async def test_a_large_row_is_kept_whole(self, store: Store) -> None:
        [key] = await put(store, "doc")
        body = os.urandom(9 << 20)
        await store.commit([AppendRow(row(key, 1, body))])
        assert await rows_of(store, "doc") == [row(key, 1, body)]

    async def test_a_row_needs_its_document(self, store: Store) -> None:
        with pytest.raises(ChangeRefused):
            await store.commit([AppendRow(row(store.allocate_key(), 1))])

    async def test_a_document_and_its_first_rows_are_one_transaction(self, store: Store) -> None:
        key = store.allocate_key()
        await store.commit([AppendRow(row(key, 1)), PutDocument(document(key, "doc"))])
        loaded = await store.load("doc")
        assert loaded is not None
        assert (loaded.document.head, loaded.rows) == (1, [row(key, 1)])

    async def test_a_stored_row_is_never_overwritten(self, store: Store) -> None:
        [key] = await put(store, "doc")
        await store.commit([AppendRow(row(key, 1, b"first"))])
        for other in (row(key, 1, b"other"), row(key, 1, b"first", count=2), row(key, 1, b"first", at=1)):
            with pytest.raises(ChangeRefused):
                await store.commit([AppendRow(other)])
            with pytest.raises(ChangeRefused):
                await store.commit([AppendRow(row(key, 2, b"second")), AppendRow(other), PutAuthor(9, "u", "", "")])
        assert (await rows_of(store, "doc"))[0] == row(key, 1, b"first")

    async def test_what_was_beside_a_refused_change_can_be_written_without_it(self, store: Store) -> None:
        [key] = await put(store, "doc")
        good: list[Change] = [AppendRow(row(key, seq)) for seq in range(1, 6)]
        with pytest.raises(ChangeRefused):
            await store.commit([*good[:2], AppendRow(row(key + 100, 1)), *good[2:]])
        await store.commit(good)
        assert [one.seq for one in await rows_of(store, "doc")] == [1, 2, 3, 4, 5]

    async def test_a_commit_may_be_repeated(self, store: Store) -> None:
        key, author = store.allocate_key(), store.allocate_key()
        changes = [
            PutDocument(document(key, "doc")),
            PutAuthor(author, "u", "Ursula", "#123456"),
            *(AppendRow(row(key, seq)) for seq in range(1, 9)),
            PutCheckpoint(Checkpoint(key, 4, b"state", b"vector", b"deletes")),
            Quarantine(key, 6, "killed a worker"),
        ]
        await store.commit(changes)
        once = await store.load("doc")
        await store.commit(changes)
        assert await store.load("doc") == once
        await store.commit([*changes, AppendRow(row(key, 9))])
        again = await store.load("doc")
        assert once is not None
        assert again is not None
        assert again.rows == [*once.rows, row(key, 9)]

    async def test_an_empty_commit_is_nothing(self, store: Store) -> None:
        await store.commit([])


class TestTail:
    async def test_a_long_tail_comes_in_pieces(self, store: Store) -> None:
        [key] = await put(store, "doc")
        rows = [row(key, seq, os.urandom(900)) for seq in range(1, 31)]
        await store.commit([AppendRow(one) for one in rows])
        loaded = await store.load("doc")
        assert loaded is not None
        assert not loaded.complete
        assert sum(len(one.body) for one in loaded.rows) <= TAIL_LIMIT_BYTES
        assert loaded.rows == rows[: len(loaded.rows)]
        assert await rows_of(store, "doc") == rows

    async def test_a_tail_of_exactly_the_limit_is_complete(self, store: Store) -> None:
        [key] = await put(store, "doc")
        await store.commit([AppendRow(row(key, 1, bytes(TAIL_LIMIT_BYTES - 1))), AppendRow(row(key, 2, b"x"))])
        loaded = await store.load("doc")
        assert loaded is not None
        assert (loaded.complete, len(loaded.rows)) == (True, 2)

    async def test_one_row_comes_even_when_it_is_over_the_limit(self, store: Store) -> None:
        [key] = await put(store, "doc")
        await store.commit([AppendRow(row(key, seq, bytes(TAIL_LIMIT_BYTES + seq))) for seq in (1, 2)])
        loaded = await store.load("doc")
        assert loaded is not None
        assert ([one.seq for one in loaded.rows], loaded.complete) == ([1], False)
        loaded = await store.load("doc", after=1)
        assert loaded is not None
        assert ([one.seq for one in loaded.rows], loaded.complete) == ([2], True)


class TestCheckpoints:
    async def test_loading_starts_behind_the_checkpoint(self, store: Store) -> None:
        [key, other] = await put(store, "doc", "other")
        checkpoint = Checkpoint(key, 3, os.urandom(275_000), b"\1\2\3", b"\0\xff")
        await store.commit([AppendRow(row(key, seq)) for seq in range(1, 6)])
        await store.commit([PutCheckpoint(checkpoint), PutCheckpoint(Checkpoint(other, 0, b"", b"", b""))])
        loaded = await store.load("doc")
        assert loaded is not None
        assert loaded.checkpoint == checkpoint
        assert [one.seq for one in loaded.rows] == [4, 5]
        assert await store.load("doc", after=1) == (loaded.document, None, [row(key, s) for s in (2, 3, 4, 5)], True)

    async def test_an_older_checkpoint_never_replaces_a_newer_one(self, store: Store) -> None:
        [key] = await put(store, "doc")
        for seq, expected in ((5, 5), (4, 5), (5, 5), (6, 6)):
            await store.commit([PutCheckpoint(Checkpoint(key, seq, b"at %d" % seq, b"", b""))])
            loaded = await store.load("doc")
            assert loaded is not None
            assert loaded.checkpoint == Checkpoint(key, expected, b"at %d" % expected, b"", b"")

    async def test_a_checkpoint_needs_its_document(self, store: Store) -> None:
        with pytest.raises(ChangeRefused):
            await store.commit([PutCheckpoint(Checkpoint(store.allocate_key(), 1, b"", b"", b""))])


class TestQuarantine:
    async def test_a_row_in_quarantine_is_no_longer_loaded(self, store: Store) -> None:
        [key] = await put(store, "doc")
        await store.commit([AppendRow(row(key, seq)) for seq in range(1, 6)])
        await store.commit([Quarantine(key, 2, "killed a worker"), Quarantine(key, 5, "killed a worker")])
        loaded = await store.load("doc")
        assert loaded is not None
        assert [one.seq for one in loaded.rows] == [1, 3, 4]
        assert loaded.document.head == 5

    async def test_writing_the_row_again_does_not_free_it(self, store: Store) -> None:
        [key] = await put(store, "doc")
        await store.commit([AppendRow(row(key, 1)), Quarantine(key, 1, "killed a worker")])
        await store.commit([AppendRow(row(key, 1))])
        assert await rows_of(store, "doc") == []


class TestFind:
    @pytest.fixture
    async def keys(self, store: Store) -> list[int]:
        titles = ["100% sure", "100 sure", "under_score", "underXscore", "back\\slash", "Ångström", "STRASSE", ""]
        keys = [store.allocate_key() for _ in titles]
        await store.commit(
            [PutDocument(document(key, title=title)) for key, title in zip(keys, titles, strict=True)]
            + [PutDocument(document(store.allocate_key(), "gone", title="sure gone", deleted=T0))]
        )
        return keys

    async def titles(self, store: Store, query: DocumentQuery) -> list[str]:
        return [found.title for found in await store.find(query)]

    @pytest.mark.usefixtures("keys")
    @pytest.mark.parametrize(
        ("title", "found"),
        [
            ("0%", ["100% sure"]),
            ("R_S", ["under_score"]),
            ("k\\s", ["back\\slash"]),
            ("SURE", ["100 sure", "100% sure"]),
            ("ÅNGSTRÖM", ["Ångström"]),
            ("A\u030angstro\u0308m", ["Ångström"]),
            ("straße", ["STRASSE"]),
            ("no such", []),
        ],
    )
    async def test_a_title_is_found_by_any_part_of_it(self, store: Store, title: str, found: list[str]) -> None:
        assert await self.titles(store, DocumentQuery(title=title)) == found

    async def test_the_newest_come_first_and_the_trash_only_when_asked_for(self, store: Store, keys: list[int]) -> None:
        assert [found.key for found in await store.find(DocumentQuery())] == keys[::-1]
        assert await self.titles(store, DocumentQuery(deleted=True)) == ["sure gone"]
        assert len(await store.find(DocumentQuery(deleted=None))) == len(keys) + 1
        assert await self.titles(store, DocumentQuery(title="sure", deleted=None, limit=2)) == ["sure gone", "100 sure"]

    @pytest.mark.usefixtures("keys")
    async def test_one_document_is_found_by_its_id(self, store: Store) -> None:
        assert await store.find(DocumentQuery(id="gone")) == []
        [found] = await store.find(DocumentQuery(id="gone", deleted=None))
        assert found.id == "gone"

    async def test_paging_skips_only_what_moves_to_the_front_meanwhile(self, store: Store) -> None:
        keys = [store.allocate_key() for _ in range(23)]
        await store.commit([PutDocument(document(key, updated=T0 + key // 4)) for key in keys])
        seen: list[int] = []
        before = None
        while page := await store.find(DocumentQuery(before=before, limit=5)):
            seen += [found.key for found in page]
            before = (page[-1].updated, page[-1].key)
            later = T0 + 10**9 + len(seen)
            await store.commit(
                [
                    AppendRow(row(keys[0], len(seen), at=later)),
                    PutDocument(document(keys[-1], title="renamed", updated=later)),
                    PutDocument(document(store.allocate_key(), updated=later)),
                ]
            )
        assert seen == keys[:0:-1]
        front = await store.find(DocumentQuery(limit=30))
        assert {keys[0], keys[-1]} < {found.key for found in front}
        assert [(found.updated, found.key) for found in front] == sorted(
            [(found.updated, found.key) for found in front], reverse=True
        )

    async def test_documents_are_found_by_the_scope_of_a_token(self, store: Store) -> None:
        await put(store, "team/a", "team/b", "tea", "%")
        for scope, found in {"team/a": ["team/a"], "team/*": ["team/b", "team/a"], "%*": ["%"], "x*": []}.items():
            assert [one.id for one in await store.find(DocumentQuery(scope=scope))] == found
        assert len(await store.find(DocumentQuery(scope="*"))) == 4


class TestAuthors:
    async def test_authors_are_found_by_id_and_by_key(self, store: Store) -> None:
        authors = [Author(store.allocate_key(), f"user-{n}", f"Näme {n}", "#00ff00") for n in range(3)]
        await store.commit([PutAuthor(*author) for author in authors])
        assert await store.find(AuthorQuery(ids=["user-1", "nobody"])) == [authors[1]]
        assert await store.find(AuthorQuery(keys=[authors[2].key, authors[0].key])) == [authors[2], authors[0]]
        assert await store.find(AuthorQuery()) == []

    async def test_an_author_can_change_name_but_not_key(self, store: Store) -> None:
        key, other = store.allocate_key(), store.allocate_key()
        await store.commit([PutAuthor(key, "u", "Old", "#000000")])
        await store.commit([PutAuthor(key, "u", "New", "#ffffff")])
        for change in (PutAuthor(other, "u", "Twin", ""), PutAuthor(key, "v", "Thief", "")):
            with pytest.raises(ChangeRefused):
                await store.commit([change])
        assert await store.find(AuthorQuery(ids=["u", "v"])) == [Author(key, "u", "New", "#ffffff")]


class TestKeys:
    async def test_a_key_is_given_once_also_after_reopening(self, make_store: MakeStore) -> None:
        given: list[int] = []
        for used in (lambda key: PutDocument(document(key)), lambda key: PutAuthor(key, f"u{key}", "", "")):
            store = make_store()
            await store.open()
            given += [store.allocate_key() for _ in range(5)]
            await store.commit([used(given[-1])])
            await store.close()
        store = make_store()
        await store.open()
        given.append(store.allocate_key())
        await store.close()
        assert given == sorted(set(given))
        assert given[0] > 0


class TestConcurrency:
    async def test_a_load_sees_one_moment_while_commits_go_on(self, store: Store) -> None:
        [key] = await put(store, "doc")
        seq = 0

        async def write() -> None:
            nonlocal seq
            for turn in range(60):
                rows: list[Change] = [AppendRow(row(key, seq + n)) for n in range(1, 8)]
                seq += 7
                if turn % 3 == 0:
                    rows.append(PutCheckpoint(Checkpoint(key, seq - 2, b"%d" % seq, b"", b"")))
                await store.commit(rows)

        async def read() -> None:
            while not writing.done():
                loaded = await store.load("doc")
                assert loaded is not None
                start = loaded.checkpoint.seq if loaded.checkpoint else 0
                assert [one.seq for one in loaded.rows] == list(range(start + 1, loaded.document.head + 1))
                assert loaded.document.head % 7 == 0
                assert (await store.find(DocumentQuery()))[0].head >= loaded.document.head

        writing = asyncio.create_task(write())
        await asyncio.gather(writing, read(), read())

    async def test_a_commit_is_seen_by_every_load_after_it(self, store: Store) -> None:
        [key] = await put(store, "doc")
        for seq in range(1, 40):
            await store.commit([AppendRow(row(key, seq))])
            loaded = await store.load("doc")
            assert loaded is not None
            assert loaded.document.head == len(loaded.rows) == seq


class TestLife:
    async def test_a_store_can_be_closed_twice_and_opened_again(self, make_store: MakeStore) -> None:
        store = make_store()
        await store.close()
        for _ in range(2):
            await store.open()
            [key] = await put(store, f"doc-{store.allocate_key()}")
            await store.commit([AppendRow(row(key, 1))])
            await store.close()
            await store.close()

    async def test_using_a_store_that_is_not_open_is_a_mistake(self, make_store: MakeStore) -> None:
        store = make_store()
        with pytest.raises(RuntimeError, match="open it first"):
            await store.load("doc")
        with pytest.raises(RuntimeError, match="open it first"):
            await store.commit([])
        await store.open()
        with pytest.raises(RuntimeError, match="open already"):
            await store.open()
        await store.close()


def test_changes_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        AppendRow(row(1, 1)).row = row(1, 2)  # type: ignore[misc]
