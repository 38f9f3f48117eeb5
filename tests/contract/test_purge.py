"""What every store promises about deleting for good: nothing of it is left, and nothing else is missing."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from coscribe.journal import purge_traces
from coscribe.journal.access import Put, Revocation, RevocationQuery, Share, ShareQuery, Writer, WriterQuery
from coscribe.journal.errors import ChangeRefused
from coscribe.journal.journal import (
    AppendRow,
    AuthorQuery,
    Change,
    Checkpoint,
    DocumentQuery,
    FileInfo,
    FileQuery,
    LaggingQuery,
    PutAuthor,
    PutCheckpoint,
    PutDocument,
    PutFile,
    PutFilePart,
    PutSearchText,
    Quarantine,
    ReferToFiles,
    Row,
    SearchQuery,
    Store,
)
from coscribe.journal.members import Member, MembershipQuery, PutMember
from coscribe.journal.purge import (
    DoomedQuery,
    DoomFiles,
    DropReference,
    ExpiredQuery,
    Purge,
    PurgeFile,
    PutErased,
    RemainsQuery,
    TombstoneQuery,
    UnusedQuery,
)

from .conftest import MakeStore
from .test_store import T0, document, put

PLANTED = "zugzwang"
OTHER = "ordinary"
DAY = 86_400_000


async def purge(store: Store, key: int) -> int:
    """Delete a document and its files for good; return how many parts it took."""
    parts = 0
    while await store.find(RemainsQuery(key)):
        await store.commit([Purge(key, T0)])
        parts += 1
    for hash in await store.find(DoomedQuery()):
        while hash in await store.find(DoomedQuery()):
            await store.commit([PurgeFile(hash)])
    return parts


async def store_file(store: Store, key: int, body: bytes, *, uploaded: int | None = None) -> str:
    info = FileInfo(hashlib.sha256(body).hexdigest(), "image/png", len(body), 1, 1)
    parts: list[Change] = [
        PutFilePart(info.hash, at, body[at * 1000 : at * 1000 + 1000]) for at in range(-(-len(body) // 1000))
    ]
    await store.commit([*parts, PutFile(info, T0), ReferToFiles(key, [info.hash], uploaded)])
    return info.hash


async def fill(store: Store, seed: int) -> dict[str, int]:
    """Write twenty documents at once, as a server does, of which one says a word that no other does."""
    chance = random.Random(seed)
    ids = [f"doc-{number}" for number in range(20)]
    keys = dict(zip(ids, await put(store, *ids), strict=True))
    heads = dict.fromkeys(ids, 0)
    for turn in range(300):
        changes: list[Change] = []
        for id in chance.choices(ids, k=10):
            word = PLANTED if id == "doc-7" else OTHER
            heads[id] += 1
            body = (word * chance.choice([1, 3, 5, 10, 30, 100])).encode()
            changes.append(AppendRow(Row(keys[id], heads[id], 1, T0, body)))
            if turn % 20 == 0 and id in ("doc-7", "doc-8"):
                state = (word * chance.randrange(1, 2000)).encode()
                changes.append(PutCheckpoint(Checkpoint(keys[id], heads[id], state, b"v", b"d")))
                changes.append(PutSearchText(keys[id], heads[id], f"{word} {turn} {chance.random()}"))
        await store.commit(changes)
    return keys


def found_in(folder: Path, word: str) -> int:
    return sum(path.read_bytes().count(word.encode()) for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_of_a_deleted_document_is_left_and_the_others_are_whole(
    make_store: MakeStore, tmp_path: Path, seed: int
) -> None:
    store = make_store()
    await store.open()
    keys = await fill(store, seed)
    key = keys.pop("doc-7")
    title = document(key, "doc-7")._replace(title=f"The {PLANTED}")
    await store.commit([PutDocument(title), PutSearchText(key, 10_000, f"of {PLANTED}")])
    before = {id: await store.load(id) for id in keys}
    assert found_in(tmp_path / "data", PLANTED) > 100
    assert await purge(store, key) > 0
    assert await store.erase_traces(0.0)
    assert found_in(tmp_path / "data", PLANTED) == 0
    for turn in range(40):  # what is written next must bring nothing back
        await store.commit([AppendRow(Row(keys[id], 1000 + turn, 1000 + turn, T0, bytes(700))) for id in keys])
    await store.commit([PutSearchText(each, 10_000, OTHER) for each in keys.values()])
    await store.erase_traces(0.0)
    assert found_in(tmp_path / "data", PLANTED) == 0
    await store.close()
    await store.open()
    for id, loaded in before.items():
        after = await store.load(id)
        assert loaded is not None
        assert after is not None
        assert (after.checkpoint, after.rows[: len(loaded.rows)]) == (loaded.checkpoint, loaded.rows)
        assert [hit.document.id for hit in await store.find(SearchQuery(OTHER, limit=50))].count(id) == 1
    await store.close()


@pytest.mark.parametrize("seed", range(4))
async def test_pages_that_are_written_again_bring_nothing_back(
    make_store: MakeStore, tmp_path: Path, seed: int
) -> None:
    store = make_store()
    await store.open()
    keys = await fill(store, seed)
    await purge(store, keys.pop("doc-7"))
    assert await store.erase_traces(0.0)
    for id, key in keys.items():  # changes a byte in every page of rows
        loaded = await store.load(id)
        assert loaded is not None
        await store.commit([Quarantine(key, seq, "") for seq in range(1, loaded.document.head + 1)])
    await store.close()
    assert found_in(tmp_path / "data", PLANTED) == 0


async def test_words_of_a_large_index_go_in_many_steps(
    make_store: MakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge_traces, "MERGE_PAGES", 1)
    store = make_store()
    await store.open()
    keys = await put(store, "doomed", *(f"other-{number}" for number in range(20)))
    for key in keys:
        words = " ".join(f"w{key}x{number}" for number in range(2000))
        await store.commit([PutSearchText(key, 1, f"{PLANTED if key == keys[0] else OTHER} {words}")])
    await purge(store, keys[0])
    assert await store.erase_traces(0.0)
    assert found_in(tmp_path / "data", PLANTED.lower()) == 0
    assert len(await store.find(SearchQuery(OTHER, limit=50))) == 20
    await store.close()


async def test_everything_that_is_said_of_a_document_goes(store: Store) -> None:
    first, second = await put(store, "first", "second")
    author = store.allocate_key()
    await store.commit([PutAuthor(author, "ada", "Ada", "")])
    for key in (first, second):
        share = Share(f"share{key}", bytes([key]) * 32, key, 1, None, T0, None, None)
        await store.commit(
            [
                AppendRow(Row(key, 1, 1, T0, b"x")),
                Quarantine(key, 1, "reason"),
                Put(Writer(key, 5, author)),
                Put(share),
                PutMember(Member(key, "ada", 4, 1, T0)),
                Put(Revocation("first" if key == first else "second", "eve", 0, T0)),
                PutSearchText(key, 1, "words"),
            ]
        )
    await purge(store, first)
    assert await store.load("first") is None
    assert await store.find(DocumentQuery(id="first", deleted=None)) == []
    assert await store.find(WriterQuery(first)) == []
    assert await store.find(ShareQuery(document=first)) == []
    assert [line.document for line in await store.find(RevocationQuery(0))] == ["second"]
    assert [line.document for line in await store.find(MembershipQuery())] == ["second"]
    assert [hit.document.id for hit in await store.find(SearchQuery("words"))] == ["second"]
    assert await store.find(LaggingQuery()) == []
    assert len(await store.find(WriterQuery(second))) == len(await store.find(ShareQuery(document=second))) == 1
    assert len(await store.find(AuthorQuery(ids=["ada"]))) == 1


async def test_a_deleted_document_is_gone_from_the_first_part_on_and_stays_so(make_store: MakeStore) -> None:
    store = make_store()
    await store.open()
    [key] = await put(store, "doc")
    for seq in range(1, 6):
        await store.commit([AppendRow(Row(key, seq, 1, T0, bytes(600_000)))])
    await store.commit([PutDocument(document(key, "doc", deleted=T0))])
    late: list[Change] = [
        PutCheckpoint(Checkpoint(key, 5, b"late", b"v", b"d")),
        PutSearchText(key, 5, "late"),
        Put(Writer(key, 9, key)),
        Quarantine(key, 5, "late"),
        ReferToFiles(key, ["0" * 64]),
    ]
    await store.commit([Purge(key, T0)])
    assert await store.find(RemainsQuery(key)) == [key]
    for _ in range(2):
        assert await store.find(DocumentQuery(deleted=None)) == []
        assert await store.find(DocumentQuery(deleted=True)) == []
        assert await store.find(ExpiredQuery(T0 + DAY)) == []
        assert [(stone.id, stone.erased) for stone in await store.find(TombstoneQuery())] == [("doc", None)]
        assert await store.find(SearchQuery("late", deleted=None)) == []
        await store.commit(late)  # nothing of it is refused, and nothing kept
        for back in (document(key, "doc"), document(store.allocate_key(), "doc")):
            with pytest.raises(ChangeRefused):
                await store.commit([PutDocument(back)])
        await store.close()  # as if it had been killed
        store = make_store()
        await store.open()
        await purge(store, key)
    assert await store.find(RemainsQuery(key)) == []
    assert store.allocate_key() > key
    await store.commit([PutErased(key, T0 + 1)])
    assert await store.find(TombstoneQuery()) == []
    assert [stone.erased for stone in await store.find(TombstoneQuery("doc"))] == [T0 + 1]
    await store.close()


async def test_a_part_deletes_no_more_than_a_megabyte_or_one_row(store: Store) -> None:
    [key] = await put(store, "doc")
    for seq in range(1, 9):
        await store.commit([AppendRow(Row(key, seq, 1, T0, bytes(400_000)))])
    assert await purge(store, key) == 4


async def test_files_go_with_their_last_document(store: Store) -> None:
    first, second = await put(store, "first", "second")
    alone = await store_file(store, first, b"alone" * 3000)
    shared = await store_file(store, first, b"shared")
    await store.commit([ReferToFiles(second, [shared])])
    await purge(store, first)
    assert await store.file(alone) is None
    assert await store.file(shared) is not None
    assert await store.find(FileQuery(document=second)) != []
    await purge(store, second)
    assert await store.file(shared) is None


async def test_a_file_that_was_deleted_can_be_stored_again(store: Store) -> None:
    first, second = await put(store, "first", "second")
    hash = await store_file(store, first, b"again" * 3000)
    await purge(store, first)
    assert await store_file(store, second, b"again" * 3000) == hash
    assert await store.file(hash) is not None


async def test_documents_expire_by_when_they_went_to_the_trash(store: Store) -> None:
    keys = await put(store, "old", "new", "kept")
    await store.commit([PutDocument(document(keys[0], "old", deleted=T0))])
    await store.commit([PutDocument(document(keys[1], "new", deleted=T0 + DAY))])
    assert await store.find(ExpiredQuery(T0 + 1)) == ["old"]
    assert await store.find(ExpiredQuery(T0)) == []


async def test_an_upload_that_was_never_shown_is_unused_but_not_one_of_an_earlier_version(store: Store) -> None:
    [key] = await put(store, "doc")
    unused = await store_file(store, key, b"unused", uploaded=T0)
    earlier = await store_file(store, key, b"earlier", uploaded=T0)
    folded = await store_file(store, key, b"folded", uploaded=T0)
    shown = await store_file(store, key, b"shown", uploaded=T0)
    await store.commit([ReferToFiles(key, [shown])])
    await store.commit([AppendRow(Row(key, 1, 1, T0, f"…/files/{earlier}…".encode()))])
    await store.commit([PutCheckpoint(Checkpoint(key, 1, f"…/files/{folded}…".encode(), b"v", b"d"))])
    assert await store.find(UnusedQuery(T0)) == []
    assert await store.find(UnusedQuery(T0 + 1)) == [(key, unused)]
    await store.commit([ReferToFiles(key, [shown], T0 + DAY), ReferToFiles(key, [unused], T0 + DAY)])
    assert await store.find(UnusedQuery(T0 + DAY)) == [], "it was uploaded again"
    for hash in (unused, shown):
        await store.commit([DropReference(key, hash)])
    assert await store.find(DoomedQuery()) == [unused], "what was shown stays"


async def test_files_that_nobody_refers_to_are_doomed_after_their_time(store: Store) -> None:
    [key] = await put(store, "doc")
    kept = await store_file(store, key, b"kept")
    body = b"left behind"
    info = FileInfo(hashlib.sha256(body).hexdigest(), "image/png", len(body), 1, 1)
    await store.commit([PutFilePart(info.hash, 0, body), PutFile(info, T0)])
    await store.commit([DoomFiles(T0)])
    assert await store.find(DoomedQuery()) == []
    await store.commit([DoomFiles(T0 + 1)])
    assert await store.find(DoomedQuery()) == [info.hash]
    await store.commit([ReferToFiles(key, [info.hash])])
    await store.commit([PurgeFile(info.hash)])
    assert await store.find(DoomedQuery()) == []
    assert await store.file(info.hash) is not None
    assert await store.file(kept) is not None
