"""One webhook at work: what it has still to be told, in which order and when, and what comes of it.

A receiver that fails is let alone for longer and longer, so that the time it takes does not go from others.
"""

import asyncio
import base64
import hashlib
import heapq
import hmac
import json
import logging
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..access.outgoing import NotDelivered
from ..access.tokens import covers
from ..journal.errors import JournalError
from ..journal.journal import Document, DocumentQuery
from ..journal.webhooks import (
    Delivery,
    DropDelivery,
    Event,
    Outcome,
    PutDelivery,
    PutWebhook,
    Webhook,
    WebhookChange,
)
from .lull import Lull

if TYPE_CHECKING:
    from .webhooks import Webhooks

MOST_WAITING = 10_000
"""More is not kept for a receiver that is away."""
RETRY_S = 5.0
RESTS = 3
"""Whoever fails again and again is let alone for the first so many pauses between tries, one after the other."""
LATEST_ONLY = frozenset({Event.CHANGED, Event.RENAMED})
"""What still waits to be told says these as well when they come again."""
GONE = 410

_log = logging.getLogger(__name__)
_order = count()


class _Waiting:
    """A delivery, when it is due (monotonic seconds), and whether it was, or may have been, sent under its id."""

    __slots__ = ("_due", "delivery", "lull", "sent", "under_way")

    def __init__(self, delivery: Delivery, due: float, lull: Lull | None = None, *, sent: bool = False) -> None:
        self.delivery = delivery
        self.sent = sent
        self.under_way = False
        self._due, self.lull = due, lull

    def postpone(self, due: float) -> None:
        self._due, self.lull = due, None
        self.under_way = False

    def due(self, delay_s: float, delay_max_s: float) -> float:
        return self._due if self.lull is None else self.lull.ends(delay_s, delay_max_s)


class Receiver:
    """A webhook's line, its queue, and the task that works it off, one delivery at a time."""

    def __init__(self, webhooks: "Webhooks", line: Webhook) -> None:
        self.line = line
        self._webhooks = webhooks
        self._hub = webhooks.hub
        self._rules = webhooks.rules
        self._waiting: dict[str, _Waiting] = {}
        self._latest: dict[tuple[int | None, Event], _Waiting] = {}
        self._queue: list[tuple[float, int, _Waiting]] = []
        self._wake = asyncio.Event()
        self._failures = 0
        self._rests_until = float("-inf")
        self.task = self._hub.loop.create_task(self._run())

    @property
    def waiting(self) -> int:
        """How many deliveries wait, with one that is under way."""
        return len(self._waiting)

    # What is to be told

    def note(self, event: Event, document: Document, lull: Lull | None) -> None:
        """Queue what happened to a document, here and for the journal, if this webhook is told such things."""
        if event not in self.line.events or not covers(self.line.scope, document.id):
            return
        known = self._latest.get((document.key, event))
        if known is not None and not known.sent:
            return
        if known is not None and not known.under_way:
            self._rename(known)
            return
        if known is None and len(self._waiting) >= MOST_WAITING:
            self._webhooks.results["given_up"] += 1
            return
        key, subject = (None, document.id) if event is Event.DELETED else (document.key, "")
        delivery = Delivery(self._new_id(), self.line.id, event, key, subject, now := self._wall(), 0, now)
        self._hub.journal.append(PutDelivery(delivery), None)
        self._push(_Waiting(delivery, self._now(), lull))

    def take(self, delivery: Delivery) -> None:
        """Queue what an earlier run of the server did not get told, or does not know that it did."""
        wait_s = min((delivery.due - self._wall()) / 1000, max(self._rules.retry_s, default=0.0))
        self._push(_Waiting(delivery, self._now() + wait_s, sent=True))

    def _rename(self, waiting: _Waiting) -> None:
        """Give what was sent in vain another id, since it says more by now: who has seen the old one passes over it."""
        old = waiting.delivery
        del self._waiting[old.id]
        waiting.delivery = old._replace(id=self._new_id(), at=self._wall())
        waiting.sent = False
        self._waiting[waiting.delivery.id] = waiting
        self._hub.journal.append(DropDelivery(old.id), None)
        self._hub.journal.append(PutDelivery(waiting.delivery), None)

    def _push(self, waiting: _Waiting) -> None:
        delivery = waiting.delivery
        self._waiting[delivery.id] = waiting
        if delivery.event in LATEST_ONLY:
            self._latest[delivery.document, delivery.event] = waiting
        self._queue_up(waiting)

    def _queue_up(self, waiting: _Waiting) -> None:
        heapq.heappush(self._queue, (self._due(waiting), next(_order), waiting))
        self._wake.set()

    def _drop(self, waiting: _Waiting) -> None:
        delivery = waiting.delivery
        self._waiting.pop(delivery.id, None)
        if self._successor(waiting) is None:
            self._latest.pop((delivery.document, delivery.event), None)

    def _successor(self, waiting: _Waiting) -> _Waiting | None:
        """Find what says more of the same, queued while this was under way."""
        latest = self._latest.get((waiting.delivery.document, waiting.delivery.event))
        return None if latest is waiting else latest

    def _new_id(self) -> str:
        return f"msg_{self._hub.env.random_id()}"

    def _now(self) -> float:
        return self._hub.env.monotonic()

    def _wall(self) -> int:
        return self._hub.env.wall_ms()

    def _due(self, waiting: _Waiting) -> float:
        return waiting.due(self._rules.delay_s, self._rules.delay_max_s)

    # Telling it

    async def _run(self) -> None:
        while True:
            waiting = await self._next()
            try:
                async with self._webhooks.slots:
                    await self._deliver(waiting)
            except Exception as error:  # the boundary: what one webhook cannot be told just now, others are
                expected = isinstance(error, JournalError)
                _log.warning("a webhook has to wait: %s", error, exc_info=None if expected else error)
                self._rests_until = self._now() + RETRY_S
                waiting.postpone(self._rests_until)
                self._queue_up(waiting)

    async def _next(self) -> _Waiting:
        """Wait for the first delivery that is due, and take it out of the queue."""
        while True:
            self._wake.clear()
            wait_s = None
            if self._queue:
                known, order, waiting = self._queue[0]
                due = self._due(waiting)
                if due > known:  # people went on writing
                    heapq.heapreplace(self._queue, (due, order, waiting))
                    continue
                wait_s = max(due, self._rests_until) - self._now()
                if wait_s <= 0:
                    heapq.heappop(self._queue)
                    return waiting
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _deliver(self, waiting: _Waiting) -> None:
        delivery = waiting.delivery
        waiting.under_way = waiting.sent = True  # what is written from now on, the message may not say
        if delivery.event is Event.CHANGED:
            self._webhooks.lulls.pop(delivery.document, None)
        data = await self._data(delivery)
        if data is None:
            await self._hub.journal.submit(DropDelivery(delivery.id))
            self._drop(waiting)
            return
        status, error = await self._post(delivery, data)
        line = self.line._replace(last=Outcome(self._wall(), status, error))
        if status is not None and 200 <= status < 300:
            self._failures, result = 0, "delivered"
        else:
            self._rest()
            result = "given_up" if status == GONE or delivery.tries >= len(self._rules.retry_s) else "failed"
        changes: list[WebhookChange] = [PutWebhook(line)]
        pause_s, put_off = 0.0, None
        if result == "failed":  # what says more comes in its place
            put_off = self._successor(waiting) or waiting
            pause_s = self._rules.retry_s[delivery.tries] * (0.8 + 0.4 * self._hub.env.random_bytes(1)[0] / 255)
            due = self._wall() + int(pause_s * 1000)
            put_off.delivery = put_off.delivery._replace(tries=delivery.tries + 1, due=due)
            changes.append(PutDelivery(put_off.delivery))
        if put_off is not waiting:
            changes.append(DropDelivery(delivery.id))
        await self._hub.journal.submit(*changes)
        self.line = line
        self._webhooks.results[result] += 1
        if put_off is not None:
            put_off.postpone(self._now() + pause_s)
        if put_off is waiting:
            self._queue_up(waiting)
        else:
            self._drop(waiting)

    async def _data(self, delivery: Delivery) -> dict[str, Any] | None:
        """Say what is told of a document, as it is on disk now; None when it is gone, and its deliveries with it."""
        await self._hub.journal.submit()
        if delivery.document is None:
            return {"id": delivery.subject}
        found = await self._hub.store.find(DocumentQuery(key=delivery.document, deleted=None, limit=1))
        return next(({"id": it.id, "title": it.title, "head": it.head, "epoch": it.epoch} for it in found), None)

    async def _post(self, delivery: Delivery, data: dict[str, Any]) -> tuple[int | None, str | None]:
        at = datetime.fromtimestamp(delivery.at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        message = {"type": delivery.event, "timestamp": at, "data": data}
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        now = self._wall() // 1000
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"Coscribe/{__version__}",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(self.line.secret, delivery.id, now, body),
        }
        try:
            return await self._webhooks.outgoing.post(self.line.url, body, headers), None
        except NotDelivered as error:
            return None, str(error)

    def _rest(self) -> None:
        pauses = self._rules.retry_s[:RESTS]
        self._failures += 1
        if pauses:
            self._rests_until = self._now() + pauses[min(self._failures, len(pauses)) - 1]


def signature(secret: bytes, id: str, timestamp: int, body: bytes) -> str:
    """Sign a message as Standard Webhooks do; `timestamp` is seconds since the epoch."""
    digest = hmac.digest(secret, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"
