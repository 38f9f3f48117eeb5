"""What every store promises about the audit."""

from __future__ import annotations

from coscribe.journal.audit import AuditLine, AuditQuery, CutAudit, LastAuditQuery, OldestAuditQuery, PutAudit
from coscribe.journal.journal import Store

from .conftest import MakeStore


def line(seq: int, at: int = 0, **other: object) -> AuditLine:
    whole = AuditLine(seq, at or seq * 1000, "ada", "token", "document.rename", "doc", "ok", "192.0.2.1", {"n": seq})
    return whole._replace(**other)  # type: ignore[arg-type]


async def test_lines_come_back_as_they_were_written_the_newest_first(store: Store) -> None:
    assert await store.find(LastAuditQuery()) == [0]
    assert await store.find(OldestAuditQuery()) == []
    lines = [line(1), line(2, detail={"ü": "ß", "list": "a,b"}), line(3, actor="", document="")]
    await store.commit([PutAudit(lines[:1]), PutAudit(lines[1:])])
    assert await store.find(AuditQuery()) == lines[::-1]
    assert await store.find(LastAuditQuery()) == [3]
    assert await store.find(OldestAuditQuery()) == [1000]


async def test_a_repeated_commit_writes_nothing_twice_and_changes_nothing(store: Store) -> None:
    await store.commit([PutAudit([line(1), line(2)])])
    await store.commit([PutAudit([line(1), line(2, actor="eve"), line(3)])])
    assert await store.find(AuditQuery()) == [line(3), line(2), line(1)]


async def test_lines_are_found_by_what_they_say(store: Store) -> None:
    lines = [
        line(1),
        line(2, actor="eve"),
        line(3, document="other"),
        line(4, action="document.delete"),
        line(5, action="documents"),
        line(6, action="share.use"),
    ]
    await store.commit([PutAudit(lines)])

    async def found(**asked: object) -> list[int]:
        return [each.seq for each in await store.find(AuditQuery(**asked))]  # type: ignore[arg-type]

    assert await found(actor="eve") == [2]
    assert await found(document="other") == [3]
    assert await found(action="document.delete") == [4]
    assert await found(action="document.*") == [4, 3, 2, 1]
    assert await found(action="*") == []
    assert await found(since=2000, until=4000) == [3, 2]
    assert await found(before=3) == [2, 1]
    assert await found(after=4) == [6, 5]
    assert await found(limit=2) == [6, 5]
    assert await found(actor="ada", document="doc", before=4) == [1]


async def test_old_lines_are_cut_in_parts_and_their_numbers_are_never_given_again(make_store: MakeStore) -> None:
    store = make_store()
    await store.open()
    await store.commit([PutAudit([line(seq) for seq in range(1, 2502)])])
    cuts = 0
    while [at for at in await store.find(OldestAuditQuery()) if at < 2_501_000]:
        await store.commit([CutAudit(2_501_000)])
        cuts += 1
    assert cuts == 3
    assert await store.find(AuditQuery()) == [line(2501)]
    await store.commit([CutAudit(9_999_999)])
    await store.commit([CutAudit(5)])
    assert await store.find(AuditQuery()) == []
    await store.close()
    await store.open()
    assert await store.find(LastAuditQuery()) == [2501]
    await store.close()
