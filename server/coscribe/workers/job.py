"""A request on its way through the pool: who waits for it, how long, and how often it killed a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from coscribe.workers import messages
from coscribe.workers.errors import WorkerUnavailable

Build = Callable[["Job", list[int], bool], messages.Request]
"""Makes the message: (job, rows to avoid, whether to build from rows)."""


class Job:
    """One computation that any number of callers wait for.

    `document` is None for a plan; `probe` is what an inquest tries after the rows. `deadline_s` is for the computation.
    One that is `aside` keeps no newcomer to a document waiting.
    """

    __slots__ = (
        "_expiry",
        "aside",
        "build",
        "deadline_s",
        "deaths",
        "document",
        "future",
        "id",
        "inquests",
        "probe",
        "seq",
    )

    def __init__(
        self, build: Build, *, document: int | None, seq: int, deadline_s: float, probe: str, aside: bool = False
    ) -> None:
        self.build = build
        self.document = document
        self.seq = seq
        self.deadline_s = deadline_s
        self.probe = probe
        self.aside = aside or probe != messages.STATE
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.future.add_done_callback(_retrieve)
        self.id = 0
        self.deaths = 0
        self.inquests = 0
        self._expiry: asyncio.TimerHandle | None = None

    def expire_after(self, wait_s: float) -> None:
        """Fail with WorkerUnavailable unless a worker takes it within so many seconds from now."""
        self.taken()
        self._expiry = asyncio.get_running_loop().call_later(wait_s, self._expire, wait_s)

    def taken(self) -> None:
        """A worker has it: its time in the queue is over."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

    def answer(self, value: object) -> None:
        """Give every waiting caller the value."""
        self.taken()
        if not self.future.done():
            self.future.set_result(value)

    def fail(self, error: Exception) -> None:
        """Give every waiting caller the error."""
        self.taken()
        if not self.future.done():
            self.future.set_exception(error)

    def _expire(self, wait_s: float) -> None:
        self.fail(WorkerUnavailable(f"no worker was free for {wait_s:g} s; try again in a moment"))


def _retrieve(future: asyncio.Future[Any]) -> None:
    """Mark an error as seen: every caller may have gone away before it came."""
    if not future.cancelled():
        future.exception()
