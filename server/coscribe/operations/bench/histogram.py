"""Latencies in whole microseconds, counted one by one, so that percentiles are exact."""

from collections import Counter
from collections.abc import Iterable

_MS_US = 1000


class Histogram:
    """Counts of values in microseconds."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, value_us: int) -> None:
        """Count one value."""
        self._counts[value_us] += 1

    def add_all(self, values_us: Iterable[int]) -> None:
        """Count many values; the loop runs in C."""
        self._counts.update(values_us)

    @property
    def count(self) -> int:
        """How many values were counted."""
        return self._counts.total()

    def percentile_ms(self, share: float) -> float | None:
        """Return the smallest value, in ms, that `share` (0–1) of all values do not exceed; None when empty."""
        total = self.count
        if not total:
            return None
        wanted = max(1, -int(-share * total // 1))
        reached = 0
        for value in sorted(self._counts):
            reached += self._counts[value]
            if reached >= wanted:
                return value / _MS_US
        raise AssertionError("the counts changed under the percentile")

    def maximum_ms(self) -> float | None:
        """Return the largest value in ms; None when empty."""
        return max(self._counts) / _MS_US if self._counts else None
