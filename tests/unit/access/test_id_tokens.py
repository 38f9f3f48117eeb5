"""Who somebody is by what a provider says of them, and whom the settings let in."""

from __future__ import annotations

from typing import Any

import pytest

from coscribe.access.id_tokens import Refused, Wanted, person_of
from coscribe.access.tokens import MAX_USER_CHARACTERS

ISSUER = "https://id.example.org"
CLAIMS: dict[str, Any] = {"sub": "ada", "name": "Ada", "email": "Ada@Example.org", "email_verified": True}


def person(wanted: Wanted = Wanted(), **claims: Any) -> Any:  # noqa: B008 - a tuple
    given = {**CLAIMS, **claims}
    return person_of({name: value for name, value in given.items() if value is not None}, wanted, ISSUER)


def test_ids_of_two_providers_differ_and_stay_the_same() -> None:
    one = person_of(CLAIMS, Wanted(), ISSUER)
    assert one.id == person_of(CLAIMS, Wanted(), ISSUER).id
    assert one.id != person_of(CLAIMS, Wanted(), "https://other.example.org").id
    assert one.id.startswith("oidc:")
    assert one.id.endswith(":ada")
    long = person(sub="a" * 255)
    assert len(long.id) <= MAX_USER_CHARACTERS
    assert long.id != person(sub="a" * 254).id


def test_claims_are_those_that_the_settings_name() -> None:
    wanted = Wanted(id="oid", name="display", picture="avatar.url", groups="realm_access.roles")
    found = person(
        wanted,
        oid=17,
        display="Countess",
        avatar={"url": "https://example.org/ada.png"},
        realm_access={"roles": ["writers", 3, {"a": 1}, True]},
    )
    assert found.id.endswith(":17")
    assert (found.name, found.picture) == ("Countess", "https://example.org/ada.png")
    assert found.groups == ("writers", "3", "true")
    assert person(Wanted(groups="http://example.org/groups"), **{"http://example.org/groups": "one"}).groups == ("one",)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": None, "preferred_username": "ada.l"}, "ada.l"),
        ({"name": "", "nickname": "addy"}, "addy"),
        ({"name": " \u202e\n "}, "Ada"),
        ({"name": None, "email_verified": False}, ""),
        ({"name": ["Ada"]}, "Ada"),
        ({"name": "Ada\u202eLovelace\ud800"}, "Ada Lovelace?"),
        ({"name": "a" * 500}, "a" * 100),
    ],
)
def test_name_is_one_that_can_be_shown(claims: dict[str, Any], name: str) -> None:
    assert person(**claims).name == name


@pytest.mark.parametrize(
    ("claims", "trusted", "email"),
    [
        ({}, False, "Ada@Example.org"),
        ({"email_verified": "true"}, False, "Ada@Example.org"),
        ({"email_verified": None}, False, ""),
        ({"email_verified": None}, True, "Ada@Example.org"),
        ({"email_verified": False}, True, ""),
        ({"email_verified": 1}, False, "Ada@Example.org"),
        ({"email_verified": "yes"}, False, ""),
        ({"email": "a@b@example.org"}, False, ""),
        ({"email": "a@example.org\n"}, False, ""),
        ({"email": ["a@example.org"]}, False, ""),
    ],
)
def test_email_counts_when_it_is_known_to_be_theirs(claims: dict[str, Any], trusted: bool, email: str) -> None:
    assert person(Wanted(trust_email=trusted), **claims).email == email


@pytest.mark.parametrize(
    ("claims", "comes_in"),
    [
        ({}, True),
        ({"email": "ada@example.org.evil.org"}, False),
        ({"email": "ada@evilexample.org"}, False),
        ({"email": "ada@sub.example.org"}, False),
        ({"email_verified": False}, False),
        ({"email": None}, False),
    ],
)
def test_only_addresses_of_the_allowed_domains_come_in(claims: dict[str, Any], comes_in: bool) -> None:
    wanted = Wanted(domains=("EXAMPLE.org",))
    if comes_in:
        assert person(wanted, **claims)
    else:
        with pytest.raises(Refused):
            person(wanted, **claims)


def test_every_required_claim_must_be_there() -> None:
    wanted = Wanted(required=("groups=writers", "staff=true", "org.unit=7"))
    good: dict[str, Any] = {"groups": ["readers", "writers"], "staff": True, "org": {"unit": 7}}
    assert person(wanted, **good).name == "Ada"
    for bad in (
        {"groups": "writer"},
        {"groups": ["writers of others"]},
        {"staff": False},
        {"staff": None},
        {"org": {"unit": 70}},
        {"org": "7"},
    ):
        with pytest.raises(Refused):
            person(wanted, **{**good, **bad})


@pytest.mark.parametrize("own_id", [None, "", True, ["ada"], {"a": 1}, "\ud800"])
def test_who_has_no_id_does_not_come_in(own_id: Any) -> None:
    with pytest.raises(Refused):
        person(Wanted(id="oid"), oid=own_id)


@pytest.mark.parametrize(
    "picture",
    ["javascript:alert(1)", "http://example.org/a.png", "https://", "//example.org/a", "data:x", 7, "https://["],
)
def test_picture_is_an_https_address_or_none(picture: Any) -> None:
    assert person(picture=picture).picture == ""
