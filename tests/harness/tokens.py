"""Tokens made by hand, so that a test can make any: signed with HMAC, with whatever header and claims."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SECRET = "a secret of more than thirty-two bytes for tests"
TOKEN_AUTH = ("--auth", "token")


def encoded(data: bytes | dict[str, Any]) -> str:
    """Write a part of a token."""
    raw = json.dumps(data).encode() if isinstance(data, dict) else data
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: dict[str, Any], claims: dict[str, Any], key: bytes, hash: str = "sha256") -> str:
    """Put a token together and sign it with HMAC."""
    body = f"{encoded(header)}.{encoded(claims)}"
    return f"{body}.{encoded(hmac.digest(key, body.encode(), getattr(hashlib, hash)))}"


def claims(document: str, role: str, user: str = "", *, ttl: float = 60, **other: Any) -> dict[str, Any]:
    """Make the claims of a good token; `other` are put over them, and left out where they are None."""
    now = time.time()
    made = {"aud": "coscribe", "document": document, "role": role, "iat": now, "exp": now + ttl, "sub": user, **other}
    return {name: value for name, value in made.items() if value is not None}


def token(document: str, role: str, user: str = "", *, ttl: float = 60, secret: str = SECRET, **other: Any) -> str:
    """Make a good token, or one with other claims."""
    return signed({"alg": "HS256", "typ": "JWT"}, claims(document, role, user, ttl=ttl, **other), secret.encode())


def bearer(token: str) -> dict[str, str]:
    """Make the header that carries a token."""
    return {"Authorization": f"Bearer {token}"}
