"""Tries what tests say of any input with many more inputs than a build does, and with others each time.

    python tests/fuzz/properties.py [TIMES [PYTEST ARGUMENT…]]

Each property is tried with `TIMES` times as many examples (100 unless said). What fails is printed as small as it can
be made; it belongs into a test of its own.
"""

import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def main() -> int:
    """Return pytest's exit code."""
    times, *more = sys.argv[1:] or ["100"]
    os.environ["FURTHER"] = str(int(times))
    return pytest.main(["-q", "-m", "hypothesis", "--timeout=0", "--numprocesses=auto", str(TESTS / "unit"), *more])


if __name__ == "__main__":
    sys.exit(main())
