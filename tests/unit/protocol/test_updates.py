import contextlib
import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coscribe.protocol.deletes import MAX_DELETE_RANGES
from coscribe.protocol.lib0 import DecodeError, write_var_string
from coscribe.protocol.state_vectors import EMPTY_VECTOR, read_state_vector, write_state_vector
from coscribe.protocol.updates import EMPTY_UPDATE, Elaborate, MalformedUpdate, check
from harness.chance import examples
from unit.protocol.building import (
    deletes,
    embed,
    gone,
    item,
    section,
    skip,
    string,
    text,
    typed,
    uints,
    update,
    values,
)

HOSTILE = {
    "60 KB of nesting": "010105000801016101" + "7501" * 30000 + "7e00",
    "items of their own client's future": "01034d00884d03037e740387db917b73a9076d3651b8eb680105017bc736bb00c259859fc1"
    "02140304010107010804",
    "items of their own client's future, in 14 bytes": "01024d020002c74d004d080100",
    "a clock of 2^32": "0101e807ffffffff0fc4e80701e8070202585900",
    "a type at clock 2^32-1": "010105ffffffff0f01010474657874017800",
    "an attribute at clock 2^32-1": "01038608ffffffff0f010103786d6c010007878608000303646976018608010008",
    "a list of JSON texts that yrs cannot write": "01010103020103786d6c0109756e646566696e6564024d01000201010103",
    "the same at clock 0": "01010100020103786d6c0109756e646566696e656400",
    "12 bytes that cost a gigabyte": "80ff80ff0249040301010380",
    "a first count that does the same": "ffffff7f04c603",
    "a vector of 2^28": "ffffff7f",
}


@pytest.mark.parametrize("encoded", HOSTILE.values(), ids=HOSTILE.keys())
def test_bytes_that_have_killed_an_engine_are_refused(encoded: str) -> None:
    with pytest.raises(MalformedUpdate):
        check(bytes.fromhex(encoded))


def test_the_walk_says_what_an_update_holds() -> None:
    walk = check(
        update(
            [
                section(9, 4, text("héé👩", left=(9, 3)), gone(3), item(1, uints(2), left=(5, 7), right=(6, 8))),
                section(5, 0, skip(4), values(b"\x7e", b"\x7d\x01"), item(7, b"\2", parent=(9, 2), key="k")),
            ],
            deletes((9, 1, 2), (7, 0, 1)),
        )
    )
    assert walk.structs == [(9, 4, 14), (5, 0, 7)]
    assert sorted(walk.references) == [(5, 7), (6, 8), (9, 2)]
    assert walk.dead == [(9, 9, 5)]
    assert walk.has_skips
    assert walk.deletes == [(9, 1, 2), (7, 0, 1)]


def test_the_empty_update_says_nothing() -> None:
    walk = check(EMPTY_UPDATE)
    assert (walk.structs, walk.references, walk.deletes, walk.has_skips) == ([], [], [], False)


CONTENTS = {
    "text": text("a"),
    "garbage": gone(1),
    "deleted content": item(1, uints(3)),
    "bytes": item(3, string(b"\xff\xfe")),
    "no bytes": item(3, string(b"")),
    "embed": embed('{"a":[1,2.5,"x",null]}'),
    "embed with space around": embed(' {"a" : 1 } '),
    "embed with 200 flat lists": embed("[" + ",".join(["[]"] * 200) + "]"),
    "embed with brackets in strings": embed('"' + "[" * 500 + '\\"["'),
    "embed as deep as serde reads": embed("[" * 127 + "]" * 127),
    "embed with half a character": embed('"\\ud83d"'),
    "format": item(6, write_var_string("bold") + write_var_string("true")),
    "element": item(7, b"\3" + write_var_string("p")),
    "every value": values(
        b"\x7f",
        b"\x7e",
        b"\x7d\xbf\x7f",
        b"\x7c1234",
        b"\x7b12345678",
        b"\x7a12345678",
        b"\x79",
        b"\x78",
        b"\x77" + write_var_string("é"),
        b"\x76\2" + write_var_string("a") + b"\x7e" + write_var_string("b") + b"\x75\1\x7e",
        b"\x75\0",
        b"\x74" + string(b"\xff"),
    ),
    "values as deep as they may be": values(b"\x75\1" * 128 + b"\x7e"),
    "subdocument": item(9, write_var_string("guid") + b"\x76\1" + write_var_string("gc") + b"\x79"),
    "root without a name": text("a", parent=""),
    "key without a name": item(8, b"\1\x7e", key=""),
}


@pytest.mark.parametrize("struct", CONTENTS.values(), ids=CONTENTS.keys())
def test_what_yjs_may_write_is_accepted(struct: bytes) -> None:
    check(update([section(1, 0, struct)]))


@pytest.mark.parametrize("struct", CONTENTS.values(), ids=CONTENTS.keys())
def test_every_truncation_is_refused(struct: bytes) -> None:
    whole = update([section(1, 0, struct)], deletes((1, 0, 1)))
    for end in range(len(whole)):
        with pytest.raises(MalformedUpdate):
            check(whole[:end])
    with pytest.raises(MalformedUpdate):
        check(whole + b"\0")


REFUSED = {
    "no text": text(""),
    "no values": values(),
    "an empty range": gone(0),
    "an empty skip": skip(0),
    "no deleted content": item(1, uints(0)),
    "text that is not UTF-8": item(4, string(b"\xff")),
    "text with an encoded surrogate": item(4, string(b"\xed\xa0\xbd")),
    "a root's name that is not UTF-8": b"\x04\x01" + string(b"\xff") + write_var_string("a"),
    "a key that is not UTF-8": b"\x28\x01" + write_var_string("t") + string(b"\xff") + b"\1\x7e",
    "an element's name that is not UTF-8": item(7, b"\3" + string(b"\xff")),
    "a format's key that is not UTF-8": item(6, string(b"\xff") + write_var_string("true")),
    "a value that is not UTF-8": values(b"\x77" + string(b"\xff")),
    "a map's key that is not UTF-8": values(b"\x76\1" + string(b"\xff") + b"\x7e"),
    "JSON that is not UTF-8": item(5, string(b'"\xff"')),
    "JSON that is not JSON": embed("undefined"),
    "no JSON": embed(""),
    "JSON with more after it": embed("1 2"),
    "JSON with NaN": embed("NaN"),
    "JSON with a number over all bounds": embed("1e400"),
    "JSON with a control character": embed('"\1"'),
    "JSON too deep for serde": embed("[" * 128 + "]" * 128),
    "JSON deep enough for a stack": embed("[" * 100_000),
    "values too deep": values(b"\x75\1" * 129 + b"\x7e"),
    "maps too deep": values((b"\x76\1" + write_var_string("k")) * 129 + b"\x7e"),
    "a value of no kind": values(b"\x73"),
    "an integer without end": values(b"\x7d" + b"\xff" * 20),
    "more values than bytes": item(8, uints(1 << 28)),
    "a list with more values than bytes": values(b"\x75" + uints(1 << 28)),
    "a type of no kind": item(7, b"\7"),
    "a content of no kind": item(11, b"\0"),
    "an XML hook": item(7, b"\5" + write_var_string("h")),
    "a list of JSON texts": item(2, uints(1) + write_var_string("1")),
    "a skip with an origin": b"\x8a" + uints(1, 0, 1),
    "garbage with an origin": b"\x80" + uints(1, 0, 1),
    "a parent of no kind": b"\x04\2" + write_var_string("a"),
    "a subdocument without options": item(9, write_var_string("guid") + b"\x7e"),
    "a left neighbour that is itself": text("a", left=(1, 5)),
    "a right neighbour of its future": text("a", left=(1, 4), right=(1, 6)),
    "a parent of its future": text("a", parent=(1, 9)),
    "a neighbour past all clocks": text("a", left=(2, 1 << 31)),
}


@pytest.mark.parametrize("struct", REFUSED.values(), ids=REFUSED.keys())
def test_what_yjs_does_not_write_or_yrs_cannot_read_is_refused(struct: bytes) -> None:
    with pytest.raises(MalformedUpdate):
        check(update([section(1, 5, struct)]))


@pytest.mark.parametrize(
    "encoded",
    [
        update([section(1, 0)]),
        update([section(1, 0, gone(1)), section(1, 1, gone(1))]),
        update([section(1, (1 << 31) - 1, gone(2))]),
        update([section(1, 0, gone(1 << 31), gone(1))]),
        uints(1 << 20) + b"\0" * 100,
        uints(1, 1 << 20, 1, 0) + b"\0" * 100,
        b"",
        b"\0",
        b"\0\0\0",
        b"\x81\0" + section(1, 0, gone(1)) + b"\0",  # a count longer than it needs to be
    ],
)
def test_a_section_that_cannot_be_is_refused(encoded: bytes) -> None:
    with pytest.raises(MalformedUpdate):
        check(encoded)


def test_the_last_clock_is_accepted() -> None:
    assert check(update([section(1, (1 << 31) - 1, gone(1))])).structs == [(1, (1 << 31) - 1, 1 << 31)]


@examples(100)
@given(st.dictionaries(st.integers(0, (1 << 53) - 1), st.integers(0, 1 << 31)))
def test_a_state_vector_reads_back(vector: dict[int, int]) -> None:
    assert read_state_vector(write_state_vector(vector)) == vector


def test_the_empty_vector_is_empty() -> None:
    assert read_state_vector(EMPTY_VECTOR) == {}
    assert write_state_vector({}) == EMPTY_VECTOR


@pytest.mark.parametrize("encoded", ["", "01", "0101", "ffffff7f", "00 00", "01 8000 01", "80"])
def test_a_malformed_state_vector_is_refused(encoded: str) -> None:
    with pytest.raises(DecodeError):
        read_state_vector(bytes.fromhex(encoded))


SAMPLES = [update([section(3, 7, struct)], deletes((3, 0, 2), (4, 1, 1))) for struct in CONTENTS.values()]
SAMPLES += [bytes.fromhex(encoded) for encoded in HOSTILE.values() if len(encoded) < 1000]
SAMPLES.append(typed(1, 1, "a", left=(1, 0)))


PIECES = [b"\xff\xff\xff\xff\x0f", b"\x80\x80\x80\x80\x10", b"\xff" * 9 + b"\x01", b"\0", b"\x80\0", b"\xed\xa0\xbd"]


def test_whatever_the_bytes_are_the_only_error_is_malformed(seed: int) -> None:
    dice = random.Random(seed)
    refused = 0
    for _ in range(10_000):
        mutated = bytearray(dice.choice(SAMPLES))
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(mutated) + 1)
            mutated[at : at + dice.randrange(4)] = dice.choice([dice.randbytes(dice.randrange(4)), dice.choice(PIECES)])
        try:
            check(bytes(mutated))
        except MalformedUpdate:
            refused += 1
    assert 1000 < refused < 10_000


@examples(300)
@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (check, read_state_vector):
        with contextlib.suppress(DecodeError):
            read(data)


LONG: dict[str, Callable[[int], bytes]] = {
    "continuation bytes": lambda size: b"\xff" * size,
    "one text": lambda size: update([section(1, 0, text("é" * (size // 2)))]),
    "ranges of garbage": lambda size: update([section(1, 0, *[gone(1)] * (size // 2))]),
    "nested values": lambda size: values(*[b"\x75\1" * 100 + b"\x7e"] * (size // 201)),
    "an integer in values": lambda size: update([section(1, 0, values(b"\x7d" + b"\xff" * size))]),
    "JSON strings": lambda size: update([section(1, 0, embed('"' + '\\"[' * (size // 3) + '"'))]),
    "JSON brackets": lambda size: update([section(1, 0, embed("[]" * (size // 2)))]),
    "deleted ranges": lambda size: update([], uints(1, 1, size // 2) + b"\1\1" * (size // 2)),
    "text after text": lambda size: update([section(1, 1, *[text("a", left=(1, 0))] * (size // 6))]),
}


# Each says how many things a number of bytes makes, at least, that take time one by one.
ELABORATE: dict[str, Callable[[int], bytes]] = {
    "structs": lambda number: update([section(1, 0, *[gone(1)] * number)]),
    "clients": lambda number: update([section(client, 0, gone(1)) for client in range(number)]),
    "values": lambda number: update([section(1, 0, values(*[b"\x7e"] * number))]),
    "nested values": lambda number: update([section(1, 0, values(b"\x75" + uints(number) + b"\x7e" * number))]),
    "values in many structs": lambda number: update([section(1, 0, *[values(*[b"\x7e"] * 99)] * (number // 10))]),
    "deleted ranges": lambda number: update([], uints(1, 1, number) + b"\1\1" * number),
    "clients with deleted ranges": lambda number: update([], uints(number) + b"\1\1\1\1" * number),
}


@pytest.mark.parametrize("make", ELABORATE.values(), ids=ELABORATE.keys())
def test_what_takes_long_to_walk_is_left_to_who_has_the_time(make: Callable[[int], bytes]) -> None:
    much = make(400)
    check(much)
    with pytest.raises(Elaborate):
        check(much, 300)
    check(make(10), 300)


def test_long_texts_do_not_take_long() -> None:
    check(update([section(1, 0, text("é" * 10_000)), section(2, 0, embed('"' + "[" * 10_000 + '"'))]), 10)


def test_ranges_that_arrive_deleted_are_one_where_they_touch_and_not_without_number() -> None:
    assert check(update([section(1, 0, *[gone(2)] * 3, text("a"), gone(1))])).dead == [(1, 0, 6), (1, 7, 1)]
    alternating = section(1, 0, *[gone(1), text("a")] * (MAX_DELETE_RANGES + 1))
    with pytest.raises(MalformedUpdate, match="arrive deleted"):
        check(update([alternating]))


@pytest.mark.parametrize("make", LONG.values(), ids=LONG.keys())
def test_the_walk_takes_time_linear_in_the_bytes(make: Callable[[int], bytes]) -> None:
    def seconds(size: int) -> float:
        data = make(size)
        best = 60.0
        for _ in range(2):
            began = time.thread_time()
            with contextlib.suppress(MalformedUpdate):
                check(data)
            best = min(best, time.thread_time() - began)
        return best

    assert seconds(160_000) < 32 * seconds(10_000) + 0.05, "sixteen times the bytes cost more than thirty-two times"
