"""The load client's books are right: what a server does to edits on their way is what is counted."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from coscribe.operations.bench import mirror
from coscribe.operations.bench.crowd import Crowd, Shape
from coscribe.operations.bench.edits import Run
from coscribe.operations.bench.histogram import Histogram
from coscribe.operations.bench.ledger import Ledger, Receiver, Typist
from coscribe.operations.bench.scenarios import Options, Target, fan_out, storm

SHAPE = Shape(rooms=3, clients=4, typists=2)


def books() -> tuple[Ledger, Typist, Receiver, Receiver]:
    """One room with a typist that sent five edits at 0, 10, … 40 µs, and two others."""
    ledger = Ledger()
    typist = ledger.add_typist(77, ledger.add_receiver(0))
    others = ledger.add_receiver(0), ledger.add_receiver(0)
    ledger.begin(0)
    for at_us in range(0, 50, 10):
        typist.type(1, at_us)
    return ledger, typist, *others


def test_every_edit_is_a_delivery_at_each_other_client_and_an_echo_at_its_own():
    ledger, typist, first, second = books()
    assert ledger.outstanding() == 10
    for receiver in (typist.receiver, first, second):
        ledger.received(receiver, Run(77, 0, 5), at_us=100)
    assert (ledger.count.delivered, ledger.count.echoed) == (10, 5)
    assert ledger.outstanding() == ledger.unacknowledged() == 0


def test_an_edit_that_never_comes_is_lost_once_per_receiver():
    ledger, _, first, second = books()
    ledger.received(first, Run(77, 0, 5), at_us=100)
    ledger.received(second, Run(77, 0, 2), at_us=100)
    ledger.received(second, Run(77, 3, 5), at_us=100)
    assert ledger.outstanding() == 1
    assert second.missing == {(77, 2)}


def test_an_edit_that_comes_late_is_reordered_and_not_lost():
    ledger, _, first, _ = books()
    ledger.received(first, Run(77, 3, 5), at_us=100)
    ledger.received(first, Run(77, 0, 3), at_us=100)
    assert ledger.count.delivered == 5
    assert ledger.count.reordered == 3
    assert ledger.count.duplicates == 0


def test_an_edit_that_comes_twice_is_one_delivery_and_one_duplicate():
    ledger, _, first, _ = books()
    ledger.received(first, Run(77, 0, 3), at_us=100)
    ledger.received(first, Run(77, 1, 4), at_us=100)
    assert ledger.count.delivered == 4
    assert ledger.count.duplicates == 2


def test_an_edit_of_another_room_or_that_nobody_typed_is_misdirected():
    ledger, _, first, _ = books()
    elsewhere = ledger.add_receiver(1)
    ledger.received(elsewhere, Run(77, 0, 1), at_us=100)
    ledger.received(first, Run(78, 0, 1), at_us=100)
    ledger.received(first, Run(77, 4, 6), at_us=100)
    assert ledger.count.misdirected == 4
    assert ledger.count.delivered == 0


def test_latency_counts_edits_typed_in_the_window_and_deliveries_count_arrivals_in_it():
    ledger, typist, first, _ = books()
    measurement = ledger.begin(now_us=50)
    typist.type(2, 60)
    ledger.end(now_us=100)
    typist.type(1, 110)
    ledger.received(first, Run(77, 0, 6), at_us=90)
    ledger.received(first, Run(77, 6, 8), at_us=200)
    assert measurement.delivered == 6
    assert measurement.latency.count == 2
    assert measurement.latency.percentile_ms(0.5) == 0.03
    assert measurement.latency.maximum_ms() == 0.14


def test_a_state_that_is_loaded_counts_as_known_and_not_as_delivered():
    ledger, _, first, _ = books()
    ledger.known_from_start(first, Run(77, 0, 4))
    ledger.received(first, Run(77, 3, 5), at_us=100)
    assert (ledger.count.delivered, ledger.count.duplicates) == (1, 1)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 0.001), (0.01, 0.001), (0.011, 0.002), (0.5, 0.05), (0.99, 0.099), (1.0, 0.1)]
)
def test_a_percentile_is_the_smallest_value_that_covers_its_share(share: float, expected: float):
    histogram = Histogram()
    histogram.add_all(range(1, 101))
    assert histogram.percentile_ms(share) == expected


def test_a_histogram_without_values_has_no_percentile():
    assert Histogram().percentile_ms(0.5) is None
    assert Histogram().maximum_ms() is None


Tamper = Callable[[bytes], Sequence[bytes]]


async def ledger_after(tamper: Tamper, edits: int = 120) -> Ledger:
    """Type about `edits` edits through a server that tampers with them."""
    async with await mirror.start(0, tamper) as server:
        crowd = Crowd(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/{{room}}", SHAPE)
        crowd.drain_limit_s = 0.5
        await crowd.connect(10)
        assert crowd.ready == len(crowd.connections)
        await crowd.measure(edits / 0.2, 0.0, 0.2)
        crowd.leave()
        await asyncio.sleep(0.05)
    return crowd.ledger


async def test_through_a_server_that_passes_everything_on_nothing_is_missing():
    ledger = await ledger_after(mirror.pass_on)
    assert ledger.count.delivered == ledger.expected() > 0
    assert ledger.unacknowledged() == 0
    assert ledger.count.duplicates == ledger.count.misdirected == ledger.count.unreadable == 0


async def test_edits_that_a_server_drops_are_lost():
    ledger = await ledger_after(lambda frame: () if frame.endswith(b"\x01c\x00") else (frame,))
    dropped = sum(len(range(2, len(typist.sent_us), 26)) for typist in ledger.typists.values())  # every "c"
    assert dropped > 0
    assert ledger.outstanding() == dropped * (SHAPE.clients - 1)


async def test_edits_that_a_server_repeats_are_duplicates():
    ledger = await ledger_after(lambda frame: (frame, frame))
    assert ledger.outstanding() == 0
    assert ledger.count.duplicates == ledger.expected()


async def test_figures_say_what_was_delivered_and_what_could_not_be_measured():
    async with await mirror.start(0) as server:
        target = Target(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/{{room}}")
        options = Options(seconds=0.3, warm_up_s=0.1)
        figures = await fan_out(target, options, shape=SHAPE, rate=200, presence=True)
        assert figures["connected"] == 12
        assert figures["lost"] == figures["duplicates"] == 0
        assert isinstance(figures["ack_p50_ms"], float)
        assert "server_cpu_pct" not in figures  # no process was named
        assert "trouble" not in figures


async def test_a_storm_brings_everybody_back(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("coscribe.operations.bench.scenarios.AFTER_DROP_S", 0.1)
    async with await mirror.start(0) as server:
        target = Target(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/{{room}}")
        figures = await storm(target, Options(), shape=SHAPE, characters=5)
        assert (figures["connected"], figures["resynced"], figures["lost"]) == (12, 12, 0)


async def test_a_server_that_refuses_is_named_as_the_trouble():
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        crowd = Crowd(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/{{room}}", SHAPE)
        await crowd.connect(10)
        assert crowd.ready == 0
        assert crowd.trouble() == "HTTP/1.1 503 Service Unavailable"
