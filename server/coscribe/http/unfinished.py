"""Messages of which a part has come: they wait in memory, and each address may have only so much there."""

from collections import Counter


class Unfinished:
    """How many bytes of such messages each network has sent, about."""

    __slots__ = ("_by_network", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._by_network: Counter[str] = Counter()

    def add(self, network: str, size: int) -> bool:
        """Count bytes in; tell whether that is still as much as may be."""
        self._by_network[network] += size
        return self._by_network[network] <= self._most

    def drop(self, network: str, size: int) -> None:
        """Count bytes out: their message is complete, or will never be."""
        self._by_network[network] -= size
        if self._by_network[network] <= 0:
            del self._by_network[network]
