"""`coscribe export`: write documents out, also while a server works with the database."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from coscribe.cli.errors import CommandFailed, UsageError
from coscribe.cli.flags import flags_for, load
from coscribe.cli.progress import Progress
from coscribe.content.formats import CONVERTED, FORMATS, Format
from coscribe.settings import Settings

if TYPE_CHECKING:
    from coscribe.journal.reader import JournalReader
    from coscribe.operations.exports import Exporter

Flags: Any = flags_for("data", "config", "conversions", "conversion_memory_bytes", "conversion_deadline_s")
RENAMED = "+"
"""Stands in no id, so that no document's file is called like another that had to be renamed."""
NAMES = ", ".join(dict.fromkeys(format.extension for format in (*FORMATS.values(), *CONVERTED.values())))


def export(
    document: Annotated[str | None, Parameter(help="The document's id.", show_default=False)] = None,
    /,
    *,
    format: Annotated[str, Parameter(help=f"One of {NAMES}.", metavar="FORMAT")],
    output: Annotated[
        Path | None,
        Parameter(
            help="File to write, or with --all the folder; without it a document goes to stdout.", metavar="PATH"
        ),
    ] = None,
    all: Annotated[
        bool, Parameter(help="Write every document, each to a file named by its id.", negative="", show_default=False)
    ] = False,
    given: Flags = None,
) -> int:
    """Write documents out: what is on disk, read beside a running server.

    The formats other than md, html, txt, json and yjs need the extra `export` (pip install 'coscribe[export]').
    """
    from coscribe.operations.exports import format_named

    found = format_named(format)
    if found is None:
        raise UsageError(f"There is no format {format!r}; use one of {NAMES}.")
    settings = load(given)
    if all:
        if document is not None or output is None:
            raise UsageError("--all takes no document, and needs --output for the folder to write to.")
        return asyncio.run(_export_all(settings, found, output))
    if document is None:
        raise UsageError("Name the document, or write every one with --all --output FOLDER.")
    _put(asyncio.run(_export_one(settings, document, found)), output)
    return 0


async def _export_one(settings: Settings, id: str, format: Format) -> bytes:
    from coscribe.content.errors import ContentError
    from coscribe.conversions.errors import ConversionError
    from coscribe.document_id import InvalidDocumentId, canonical
    from coscribe.journal.errors import StoreFailed
    from coscribe.journal.reader import JournalReader
    from coscribe.workers.errors import WorkerFailed, WorkerUnavailable

    try:
        with JournalReader(settings.database_file) as reader:
            document = reader.document(canonical(id))
            if document is None:
                raise CommandFailed(f"There is no document {id} in {settings.database_file}; check its id.")
            async with _exporter(settings, reader, format) as exporter:
                return await exporter.write(document)
    except (InvalidDocumentId, ContentError) as error:
        raise UsageError(str(error)) from None
    except ConversionError as error:
        raise CommandFailed(str(error)) from None
    except (StoreFailed, WorkerFailed, WorkerUnavailable) as error:
        raise CommandFailed(f"The document cannot be written out: {error}.") from None


async def _export_all(settings: Settings, format: Format, folder: Path) -> int:
    from coscribe.conversions.errors import ConversionError
    from coscribe.journal.errors import StoreFailed
    from coscribe.journal.reader import JournalReader

    failed = 0
    try:
        with JournalReader(settings.database_file) as reader:
            documents = reader.documents()
            names = {f"{document.id}.{format.extension}" for document in documents}
            _make(folder, folder)
            async with _exporter(settings, reader, format) as exporter:
                with Progress(len(documents)) as progress:
                    async for done in exporter.write_all(documents):
                        try:
                            if done.body is None:
                                raise CommandFailed(f"{done.document.id}: {done.reason}")
                            place = _place(folder, f"{done.document.id}.{format.extension}", names)
                            _put(done.body, place, folders=True)
                            if place.name.startswith(RENAMED):
                                progress.say(f"{done.document.id} is in {place}, as something else has its name.")
                        except CommandFailed as error:
                            failed += 1
                            progress.say(str(error))
                        progress.step()
    except (StoreFailed, ConversionError) as error:
        raise CommandFailed(str(error)) from None
    count = len(documents) - failed
    print(f"{count} {'document is' if count == 1 else 'documents are'} in {folder}.", file=sys.stderr)
    if failed:
        print(f"{failed} could not be written as {format.extension}; the lines above say why.", file=sys.stderr)
    return 1 if failed else 0


@asynccontextmanager
async def _exporter(settings: Settings, reader: "JournalReader", format: Format) -> AsyncIterator["Exporter"]:
    from coscribe.cli.workers import one_worker
    from coscribe.conversions.converters import running_converters
    from coscribe.conversions.limits import ConversionLimits
    from coscribe.operations.exports import Exporter

    async with one_worker(settings, []) as pool, running_converters(ConversionLimits.of(settings)) as converters:
        exporter = Exporter(reader, pool, converters, format)
        exporter.check()
        yield exporter


def _place(folder: Path, name: str, names: set[str]) -> Path:
    """Choose the file of a document: its id, or where that clashes a name that no id can have.

    It clashes if it is another spelling of a path (`a//b`), if a document's file stands where its folder would be, or
    if an earlier export left a folder in place of the file, or a file in place of a folder.
    """
    path = PurePosixPath(name)
    above = [str(parent) for parent in path.parents][:-1]
    if (
        str(path) != name
        or not names.isdisjoint(above)
        or os.path.isdir(folder / name)  # it raises nothing, as Path does for what is too long
        or any(os.path.isfile(folder / each) for each in above)
    ):
        return folder / (RENAMED + name.replace("/", RENAMED))
    return folder / name


def _put(body: bytes, output: Path | None, *, folders: bool = False) -> None:
    if output is None:
        sys.stdout.buffer.write(body)
        return
    if folders:
        _make(output.parent, output)
    try:
        output.write_bytes(body)
    except OSError as error:
        raise _unwritable(output, error) from None


def _make(folder: Path, output: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(output, error) from None


def _unwritable(output: Path, error: OSError) -> CommandFailed:
    return CommandFailed(f"Cannot write {output}: {error.strerror}; choose another place with --output.")
