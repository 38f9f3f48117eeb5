"""Tokens that a command signs with the server's own key, from the same settings."""

from typing import Any

from coscribe.cli.errors import UsageError
from coscribe.settings import Settings

TOKEN_TTL_S = 60


def signed(settings: Settings, **claims: Any) -> str | None:
    """Make a token, good from now on; None where this machine does not have the key. For `claims` see `issue`."""
    from coscribe.access.ring import ring_of
    from coscribe.access.tokens import Rules, issue
    from coscribe.env import SystemEnv

    key = ring_of(settings).signer
    if key is None:
        return None
    rules = Rules(settings.token_audience, settings.token_issuer, settings.max_token_ttl_s)
    return issue(key, now=SystemEnv().wall_ms() / 1000, rules=rules, **claims)


def for_everything(settings: Settings, ttl_s: int, name: str = "") -> str | None:
    """Make a token for the server itself, for so long or for as long as a token may live."""
    return signed(settings, document="*", role="admin", name=name, ttl_s=min(ttl_s, settings.max_token_ttl_s))


def admin_token(settings: Settings) -> str:
    """Make a token to ask the running server with; raise UsageError where there is no key."""
    return needed(for_everything(settings, TOKEN_TTL_S))


def needed(token: str | None) -> str:
    """Return the token; raise UsageError where there was no key to sign one with."""
    if token is None:
        raise UsageError(
            "There is no secret to sign with: set COSCRIBE_SECRET or COSCRIBE_SECRET_FILE as for the server."
        )
    return token
