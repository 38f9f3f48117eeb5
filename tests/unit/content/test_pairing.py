"""What became of what: nodes by their words, texts by words."""

from hypothesis import given
from hypothesis import strategies as st

from coscribe.content.pairing import MAX_COMPARED_PAIRS, MAX_PAIRED, changes, paired, text_changes
from harness.chance import examples
from unit.content.building import block, p, table

TEXTS = st.text(st.sampled_from("ab \n👩é.,"), max_size=40)


@examples(100)
@given(TEXTS, TEXTS)
def test_a_text_becomes_another_by_its_changes(old: str, new: str) -> None:
    result, at = "", 0
    for start, stop, text in text_changes(old, new):
        assert at <= start <= stop
        result += old[at:start] + text
        at = stop
    assert result + old[at:] == new


@examples(100)
@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(0, 3), max_size=12))
def test_a_sequence_becomes_another_by_its_changes(old: list[int], new: list[int]) -> None:
    result, at = [], 0
    for old_from, old_to, new_from, new_to in changes(old, new):
        result += old[at:old_from] + new[new_from:new_to]
        at = old_to
    assert result + old[at:] == new


def test_a_text_changes_by_words_and_within_them_by_letters() -> None:
    assert text_changes("one two three", "one 2 three") == [(4, 7, "2")]
    assert text_changes("writing", "writings") == [(7, 7, "s")]
    assert text_changes("a b c d", "a x c y") == [(2, 3, "x"), (6, 7, "y")]
    assert text_changes("same", "same") == []


def test_too_many_equal_pairs_are_exchanged_as_a_whole() -> None:
    many = round(MAX_COMPARED_PAIRS**0.5) + 1
    assert changes(["a", *["x"] * many, "b"], ["c", *["x"] * many, "d"]) == [(0, many + 2, 0, many + 2)]
    assert len(changes(["a", *["x"] * 9, "b"], ["c", *["x"] * 9, "d"])) == 2


def test_nodes_pair_with_those_that_have_their_words() -> None:
    old = [p("the first one"), block("heading", "a title"), p("the second one")]
    new = [p("new"), p("the first one, changed"), block("heading", "a title", level=2), table(), p("second one")]
    assert paired(old, new) == [(0, 1), (1, 2), (2, 4)]
    assert paired([[{"type": "text", "text": "a"}]], [p("a")]) == []
    assert paired([], [p("a")]) == paired([p("a")], []) == []


def test_a_node_pairs_with_one_of_its_type_even_without_a_word_in_common() -> None:
    assert paired([p("old words")], [table(), p("something else")]) == [(0, 1)]


def test_very_many_nodes_pair_in_order() -> None:
    old, new = [p(f"old {n}") for n in range(MAX_PAIRED)], [p(f"new {n}") for n in range(MAX_PAIRED - 7)]
    assert paired(old, new) == [(n, n) for n in range(MAX_PAIRED - 7)]
