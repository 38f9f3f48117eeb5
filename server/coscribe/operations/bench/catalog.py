"""The scenarios by name, and running some of them against one server."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import NamedTuple

from . import scenarios as what
from .crowd import Shape
from .processes import Server
from .scenarios import Figures, Options, Run, Target


class Scenario(NamedTuple):
    """One line of the catalogue."""

    title: str
    run: Run


_TWENTY_BY_TEN = Shape(rooms=20, clients=10)
_ONE_BY_HUNDRED = Shape(rooms=1, clients=100)

SCENARIOS: dict[str, Scenario] = {
    "S1a": Scenario("20 rooms × 10 clients, 900 deliveries/s", partial(what.fan_out, shape=_TWENTY_BY_TEN, rate=100)),
    "S1b": Scenario(
        "1 room × 100 clients, 2 typists, 1,980 deliveries/s",
        partial(what.fan_out, shape=_ONE_BY_HUNDRED._replace(typists=2), rate=20),
    ),
    "S2a": Scenario(
        "20 rooms × 10 clients, 1 typist a room, as fast as it goes", partial(what.search, shape=_TWENTY_BY_TEN)
    ),
    "S2b": Scenario("1 room × 100 clients, 1 typist, as fast as it goes", partial(what.search, shape=_ONE_BY_HUNDRED)),
    "S2c": Scenario(
        "100 rooms × 2 clients, 1 typist a room, as fast as it goes",
        partial(what.search, shape=Shape(rooms=100, clients=2)),
    ),
    "S2d": Scenario(
        "10 rooms × 20 clients, all typing, as fast as it goes",
        partial(what.search, shape=Shape(rooms=10, clients=20, typists=20)),
    ),
    "ack-1k": Scenario("20 rooms × 10 clients, 1,000 edits/s", partial(what.fan_out, shape=_TWENTY_BY_TEN, rate=1000)),
    "ack-10k": Scenario(
        "20 rooms × 10 clients, 10,000 edits/s", partial(what.fan_out, shape=_TWENTY_BY_TEN, rate=10_000)
    ),
    **{
        f"S3-{rooms // 100}k": Scenario(
            f"{rooms * 10:,} connections in rooms of 10, 50 edits/s in all, presence renewed every 15 s",
            partial(what.fan_out, shape=Shape(rooms, clients=10), rate=50, presence=True),
        )
        for rooms in (100, 500, 1000)
    },
    "S4": Scenario("A history of single edits typed into one document, then loaded", what.cold),
    "S5": Scenario(
        "1,000 clients of 100 rooms reconnect at once",
        partial(what.storm, shape=Shape(rooms=100, clients=10), characters=50),
    ),
    "S5-5k": Scenario(
        "5,000 clients of 500 rooms reconnect at once",
        partial(what.storm, shape=Shape(rooms=500, clients=10), characters=20),
    ),
}
DEFAULT = ("S1a", "S2a", "S2b", "S2d", "ack-1k", "ack-10k", "S3-1k", "S4", "S5")


async def run(
    names: Sequence[str],
    options: Options,
    *,
    url: str | None = None,
    pid: int | None = None,
    server: Callable[[], Server] | None = None,
) -> AsyncIterator[tuple[str, Figures]]:
    """Run scenarios one after the other; yield (name, figures).

    Either against a running server at `url`, or each against a fresh one that `server` makes.
    """
    for name in names:
        async with AsyncExitStack() as stack:
            target = Target(url or "", pid)
            if server is not None:
                own = await stack.enter_async_context(server())
                target = Target(own.url, own.pid)
                target.restart = partial(_restart, own, target)
            yield name, await SCENARIOS[name].run(target, options)


async def _restart(own: Server, target: Target) -> str:
    await own.restart()
    target.pid = own.pid
    return own.url
