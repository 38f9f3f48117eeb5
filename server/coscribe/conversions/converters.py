"""The server's side of the conversions: so many at once, each with a deadline, in processes that may die of it.

A converter is kept for the next conversion, since starting one takes longer than most conversions do, and is ended
when it has nothing to do for a while or has done many. It is the leader of its own process group, so that what it has
started ends with it.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from typing import TypeVar

from coscribe.content.formats import CONVERTED
from coscribe.conversions import messages
from coscribe.conversions.errors import (
    ConversionError,
    ConverterUnavailable,
    NotConvertible,
    NotInstalled,
    TooLarge,
    UnknownKind,
)
from coscribe.conversions.installed import check_available, installed_packages
from coscribe.conversions.limits import ConversionLimits
from coscribe.conversions.messages import Failing
from coscribe.conversions.process import ConverterGone, ConverterProcess

IDLE_S = 120.0
MAX_CONVERSIONS = 200
MAX_RESIDENT_SHARE = 0.25
"""A converter that has made so many, or holds so much of its memory afterwards, is replaced."""
MAX_WAITING = 64

_ERRORS: dict[Failing, type[ConversionError]] = {
    Failing.CONTENT: NotConvertible,
    Failing.KIND: UnknownKind,
    Failing.SIZE: TooLarge,
    Failing.MISSING: NotInstalled,
}
_log = logging.getLogger(__name__)

T = TypeVar("T", messages.Written, messages.ReadResult)


class Converters:
    """Writes documents in the formats of CONVERTED and reads files.

    installed: the optional packages that are there.
    """

    def __init__(self, limits: ConversionLimits, installed: frozenset[str] | None = None) -> None:
        self.limits = limits
        self.installed = installed_packages() if installed is None else installed
        self._turns = asyncio.Semaphore(limits.at_once)
        self._waiting = 0
        self._idle: list[ConverterProcess] = []
        self._busy: set[ConverterProcess] = set()
        self._ends: set[asyncio.Task[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._stopped = False

    async def write(self, format: str, title: str, document: bytes, images: Mapping[str, bytes]) -> bytes:
        """Write ProseMirror JSON in a format; images are the files it shows, by address. Raises ConversionError."""
        if format in CONVERTED:
            check_available(format, self.installed)
        reply = await self._convert(messages.Write(format, title, document, dict(images)), messages.Written)
        return reply.body

    async def read(self, name: str, body: bytes, *, image_bytes: int, title: str = "") -> messages.ReadResult:
        """Read a file with this name as a document; larger images are left out. Raises ConversionError.

        title: what the document is called, if the file need not say it.
        """
        if len(body) > self.limits.import_bytes:
            raise TooLarge(f"The file has {len(body)} bytes; {self.limits.import_bytes} are taken at most.")
        return await self._convert(
            messages.Read(name, body, image_bytes, "pypandoc" in self.installed, title), messages.ReadResult
        )

    async def stop(self) -> None:
        """End every converter."""
        self._stopped = True
        if self._sweep is not None:
            self._sweep.cancel()
        for process in [*self._idle, *self._busy]:
            self._end(process)
        self._idle.clear()
        await asyncio.gather(*self._ends)

    async def _convert(self, request: messages.Request, wanted: type[T]) -> T:
        if self._waiting >= MAX_WAITING or self._stopped:
            raise ConverterUnavailable("Too many conversions are waiting; try again in a moment.")
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            reply = await self._ask(request)
        finally:
            self._turns.release()
        if isinstance(reply, messages.Failure):
            raise _ERRORS[reply.kind](reply.text)
        if not isinstance(reply, wanted):
            raise ConverterUnavailable("The converter gave another answer than was asked for; try again.")
        return reply

    async def _ask(self, request: messages.Request) -> messages.Reply:
        process = self._idle.pop() if self._idle else None
        if process is None or not process.alive:
            process = await self._start()
        self._busy.add(process)
        kept = False
        try:
            async with asyncio.timeout(self.limits.deadline_s):
                reply = await process.ask(request)
            kept = not self._stopped and self._is_fit(process)
            return reply
        except TimeoutError:
            raise NotConvertible(
                f"The conversion takes longer than {self.limits.deadline_s:g} seconds; make the document smaller, "
                "or have conversion_deadline_s raised."
            ) from None
        except ConverterGone as error:
            _log.warning("converter %d %s", process.pid, error)
            if self._stopped:
                raise ConverterUnavailable("The server is stopping; try again in a moment.") from None
            raise NotConvertible(
                "The conversion failed: it needs more memory than it may have, or the document is damaged; make it "
                "smaller, or have conversion_memory_bytes raised."
            ) from None
        finally:
            self._busy.discard(process)
            if kept:
                self._keep(process)
            else:
                self._end(process)

    def _is_fit(self, process: ConverterProcess) -> bool:
        """Whether a process is good for more: what libraries keep of a large document goes only with the process."""
        return (
            process.conversions < MAX_CONVERSIONS
            and process.resident_bytes < self.limits.memory_bytes * MAX_RESIDENT_SHARE
        )

    async def _start(self) -> ConverterProcess:
        try:
            return await ConverterProcess.spawn(self.limits.memory_bytes, self.limits.deadline_s)
        except OSError as error:
            _log.error("no converter can be started (%s)", error)
            raise ConverterUnavailable("No conversion can be started just now; try again later.") from None

    def _keep(self, process: ConverterProcess) -> None:
        self._idle.append(process)
        if self._sweep is not None:
            self._sweep.cancel()
        self._sweep = asyncio.get_running_loop().call_later(IDLE_S, self._end_idle)

    def _end_idle(self) -> None:
        while self._idle:
            self._end(self._idle.pop())

    def _end(self, process: ConverterProcess) -> None:
        process.kill()
        task = asyncio.get_running_loop().create_task(process.end())
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)


@contextlib.asynccontextmanager
async def running_converters(limits: ConversionLimits) -> AsyncIterator[Converters]:
    """Have converters, and end them on the way out."""
    converters = Converters(limits)
    try:
        yield converters
    finally:
        await converters.stop()
