"""How fast something may go on: so much a second on average, and a burst at once after a pause."""

BURST_S = 10.0
"""A pause is made up for by this long of the average."""


class Rate:
    """A budget that fills up with time; time is seconds of a clock that only goes forward."""

    __slots__ = ("_budget", "_burst", "_per_second", "_since")

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._budget = burst
        self._since = now

    def take(self, amount: float, now: float) -> float:
        """Take an amount if it is there, and return 0; else take nothing and return the seconds until it will be."""
        self._fill(now)
        if amount <= self._budget:
            self._budget -= amount
            return 0.0
        return (min(amount, self._burst) - self._budget) / self._per_second

    def spend(self, amount: float, now: float) -> float:
        """Take an amount that was used already, and return the seconds until the budget is no longer overdrawn."""
        self._fill(now)
        self._budget -= amount
        return max(0.0, -self._budget / self._per_second)

    def is_full(self, now: float) -> bool:
        """Tell whether nothing was taken for long."""
        self._fill(now)
        return self._budget >= self._burst

    def _fill(self, now: float) -> None:
        self._budget = min(self._burst, self._budget + (now - self._since) * self._per_second)
        self._since = now
