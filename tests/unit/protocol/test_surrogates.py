import pytest

from coscribe.protocol.lib0 import write_var_string
from coscribe.protocol.surrogates import SurrogateGuard
from coscribe.protocol.updates import MalformedUpdate
from unit.protocol.building import deletes, embed, item, section, text, typed, update, values

WOMAN = bytes.fromhex("01010700040101740661f09f91a96200")  # "a👩b" by client 7, at clocks 0 to 3
MENDED = update([section(7, 0, text("a\ufffd\ufffdb"))])

CUTS = {
    "a deletion from its second half on": bytes.fromhex("000107010201"),
    "a deletion up to its first half": bytes.fromhex("000107010101"),
    "text between its halves": bytes.fromhex("01010704c407010702015800"),
    "text after its first half": typed(8, 0, "x", left=(7, 1)),
    "text before its second half": typed(8, 0, "x", right=(7, 2)),
    "a format between its halves": update(
        [section(8, 0, item(6, write_var_string("b") + write_var_string("true"), left=(7, 1), right=(7, 2)))]
    ),
    "a deletion among others": update([], deletes((9, 0, 1), (7, 0, 2))),
    "text that brings a character itself": typed(8, 0, "👩", left=(7, 1)),
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS.keys())
def test_a_character_that_is_cut_is_rewritten(cut: bytes) -> None:
    guard = SurrogateGuard()
    assert not guard.scan(WOMAN)
    assert not guard.has_cuts
    assert guard.repair(WOMAN) is WOMAN
    assert guard.scan(cut)
    assert guard.has_cuts
    assert not guard.scan(cut), "it is cut already"
    assert guard.repair(WOMAN) == MENDED
    assert guard.repair(cut) == cut


@pytest.mark.parametrize(
    "edit",
    [
        typed(8, 0, "x", left=(7, 0)),
        typed(8, 0, "x", left=(7, 2)),
        typed(8, 0, "x", right=(7, 1)),
        typed(8, 0, "x", right=(7, 3)),
        update([], deletes((7, 1, 2))),
        update([], deletes((7, 0, 4))),
        typed(8, 0, "x", left=(6, 1)),
        update([section(8, 0, values(b"\x77" + write_var_string("👩")))]),
    ],
)
def test_an_edit_beside_a_character_leaves_it_whole(edit: bytes) -> None:
    guard = SurrogateGuard()
    guard.scan(WOMAN)
    assert not guard.scan(edit)
    assert guard.repair(WOMAN) is WOMAN
    assert not guard.has_cuts


def test_only_the_cut_character_of_a_text_is_rewritten() -> None:
    guard = SurrogateGuard()
    whole = update([section(7, 5, text("x👩é👩👩"), text("👩", (7, 0)))], deletes((1, 0, 1)))
    guard.scan(whole)
    assert guard.scan(update([], deletes((7, 10, 1))))
    assert guard.repair(whole) == update(
        [section(7, 5, text("x👩é\ufffd\ufffd👩"), text("👩", (7, 0)))], deletes((1, 0, 1))
    )


def test_an_update_may_cut_what_it_brings() -> None:
    guard = SurrogateGuard()
    both = update([section(8, 0, text("x", left=(7, 1))), section(7, 0, text("a👩b"))])
    assert guard.scan(both)
    assert guard.repair(both) == update([section(8, 0, text("x", left=(7, 1))), section(7, 0, text("a\ufffd\ufffdb"))])


def test_a_text_without_such_characters_is_not_even_walked() -> None:
    guard = SurrogateGuard()
    assert not guard.scan(b"no update at all")
    assert guard.repair(b"no update at all") == b"no update at all"


def test_a_malformed_update_is_refused() -> None:
    with pytest.raises(MalformedUpdate):
        SurrogateGuard().scan("👩".encode())


HALVES = {
    r'{"a":"\ud83d"}': r'{"a":"\ufffd"}',
    r'"\ud83d\ude00\ud83d"': r'"\ud83d\ude00\ufffd"',
    r'"\ude00\uD83D"': r'"\ufffd\ufffd"',
    r'"\\ud83d\ud83d"': r'"\\ud83d\ufffd"',
}


@pytest.mark.parametrize(("written", "mended"), HALVES.items())
def test_half_a_character_in_json_is_rewritten(written: str, mended: str) -> None:
    guard = SurrogateGuard()
    row = update([section(1, 0, embed(written), item(6, write_var_string("k") + write_var_string(written)))])
    assert guard.scan(row)
    assert guard.has_cuts
    assert guard.repair(row) == update(
        [section(1, 0, embed(mended), item(6, write_var_string("k") + write_var_string(mended)))]
    )
    assert not guard.scan(row)


def test_whole_characters_in_json_stay_as_they_are() -> None:
    guard = SurrogateGuard()
    row = update([section(1, 0, embed(r'"\ud83d\ude00 \\ud83d"'))])
    assert not guard.scan(row)
    assert guard.repair(row) is row
