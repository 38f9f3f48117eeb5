"""Measures Coscribe and other servers in turn, and prints how many times better Coscribe is.

    python tests/bench/compare.py --peers y-websocket,mirror --scenarios S1a,S2a --repeat 3 --pin 0,1

Figures from different machines, or from different hours on the same one, say little; ratios from one run do. So every
repetition measures all servers, one after the other, each started anew on an empty folder, and medians are compared.
"""

import argparse
import json
import os
import resource
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import uvloop

from coscribe.operations.bench.catalog import SCENARIOS, run
from coscribe.operations.bench.processes import Server, coscribe_command
from coscribe.operations.bench.scenarios import Figures, Options

HERE = Path(__file__).resolve().parent
YWS = HERE / "peers/node_modules/@y/websocket-server/src/server.js"
SERVERS: dict[str, tuple[list[str], str]] = {
    "coscribe": (coscribe_command(), "ws://127.0.0.1:{port}/sync/{room}"),
    "y-websocket": (
        ["env", "YPERSISTENCE={data}/leveldb", "HOST=127.0.0.1", "node", str(YWS)],
        "ws://127.0.0.1:{port}/{room}",
    ),
    "mirror": ([sys.executable, "-m", "coscribe.operations.bench.mirror", "{port}"], "ws://127.0.0.1:{port}/{room}"),
}
MORE_IS_BETTER = ("sustained_per_s", "peak_delivered_per_s", "ingest_edits_per_s")
LESS_IS_BETTER = (
    "p50_ms",
    "p99_ms",
    "cpu_us_per_delivery",
    "connect_s",
    "connect_cpu_s",
    "kb_per_connection",
    "rss_mb",
    "all_synced_s",
    "cpu_ms_per_client",
    "loaded_first_ms",
    "loaded_later_ms",
    "restarted_first_ms",
    "restarted_later_ms",
)
ALSO_SHOWN = (
    "ack_p50_ms",  # no ratio: a peer's echo does not wait for a disk
    "ack_p99_ms",
    "server_cpu_pct",
    "client_cpu_pct",
    "others_cpu_pct",
    "lost",
    "duplicates",
)
SHOWN = (*MORE_IS_BETTER, *LESS_IS_BETTER, *ALSO_SHOWN)

Results = dict[tuple[str, str], list[Figures]]


def median(results: Results, scenario: str, server: str, figure: str) -> float | None:
    """Return the median over the repetitions; None where it was never measured."""
    values = [figures.get(figure) for figures in results[scenario, server]]
    numbers = [value for value in values if isinstance(value, int | float)]
    return statistics.median(numbers) if numbers else None


def table(results: Results, scenario: str, servers: list[str]) -> Iterator[str]:
    """Write one scenario as Markdown: a row for each figure, a column for each server, ratios in brackets."""
    yield f"\n### {scenario}: {SCENARIOS[scenario].title}\n"
    yield "| | " + " | ".join(servers) + " |"
    yield "|---" * (len(servers) + 1) + "|"
    for figure in SHOWN:
        ours = median(results, scenario, servers[0], figure)
        cells = []
        for server in servers:
            theirs = median(results, scenario, server, figure)
            cells.append("–" if theirs is None else f"{theirs:,.3g}" if theirs < 1000 else f"{theirs:,.0f}")
            if server != servers[0] and ours and theirs and figure in (*MORE_IS_BETTER, *LESS_IS_BETTER):
                ratio = ours / theirs if figure in MORE_IS_BETTER else theirs / ours
                cells[-1] += f" (× {ratio:.2g})"
        if any(cell != "–" for cell in cells):
            yield f"| {figure.replace('_', ' ')} | " + " | ".join(cells) + " |"


async def measure(arguments: argparse.Namespace, servers: list[str], core: int | None) -> Results:
    """Run everything; every repetition goes once round all servers for each scenario."""
    results: Results = defaultdict(list)
    for repetition in range(arguments.repeat):
        for scenario in arguments.scenarios.split(","):
            for name in servers:
                command, url = SERVERS[name]
                make = partial(Server, command, url, core, arguments.data)
                async for _, figures in run([scenario], Options(seconds=arguments.seconds), server=make):
                    results[scenario, name].append(figures)
                    print(json.dumps({"run": repetition, "server": name, "scenario": scenario, **figures}), flush=True)
    return results


def main() -> None:
    """Measure, then print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default="y-websocket", help=f"of {', '.join(list(SERVERS)[1:])}")
    parser.add_argument("--peer", nargs=3, action="append", default=[], metavar=("NAME", "URL", "COMMAND"))
    parser.add_argument("--scenarios", default="S1a,S2a,S2d,S3-1k,S5", help=f"of {', '.join(SCENARIOS)}")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--pin", default=None, metavar="SERVER,CLIENT", help="two CPU cores")
    parser.add_argument("--data", type=Path, default=None, help="folder for the servers' temporary data")
    arguments = parser.parse_args()
    for name, url, command in arguments.peer:
        SERVERS[name] = (command.split(), url)
    named = [name for name in arguments.peers.split(",") if name] + [name for name, _, _ in arguments.peer]
    servers = list(dict.fromkeys(["coscribe", *named]))
    if "y-websocket" in servers and not YWS.exists():
        parser.error(f"y-websocket is not installed; run: npm install --prefix {HERE / 'peers'}")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    core = None
    if arguments.pin:
        core, own = map(int, arguments.pin.split(","))
        os.sched_setaffinity(0, {own})
    results = uvloop.run(measure(arguments, servers, core))
    for scenario in arguments.scenarios.split(","):
        print("\n".join(table(results, scenario, servers)))


if __name__ == "__main__":
    main()
