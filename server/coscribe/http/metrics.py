"""Figures for Prometheus, read when asked for; none of them names a document or a person."""

from collections.abc import Iterator

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from ..access.roles import Role
from ..rooms.hub import Hub
from .connections import Connections
from .keys import CONNECTIONS, HUB
from .requests import EVERY_DOCUMENT, admit, json_response

routes = web.RouteTableDef()


class _Figures:
    """Collects from the running server."""

    def __init__(self, hub: Hub, connections: Connections) -> None:
        self._hub = hub
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        hub = self._hub
        yield GaugeMetricFamily("coscribe_connections", "Open WebSocket connections", value=len(self._connections))
        yield GaugeMetricFamily("coscribe_rooms", "Documents in memory", value=len(hub.rooms))
        yield GaugeMetricFamily("coscribe_clients_behind", "Clients that do not keep up", value=len(hub.behind))
        yield GaugeMetricFamily(
            "coscribe_journal_queued_bytes", "Bytes that wait to be on disk", value=hub.journal.queued_bytes
        )
        yield GaugeMetricFamily(
            "coscribe_journal_failing", "1 while nothing can be stored", value=int(hub.journal.failure is not None)
        )
        yield CounterMetricFamily("coscribe_updates_acknowledged", "Updates acknowledged as stored", value=hub.updates)
        told = CounterMetricFamily("coscribe_webhook_deliveries", "Messages to webhooks, each try", labels=["result"])
        for result, number in hub.webhooks.results.items():
            told.add_metric([result], number)
        yield told
        yield GaugeMetricFamily(
            "coscribe_webhook_deliveries_waiting",
            "Messages that webhooks have still to be sent",
            value=sum(receiver.waiting for receiver in hub.webhooks.receivers.values()),
        )


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Write all figures in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(request.app[HUB], request.app[CONNECTIONS]))
    return web.Response(
        body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


@routes.get("/api/rooms")
async def rooms(request: web.Request) -> web.Response:
    """List the live rooms: clients, sequence numbers and what they hold in memory."""
    hub = request.app[HUB]
    admit(request, EVERY_DOCUMENT, Role.ADMIN)
    return json_response(
        {
            "rooms": [
                {
                    "id": room.id,
                    "clients": len(room.sessions),
                    "present": len(room.presence),
                    "head": room.head,
                    "committed": room.committed,
                    "bytes": room.served.size,
                }
                for room in hub.rooms.values()
            ]
        }
    )
