"""How often an address or a person may ask: each has an account of its own, and no more is remembered than so much."""

from __future__ import annotations

import pytest

from coscribe.access.principal import Principal
from coscribe.access.roles import Role
from coscribe.http.problems import Problem
from coscribe.http.rates import MOST_REMEMBERED, Requests
from coscribe.rooms.rate import BURST_S

PER_S = 2
BURST = int(PER_S * BURST_S)


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def requests(clock: Clock) -> Requests:
    return Requests(per_address=PER_S, per_user=PER_S, now=clock)


def exhaust(requests: Requests, address: str) -> None:
    for _ in range(BURST):
        requests.from_address(address)


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7", "::ffff:192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("fe80::1%eth0", "fe80::2%eth1"),
    ],
)
def test_addresses_of_one_customer_have_one_account(requests: Requests, one: str, same: str) -> None:
    exhaust(requests, one)
    with pytest.raises(Problem) as refused:
        requests.from_address(same)
    assert refused.value.status == 429
    assert refused.value.headers == {"Retry-After": "1"}


@pytest.mark.parametrize("other", ["192.0.2.8", "2001:db8:1:3::1"])
def test_another_address_has_another_account(requests: Requests, other: str) -> None:
    for address in ("192.0.2.7", "2001:db8:1:2::1"):
        exhaust(requests, address)
    exhaust(requests, other)


def test_person_and_address_of_one_name_have_two_accounts(requests: Requests) -> None:
    exhaust(requests, "192.0.2.7")
    requests.of_person(Principal("192.0.2.7", "", "", Role.VIEW))


@pytest.mark.parametrize("here", ["127.0.0.1", "127.8.9.10", "::1", ""])
def test_this_machine_has_none(requests: Requests, here: str) -> None:
    for _ in range(3):
        exhaust(requests, here)


def test_so_many_accounts_are_remembered_and_the_idle_are_forgotten_first(requests: Requests, clock: Clock) -> None:
    def ask(first: int, count: int) -> None:
        for number in range(first, first + count):
            requests.from_address(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")

    ask(0, MOST_REMEMBERED - 1)
    clock.now += BURST_S + 1  # all of them are idle
    exhaust(requests, "192.0.2.7")
    ask(1 << 17, 10)
    assert len(requests._rates) <= 11, "who is idle needs no account"
    with pytest.raises(Problem):
        requests.from_address("192.0.2.7")
    ask(1 << 18, 3 * MOST_REMEMBERED)  # and now nobody is
    assert len(requests._rates) <= MOST_REMEMBERED
