"""What every store promises about webhooks: they and what they have still to be told are kept, and go together."""

from __future__ import annotations

from coscribe.journal.journal import AppendRow, PutDocument, Row, Store
from coscribe.journal.purge import Purge, RemainsQuery
from coscribe.journal.webhooks import (
    Delivery,
    DeliveryQuery,
    DropDelivery,
    DropWebhook,
    Event,
    Outcome,
    PutDelivery,
    PutWebhook,
    Webhook,
    WebhookQuery,
)

from .conftest import MakeStore
from .test_store import T0, document, put

HOOK = Webhook("w", "https://a.example/b?c", (Event.CHANGED, Event.DELETED), "notes/*", "Name", b"secret", T0)


def delivery(id: str, key: int | None, event: Event = Event.CHANGED, **changes: object) -> Delivery:
    return Delivery(id, "w", event, key, "" if key else "gone", T0, 0, T0)._replace(**changes)


async def test_webhooks_are_listed_oldest_first_with_how_the_last_delivery_went(make_store: MakeStore) -> None:
    store = make_store()
    await store.open()
    older = HOOK._replace(id="v", created=T0 - 1, events=tuple(Event), last=Outcome(T0, None, "timeout"))
    await store.commit([PutWebhook(HOOK), PutWebhook(older)])
    answered = HOOK._replace(last=Outcome(T0 + 5, 204, None))
    await store.commit([PutWebhook(answered)])
    await store.close()
    again = make_store()
    await again.open()
    assert await again.find(WebhookQuery()) == [older, answered]
    await again.commit([DropWebhook("v"), DropWebhook("unknown")])
    assert await again.find(WebhookQuery()) == [answered]
    await again.close()


async def test_deliveries_are_listed_by_when_they_are_due_and_stay_until_they_are_dropped(store: Store) -> None:
    [key] = await put(store, "doc")
    late, early, gone = delivery("a", key, due=T0 + 9), delivery("b", key, at=T0 + 1), delivery("c", None)
    changes = [PutWebhook(HOOK), *map(PutDelivery, (late, early, gone))]
    for _ in range(2):  # as when a commit is repeated
        await store.commit(changes)
        assert await store.find(DeliveryQuery()) == [gone, early, late]
    tried = gone._replace(tries=1, due=T0 + 5)
    await store.commit([PutDelivery(tried), DropDelivery("b"), DropDelivery("unknown")])
    assert await store.find(DeliveryQuery()) == [tried, late]


async def test_a_delivery_may_come_with_its_document_and_its_webhook(store: Store) -> None:
    key = store.allocate_key()
    await store.commit([PutWebhook(HOOK), PutDelivery(delivery("a", key)), PutDocument(document(key))])
    assert await store.find(DeliveryQuery()) == [delivery("a", key)]


async def test_what_a_webhook_has_still_to_be_told_goes_with_it_and_does_not_come_back(store: Store) -> None:
    [key] = await put(store, "doc")
    other = HOOK._replace(id="other")
    kept = delivery("k", key, webhook="other")
    await store.commit([PutWebhook(HOOK), PutWebhook(other), PutDelivery(kept), PutDelivery(delivery("a", key))])
    await store.commit([DropWebhook("w")])
    await store.commit([PutDelivery(delivery("b", key)), PutDelivery(delivery("c", None))])  # was under way
    assert await store.find(DeliveryQuery()) == [kept]


async def test_what_was_to_be_told_of_a_deleted_document_goes_with_it_but_for_its_end(store: Store) -> None:
    doomed, other = await put(store, "doomed", "other")
    kept, end = delivery("k", other), delivery("e", None, Event.DELETED, subject="doomed")
    await store.commit([PutWebhook(HOOK), PutDelivery(kept), PutDelivery(delivery("a", doomed))])
    await store.commit([AppendRow(Row(doomed, seq, 1, T0, bytes(600_000))) for seq in range(1, 4)])
    await store.commit([PutDelivery(end), Purge(doomed, T0)])
    late = [PutDelivery(delivery("b", doomed)), PutDelivery(delivery("c", store.allocate_key()))]
    while await store.find(RemainsQuery(doomed)):
        await store.commit(late)
        assert sorted(await store.find(DeliveryQuery())) == [end, kept]
        await store.commit([Purge(doomed, T0)])
    await store.commit(late)
    assert sorted(await store.find(DeliveryQuery())) == [end, kept]
