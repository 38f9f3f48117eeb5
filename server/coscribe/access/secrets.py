"""Secrets that this server hands out and keeps only as hashes."""

import base64
import hashlib
import hmac

SALT_BYTES = 16
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 14, 8, 1
"""16 MiB and some 50 ms a guess."""


def text_of(random: bytes) -> str:
    """Write random bytes as text for an address or a header."""
    return base64.urlsafe_b64encode(random).rstrip(b"=").decode()


def hash_of(secret: str) -> bytes:
    """Hash a secret that nobody can guess, so that it is found by its hash."""
    return hashlib.sha256(secret.encode()).digest()


def hash_password(password: str, salt: bytes) -> bytes:
    """Hash a password that somebody chose, slowly; the salt stands before the hash. Takes tens of milliseconds."""
    return salt + hashlib.scrypt(password.encode(), salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)


def is_password(password: str, hashed: bytes) -> bool:
    """Tell whether a password is the one that was hashed. Takes tens of milliseconds."""
    return hmac.compare_digest(hash_password(password, hashed[:SALT_BYTES]), hashed)
