"""The outside world, real and replayed."""

import re
import time

import pytest

from coscribe.env import Env, SeededEnv, SystemEnv


def draw(env: Env) -> tuple[float, int, bytes, str]:
    return env.monotonic(), env.wall_ms(), env.random_bytes(8), env.random_id()


def test_seeded_env_repeats_from_its_seed():
    assert draw(SeededEnv(7)) == draw(SeededEnv(7))
    assert draw(SeededEnv(7))[2:] != draw(SeededEnv(8))[2:]


def test_seeded_time_moves_only_when_told():
    env = SeededEnv(1, wall_ms=1000)
    before = env.monotonic()
    env.advance(0.25)
    assert (env.monotonic() - before, env.wall_ms()) == (0.25, 1250)


def test_seeded_time_does_not_go_back():
    with pytest.raises(ValueError, match="cannot go back"):
        SeededEnv(1).advance(-1)


def test_system_env_tells_the_time():
    env = SystemEnv()
    assert abs(env.wall_ms() - time.time() * 1000) < 1000
    assert env.monotonic() <= env.monotonic()
    assert len(env.random_bytes(5)) == 5


@pytest.mark.parametrize("env", [SystemEnv(), SeededEnv(3)], ids=["system", "seeded"])
def test_identifiers_fit_a_url_and_differ(env: Env):
    ids = {env.random_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{14}[A-Za-z0-9]", name) for name in ids)
