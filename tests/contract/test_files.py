"""What every store promises about files."""

from __future__ import annotations

import hashlib
import os

import pytest

from coscribe.journal.errors import ChangeRefused
from coscribe.journal.journal import (
    AppendRow,
    Change,
    DocumentQuery,
    FileInfo,
    FileQuery,
    PutDocument,
    PutFile,
    PutFilePart,
    ReferToFiles,
    Store,
    StoredFile,
)

from .conftest import MakeStore
from .test_store import T0, document, put, row


def file(body: bytes, *, width: int | None = 3) -> StoredFile:
    return StoredFile(FileInfo(hashlib.sha256(body).hexdigest(), "image/png", len(body), width, 2), body)


def parts(stored: StoredFile, size: int = 1000) -> list[Change]:
    return [
        PutFilePart(stored.info.hash, number, stored.body[at : at + size])
        for number, at in enumerate(range(0, len(stored.body), size))
    ]


class TestFiles:
    async def test_a_file_comes_back_as_it_was_put(self, store: Store) -> None:
        stored = file(os.urandom(12_345), width=None)
        assert await store.file(stored.info.hash) is None
        await store.commit([*parts(stored), PutFile(stored.info, T0)])
        assert await store.file(stored.info.hash) == stored
        assert await store.find(FileQuery(hash=stored.info.hash)) == [stored.info]
        assert await store.find(FileQuery()) == []

    async def test_a_file_is_there_once_its_line_is(self, store: Store) -> None:
        stored = file(os.urandom(2500))
        for change in parts(stored):
            await store.commit([change])
            assert await store.file(stored.info.hash) is None
        await store.commit([PutFile(stored.info, T0)])
        assert await store.file(stored.info.hash) == stored

    async def test_order_in_a_commit_does_not_matter_and_it_may_be_repeated(self, store: Store) -> None:
        stored = file(os.urandom(2500))
        key = store.allocate_key()
        changes = [
            ReferToFiles(key, [stored.info.hash]),
            PutFile(stored.info, T0),
            *reversed(parts(stored)),
            AppendRow(row(key, 1)),
            PutDocument(document(key, "doc")),
        ]
        for _ in range(2):
            await store.commit(changes)
            assert await store.file(stored.info.hash) == stored
            assert await store.find(FileQuery(document=key)) == [stored.info]

    async def test_a_file_needs_all_its_parts(self, store: Store) -> None:
        stored = file(os.urandom(2500))
        first, second, third = parts(stored)
        for some in ([], [first], [first, third]):
            with pytest.raises(ChangeRefused):
                await store.commit([*some, PutFile(stored.info, T0)])
        assert await store.file(stored.info.hash) is None
        await store.commit([first, third])
        await store.commit([second, PutFile(stored.info, T0)])
        assert await store.file(stored.info.hash) == stored

    async def test_what_an_upload_left_behind_does_not_spoil_the_next(self, make_store: MakeStore) -> None:
        stored = file(os.urandom(2500))
        store = make_store()
        await store.open()
        await store.commit(parts(stored)[1:])
        await store.close()
        store = make_store()
        await store.open()
        await store.commit([*parts(stored, 600), PutFile(stored.info, T0)])
        assert await store.file(stored.info.hash) == stored
        await store.close()
        await store.open()
        assert await store.file(stored.info.hash) == stored
        await store.close()

    async def test_documents_are_found_by_their_files_and_files_by_their_documents(self, store: Store) -> None:
        one, two = file(b"one"), file(b"two")
        first, second, _ = await put(store, "first", "second", "third")
        for stored in (one, two):
            await store.commit([*parts(stored), PutFile(stored.info, T0)])
        await store.commit([ReferToFiles(first, [one.info.hash, two.info.hash]), ReferToFiles(second, [two.info.hash])])
        assert {info.hash for info in await store.find(FileQuery(document=first))} == {one.info.hash, two.info.hash}
        assert await store.find(FileQuery(document=second)) == [two.info]
        assert await store.find(FileQuery(document=second, hash=two.info.hash)) == [two.info]
        assert await store.find(FileQuery(document=second, hash=one.info.hash)) == []
        assert {d.id for d in await store.find(DocumentQuery(file=two.info.hash))} == {"first", "second"}
        await store.commit([PutDocument(document(second, "second", deleted=T0))])
        assert [d.id for d in await store.find(DocumentQuery(file=two.info.hash))] == ["first"]

    async def test_a_reference_to_a_file_that_is_not_there_is_passed_over(self, store: Store) -> None:
        stored = file(b"there")
        [key] = await put(store, "doc")
        await store.commit([*parts(stored), PutFile(stored.info, T0)])
        await store.commit([ReferToFiles(key, ["0" * 64, stored.info.hash])])
        assert await store.find(FileQuery(document=key)) == [stored.info]

    async def test_a_reference_needs_its_document(self, store: Store) -> None:
        stored = file(b"there")
        with pytest.raises(ChangeRefused):
            await store.commit(
                [*parts(stored), PutFile(stored.info, T0), ReferToFiles(store.allocate_key(), [stored.info.hash])]
            )
