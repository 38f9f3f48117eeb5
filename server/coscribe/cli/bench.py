"""`coscribe bench`: measure a server from outside."""

import ipaddress
import json as json_format
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter

from coscribe.cli.errors import CommandFailed, UsageError

if TYPE_CHECKING:
    from coscribe.operations.bench.scenarios import Figures, Options

_OWN_URL = "ws://127.0.0.1:{port}/sync/{room}"


def bench(
    *,
    url: Annotated[
        str | None,
        Parameter(
            help="A running y-websocket server, {room} standing for the document, as ws://127.0.0.1:8080/sync/{room}; "
            "without it each scenario starts a server of its own on a temporary folder.",
            metavar="URL",
        ),
    ] = None,
    scenario: Annotated[
        str | None, Parameter(help="Scenarios, separated by commas; --list shows them.", metavar="NAMES")
    ] = None,
    json: Annotated[
        bool, Parameter(help="Print one JSON object per scenario.", negative="", show_default=False)
    ] = False,
    pin: Annotated[
        str | None, Parameter(help="CPU cores for the server and for the load client, as 0,1.", metavar="CORES")
    ] = None,
    server_pid: Annotated[
        int | None, Parameter(help="With --url: process whose tree's CPU and memory are measured.", metavar="PID")
    ] = None,
    seconds: Annotated[float, Parameter(help="How long a steady load is measured.", metavar="SECONDS")] = 6,
    history: Annotated[int, Parameter(help="Edits of the long history.", metavar="EDITS")] = 259_778,
    data: Annotated[
        Path | None,
        Parameter(help="Folder for the temporary data; its disk decides what durable costs.", metavar="DIR"),
    ] = None,
    allow_remote: Annotated[
        bool, Parameter(help="Drive a server that is not on this machine.", negative="", show_default=False)
    ] = (False),
    list: Annotated[bool, Parameter(help="Show the scenarios and end.", negative="", show_default=False)] = False,
) -> None:
    """Measure delivered edits, latencies, acknowledgements, CPU, memory and loading of a server under load."""
    from coscribe.operations.bench.catalog import DEFAULT, SCENARIOS
    from coscribe.operations.bench.scenarios import Options

    if list:
        for name, (title, _) in SCENARIOS.items():
            print(f"{name:8} {title}{'' if name in DEFAULT else '  (only when named)'}")
        return
    names = scenario.split(",") if scenario else [*DEFAULT]
    if unknown := [name for name in names if name not in SCENARIOS]:
        raise UsageError(f"There is no scenario {unknown[0]}; `coscribe bench --list` shows all.")
    if seconds <= 0 or history < 1:
        raise UsageError("--seconds and --history must be greater than 0.")
    if url is not None:
        _check_url(url, allow_remote)
    elif server_pid is not None:
        raise UsageError("--server-pid goes with --url; a server that the benchmark starts is measured anyway.")
    cores = _cores(pin)
    _run(names, Options(seconds=seconds, history_edits=history), url, server_pid, cores, data, json)


def _check_url(url: str, allow_remote: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme != "ws" or not parts.hostname or "{room}" not in url:
        raise UsageError("--url must look like ws://127.0.0.1:8080/sync/{room}, where {room} stands for the document.")
    try:
        local = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        local = False
    if not local and not allow_remote:
        raise UsageError(f"{parts.hostname} is not this machine; a load test of it needs --allow-remote.")


def _cores(pin: str | None) -> tuple[int | None, int | None]:
    """Read --pin: (core of the server, core of the client)."""
    if pin is None:
        return None, None
    available = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    try:
        server, client = (int(core) for core in pin.split(","))
    except ValueError:
        raise UsageError("--pin takes two cores, as 0,1: the server's and the load client's.") from None
    if not {server, client} <= available:
        raise UsageError(f"This process may use the cores {sorted(available)}; choose two of them for --pin.")
    return server, client


def _run(
    names: list[str],
    options: "Options",
    url: str | None,
    pid: int | None,
    cores: tuple[int | None, int | None],
    data: Path | None,
    json: bool,
) -> None:
    import resource

    import uvloop

    from coscribe.operations.bench.catalog import SCENARIOS, run
    from coscribe.operations.bench.processes import Server, ServerFailed, coscribe_command
    from coscribe.operations.bench.report import lines

    def show(name: str, figures: "Figures") -> None:
        title = SCENARIOS[name].title
        if json:
            print(json_format.dumps({"scenario": name, "title": title, **figures}), flush=True)
        else:
            print("\n".join(lines(name, title, figures)), flush=True)

    async def run_all() -> None:
        server = None if url else partial(Server, coscribe_command(), _OWN_URL, cores[0], data)
        async for name, figures in run(names, options, url=url, pid=pid, server=server):
            show(name, figures)

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if cores[1] is not None:
        os.sched_setaffinity(0, {cores[1]})
    try:
        uvloop.run(run_all())
    except ServerFailed as error:
        raise CommandFailed(str(error)) from None
