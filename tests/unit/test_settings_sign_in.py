"""The settings of sign-in with OpenID Connect: what goes together, and that its secret stays one."""

from pathlib import Path

import pytest

from coscribe.settings import Settings, SettingsError

PROVIDER = {"COSCRIBE_OIDC_ISSUER": "https://id.example.org", "COSCRIBE_OIDC_CLIENT_ID": "coscribe"}


def load(**environ: str) -> Settings:
    return Settings.load({}, {"COSCRIBE_AUTH": "token", **PROVIDER, **environ})


def refusal(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(**environ).check_exposure()
    return str(caught.value)


def test_a_provider_is_enough_to_let_people_in():
    settings = load()
    settings.check_exposure()
    assert settings.oidc_scopes == ("openid", "profile", "email")
    assert settings.default_role == "none"


def test_a_provider_goes_with_auth_token_and_a_client_id():
    assert "--auth token" in refusal(COSCRIBE_AUTH="none")
    assert "oidc_client_id" in refusal(COSCRIBE_OIDC_CLIENT_ID="")


def test_client_secret_comes_from_a_file_and_is_never_shown(tmp_path: Path):
    (tmp_path / "secret").write_text("of the provider\n")
    settings = load(COSCRIBE_OIDC_CLIENT_SECRET_FILE=str(tmp_path / "secret"))
    assert settings.oidc_client_secret is not None
    assert settings.oidc_client_secret.get_secret_value() == "of the provider"
    assert "of the provider" not in repr(settings)
    both = refusal(COSCRIBE_OIDC_CLIENT_SECRET="of the provider", COSCRIBE_OIDC_CLIENT_SECRET_FILE=str(tmp_path / "x"))
    assert "leave one of them out" in both
    assert "COSCRIBE_OIDC_CLIENT_SECRET_FILE" in refusal(COSCRIBE_OIDC_CLIENT_SECRET_FILE=str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "docs.example.org"),
        ("PUBLIC_URL", "https://docs.example.org/path"),
        ("PUBLIC_URL", "ftp://docs.example.org"),
        ("OIDC_REQUIRED_CLAIMS", "groups"),
        ("OIDC_REQUIRED_CLAIMS", "=writers"),
        ("DEFAULT_ROLE", "admin"),
        ("SESSION_IDLE_S", "0"),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, value: str):
    assert name.lower() in refusal(**{f"COSCRIBE_{name}": value})


def test_lists_and_addresses_are_read_as_operators_write_them():
    settings = load(
        COSCRIBE_PUBLIC_URL="https://Docs.Example.org/",
        COSCRIBE_OIDC_REQUIRED_CLAIMS="groups=writers, hd=example.org",
        COSCRIBE_OIDC_TRUST_EMAIL="true",
    )
    assert settings.public_url == "https://docs.example.org"
    assert settings.oidc_required_claims == ("groups=writers", "hd=example.org")
    assert settings.oidc_trust_email
