"""A process that writes to a journal without end and says what was acknowledged; made to be killed and tormented.

    python journal_writer.py DATABASE

Standard output, a line at a time: `ready`, `ack KEY SEQ`, `failing REASON`, `healed`. SIGTERM ends it cleanly. A row's
body tells its document and number, so that whoever reads it back knows whether it is the right one.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

from coscribe.journal import sqlite
from coscribe.journal.journal import AppendRow, Checkpoint, Document, Journal, PutCheckpoint, PutDocument, Row

DOCUMENTS = 5
QUEUE_LIMIT_BYTES = 200_000
CHECKPOINT_PAGES = 150
"""So few that a random moment is often within a checkpoint."""


def body_of(key: int, seq: int) -> bytes:
    """The only right body of a row."""
    return b"%d:%d " % (key, seq) * (seq % 50 + 1)


def say(text: str) -> None:
    """Write at once: what was said before a kill was said."""
    os.write(1, text.encode())


async def write(path: Path) -> None:
    """Write until SIGTERM."""
    sqlite.CHECKPOINT_PAGES = CHECKPOINT_PAGES
    store = sqlite.SqliteStore(path)
    await store.open()
    journal = Journal(
        store,
        gather_s=0.001,
        on_commit=lambda tokens: say("".join(f"ack {key} {seq}\n" for key, seq in tokens)),
    )
    await journal.start()
    heads = dict[int, int]()
    for number in range(DOCUMENTS):
        loaded = await store.load(f"doc-{number}")
        if loaded is None:
            key = store.allocate_key()
            await journal.submit(PutDocument(Document(key, f"doc-{number}", "", 1, 0, 0, 0, None)))
            heads[key] = 0
        else:
            heads[loaded.document.key] = loaded.document.head
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    say("ready\n")
    failing = False
    while not stop.is_set():
        if failing is not (journal.failure is not None):
            failing = not failing
            say(f"failing {journal.failure.reason}\n" if journal.failure else "healed\n")
        if journal.queued_bytes < QUEUE_LIMIT_BYTES:
            key = random.choice(list(heads))
            heads[key] += 1
            seq = heads[key]
            journal.append(AppendRow(Row(key, seq, 1, 0, body_of(key, seq))), (key, seq))
            if seq % 40 == 0:
                journal.append(PutCheckpoint(Checkpoint(key, seq, body_of(key, seq) * 100, b"", b"")))
        await asyncio.sleep(0.0005)
    drained = await journal.drain(10)
    await journal.close()
    await store.close()
    sys.exit(0 if drained else 1)


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
