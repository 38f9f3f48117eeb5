"""Waiting for a pause: what changes again and again is looked at once it is left alone, or has gone on for long."""


class Lull:
    """Since when something changes, and when it changed last, in seconds of one clock."""

    __slots__ = ("changed", "since")

    def __init__(self, now: float) -> None:
        self.since = self.changed = now

    def ends(self, delay_s: float, delay_max_s: float) -> float:
        """Say when it was left alone for `delay_s`, or has gone on for `delay_max_s`, as things stand."""
        return min(self.changed + delay_s, self.since + delay_max_s)
