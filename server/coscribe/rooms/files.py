"""Storing the files of documents: looked at, named by their bytes, written in small parts between the others' edits."""

import asyncio
import hashlib
from typing import TYPE_CHECKING

from ..content.images import inspect
from ..journal.journal import Document, FileInfo, FileQuery, PutFile, PutFilePart, ReferToFiles, StoredFile
from ..journal.purge import DoomedQuery, PurgeFile

if TYPE_CHECKING:
    from .hub import Hub

PART_BYTES = 128 << 10
"""What an upload adds to a commit at most: everybody's acknowledgements wait for it."""
STORE_DEADLINE_S = 30.0


class FileTooLarge(ValueError):
    """A file, or all files of a document together, are larger than they may be; the text says which."""


class FileShelf:
    """Stores files one after the other, so that however many come, a commit is slowed by one part of one of them."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._turn = asyncio.Lock()

    async def store(self, document: Document, body: bytes) -> StoredFile:
        """Store an image for a document and return once it is on disk; one that is there already is not stored twice.

        Raise NotAnImage, ImageRefused or FileTooLarge, and TimeoutError when nothing can be stored just now.
        """
        limits = self._hub.limits
        if len(body) > limits.max_file_bytes:
            raise FileTooLarge(f"A file may have {limits.max_file_bytes} bytes at most; send a smaller one.")
        image = inspect(body)
        hash = await asyncio.to_thread(lambda: hashlib.sha256(body).hexdigest())
        info = FileInfo(hash, image.media_type, len(body), image.width, image.height)
        async with self._turn:
            await self._check_room(document, info)
            if not await self._hub.store.find(FileQuery(hash=hash)):
                self._hub.space.add(size=len(body))
                await self._write(info, body)
            await self._submit(ReferToFiles(document.key, [hash], self._hub.env.wall_ms()))
        return StoredFile(info, body)

    async def _check_room(self, document: Document, info: FileInfo) -> None:
        kept = await self._hub.store.find(FileQuery(document=document.key))
        total = sum({file.hash: file.size for file in [*kept, info]}.values())
        if total > self._hub.limits.max_document_files_bytes:
            raise FileTooLarge(
                f"The files of a document may have {self._hub.limits.max_document_files_bytes} bytes together; "
                "send a smaller one, or continue in another document."
            )

    async def _write(self, info: FileInfo, body: bytes) -> None:
        for part, at in enumerate(range(0, len(body), PART_BYTES)):
            await self._submit(PutFilePart(info.hash, part, body[at : at + PART_BYTES]))
        await self._submit(PutFile(info, self._hub.env.wall_ms()))

    async def discard(self, hash: str) -> None:
        """Delete a doomed file unless a document refers to it; no upload of the same bytes comes in between."""
        async with self._turn:
            while hash in await self._hub.store.find(DoomedQuery()):
                await self._hub.journal.submit(PurgeFile(hash))

    async def _submit(self, *changes: PutFilePart | PutFile | ReferToFiles) -> None:
        await asyncio.wait_for(self._hub.journal.submit(*changes), STORE_DEADLINE_S)
