"""The check and the ground against real Yjs: thousands of random documents, delivered in any order."""

import random
from typing import Any

import pytest

from coscribe.protocol.ground import Claim, Ground, Outcome, Placement, Plan, plan
from coscribe.protocol.state_vectors import read_state_vector
from coscribe.protocol.updates import check
from interop.yjs.batch import corpus, run

DOCUMENTS = 1000
STEPS = 40


@pytest.fixture(scope="module")
def documents() -> list[Any]:
    return corpus(DOCUMENTS, STEPS)


def updates_of(document: Any) -> list[str]:
    return [event["update"] for event in document["events"]] + document["finals"] + document["local"]


def test_nothing_that_yjs_writes_is_refused(documents: list[Any]) -> None:
    for document in documents:
        for update in updates_of(document):
            check(bytes.fromhex(update))


def test_the_walk_reads_what_yjs_reads(documents: list[Any]) -> None:
    skips = 0
    for document in documents:
        for event in document["events"]:
            walk = check(bytes.fromhex(event["update"]))
            theirs = event["walk"]
            assert [list(section) for section in walk.structs] == theirs["sections"], document["seed"]
            assert [list(need) for need in sorted(walk.references)] == theirs["needs"], document["seed"]
            assert [list(deleted) for deleted in walk.deletes] == theirs["deletes"], document["seed"]
            assert walk.has_skips == theirs["skips"], document["seed"]
            skips += walk.has_skips
    assert skips > 0, "the corpus holds no update with a gap inside"


class Delivery:
    """What one room makes of one document's updates, delivered in an order of its own."""

    def __init__(self, document: Any) -> None:
        self.random = random.Random(document["seed"])
        self.document = document
        self.ground = Ground()
        self.rows: list[bytes] = []
        self.late: set[bytes] = set()  # rows of plans that were settled later: part of them may have come meanwhile
        self.claims: list[Claim] = []
        self.outcomes: dict[Outcome, int] = dict.fromkeys(Outcome, 0)

    def events(self) -> list[tuple[bytes, bool]]:
        """Return what arrives: updates in some order, some lost, some twice; in the end every client syncs."""
        events = [(bytes.fromhex(event["update"]), self.trims(event)) for event in self.document["events"]]
        disorder = self.random.choice([0, 2, 8, len(events)])
        order = sorted(range(len(events)), key=lambda index: index + self.random.uniform(0, disorder))
        loss = self.random.choice([0, 0.2])
        arriving = [events[index] for index in order if self.random.random() >= loss]
        arriving += [event for event in arriving if self.random.random() < 0.1]
        finals = [(bytes.fromhex(update), True) for update in self.document["finals"]]
        self.random.shuffle(finals)
        return arriving + finals

    def trims(self, event: Any) -> bool:
        return bool(event["kind"] == "sync" or self.random.random() < 0.1)

    def run(self) -> None:
        planned = []
        for update, sync in self.events():
            if self.random.random() < 0.2:
                planned.append(plan(update, dict(self.ground.known), trim=sync))
            else:
                self.take(self.ground.place(update, trim=sync))
            if planned and self.random.random() < 0.3:
                self.settle(planned.pop(self.random.randrange(len(planned))))
        for plan_ in planned:
            self.settle(plan_)
        # Plans were made before what they waited for came: each client is asked once more.
        for update in self.document["finals"]:
            self.take(self.ground.place(bytes.fromhex(update), trim=True))

    def settle(self, plan_: Plan) -> None:
        placement = self.ground.settle(plan_)
        self.late.add(placement.update)
        self.take(placement)

    def take(self, placement: Placement) -> None:
        self.outcomes[placement.outcome] += 1
        if placement.outcome is Outcome.GAP:
            assert placement.claim is not None
            assert placement.update == b""
            self.claims.append(placement.claim)
        elif placement.outcome is Outcome.DUPLICATE:
            assert placement.update == b""
        else:
            check(placement.update)
            self.rows.append(placement.update)


def test_every_prefix_of_a_journal_is_a_complete_document(documents: list[Any]) -> None:
    deliveries = [Delivery(document) for document in documents]
    for delivery in deliveries:
        delivery.run()
    for delivery in deliveries:
        seed = delivery.document["seed"]
        ground = delivery.ground
        assert ground.known == read_state_vector(bytes.fromhex(delivery.document["vector"])), seed
        assert all(ground.covers(claim) for claim in delivery.claims), f"seed {seed}: an acknowledgement waits for ever"
        replayed = Ground()
        for row in delivery.rows:
            placement = replayed.place(row, trim=False)
            assert placement.outcome is Outcome.WHOLE, (seed, row.hex())
            if row not in delivery.late:
                assert placement.update is row, (seed, row.hex())
        assert replayed.known == ground.known, seed
        assert sorted(replayed.deleted.ranges()) == sorted(ground.deleted.ranges()), seed
        restored = Ground.from_parts(ground.vector(), ground.delete_set())
        assert restored.known == ground.known
        assert restored.deleted.ranges() == ground.deleted.ranges()
    for outcome in Outcome:
        assert sum(delivery.outcomes[outcome] for delivery in deliveries) > 100, f"{outcome} hardly ever happened"
    verdicts = run(
        "judge",
        [
            {
                "rows": [row.hex() for row in delivery.rows],
                "local": delivery.document["local"],
                "deleted": delivery.ground.deleted.ranges(),
            }
            for delivery in deliveries
        ],
    )
    wrong = [(delivery.document["seed"], why) for delivery, why in zip(deliveries, verdicts, strict=True) if why]
    assert not wrong, wrong[:3]
