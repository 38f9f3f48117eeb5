"""What every store promises about searching titles and texts."""

from __future__ import annotations

import random

import pytest

from coscribe.journal.errors import ChangeRefused
from coscribe.journal.journal import (
    AppendRow,
    LaggingQuery,
    PutDocument,
    PutSearchText,
    SearchQuery,
    Span,
    Store,
)

from .test_store import T0, document, row

TEXTS = {
    "plan": ("Floor plan", "The kitchen is on the left. Café in the middle."),
    "minutes": ("Minutes", "We talked about the planned kitchen and about plans.\nNothing was decided."),
    "käse": ("Käse", "plan " + "and so on " * 400 + "kitchen"),
    "会議": ("会議", "今日は文書作成について話しました。"),
}


async def fill(store: Store) -> dict[str, int]:
    """Register and index documents; return their keys by name."""
    keys = {name: store.allocate_key() for name in TEXTS}
    for name, (title, text) in TEXTS.items():
        await store.commit(
            [
                PutSearchText(keys[name], 0, text),
                PutDocument(document(keys[name], f"doc-{keys[name]}", title=title)),
            ]
        )
    return keys


async def names(store: Store, keys: dict[str, int], text: str, **other: object) -> list[str]:
    by_key = {key: name for name, key in keys.items()}
    return [by_key[hit.document.key] for hit in await store.find(SearchQuery(text, **other))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kitchen", {"plan", "minutes", "käse"}),
        ("KITCH", {"plan", "minutes", "käse"}),
        ("itchen", set()),
        ("cafe", {"plan"}),
        ("kase", {"käse"}),
        ("kitchen dec", {"minutes"}),
        ("dec kitchen", set()),
        ("kitchen floor", {"plan"}),
        ("loor pla", {"plan"}),
        ("äs", {"käse"}),
        ("作成", {"会議"}),
        ("成作", set()),
        ("文書 話し", {"会議"}),
        ("nothing-was", {"minutes"}),
        ("nowhere", set()),
    ],
)
async def test_documents_are_found_by_the_words_in_title_and_text(store: Store, text: str, found: set[str]) -> None:
    keys = await fill(store)
    assert set(await names(store, keys, text)) == found


async def test_a_hit_in_the_title_comes_before_hits_in_texts_and_many_before_few(store: Store) -> None:
    keys = await fill(store)
    assert await names(store, keys, "plan") == ["plan", "minutes", "käse"]


async def test_pages_hold_every_hit_once(store: Store) -> None:
    keys = await fill(store)
    pages = [await names(store, keys, "kitchen", offset=offset, limit=1) for offset in range(4)]
    assert [len(page) for page in pages] == [1, 1, 1, 0]
    assert [name for page in pages for name in page] == await names(store, keys, "kitchen")


async def test_a_hit_says_where_it_is(store: Store) -> None:
    await fill(store)
    [hit] = await store.find(SearchQuery("planned kitch"))
    assert [span.text for span in hit.snippet if span.match] == ["planned", "kitchen"]
    assert "".join(span.text for span in hit.snippet).startswith("We talked about the planned kitchen and")
    assert "\n" not in "".join(span.text for span in hit.snippet)
    [hit] = await store.find(SearchQuery("käs"))
    assert hit.snippet[0].text.startswith("plan and so on")
    assert not any(span.match for span in hit.snippet)
    [hit] = await store.find(SearchQuery("作成"))
    assert Span("作成", True) in hit.snippet
    assert "".join(span.text for span in hit.snippet) == TEXTS["会議"][1]


ODD = (
    *('"', '""', '"kit', "'", "a AND", "NOT a", "title:plan", "col : x", "*", "^a", "a*b", "(", "NEAR(a b)", "\0"),
    *("a\0b", "-", "+", "{a}", "👩", "\ud800", "\x02", "\u200b", "%", "_", "\\", "a" * 5000, "a " * 500),
)


@pytest.mark.parametrize("text", ODD)
async def test_any_text_may_be_searched_for(store: Store, text: str) -> None:
    await fill(store)
    assert isinstance(await store.find(SearchQuery(text)), list)


async def test_random_texts_may_be_indexed_and_searched_for(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    alphabet = "ab\"'*():^-+{} \0\x02\x03\u200b\ud800é文👩\n"
    key = store.allocate_key()
    for seq in range(100):
        text = "".join(chance.choices(alphabet, k=chance.randrange(30)))
        await store.commit(
            [PutDocument(document(key, title=text.replace("\ud800", ""))), PutSearchText(key, seq, text)]
        )
        for hit in await store.find(SearchQuery("".join(chance.choices(alphabet, k=chance.randrange(6))))):
            assert hit.document.key == key


async def test_words_that_cannot_be_searched_for_are_looked_for_in_titles(store: Store) -> None:
    key = store.allocate_key()
    await store.commit([PutDocument(document(key, title="100 % (sure)"))])
    for text in ("%", "(", "% ("):
        assert [hit.document.key for hit in await store.find(SearchQuery(text))] == [key]


async def test_the_trash_is_searched_when_asked_for(store: Store) -> None:
    keys = await fill(store)
    await store.commit([PutDocument(document(keys["plan"], title="Floor plan", deleted=T0))])
    assert await names(store, keys, "cafe") == []
    assert await names(store, keys, "cafe", deleted=True) == ["plan"]
    assert await names(store, keys, "floor", deleted=True) == ["plan"]
    assert await names(store, keys, "floor", deleted=None) == ["plan"]


async def test_a_newer_text_takes_the_place_of_an_older_one_and_never_the_reverse(store: Store) -> None:
    key = store.allocate_key()
    await store.commit([PutDocument(document(key)), PutSearchText(key, 3, "three")])
    for seq, text, found in ((2, "two", "three"), (4, "four", "four"), (4, "again", "again"), (4, "again", "again")):
        await store.commit([PutSearchText(key, seq, text)])
        assert [len(await store.find(SearchQuery(word))) for word in ("two", "three", "four", "again")] == [
            int(word == found) for word in ("two", "three", "four", "again")
        ]


async def test_a_new_title_is_found_at_once_and_in_the_index_after_it(store: Store) -> None:
    key = store.allocate_key()
    await store.commit([PutDocument(document(key, title="One two")), PutSearchText(key, 0, "text")])
    await store.commit([PutDocument(document(key, title="Three four"))])
    assert len(await store.find(SearchQuery("three"))) == 1
    assert await store.find(SearchQuery("four three")) == []
    await store.commit([PutSearchText(key, 0, "text")])
    assert len(await store.find(SearchQuery("four three text"))) == 1
    assert await store.find(SearchQuery("one")) == []


async def test_documents_that_lag_are_those_with_edits_or_a_title_that_are_not_indexed(store: Store) -> None:
    keys = [store.allocate_key() for _ in range(6)]
    await store.commit([PutDocument(document(key)) for key in keys])

    async def lagging(after: int = 0, limit: int = 50) -> list[int]:
        return [found.key for found in await store.find(LaggingQuery(after, limit))]

    assert await lagging() == keys
    assert await lagging(after=keys[1], limit=2) == keys[2:4]
    await store.commit([PutSearchText(key, 0, "") for key in keys])
    assert await lagging() == []
    await store.commit([AppendRow(row(keys[2], 1)), PutDocument(document(keys[4], title="Other"))])
    assert await lagging() == [keys[2], keys[4]]
    await store.commit([PutSearchText(keys[2], 1, ""), PutSearchText(keys[4], 0, "")])
    assert await lagging() == []


async def test_a_text_needs_its_document(store: Store) -> None:
    with pytest.raises(ChangeRefused):
        await store.commit([PutSearchText(store.allocate_key(), 1, "text")])
