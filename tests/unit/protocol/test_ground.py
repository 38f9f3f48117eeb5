import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coscribe.protocol.ground import SHORT_DELETE_SET, Claim, Ground, Outcome, Placement, at_once, plan
from coscribe.protocol.lib0 import write_var_string
from coscribe.protocol.state_vectors import PeerVector, read_state_vector, write_state_vector
from coscribe.protocol.updates import EMPTY_UPDATE, MalformedUpdate, check, write_delete_set
from harness.chance import examples
from unit.protocol.building import deletes, gone, item, section, skip, string, text, typed, uints, update


def ground(known: dict[int, int], *deleted: tuple[int, int, int]) -> Ground:
    return Ground.from_parts(write_state_vector(known), write_delete_set(deleted))


def peer(known: dict[int, int]) -> PeerVector:
    return PeerVector(write_state_vector(known))


def facts(it: Ground) -> tuple[dict[int, int], list[tuple[int, int, int]]]:
    return it.known, sorted(it.deleted.ranges())


HELLO = update([section(1, 0, text("hello"))])


class TestWhole:
    def test_an_update_that_fits_is_kept_as_it_came(self) -> None:
        it = Ground()
        placement = it.place(HELLO, trim=False)
        assert placement.outcome is Outcome.WHOLE
        assert placement.update is HELLO
        assert placement.claim is None
        assert it.known == {1: 5}

    @pytest.mark.parametrize(
        ("left", "right"), [((1, 4), None), (None, (1, 0)), ((1, 0), (1, 1)), ((1, 0), (2, 0)), ((2, 0), (1, 3))]
    )
    @pytest.mark.parametrize("typed_text", ["a", "é", "漢字", "👩", "a" * 127])
    def test_typing_beside_known_text_fits(
        self, left: tuple[int, int] | None, right: tuple[int, int] | None, typed_text: str
    ) -> None:
        it = ground({1: 5, 2: 1})
        arriving = typed(1, 5, typed_text, left, right)
        assert it.place(arriving, trim=False).update is arriving
        assert it.known == {1: 5 + len(typed_text.encode("utf-16-le")) // 2, 2: 1}

    def test_two_clients_that_build_on_each_other_fit_in_any_order(self) -> None:
        arriving = update(
            [section(2, 0, text("b", left=(1, 0)), text("d", left=(1, 1))), section(1, 0, text("a"), text("c", (2, 0)))]
        )
        it = Ground()
        assert it.place(arriving, trim=False).update is arriving
        assert it.known == {1: 2, 2: 2}

    def test_what_is_known_of_it_already_is_not_kept_again(self) -> None:
        it = ground({1: 5, 2: 3})
        placement = it.place(
            update([section(2, 0, text("b"), text("cd", (2, 0)), text("e", (2, 2))), section(1, 0, text("hello"))]),
            trim=False,
        )
        assert placement.outcome is Outcome.WHOLE
        assert placement.update == update([section(2, 3, text("e", (2, 2)))])

    def test_a_struct_that_is_known_in_part_is_kept_whole(self) -> None:
        it = ground({1: 3})
        arriving = update([section(1, 0, text("hello"))])
        assert it.place(arriving, trim=False).update == arriving
        assert it.known == {1: 5}

    @pytest.mark.parametrize(
        ("offset", "kept"),
        [(1, "a👩b👩"), (2, "a\ufffd\ufffdb👩"), (3, "a👩b👩"), (4, "a👩b👩"), (5, "a👩b\ufffd\ufffd")],
    )
    def test_a_character_that_is_known_in_part_is_cut_as_yjs_cuts_it(self, offset: int, kept: str) -> None:
        it = ground({1: offset, 2: 5})
        placement = it.place(update([section(1, 0, text("a👩b👩"), text("c", (1, 5)))]), trim=False)
        assert placement.outcome is Outcome.WHOLE
        assert placement.update == update([section(1, 0, text(kept), text("c", (1, 5)))])

    def test_a_skip_over_known_clocks_is_no_gap_and_is_not_kept(self) -> None:
        it = ground({1: 5})
        placement = it.place(update([section(1, 2, skip(3), text("x", (1, 4)))]), trim=False)
        assert placement.outcome is Outcome.WHOLE
        assert placement.update == update([section(1, 5, text("x", (1, 4)))])


class TestDeletes:
    def test_a_deletion_of_known_text_fits(self) -> None:
        it = ground({1: 5})
        arriving = update([], deletes((1, 1, 2)))
        assert it.place(arriving, trim=False).update is arriving
        assert it.deleted.ranges() == [(1, 1, 2)]

    def test_only_what_is_newly_deleted_is_kept(self) -> None:
        it = ground({1: 50, 2: 9}, (1, 10, 5), (2, 0, 9))
        placement = it.place(update([], deletes((2, 0, 9), (1, 8, 10))), trim=False)
        assert placement.outcome is Outcome.WHOLE
        assert placement.update == b"\0" + write_delete_set([(1, 8, 2), (1, 15, 3)])
        assert sorted(it.deleted.ranges()) == [(1, 8, 10), (2, 0, 9)]

    def test_a_whole_delete_set_with_a_new_struct_keeps_the_struct_and_the_news(self) -> None:
        it = ground({1: 5}, (1, 0, 2))
        structs = section(1, 5, text("x", (1, 4)))
        placement = it.place(update([structs], uints(1, 1, 2, 0, 2, 4, 1)), trim=True)
        assert placement.outcome is Outcome.WHOLE
        assert placement.update == update([structs], deletes((1, 4, 1)))

    def test_an_update_deletes_what_it_brings(self) -> None:
        it = Ground()
        arriving = update([section(1, 0, text("hello"))], deletes((1, 4, 1)))
        assert it.place(arriving, trim=False).update is arriving

    def test_a_struct_that_arrives_deleted_counts_as_deleted(self) -> None:
        it = ground({1: 2})
        arriving = update([section(1, 2, gone(3), item(1, uints(2), left=(1, 4)))])
        assert it.place(arriving, trim=False).update is arriving
        assert it.deleted.ranges() == [(1, 2, 5)]
        assert it.place(update([], deletes((1, 3, 4))), trim=False).outcome is Outcome.DUPLICATE

    def test_of_a_deleted_struct_known_in_part_only_the_rest_counts(self) -> None:
        it = ground({1: 3})
        it.place(update([section(1, 0, gone(5))]), trim=False)
        assert it.deleted.ranges() == [(1, 3, 2)]

    def test_a_deletion_of_unknown_text_is_a_gap(self) -> None:
        it = ground({1: 5})
        placement = it.place(update([], deletes((1, 4, 2))), trim=False)
        assert placement.outcome is Outcome.GAP
        assert placement.claim == Claim([], [(1, 4, 2)])
        assert it.deleted.ranges() == []

    def test_trimming_leaves_out_the_deletion_of_unknown_text(self) -> None:
        it = ground({1: 5})
        placement = it.place(update([], deletes((1, 4, 2), (2, 0, 1))), trim=True)
        assert placement.outcome is Outcome.PART
        assert placement.update == update([], deletes((1, 4, 1)))


class TestDuplicates:
    @pytest.mark.parametrize("trim", [False, True])
    @pytest.mark.parametrize(
        "arriving",
        [
            EMPTY_UPDATE,
            HELLO,
            update([section(1, 1, text("x", (1, 0)))]),
            update([], deletes((1, 2, 1))),
            update([], deletes((1, 1, 3), (1, 2, 1))),
            update([section(1, 1, skip(1), text("x", (1, 0)))], deletes((1, 2, 1))),
            typed(1, 1, "é", (1, 0)),
        ],
    )
    def test_what_is_covered_is_not_kept(self, arriving: bytes, trim: bool) -> None:
        it = ground({1: 5}, (1, 1, 3))
        before = facts(it)
        placement = it.place(arriving, trim=trim)
        assert placement.outcome is Outcome.DUPLICATE
        assert placement.update == b""
        assert facts(it) == before


GAPS = {
    "its own client's earlier text": typed(1, 6, "x", (1, 5)),
    "another client's text": typed(1, 5, "x", (2, 0)),
    "another client's text on the right": typed(1, 5, "x", (1, 4), (2, 0)),
    "a parent of another client": update([section(1, 5, text("x", parent=(2, 0)))]),
    "what a skip left out": update([section(1, 5, skip(2), text("x", (1, 6)))]),
    "a client that waits itself": update([section(1, 5, text("x", (3, 0))), section(3, 0, text("y", (2, 0)))]),
    "a circle": update([section(1, 5, text("x", (3, 0))), section(3, 0, text("y", (1, 5)))]),
    "deleted text": update([section(1, 5, text("x", (1, 4)))], deletes((2, 0, 1))),
}


@pytest.mark.parametrize("arriving", GAPS.values(), ids=GAPS.keys())
def test_an_update_that_builds_on_something_unknown_is_a_gap_and_changes_nothing(arriving: bytes) -> None:
    it = ground({1: 5})
    placement = it.place(arriving, trim=False)
    assert placement.outcome is Outcome.GAP
    assert placement.update == b""
    walk = check(arriving)
    assert placement.claim == Claim([(client, end) for client, _, end in walk.structs], walk.deletes)
    assert facts(it) == ({1: 5}, [])
    assert not it.covers(placement.claim)


@pytest.mark.parametrize("arriving", [GAPS[name] for name in GAPS if name != "deleted text"])
def test_trimming_leaves_nothing_where_nothing_fits(arriving: bytes) -> None:
    it = ground({1: 5})
    assert it.place(arriving, trim=True).outcome is Outcome.DUPLICATE
    assert facts(it) == ({1: 5}, [])


def test_trimming_keeps_what_fits() -> None:
    it = ground({1: 5})
    placement = it.place(
        update(
            [
                section(3, 0, text("ab"), text("c", (2, 9)), text("d", (3, 2))),
                section(1, 5, text("x", (3, 1)), skip(1), text("y", (1, 5))),
            ],
            deletes((3, 0, 4), (1, 5, 1)),
        ),
        trim=True,
    )
    assert placement.outcome is Outcome.PART
    assert placement.update == update(
        [section(3, 0, text("ab")), section(1, 5, text("x", (3, 1)))], deletes((3, 0, 2), (1, 5, 1))
    )
    assert it.known == {1: 6, 3: 2}


def test_a_circle_is_never_kept() -> None:
    arriving = update(
        [section(1, 0, text("a"), text("x", (2, 1))), section(2, 0, text("b", (1, 0)), text("y", (1, 1)))]
    )
    placement = Ground().place(arriving, trim=True)
    assert placement.outcome is Outcome.PART
    assert placement.update == update([section(1, 0, text("a")), section(2, 0, text("b", (1, 0)))])


def test_a_claim_is_covered_when_all_of_it_came() -> None:
    it = ground({1: 5})
    claim = it.place(update([section(1, 6, text("y", (1, 5)))], deletes((1, 2, 1))), trim=False).claim
    assert claim is not None
    it.place(typed(1, 5, "xy", (1, 4)), trim=False)
    assert not it.covers(claim), "the deletion did not come"
    it.place(update([], deletes((1, 1, 2))), trim=False)
    assert it.covers(claim)


def test_a_peer_knows_every_struct_or_not() -> None:
    it = ground({1: 5, 2: 1})
    assert it.covers_vector(peer({1: 5, 2: 4, 3: 1}))
    assert not it.covers_vector(peer({1: 5}))
    assert not it.covers_vector(peer({1: 4, 2: 1}))
    assert Ground().covers_vector(peer({}))


def test_long_vector_of_a_peer_is_compared_and_not_read() -> None:
    known = dict.fromkeys(range(1 << 30, (1 << 30) + 5000), 1)
    it = ground(known)
    assert peer(known).clocks is None
    assert it.covers_vector(peer(known))
    assert not it.covers_vector(peer({**known, 1 << 30: 2}))


def shuffled(seed: int) -> tuple[bytes, bytes]:
    """Make the edits of 2,000 clients, of whom every second one writes something that another then deletes."""
    numbers = random.Random(seed)
    clients = numbers.sample(range(1 << 32), 2000)
    sections = [section(client, 0, text("ab"), gone(1), text("c", (client, 2))) for client in clients]
    return update(sections), update([], deletes(*((client, 0, 1) for client in clients[::2])))


def test_what_takes_long_fits_bit_by_bit_while_the_ground_grows() -> None:
    written, deleted = shuffled(7)
    expected = Ground()
    assert expected.place(written, trim=False).outcome is Outcome.WHOLE
    assert expected.place(deleted, trim=False).outcome is Outcome.WHOLE
    at_once(expected.adding())

    it = Ground()
    early = plan(written, it.known, trim=False)
    work, steps = it.fitting(early), 0
    while True:
        try:
            next(work)
        except StopIteration as done:
            placement = it.take(done.value)
            break
        steps += 1
        first = early.ends[steps]
        it.place(update([section(first[0], 0, text("ab"))]), trim=False)  # somebody else brings a part of it
    assert steps > 10
    assert placement.update == written
    assert it.place(deleted, trim=False).update == deleted
    assert it.is_behind
    at_once(it.adding())
    assert not it.is_behind
    assert facts(it) == facts(expected)
    assert read_state_vector(it.vector()) == expected.known


def test_vector_of_a_ground_that_is_behind_says_too_little_and_nothing_wrong() -> None:
    written, _ = shuffled(3)
    it = ground({1: 5})
    assert it.vector() == write_state_vector({1: 5})
    it.settle(plan(written, it.known, trim=False))
    said = read_state_vector(it.vector())
    assert said.items() <= it.known.items()
    at_once(it.adding())
    assert read_state_vector(it.vector()) == it.known


def test_deletions_that_take_long_to_write_are_not_written_here() -> None:
    many = [(1, 3 * number, 1) for number in range(SHORT_DELETE_SET + 1)]
    it = ground({1: 1 << 20}, *many[:-1])
    assert it.delete_set() == write_delete_set(many[:-1])
    it = ground({1: 1 << 20}, *many)
    assert it.delete_set() is None
    assert it.deleted.count == len(many)


def test_the_encoded_state_follows_every_change() -> None:
    it = Ground()
    assert (it.vector(), it.delete_set()) == (b"\0", b"\0")
    it.place(HELLO, trim=False)
    assert it.vector() == write_state_vector({1: 5})
    assert it.vector() is it.vector()
    it.place(typed(1, 5, "x", (1, 4)), trim=False)
    assert it.vector() == write_state_vector({1: 6})
    it.place(update([], deletes((1, 0, 1))), trim=False)
    assert it.delete_set() == deletes((1, 0, 1))
    it.place(update([section(1, 6, gone(1))]), trim=False)
    assert it.vector() == write_state_vector({1: 7})
    assert it.delete_set() == write_delete_set([(1, 0, 1), (1, 6, 1)])


@pytest.mark.parametrize(
    "arriving",
    [
        b"",
        b"\0",
        b"\1\1\1\0\x84\1\0\2\xc3\x28\0",
        update([section(1, 5, item(4, string(b"\xed\xa0\xbd"), left=(1, 4)))]),
        typed(1, (1 << 31) - 1, "ab", (1, 0)),
        typed(1, 5, "x", (1, 5)),
        typed(1, 5, "x", (1, 4), (1, 9)),
    ],
)
def test_a_malformed_update_is_refused_and_changes_nothing(arriving: bytes) -> None:
    it = ground({1: 5})
    with pytest.raises(MalformedUpdate):
        it.place(arriving, trim=True)
    assert facts(it) == ({1: 5}, [])


class TestPlans:
    def test_a_plan_made_elsewhere_gives_what_placing_gives(self) -> None:
        arriving = update([section(1, 5, text("x", (1, 4)))], deletes((1, 0, 1)))
        it = ground({1: 5})
        placement = it.settle(plan(arriving, dict(it.known), trim=False))
        assert placement.outcome is Outcome.WHOLE
        assert placement.update is arriving

    def test_what_came_in_between_is_a_duplicate(self) -> None:
        it = ground({1: 5})
        made = plan(typed(1, 5, "x", (1, 4)), dict(it.known), trim=False)
        it.place(typed(1, 5, "x", (1, 4)), trim=False)
        assert it.settle(made).outcome is Outcome.DUPLICATE

    def test_clocks_never_go_back(self) -> None:
        it = ground({1: 5})
        made = plan(typed(1, 5, "x", (1, 4)), dict(it.known), trim=False)
        it.place(typed(1, 5, "xyz", (1, 4)), trim=False)
        it.settle(made)
        assert it.known == {1: 8}

    def test_a_gap_that_was_filled_in_between_is_asked_for_again(self) -> None:
        it = ground({1: 5})
        made = plan(typed(1, 6, "y", (1, 5)), dict(it.known), trim=False)
        it.place(typed(1, 5, "x", (1, 4)), trim=False)
        assert it.settle(made).outcome is Outcome.GAP

    def test_what_was_left_out_and_fits_by_now_is_said_to_be_stale(self) -> None:
        arriving = update([section(1, 6, text("y", (1, 5))), section(2, 0, text("b"))])
        it = ground({1: 5})
        made = plan(arriving, dict(it.known), trim=True)
        assert not it.settle(made).stale
        it.place(typed(1, 5, "x", (1, 4)), trim=False)
        placement = it.settle(made)
        assert (placement.outcome, placement.stale) == (Outcome.DUPLICATE, True)

    def test_a_plan_of_another_room_is_a_gap(self) -> None:
        made = plan(typed(1, 5, "x", (1, 4)), {1: 5}, trim=True)
        assert ground({1: 2}).settle(made).outcome is Outcome.GAP

    def test_deletions_are_judged_by_what_is_there_when_it_settles(self) -> None:
        it = ground({1: 5})
        made = plan(update([], deletes((1, 4, 2))), dict(it.known), trim=False)
        it.place(typed(1, 5, "x", (1, 4)), trim=False)
        assert it.settle(made).outcome is Outcome.WHOLE


ids = st.none() | st.tuples(st.integers(1, 3), st.integers(0, 5))
strings = st.sampled_from(["a", "bc", "é", "👩", "漢字", "x" * 127, "x" * 128])
arrivals = st.one_of(
    st.builds(typed, st.integers(1, 3), st.integers(0, 5), strings, ids, ids),
    st.builds(
        lambda *ranges: update([], deletes(ranges)),
        st.integers(1, 3),
        st.integers(0, 5),
        st.integers(1, 4) | st.just(200),
    ),
)


@examples(500)
@given(st.lists(arrivals, min_size=1, max_size=8), st.booleans())
@example([typed(1, 0, "a"), typed(1, 1, "b", (1, 0))], False)
def test_the_short_way_and_the_long_way_agree(arriving: list[bytes], trim: bool) -> None:
    short, long = ground({1: 3, 2: 2}, (1, 0, 1)), ground({1: 3, 2: 2}, (1, 0, 1))
    for one in arriving:
        results: list[Placement | None] = []
        for place in (
            lambda one: short.place(one, trim=trim),
            lambda one: long.settle(plan(one, dict(long.known), trim=trim)),
        ):
            try:
                results.append(place(one))
            except MalformedUpdate:
                results.append(None)
        first, second = results
        if first is None or second is None:
            assert first is second is None
        else:
            assert (first.outcome, first.update, first.claim) == (second.outcome, second.update, second.claim)
            assert (first.update is one) == (second.update is one)
        assert facts(short) == facts(long)
        assert (short.vector(), short.delete_set()) == (long.vector(), long.delete_set())


def test_many_clients_that_wait_for_each_other_are_placed_in_no_time(seed: int) -> None:
    clients = list(range(1, 5001))
    sections = [
        section(client, 0, text("a", (client + 1, 0)) if client < len(clients) else text("a"), text("b", (1, 0)))
        for client in clients
    ]
    random.Random(seed).shuffle(sections)
    it = Ground()
    assert it.place(update(sections), trim=False).outcome is Outcome.WHOLE
    assert it.known == dict.fromkeys(clients, 2)


def test_a_cache_of_clients_does_not_grow_without_bound() -> None:
    it = ground({1: 1})
    for client in range(2, 20_000):
        it.place(typed(client, 0, "a", (1, 0)), trim=False)
    assert len(it._clients) <= 4096
    assert len(it.known) == 19_999


def test_an_attribute_and_a_map_are_placed_like_text() -> None:
    it = Ground()
    arriving = update([section(1, 0, item(7, b"\1"), item(8, b"\1\x7e", parent=(1, 0), key="k"))])
    assert it.place(arriving, trim=False).update is arriving
    arriving = update([section(2, 0, item(6, write_var_string("bold") + write_var_string("true"), left=(1, 1)))])
    assert it.place(arriving, trim=False).update is arriving
