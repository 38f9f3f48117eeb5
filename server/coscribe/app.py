"""The application: everything put together, started in order and stopped in order.

Stopping is the other way round, and what was accepted reaches the disk before a connection is closed: stop listening,
commit and acknowledge, close the connections with 1012, commit what came in meanwhile, stop the workers.
"""

import asyncio
import gc
import logging
import os
import resource
import signal
import ssl
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from .access.gate import Gate
from .access.published import PublishedKeys
from .access.ring import ring_of
from .access.roles import Role
from .access.tokens import Rules
from .conversions.converters import Converters
from .conversions.limits import ConversionLimits
from .conversions.process import tidy_up
from .env import SystemEnv
from .http import (
    api_keys,
    audit,
    content,
    documents,
    editor,
    exports,
    files,
    health,
    imports,
    members,
    metrics,
    openapi,
    schema,
    shares,
    sign_in,
    tokens,
    uploads,
    webhooks,
)
from .http.auditing import refusals
from .http.connections import Connections
from .http.doors import Doors
from .http.framing import Framing
from .http.keys import CONNECTIONS, CONVERTERS, HUB, REQUESTS
from .http.listener import Site
from .http.origins import Proxies
from .http.problems import problems
from .http.queues import QUEUES, Queues
from .http.rates import Requests
from .http.unfinished import Unfinished
from .http.unread import UNREAD, Unread
from .http.visits import Crowd
from .http.websocket import hocuspocus, y_websocket
from .journal.errors import DatabaseRefused
from .journal.sqlite import SqliteStore
from .operations.tls import tls_context
from .protocol.close_codes import CloseCode
from .rooms.audit import AuditRules
from .rooms.erasure import Keeping
from .rooms.hub import Hub
from .rooms.limits import Limits
from .rooms.sign_ins import SignInRules, folded
from .rooms.webhooks import WebhookRules
from .settings import Auth, Settings
from .workers.pool import WorkerPool

HANDLER_DEADLINE_S = 2.0
GC_THRESHOLDS = (50_000, 20, 50)
SWITCH_INTERVAL_S = 0.0005
"""The journal's thread shares the interpreter with the relay: a short interval keeps a commit from waiting for it."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def running_hub(settings: Settings) -> AsyncIterator[Hub]:
    """Open the journal and start the workers; on the way out, bring everything to disk."""
    env = SystemEnv()
    keys = ring_of(settings) if settings.auth is Auth.TOKEN else None
    store = SqliteStore(settings.database_file)
    await store.open()
    hubs: list[Hub] = []
    pool = WorkerPool(
        count=settings.workers,
        database=settings.database_file,
        memory_bytes=settings.worker_memory_bytes,
        deadline_s=settings.worker_deadline_s,
        most_clients=settings.max_update_clients,
        on_quarantine=lambda document, sequence, reason: hubs[0].quarantine(document, sequence, reason),
    )
    hub = Hub(
        store=store,
        pool=pool,
        gate=Gate(
            keys=keys,
            now=time.time,
            rules=Rules(settings.token_audience, settings.token_issuer, settings.max_token_ttl_s),
            default_role=Role[settings.default_role.upper()],
        ),
        limits=Limits.of(settings),
        env=env,
        commit_gather_s=settings.commit_gather_ms / 1000,
        sign_in_rules=sign_in_rules(settings),
        audit_rules=AuditRules(settings.audit_addresses, settings.audit_keep_days),
        keeping=Keeping(settings.trash_keep_days, settings.unused_file_days),
        webhook_rules=WebhookRules(
            settings.max_webhooks,
            settings.webhook_delay_s,
            settings.webhook_delay_max_s,
            settings.webhook_retry_s,
            settings.webhook_deadline_s,
            settings.webhook_networks,
        ),
    )
    hubs.append(hub)
    try:
        await pool.start()
        await hub.start()
        if keys is not None and settings.jwks_url is not None:
            published = PublishedKeys(settings.jwks_url, keys, env.monotonic)
            await published.fetch()
            hub.spawn(published.keep())
        yield hub
    finally:
        await hub.stop(settings.shutdown_s / 4)
        await pool.stop()
        await store.close()


def sign_in_rules(settings: Settings) -> SignInRules | None:
    """Take the rules of sign-ins out of the settings; None where nobody signs in."""
    if settings.oidc_issuer is None:
        return None
    return SignInRules(
        idle_s=settings.session_idle_s,
        lifetime_s=settings.session_lifetime_s,
        rotation_s=settings.session_rotation_s,
        per_user=settings.sessions_per_user,
        admins=frozenset(map(folded, settings.oidc_admin_emails)),
    )


def init_app(hub: Hub, settings: Settings) -> web.Application:
    """Build the web application around a running hub."""
    doors, framing = Doors(settings), Framing(settings.body_deadline_s)
    requests = Requests(
        per_address=settings.requests_per_second_per_address,
        per_user=settings.requests_per_second_per_user,
        now=time.monotonic,
    )
    unread = Unread(settings.slow_client_max_s, settings.large_answers_per_user)
    # All but the first hand on what they have let through, and do not wait for it: a WebSocket would keep each waiting.
    layers = [
        *(problems, framing.middleware, doors.middleware, sign_in.recognize, requests.middleware, refusals),
        unread.middleware,
    ]
    app = web.Application(middlewares=layers, client_max_size=settings.max_update_bytes)
    app[HUB] = hub
    app[CONNECTIONS] = Connections(hub)
    app[REQUESTS] = requests
    app[CONVERTERS] = Converters(ConversionLimits.of(settings))
    app[UNREAD] = unread
    app[QUEUES] = Queues(settings.conversions, settings.waiting_per_user)
    uploads.prepare(app, settings)
    sign_in.prepare(app, settings)
    app.router.add_get("/sync/{document:(?s:.+)}", y_websocket)
    app.router.add_get("/hocuspocus", hocuspocus)
    app.add_routes(health.routes)
    app.add_routes(metrics.routes)
    app.add_routes(schema.routes)
    app.add_routes(openapi.routes)
    app.add_routes(exports.routes)
    app.add_routes(imports.routes)
    app.add_routes(files.routes)
    app.add_routes(tokens.routes)
    app.add_routes(shares.routes)
    app.add_routes(members.routes)
    app.add_routes(api_keys.routes)
    app.add_routes(webhooks.routes)
    app.add_routes(audit.routes)
    app.add_routes(content.routes)  # before the documents', whose ids may hold slashes
    app.add_routes(documents.routes)
    app.add_routes(sign_in.routes)
    app.add_routes(editor.routes(settings.frame_ancestors))
    doors.install(app)
    framing.install(app)
    app.on_startup.append(_tidy_up)
    app.cleanup_ctx.append(_keep_alive)
    app.on_cleanup.append(_stop_converters)
    return app


async def _tidy_up(app: web.Application) -> None:
    await asyncio.to_thread(tidy_up)


async def _stop_converters(app: web.Application) -> None:
    await app[CONVERTERS].stop()


async def _keep_alive(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(app[CONNECTIONS].keep_alive())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def serve(settings: Settings) -> int:
    """Run the server until it is told to stop; returns the exit status.

    Prints the ready line once connections are accepted. A second SIGTERM or SIGINT exits at once.
    """
    _start_logging(settings.log_level.upper())
    _raise_file_limit()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    tls = tls_context(settings)
    stop = _stop_signal()
    try:
        async with running_hub(settings) as hub:
            await _listen(hub, settings, tls, stop)
    except DatabaseRefused as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _listen(hub: Hub, settings: Settings, tls: ssl.SSLContext | None, stop: asyncio.Event) -> None:
    app = init_app(hub, settings)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=HANDLER_DEADLINE_S, handle_signals=False)
    await runner.setup()
    try:
        site = Site(
            runner,
            settings.host,
            settings.port,
            ssl_context=tls,
            crowd=Crowd(settings.connections_per_address, Proxies(settings.trusted_proxies)),
            unfinished=Unfinished(settings.unfinished_bytes_per_address),
            head_deadline_s=settings.head_deadline_s,
        )
        await site.start()
        # what exists now lives for ever: a full collection need not look at it again
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        print(f"Coscribe is listening on {_address(runner, settings.host, tls is not None)}", flush=True)
        await stop.wait()
        _log.info("stopping")
        await site.stop()
        hub.stopping = True
        await hub.settle(settings.shutdown_s / 4)
        await app[CONNECTIONS].close_all(CloseCode.RESTARTING, "the server is restarting", settings.shutdown_s / 4)
    finally:
        await runner.cleanup()


def _address(runner: web.AppRunner, host: str, over_tls: bool) -> str:
    port = runner.addresses[0][1]
    return f"{'https' if over_tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()

    def told() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)
    return stop


def _start_logging(level: str) -> None:
    """Log this server's own messages from a level on; libraries write what they are given into their debugging."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger().setLevel(max(logging.getLevelName(level), logging.INFO))
    logging.getLogger("coscribe").setLevel(level)


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
