"""The listener of a server in front of an application of a test's own."""

from __future__ import annotations

from aiohttp import web

from coscribe.http.listener import Site
from coscribe.http.origins import Proxies
from coscribe.http.unfinished import Unfinished
from coscribe.http.visits import Crowd


async def listen(app: web.Application) -> web.AppRunner:
    """Listen on a free port, without limits; whoever calls cleans the runner up."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = Site(
        runner,
        "127.0.0.1",
        0,
        ssl_context=None,
        crowd=Crowd(0, Proxies(())),
        unfinished=Unfinished(1 << 30),
        head_deadline_s=20,
    )
    await site.start()
    return runner
