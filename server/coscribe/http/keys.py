"""What the application hands to its handlers."""

from aiohttp import web

from ..conversions.converters import Converters
from ..rooms.hub import Hub
from .connections import Connections
from .rates import Requests

HUB = web.AppKey("hub", Hub)
CONNECTIONS = web.AppKey("connections", Connections)
REQUESTS = web.AppKey("requests", Requests)
CONVERTERS = web.AppKey("converters", Converters)
