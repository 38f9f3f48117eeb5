"""Rows of whole numbers, held flat: a hundred thousand of them are one object, read without making more."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

Row = TypeVar("Row", bound=tuple[int, ...])


class Table(Sequence[Row]):
    """Rows of `width` numbers under 2^64 each."""

    __slots__ = ("_numbers", "_width")

    def __init__(self, encoded: memoryview, width: int) -> None:
        """Take what `encode` made; the bytes are not copied."""
        self._numbers = encoded.cast("Q")
        self._width = width

    @staticmethod
    def encode(rows: Iterable[tuple[int, ...]]) -> bytes:
        """Write rows, in this machine's own order of bytes."""
        return array("Q", chain.from_iterable(rows)).tobytes()

    def __len__(self) -> int:
        return len(self._numbers) // self._width

    def __iter__(self) -> Iterator[Row]:
        return self._rows(0, len(self))

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            return list(islice(self._rows(start, stop), 0, None, step))
        return tuple(self._numbers[at * self._width : (at + 1) * self._width])

    def _rows(self, start: int, stop: int) -> Iterator[Any]:
        width = self._width
        part = self._numbers[start * width : stop * width]
        return zip(*(part[column::width] for column in range(width)), strict=True)


def parts(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """Cut rows into parts of so many."""
    return (rows[at : at + size] for at in range(0, len(rows), size))
