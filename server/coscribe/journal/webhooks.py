"""What the journal keeps of webhooks: who wants to be told of what, and what they have still to be told.

A delivery names its document by the key alone: title and id are looked up when it is told, so that a document that is
deleted for good takes its deliveries along. What tells of that deletion itself has the id, and nothing else.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from coscribe.journal.access import AccessQuery

CHANGE_BYTES = 400


class Event(StrEnum):
    """What can happen to a document."""

    CREATED = "document.created"
    CHANGED = "document.changed"
    RENAMED = "document.renamed"
    TRASHED = "document.trashed"
    RESTORED = "document.restored"
    DELETED = "document.deleted"


class Outcome(NamedTuple):
    """How a delivery went: the status of the answer, or why there was none."""

    at: int
    status: int | None
    error: str | None


class Webhook(NamedTuple):
    """An address that is told of `events` in documents of a scope; `secret` signs what it is told."""

    id: str
    url: str
    events: tuple[Event, ...]
    scope: str
    name: str
    secret: bytes
    created: int
    last: Outcome | None = None


class Delivery(NamedTuple):
    """Something that a webhook is to be told; `document` is None, and `subject` the id, for a document that is gone.

    `at` is when it happened, `tries` how often it was told in vain, `due` when it is to be told next.
    """

    id: str
    webhook: str
    event: Event
    document: int | None
    subject: str
    at: int
    tries: int
    due: int


@dataclass(frozen=True, slots=True)
class PutWebhook:
    """Keep a webhook, or how its last delivery went."""

    webhook: Webhook

    @property
    def size(self) -> int:
        return CHANGE_BYTES + len(self.webhook.url)


@dataclass(frozen=True, slots=True)
class DropWebhook:
    """Forget a webhook, and what it has still to be told."""

    id: str

    @property
    def size(self) -> int:
        return CHANGE_BYTES


@dataclass(frozen=True, slots=True)
class PutDelivery:
    """Keep a delivery, or when it is tried next; passed over where its webhook or its document is gone."""

    delivery: Delivery

    @property
    def size(self) -> int:
        return CHANGE_BYTES


@dataclass(frozen=True, slots=True)
class DropDelivery:
    """Forget a delivery, if it is there."""

    id: str

    @property
    def size(self) -> int:
        return CHANGE_BYTES


WebhookChange = PutWebhook | DropWebhook | PutDelivery | DropDelivery


@dataclass(frozen=True, slots=True)
class WebhookQuery(AccessQuery[Webhook]):
    """All webhooks, oldest first."""


@dataclass(frozen=True, slots=True)
class DeliveryQuery(AccessQuery[Delivery]):
    """All deliveries, the first that is due first."""


_PUT_WEBHOOK = """
INSERT INTO webhooks (id, url, events, scope, name, secret, created, last_at, last_status, last_error)
VALUES (?,?,?,?,?,?,?,?,?,?)
ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, last_status = excluded.last_status,
    last_error = excluded.last_error
"""
_PUT_DELIVERY = """
INSERT INTO deliveries (id, webhook, event, document, subject, at, tries, due) VALUES (?,?,?,?,?,?,?,?)
ON CONFLICT (id) DO UPDATE SET tries = excluded.tries, due = excluded.due
"""


def write(connection: sqlite3.Connection, change: WebhookChange) -> None:
    """Keep or forget a webhook or a delivery."""
    match change:
        case PutWebhook(webhook):
            id, url, events, scope, name, secret, created, last = webhook
            values = (id, url, json.dumps(events), scope, name, secret, created, *(last or (None, None, None)))
            connection.execute(_PUT_WEBHOOK, values)
        case DropWebhook(id):
            connection.execute("DELETE FROM deliveries WHERE webhook = ?", (id,))
            connection.execute("DELETE FROM webhooks WHERE id = ?", (id,))
        case PutDelivery(delivery):
            connection.execute(_PUT_DELIVERY, delivery)
        case DropDelivery(id):
            connection.execute("DELETE FROM deliveries WHERE id = ?", (id,))


def find(query: WebhookQuery | DeliveryQuery, connection: sqlite3.Connection) -> list[Webhook] | list[Delivery]:
    """Find webhooks or deliveries."""
    if isinstance(query, DeliveryQuery):
        lines = connection.execute(
            "SELECT id, webhook, event, document, subject, at, tries, due FROM deliveries ORDER BY due, at, id"
        )
        return [Delivery(*line)._replace(event=Event(line[2])) for line in lines]
    lines = connection.execute(
        "SELECT id, url, events, scope, name, secret, created, last_at, last_status, last_error"
        " FROM webhooks ORDER BY created, id"
    )
    found = []
    for id, url, events, scope, name, secret, created, at, status, error in lines:
        last = None if at is None else Outcome(at, status, error)
        found.append(Webhook(id, url, tuple(map(Event, json.loads(events))), scope, name, secret, created, last))
    return found
