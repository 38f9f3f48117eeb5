"""Clock, randomness and identifiers, in one place that a test can replace.

Nothing else in the server asks the system for the time or for random bytes, so that a run with a `SeededEnv` can be
replayed from its seed. What always holds: `monotonic` never goes backwards and is only good for differences;
`wall_ms` is UTC and is what is stored and shown.
"""

import random
import secrets
import time
from typing import Protocol

ID_BYTES = 12  # 96 random bits: 16 characters that nobody guesses or meets twice


class Env(Protocol):
    """The world outside, as far as the server asks it anything."""

    def monotonic(self) -> float:
        """Seconds since some moment in the past, never going backwards."""

    def wall_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""

    def random_bytes(self, count: int) -> bytes:
        """Return `count` bytes that nobody can guess."""

    def random_id(self) -> str:
        """Make a 16-character identifier of [A-Za-z0-9_-] for a new thing, fit for a URL and a document id.

        It begins and ends with a letter or a digit: a command would take a leading - for an option.
        """


class SystemEnv:
    """The real clock and the system's randomness."""

    def monotonic(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    def wall_ms(self) -> int:
        """Milliseconds since the epoch, by the system's clock."""
        return time.time_ns() // 1_000_000

    def random_bytes(self, count: int) -> bytes:
        """Return `count` bytes of the system's generator."""
        return secrets.token_bytes(count)

    def random_id(self) -> str:
        """Make a 16-character identifier of [A-Za-z0-9_-], a letter or a digit at either end."""
        while True:
            id = secrets.token_urlsafe(ID_BYTES)
            if id[0].isalnum() and id[-1].isalnum():
                return id


class SeededEnv:
    """A clock that moves only when told, and randomness that repeats from its seed; for tests and replays."""

    def __init__(self, seed: int, *, wall_ms: int = 1_700_000_000_000) -> None:
        self.seed = seed
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._elapsed_s = 0.0
        self._started_ms = wall_ms

    def advance(self, seconds: float) -> None:
        """Let time pass. Raises ValueError for time that would go backwards."""
        if seconds < 0:
            raise ValueError(f"time cannot go back by {-seconds} s; advance by 0 or more")
        self._elapsed_s += seconds

    def monotonic(self) -> float:
        """Seconds that were let pass."""
        return self._elapsed_s

    def wall_ms(self) -> int:
        """Milliseconds since the epoch: the start plus what was let pass."""
        return self._started_ms + round(self._elapsed_s * 1000)

    def random_bytes(self, count: int) -> bytes:
        """Return the next `count` bytes of the seeded generator."""
        return self._random.randbytes(count)

    def random_id(self) -> str:
        """Make the next 16-character identifier, of [0-9a-f]."""
        return self._random.randbytes(8).hex()
