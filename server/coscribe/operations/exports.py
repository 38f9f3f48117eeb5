"""Writing documents out of a database, also while a server works with it: what is on disk is what is written."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import NamedTuple

from coscribe.content.errors import ContentError
from coscribe.content.formats import CONVERTED, FORMATS, Format, full_name
from coscribe.conversions.converters import Converters
from coscribe.conversions.errors import ConversionError
from coscribe.conversions.images import file_hashes
from coscribe.conversions.installed import check_available
from coscribe.journal.changes import Document
from coscribe.journal.errors import JournalError
from coscribe.journal.reader import JournalReader
from coscribe.workers.errors import WorkerFailed, WorkerUnavailable
from coscribe.workers.pool import WorkerPool

FAILURES = (ContentError, ConversionError, JournalError, WorkerFailed, WorkerUnavailable)
"""What may go wrong with one document; each has a sentence."""


class Outcome(NamedTuple):
    """What became of a document: its bytes, or why there are none."""

    document: Document
    body: bytes | None
    reason: str = ""


def format_named(name: str) -> Format | None:
    """Find a format that documents are exported in, by name or extension."""
    return CONVERTED.get(full_name(name)) or FORMATS.get(full_name(name))


class Exporter:
    """Writes documents in one format; `check` says first whether that can be done here."""

    def __init__(self, reader: JournalReader, pool: WorkerPool, converters: Converters, format: Format) -> None:
        self._reader = reader
        self._pool = pool
        self._converters = converters
        self._format = format

    def check(self) -> None:
        """Raise NotInstalled when this installation cannot write the format."""
        if self._format.name in CONVERTED:
            check_available(self._format.name, self._converters.installed)

    async def write(self, document: Document) -> bytes:
        """Return a document in the format. Raises what is in FAILURES."""
        title = document.title
        if self._format.name not in CONVERTED:
            _, body = await self._pool.content(document.key, document.head, self._format.name, title)
            return body
        _, content = await self._pool.content(document.key, document.head, "json", title)
        found = [self._reader.file(hash) for hash in sorted(file_hashes(content))]
        images = {stored.info.url: stored.body for stored in found if stored is not None}
        return await self._converters.write(self._format.name, title, content, images)

    async def write_all(self, documents: Iterable[Document]) -> AsyncIterator[Outcome]:
        """Write documents, as many at once as may be, and yield each as it is done."""
        waiting = iter(documents)
        running: set[asyncio.Task[Outcome]] = set()
        try:
            while True:
                while len(running) <= self._converters.limits.at_once and (document := next(waiting, None)) is not None:
                    running.add(asyncio.create_task(self._outcome(document)))
                if not running:
                    return
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in running:
                task.cancel()

    async def _outcome(self, document: Document) -> Outcome:
        try:
            return Outcome(document, await self.write(document))
        except FAILURES as error:
            return Outcome(document, None, str(error))
