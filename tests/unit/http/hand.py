"""A loop that a test turns by hand, with its clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Loop:
    """A loop, and its clock, that a test turns by hand."""

    def __init__(self) -> None:
        self.time = 100.0
        self._due: list[tuple[float, Callable[..., object], tuple[Any, ...]]] = []

    def call_soon(self, work: Callable[..., object], *arguments: object) -> None:
        self._due.append((self.time, work, arguments))

    def call_later(self, delay_s: float, work: Callable[..., object], *arguments: object) -> None:
        self._due.append((self.time + delay_s, work, arguments))

    def round(self) -> None:
        """Do what is due now, as a loop does between two looks at its sockets."""
        due = [each for each in self._due if each[0] <= self.time]
        self._due = [each for each in self._due if each[0] > self.time]
        for _, work, arguments in due:
            work(*arguments)
