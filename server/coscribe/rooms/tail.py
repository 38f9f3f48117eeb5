"""The newest updates of a document, kept in memory behind its last snapshot."""


class Tail:
    """Updates numbered `base + 1` … `base + len(updates)`, without a gap."""

    __slots__ = ("_updates", "base", "size")

    def __init__(self, base: int) -> None:
        self.base = base
        self.size = 0
        self._updates: list[bytes] = []

    def __len__(self) -> int:
        return len(self._updates)

    def append(self, update: bytes) -> None:
        """Add the next update."""
        self._updates.append(update)
        self.size += len(update)

    def after(self, sequence: int) -> list[bytes]:
        """Return the updates behind a sequence number, which must not lie before `base`."""
        return self._updates[sequence - self.base :]

    def drop_through(self, sequence: int) -> None:
        """Forget everything up to and including a sequence number."""
        count = sequence - self.base
        if count <= 0:
            return
        self.size -= sum(map(len, self._updates[:count]))
        del self._updates[:count]
        self.base = sequence
