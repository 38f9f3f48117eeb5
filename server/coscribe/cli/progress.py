"""A line on a terminal that says how far a command is; nothing where stderr is no terminal."""

import sys
from types import TracebackType
from typing import TextIO

BAR_CHARACTERS = 30
_ERASE = "\r\x1b[K"


class Progress:
    """Counts up to `total` on one line, which goes when it is done."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = total
        self._done = 0
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()

    def __enter__(self) -> "Progress":
        self._draw()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown:
            self._write(_ERASE)

    def step(self) -> None:
        """Note that one more is done."""
        self._done += 1
        self._draw()

    def say(self, sentence: str) -> None:
        """Print a line that stays."""
        self._write(f"{_ERASE if self._shown else ''}{sentence}\n")
        self._draw()

    def _draw(self) -> None:
        if self._shown and self._total:
            full = BAR_CHARACTERS * self._done // self._total
            bar = "█" * full + "░" * (BAR_CHARACTERS - full)
            self._write(f"{_ERASE}{bar} {self._done}/{self._total}")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
