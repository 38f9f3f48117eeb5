"""What tests leave to chance: the same in each run; with `FURTHER=n` something else each time, and `n` times as much.

A build that fails says something of the change that is built; what nobody has thought of is looked for by
`make fuzz WHAT=properties`, for as long as that is let.
"""

from __future__ import annotations

import os
import random
import zlib

from hypothesis import settings

FURTHER = int(os.environ.get("FURTHER", "0"))


def examples(count: int) -> settings:
    """Try a property with so many examples."""
    return settings(max_examples=count * max(1, FURTHER), deadline=None, derandomize=not FURTHER)


def seed_of(test: str) -> int:
    """Return the seed of a test; `SEED=n` replays one."""
    said = os.environ.get("SEED")
    if said is not None:
        return int(said)
    return random.randrange(1 << 31) if FURTHER else zlib.crc32(test.encode()) >> 1
