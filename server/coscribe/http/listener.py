"""The listening sockets: whom they let in, how many, and how fast.

asyncio's own servers take all who are waiting at once, however many, before anything else has its turn. Here they are
counted first, by address, and come in one after another.
"""

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import cast

from aiohttp import web

from .connection import Connection
from .turns import Turns
from .unfinished import Unfinished
from .visits import CONNECTION_S, HANDSHAKE_S, Crowd, Visits

LISTEN_BACKLOG = 4096
"""aiohttp's 128 turns thousands of clients that come back at once into seconds of SYN retries."""
AT_ONCE = 8
"""How many are taken off a socket while the loop goes round once."""
NO_ROOM_PAUSE_S = 0.5
"""Where the process has no files left, some may be free again after this time."""
KEEP_ALIVE_S = 75.0
_CROWDED = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"

_log = logging.getLogger(__name__)


class _Listener:
    """Listening sockets, and the connections that wait to come in."""

    def __init__(
        self,
        sockets: list[socket.socket],
        visits: Visits,
        connection: Callable[[str], Connection],
        tls: ssl.SSLContext | None,
        handshake_s: float,
    ) -> None:
        self.sockets = sockets
        self._visits = visits
        self._connection = connection
        self._tls = tls
        self._handshake_s = handshake_s
        self._loop = asyncio.get_running_loop()
        self._coming: set[asyncio.Task[None]] = set()
        self._resume: asyncio.TimerHandle | None = None
        self._closed = False
        self._listen()

    def _listen(self) -> None:
        self._resume = None
        for each in self.sockets:
            self._loop.add_reader(each, self._accept, each)

    def _pause(self) -> None:
        for each in self.sockets:
            self._loop.remove_reader(each)

    def _accept(self, listening: socket.socket) -> None:
        cost_s = CONNECTION_S if self._tls is None else HANDSHAKE_S
        for _ in range(AT_ONCE):
            try:
                client, peer = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                _log.error("no connection can be taken for now: %s", error.strerror)
                self._pause()
                self._resume = self._loop.call_later(NO_ROOM_PAUSE_S, self._listen)
                return
            client.setblocking(False)
            network = self._visits.crowd.enter(peer[0])
            if network is None:
                self._refuse(client)
            else:
                self._visits.enter(network, cost_s, partial(self._come_in, client, network))

    def _refuse(self, client: socket.socket) -> None:
        with client:
            if self._tls is None:
                try:
                    client.send(_CROWDED)
                    client.shutdown(socket.SHUT_WR)
                except OSError:
                    return  # it has left

    def _come_in(self, client: socket.socket, network: str) -> None:
        task = self._loop.create_task(self._connect(client, self._connection(network)))
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    async def _connect(self, client: socket.socket, connection: Connection) -> None:
        try:
            if self._closed:
                raise ConnectionAbortedError
            await self._loop.connect_accepted_socket(
                lambda: connection,
                client,
                ssl=self._tls,
                ssl_handshake_timeout=None if self._tls is None else self._handshake_s,
            )
        except OSError as error:
            _log.debug("a connection came to nothing: %s", type(error).__name__)
            connection.leave()
            client.close()

    def close(self) -> None:
        """Take no more connections."""
        if self._closed:
            return
        self._closed = True
        self._pause()
        if self._resume is not None:
            self._resume.cancel()
        for each in self.sockets:
            each.close()


class Site(web.BaseSite):
    """Listens on an address, with a watch on every connection."""

    __slots__ = ("_head_deadline_s", "_host", "_port", "_visits")

    def __init__(
        self,
        runner: web.AppRunner,
        host: str,
        port: int,
        *,
        ssl_context: ssl.SSLContext | None,
        crowd: Crowd,
        unfinished: Unfinished,
        head_deadline_s: float,
    ) -> None:
        super().__init__(runner, ssl_context=ssl_context, backlog=LISTEN_BACKLOG)
        self._visits = Visits(Turns(asyncio.get_running_loop()), crowd, unfinished)
        self._host, self._port = host, port
        self._head_deadline_s = head_deadline_s

    @property
    def name(self) -> str:
        """Say where it listens."""
        return f"{'http' if self._ssl_context is None else 'https'}://{self._host}:{self._port}"

    async def start(self) -> None:
        """Accept connections; raise OSError where the address cannot be had."""
        await super().start()
        server = self._runner.server
        assert server is not None

        def connection(network: str) -> Connection:
            return Connection(
                server,
                self._visits,
                network,
                self._head_deadline_s,
                access_log=None,
                keepalive_timeout=KEEP_ALIVE_S,
                auto_decompress=False,
            )

        sockets = await _bind(self._host, self._port, self._backlog)
        listener = _Listener(sockets, self._visits, connection, self._ssl_context, self._head_deadline_s)
        self._server = cast("asyncio.AbstractServer", listener)  # as far as a site asks


async def _bind(host: str, port: int, backlog: int) -> list[socket.socket]:
    """Listen on every address of a host that this machine has, at one port."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
        try:
            listening = socket.create_server((address[0], port, *address[2:]), family=family, backlog=backlog)
        except OSError as error:
            missing = error
            if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                continue  # a name may have an address that this machine has not, such as one of IPv6
            break
        listening.setblocking(False)
        sockets.append(listening)
        port = port or listening.getsockname()[1]
    else:
        if sockets:
            return sockets
    for each in sockets:
        each.close()
    raise missing or OSError(errno.EADDRNOTAVAIL, f"{host} has no address here")
