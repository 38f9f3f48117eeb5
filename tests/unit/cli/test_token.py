"""`coscribe token`."""

import time

import pytest

from coscribe.access.gate import Gate
from coscribe.access.keys import KeyRing, secret_key
from coscribe.access.principal import Principal
from coscribe.access.roles import Role
from coscribe.access.tokens import Forbidden, SignInRequired
from coscribe.cli.command import run

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("COSCRIBE_SECRET", SECRET)


def verify(secret: bytes, token: str, *, document: str, now: float) -> Principal:
    return Gate(keys=KeyRing([secret_key(secret)]), now=lambda: now).admit(token, document)


def make(capsys, *arguments: str) -> str:
    assert run(["token", *arguments]) == 0
    return capsys.readouterr().out.strip()


def test_printed_token_opens_its_document_and_no_other(capsys):
    token = make(capsys, "notes/a", "--role", "edit", "--user", "u1", "--name", "Ada", "--color", "#336699")
    principal = verify(SECRET.encode(), token, document="notes/a", now=time.time())
    assert principal[:4] == ("u1", "Ada", "#336699", Role.EDIT)
    with pytest.raises(Forbidden):
        verify(SECRET.encode(), token, document="notes/b", now=time.time())


def test_document_that_begins_with_a_hyphen_is_named_behind_the_options(capsys):
    token = make(capsys, "--role", "edit", "--", "-a")
    assert verify(SECRET.encode(), token, document="-a", now=time.time()).role == Role.EDIT


@pytest.mark.parametrize(("pattern", "document"), [("*", "anything"), ("notes/*", "notes/a"), ("no*", "notes/a")])
def test_star_stands_for_every_id_that_begins_so(pattern: str, document: str, capsys):
    token = make(capsys, pattern, "--role", "admin")
    assert verify(SECRET.encode(), token, document=document, now=time.time()).role is Role.ADMIN


def test_token_lives_as_long_as_asked(capsys):
    token = make(capsys, "a", "--role", "view", "--ttl", "60")
    verify(SECRET.encode(), token, document="a", now=time.time() + 50)
    with pytest.raises(SignInRequired):
        verify(SECRET.encode(), token, document="a", now=time.time() + 90)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["../a", "--role", "view"], "document id"),
        (["/*", "--role", "view"], "document id"),
        (["a**", "--role", "view"], "document id"),
        (["a", "--role", "owner"], "view"),
        (["a"], "--role"),
        (["a", "--role", "view", "--ttl", "0"], "second"),
        (["a", "--role", "view", "--ttl", "15m"], "--ttl"),
        (["a", "--role", "view", "--color", "blue"], "#3366cc"),
        (["a", "--role", "view", "--name", "n" * 201], "200 characters at most"),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], says: str, capsys):
    assert run(["token", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err
    assert SECRET not in err


def test_without_a_secret_it_says_which_to_set(monkeypatch, capsys):
    monkeypatch.delenv("COSCRIBE_SECRET")
    assert run(["token", "a", "--role", "view"]) == 2
    assert "COSCRIBE_SECRET" in capsys.readouterr().err
