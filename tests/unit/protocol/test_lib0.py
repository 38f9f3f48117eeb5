import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coscribe.protocol.lib0 import (
    MAX_SAFE_INTEGER,
    DecodeError,
    read_var_bytes,
    read_var_string,
    read_var_uint,
    write_var_bytes,
    write_var_string,
    write_var_uint,
)
from harness.chance import examples


@examples(100)
@given(st.integers(0, MAX_SAFE_INTEGER), st.binary(max_size=3))
def test_an_integer_reads_back_and_leaves_the_rest(number: int, rest: bytes) -> None:
    encoded = write_var_uint(number)
    assert read_var_uint(b"x" + encoded + rest, 1) == (number, 1 + len(encoded))


@pytest.mark.parametrize(
    ("number", "encoded"), [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02"), (1 << 31, "8080808008")]
)
def test_integers_have_the_bytes_of_lib0(number: int, encoded: str) -> None:
    assert write_var_uint(number).hex() == encoded


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "80",
        "ffffffffffff",
        "8000",  # longer than it needs to be
        "ff808000",
        "80808080808080 10",  # 2^53
        "ffffffffffffff7f",
        "ff" * 10 + "01",
        "ff" * 100,
    ],
)
def test_an_integer_that_is_cut_off_too_long_or_too_large_is_refused(encoded: str) -> None:
    with pytest.raises(DecodeError):
        read_var_uint(bytes.fromhex(encoded), 0)


@pytest.mark.parametrize("number", [-1, MAX_SAFE_INTEGER + 1])
def test_an_integer_that_does_not_fit_is_not_written(number: int) -> None:
    with pytest.raises(ValueError, match="varUint"):
        write_var_uint(number)


def test_a_flood_of_continuation_bytes_takes_no_time() -> None:
    flood = b"\xff" * 10_000_000
    began = time.thread_time()
    with pytest.raises(DecodeError):
        read_var_uint(flood, 0)
    assert time.thread_time() - began < 0.5


@examples(100)
@given(st.binary(max_size=300), st.binary(max_size=3))
def test_bytes_read_back(value: bytes, rest: bytes) -> None:
    encoded = write_var_bytes(value)
    assert read_var_bytes(encoded + rest, 0) == (value, len(encoded))


@examples(100)
@given(st.text(max_size=100))
def test_strings_read_back(value: str) -> None:
    encoded = write_var_string(value)
    assert read_var_string(encoded, 0) == (value, len(encoded))


def test_the_length_of_a_string_counts_bytes() -> None:
    assert write_var_string("é👩") == b"\x06" + "é👩".encode()


def test_a_lone_surrogate_is_written_as_javascript_writes_it() -> None:
    assert read_var_string(write_var_string("a\ud83d"), 0)[0] == "a\ufffd"


@pytest.mark.parametrize("encoded", ["02 61", "80", "02 c3 28", "03 ed a0 bd"])
def test_a_string_that_is_cut_off_or_not_utf8_is_refused(encoded: str) -> None:
    with pytest.raises(DecodeError):
        read_var_string(bytes.fromhex(encoded), 0)


def test_bytes_that_are_announced_and_missing_are_refused() -> None:
    with pytest.raises(DecodeError, match="5 bytes are announced and 2 are left"):
        read_var_bytes(b"\x05ab", 0)
