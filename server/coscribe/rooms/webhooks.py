"""Telling other servers what happens to documents, signed as Standard Webhooks (<https://www.standardwebhooks.com>).

Always holds: what is to be told is in the journal with what it tells of, and stays there until a receiver has taken it
or was given up, so it is told once at least, also when the server is killed; nothing is told before it is on disk; and
nobody's edit waits for any of it. What is told is the document as it then is, so one message is enough for many edits.
"""

import asyncio
import base64
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..access.outgoing import Outgoing
from ..journal.journal import Document
from ..journal.webhooks import DeliveryQuery, DropWebhook, Event, PutWebhook, Webhook, WebhookQuery
from .lull import Lull
from .receiver import Receiver
from .space import WorkspaceFull

if TYPE_CHECKING:
    from .hub import Hub

AT_ONCE = 8
"""How many deliveries are under way together, one of each webhook at most."""
MOST_LULLS = 10_000
SECRET_PREFIX = "whsec_"  # noqa: S105 - how all of them begin
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """What the settings say of webhooks; `retry_s` are the pauses between tries."""

    most: int = 50
    delay_s: float = 2
    delay_max_s: float = 30
    retry_s: tuple[float, ...] = (5, 30, 300, 1800, 7200, 18_000, 36_000)
    deadline_s: float = 10
    networks: tuple[str, ...] = ()


class Webhooks:
    """All webhooks of this server."""

    def __init__(self, hub: "Hub", rules: WebhookRules) -> None:
        self.hub = hub
        self.rules = rules
        self.outgoing = Outgoing(rules.networks, rules.deadline_s)
        self.receivers: dict[str, Receiver] = {}
        self.results = Counter({"delivered": 0, "failed": 0, "given_up": 0})
        """How deliveries went; one that failed is tried again."""
        self.slots = asyncio.Semaphore(AT_ONCE)
        self.lulls: dict[int | None, Lull] = {}
        """Of documents that are written in: whoever is to be told of it has been found, until one of them is told."""

    async def start(self) -> None:
        """Learn what there is, and go on with what an earlier run of the server did not get told."""
        store = self.hub.store
        for line in await store.find(WebhookQuery()):
            self.receivers[line.id] = Receiver(self, line)
        for delivery in await store.find(DeliveryQuery()):
            self.receivers[delivery.webhook].take(delivery)

    async def stop(self) -> None:
        """End; what is not told is told after the next start."""
        tasks = [receiver.task for receiver in self.receivers.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def create(self, *, url: str, events: tuple[Event, ...], scope: str, name: str) -> tuple[Webhook, str]:
        """Make a webhook, on disk on return, with the secret that is shown only now; raise WorkspaceFull."""
        most, env = self.rules.most, self.hub.env
        if len(self.receivers) >= most:
            raise WorkspaceFull(f"there may be {most} webhooks here; delete one, or raise max_webhooks")
        line = Webhook(env.random_id(), url, events, scope, name, env.random_bytes(SECRET_BYTES), env.wall_ms())
        self.hub.journal.append(PutWebhook(line), None)
        self.receivers[line.id] = Receiver(self, line)
        self.lulls.clear()  # it is told of what people write just now, too
        await self.hub.journal.submit()
        return line, SECRET_PREFIX + base64.b64encode(line.secret).decode()

    async def delete(self, id: str) -> bool:
        """End a webhook and forget what it has still to be told; False when there is no such webhook."""
        receiver = self.receivers.pop(id, None)
        if receiver is None:
            return False
        receiver.task.cancel()
        await self.hub.journal.submit(DropWebhook(id))
        await asyncio.gather(receiver.task, return_exceptions=True)
        return True

    def changed(self, document: Document) -> None:
        """Note that somebody writes, which is told once they pause; to be called with each turn of a room."""
        now = self.hub.env.monotonic()
        lull = self.lulls.get(document.key)
        if lull is not None and now < lull.ends(self.rules.delay_s, self.rules.delay_max_s):
            lull.changed = now
            return
        if len(self.lulls) >= MOST_LULLS:
            self.lulls.clear()
        self.lulls[document.key] = lull = Lull(now)
        self._note(Event.CHANGED, document, lull)

    def tell(self, event: Event, document: Document) -> None:
        """Note what else happened to a document; to be called as that is queued for the journal, without a wait."""
        self._note(event, document, None)

    def _note(self, event: Event, document: Document, lull: Lull | None) -> None:
        for receiver in self.receivers.values():
            receiver.note(event, document, lull)
