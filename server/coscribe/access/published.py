"""The keys that another server publishes, as a JWK set at an address that only the configuration names."""

import asyncio
import logging
from collections.abc import Callable

from .fetching import FetchFailed, fetch
from .keys import BadKey, KeyRing, keys_of_set

FETCH_EVERY_S = 300.0
FETCH_AGAIN_AFTER_S = 3.0
"""The shortest time between two fetches, also while tokens name keys that nobody knows."""
LOOK_EVERY_S = 1.0
MAX_SET_BYTES = 256 << 10

_log = logging.getLogger(__name__)


class PublishedKeys:
    """Fetches a JWK set now and then, and sooner when a token names an unknown key; the old ones stay till then."""

    def __init__(self, url: str, ring: KeyRing, monotonic: Callable[[], float], name: str = "jwks_url") -> None:
        """`name` is what the log calls the address."""
        self._url = url
        self._ring = ring
        self._monotonic = monotonic
        self._name = name

    async def fetch(self) -> None:
        """Fetch the keys; when that fails, keep those that are there and say why in the log."""
        try:
            answer = await fetch(self._url, most_bytes=MAX_SET_BYTES)
            if answer.status != 200:
                raise BadKey(f"the answer is {answer.status}")
            self._ring.publish(keys_of_set(answer.content))
        except (BadKey, FetchFailed) as error:
            _log.warning("the keys at %s could not be fetched: %s", self._name, error)

    async def keep(self) -> None:
        """Keep the keys fresh, for ever."""
        fetched = self._monotonic()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            age = self._monotonic() - fetched
            if age >= FETCH_EVERY_S or (self._ring.unknown_kid and age >= FETCH_AGAIN_AFTER_S):
                self._ring.unknown_kid = False
                await self.fetch()
                fetched = self._monotonic()
