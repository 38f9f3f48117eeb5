"""The encoding of values, byte for byte as JavaScript's lib0 writes them."""

import math

import pytest

from coscribe.content.anyvalue import write_any


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "7e"),
        (True, "78"),
        (False, "79"),
        (0, "7d00"),
        (1, "7d01"),
        (-1, "7d41"),
        (63, "7d3f"),
        (64, "7d8001"),
        (-300, "7dec04"),
        (2**31 - 1, "7dbfffffff0f"),
        (2.0, "7d02"),
        (1.5, "7c3fc00000"),
        (0.1, "7b3fb999999999999a"),
        (2**31, "7c4f000000"),
        (2**53, "7c5a000000"),
        (1e300, "7b7e37e43c8800759c"),
        ("é", "7702c3a9"),
        ([1, "a"], "75027d01770161"),
        ({"a": None, "b": []}, "760201617e01627500"),
        (b"ab", "74026162"),
    ],
)
def test_a_value_is_written_as_javascript_does(value: object, expected: str) -> None:
    assert write_any(value).hex() == expected


def test_what_is_no_number_is_still_written_as_one() -> None:
    assert write_any(math.nan)[0] == 123


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot hold a set"):
        write_any(set())
