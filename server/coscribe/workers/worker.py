"""The worker process: one request after the other, until the relay goes away.

It may be killed at any moment by what it is fed, and that is its purpose: nothing here is worth keeping. It has no
sockets but the one to the relay, opens the database read-only, and ends with the relay in any case.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import signal
import socket
import sys
from pathlib import Path

from coscribe.content.errors import ContentError, ContentTooLarge
from coscribe.journal.changes import Row
from coscribe.journal.errors import JournalError
from coscribe.journal.reader import JournalReader
from coscribe.messaging import say_only_where
from coscribe.protocol.ground import plan
from coscribe.protocol.lib0 import DecodeError
from coscribe.protocol.state_vectors import read_state_vector
from coscribe.workers import messages, quarantine
from coscribe.workers.documents import Documents
from coscribe.workers.messages import Failing
from coscribe.workers.reload import Unverified, is_engine_error, is_out_of_memory, said_of
from coscribe.workers.replica import Replica

PR_SET_PDEATHSIG = 1
NICE = 3  # half of the time that a parent gets on the same core
DOCUMENTS_SHARE = 96  # of the memory limit, for documents: in memory they take up to 25 times their state


class _RequestRefused(ValueError):
    """The request itself is malformed."""


class Worker:
    """Answers requests over a blocking socket."""

    def __init__(self, connection: socket.socket, database: Path, memory_bytes: int) -> None:
        self._connection = connection
        self._journal = JournalReader(database)
        self._documents = Documents(self._journal, memory_bytes // DOCUMENTS_SHARE, self)
        self._busy_with = 0

    def run(self) -> None:
        """Serve until the relay closes its end."""
        self._send(messages.Ready(os.getpid()))
        while (body := self._receive()) is not None:
            request = messages.read_request(body)
            del body
            self._send(self._answer(request))

    def _receive(self) -> bytes | None:
        head = self._read(messages.LENGTH_BYTES)
        return None if head is None else self._read(int.from_bytes(head, "little"))

    def _read(self, length: int) -> bytes | None:
        data = bytearray(length)
        view = memoryview(data)
        done = 0
        while done < length:
            count = self._connection.recv_into(view[done:])
            if count == 0:
                return None
            done += count
        return bytes(data)

    def _send(self, message: messages.Reply) -> None:
        self._connection.sendall(messages.frame(message))

    def bad_row(self, document: int, seq: int, reason: str) -> None:
        self._send(messages.BadRow(document, seq, reason))

    def notice(self, text: str) -> None:
        self._send(messages.Notice(text))

    def progress(self) -> None:
        self._send(messages.Working(self._busy_with))

    def before(self, row: Row | None) -> None:
        pass  # only slow builds say so

    def _answer(self, request: messages.Request) -> messages.Reply:
        """Answer one request: the boundary at which an error of any kind becomes a message."""
        self._busy_with = request.id
        try:
            return self._compute(request)
        except BaseException as error:
            if is_out_of_memory(error):
                os._exit(messages.OUT_OF_MEMORY_STATUS)  # what is left of this process cannot be relied on
            kind, text = _classify(error)
            if kind is Failing.DOCUMENT and isinstance(request, messages.DocumentRequest):
                self._documents.forget(request.document)
            return messages.Failure(request.id, kind, text)

    def _compute(self, request: messages.Request) -> messages.Reply:
        if isinstance(request, messages.PlanRequest):
            try:
                made = plan(request.update, read_state_vector(request.vector), trim=request.trim)
            except DecodeError as error:
                raise _RequestRefused(str(error)) from error
            if len(made.claimed) > request.most_clients:
                raise ContentTooLarge(
                    f"an update may have the edits of {request.most_clients} client ids at most (max_update_clients)"
                )
            return messages.PlanReply.of(request.id, made)
        if isinstance(request, messages.BuildRequest):
            from coscribe.content.build import build  # late: most workers never need the parsers

            return messages.StateReply(request.id, 0, memoryview(build(request.format, request.body)))
        if isinstance(request, messages.ReplayRequest):
            quarantine.replay(request, self._journal, self._send)
            return messages.Survived(request.id)
        if isinstance(request, messages.DiffRequest):
            try:
                read_state_vector(request.vector)  # pycrdt would allocate whatever it announces
            except DecodeError as error:
                raise _RequestRefused(str(error)) from error
        replica = self._documents.open(request.document, request.avoid, request.from_rows)
        if isinstance(request, messages.StateRequest):
            return messages.StateReply(request.id, replica.at, memoryview(replica.state()))
        if isinstance(request, messages.DiffRequest):
            return messages.StateReply(request.id, replica.at, memoryview(self._diff(replica, request)))
        if isinstance(request, messages.PatchRequest):
            from coscribe.content.parse import parse
            from coscribe.content.patch import patch

            patched = patch(replica.state(), parse(request.format, request.body))
            return messages.StateReply(request.id, replica.at, memoryview(patched))
        if isinstance(request, messages.CheckpointRequest):
            made_at = replica.checkpoint(request.document)
            return messages.CheckpointReply(
                request.id, made_at.seq, memoryview(made_at.state), made_at.vector, made_at.deletes
            )
        return messages.ContentReply(request.id, *quarantine.write_out(replica, request.format, request.title))

    def _diff(self, replica: Replica, request: messages.DiffRequest) -> bytes:
        try:
            return replica.diff(request.vector)
        except BaseException as error:
            if not is_engine_error(error):
                raise
        # The vector may be the asker's invention: the whole document is an answer to any.
        self._documents.forget(request.document)
        return self._documents.open(request.document, request.avoid, request.from_rows).state()


def _classify(error: BaseException) -> tuple[Failing, str]:
    text = str(error) or type(error).__name__
    if isinstance(error, ContentTooLarge):
        return Failing.TOO_LARGE, text
    if isinstance(error, ContentError):
        return Failing.CONTENT, text
    if isinstance(error, RecursionError):
        return Failing.CONTENT, "the document is nested too deeply to be written out; ask for yjs"
    if isinstance(error, _RequestRefused):
        return Failing.REFUSED, text
    if isinstance(error, JournalError):
        return Failing.JOURNAL, text
    if isinstance(error, Unverified):
        return Failing.UNVERIFIED, text
    if not is_engine_error(error):
        raise error
    return Failing.DOCUMENT, said_of(error)


def _confine(parent: int, memory_bytes: int) -> None:
    """Tie this process to its parent's life and to its memory limit; the parent alone decides when to stop.

    On a core that both want, the parent goes first: people wait for its edits.
    """
    os.nice(NICE)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)  # the parent died before the line above
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def main(arguments: list[str]) -> None:
    """Run a worker: socket descriptor, parent's pid, memory limit in bytes, database."""
    descriptor, parent, memory_bytes, database = arguments
    say_only_where()
    _confine(int(parent), int(memory_bytes))
    gc.freeze()
    with (
        socket.socket(fileno=int(descriptor)) as connection,
        contextlib.suppress(BrokenPipeError, ConnectionResetError),
    ):
        Worker(connection, Path(database), int(memory_bytes)).run()


if __name__ == "__main__":
    main(sys.argv[1:])
