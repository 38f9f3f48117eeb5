"""A store compared with the simplest one that could be right, over random commits, repeats and reopenings."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from coscribe.journal.journal import (
    AppendRow,
    Change,
    Checkpoint,
    Document,
    DocumentQuery,
    PutCheckpoint,
    PutDocument,
    Quarantine,
    Row,
    Store,
)

from .conftest import TAIL_LIMIT_BYTES, MakeStore

STEPS = 150
IDS = [f"doc-{number}" for number in range(6)]


@dataclass
class Model:
    """What the store should hold."""

    documents: dict[str, Document] = field(default_factory=dict)
    rows: dict[int, dict[int, Row]] = field(default_factory=dict)
    checkpoints: dict[int, Checkpoint] = field(default_factory=dict)

    def random_changes(self, chance: random.Random, store: Store) -> list[Change]:
        """Changes as a server makes them, applied to the model."""
        changes: list[Change] = []
        for _ in range(chance.choice([1, 1, 3, 40])):
            id = chance.choice(IDS)
            document = self.documents.get(id)
            if document is None:
                document = Document(store.allocate_key(), id, id.upper(), 1, 0, 1, 1, None)
                self.documents[id] = document
                self.rows[document.key] = {}
                changes.append(PutDocument(document))
                continue
            key, rows = document.key, self.rows[document.key]
            what = chance.choices(["row", "checkpoint", "quarantine", "put"], [20, 2, 1, 1])[0]
            if what == "row":
                count = chance.randrange(1, 5)
                at = chance.randrange(1000)
                row = Row(key, document.head + count, count, at, chance.randbytes(chance.choice([0, 30, 30, 3000])))
                rows[row.seq] = row
                self.documents[id] = document._replace(head=row.seq, updated=max(document.updated, at))
                changes.append(AppendRow(row))
            elif what == "checkpoint":
                checkpoint = Checkpoint(key, chance.randrange(document.head + 1), chance.randbytes(50), b"v", b"d")
                if key not in self.checkpoints or self.checkpoints[key].seq <= checkpoint.seq:
                    self.checkpoints[key] = checkpoint
                changes.append(PutCheckpoint(checkpoint))
            elif what == "quarantine" and rows:
                seq = chance.choice(list(rows))
                del rows[seq]
                changes.append(Quarantine(key, seq, "killed a worker"))
            elif what == "put":
                document = document._replace(title=chance.choice("abc"), deleted=chance.choice([None, 7]))
                self.documents[id] = document
                changes.append(PutDocument(document._replace(head=chance.randrange(99), created=5)))
        return changes

    async def compare(self, store: Store) -> None:
        """Make sure that the store holds this and nothing else."""
        found = await store.find(DocumentQuery(deleted=None, limit=100))
        assert found == sorted(self.documents.values(), key=lambda d: (d.updated, d.key), reverse=True)
        for id in IDS:
            loaded = await store.load(id)
            if id not in self.documents:
                assert loaded is None
                continue
            assert loaded is not None
            document = self.documents[id]
            checkpoint = self.checkpoints.get(document.key)
            rows = list(loaded.rows)
            assert (loaded.document, loaded.checkpoint) == (document, checkpoint)
            while not loaded.complete:
                assert sum(len(row.body) for row in loaded.rows) <= TAIL_LIMIT_BYTES
                loaded = await store.load(id, after=rows[-1].seq)
                assert loaded is not None
                rows += loaded.rows
            start = checkpoint.seq if checkpoint else 0
            assert rows == [row for seq, row in sorted(self.rows[document.key].items()) if seq > start]


async def test_a_store_holds_what_the_simplest_one_would(make_store: MakeStore, seed: int) -> None:
    chance = random.Random(seed)
    model = Model()
    store = make_store()
    await store.open()
    try:
        for _ in range(STEPS):
            changes = model.random_changes(chance, store)
            for _ in range(chance.choice([1, 1, 1, 2])):
                await store.commit(changes)
            if chance.random() < 0.1:
                await store.close()
                store = make_store()
                await store.open()
            if chance.random() < 0.3:
                await model.compare(store)
        await model.compare(store)
    finally:
        await store.close()
