"""Standing in line: those of each network in a line of its own, and the lines take turns.

Whoever has a thousand connections is served no sooner by it than who has one.
"""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Lines(Generic[T]):
    """What waits, and for whom."""

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        self._lines: dict[str, deque[T]] = {}

    def __bool__(self) -> bool:
        return bool(self._lines)

    def put(self, network: str, item: T) -> None:
        """Let something wait behind all of its network."""
        line = self._lines.get(network)
        if line is None:
            line = self._lines[network] = deque()
        line.append(item)

    def next(self) -> str:
        """Return whose turn it is."""
        return next(iter(self._lines))

    def take(self) -> T:
        """Take the first of whose turn it is; others of theirs wait behind everybody else."""
        network = self.next()
        line = self._lines.pop(network)
        item = line.popleft()
        if line:
            self._lines[network] = line
        return item

    def skip(self) -> None:
        """Let whose turn it is wait behind everybody else."""
        network = self.next()
        self._lines[network] = self._lines.pop(network)
