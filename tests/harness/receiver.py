"""Somebody whom webhooks tell: a real server that keeps what comes, and answers as a test wants."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from aiohttp import web

Answer = int | Callable[[web.Request], Awaitable[web.StreamResponse]]
WITHIN_S = 10.0


class Told(NamedTuple):
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def type(self) -> str:
        return str(json.loads(self.body)["type"])

    @property
    def data(self) -> dict[str, Any]:
        return dict(json.loads(self.body)["data"])


def is_signed(told: Told, secret: str) -> bool:
    """Check a signature as the convention has it, with nothing of the server's own code."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    signed = f"{told.id}.{told.headers['webhook-timestamp']}.".encode() + told.body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return len(key) >= 24 and told.headers["webhook-signature"].split(" ") == [f"v1,{digest}"]


class Receiver:
    """Answers 204, or what is first in `answers`; what came is in `told`."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.told: list[Told] = []
        self.answers: list[Answer] = []
        self.url = ""
        self._host = host
        self._came = asyncio.Event()

    async def __aenter__(self) -> Receiver:
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, 0).start()
        self.url = f"http://{self._host}:{self._runner.addresses[0][1]}/"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.told.append(Told(request.path, headers, body))
        self._came.set()
        answer = self.answers.pop(0) if self.answers else 204
        return web.Response(status=answer) if isinstance(answer, int) else await answer(request)

    async def until(self, enough: int | Callable[[list[Told]], bool]) -> list[Told]:
        """Wait until so many requests have come, or those that will do."""
        async with asyncio.timeout(WITHIN_S):
            while not (enough(self.told) if callable(enough) else len(self.told) >= enough):
                self._came.clear()
                await self._came.wait()
        return self.told
