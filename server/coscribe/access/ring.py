"""The keys that the settings give."""

import ipaddress
from urllib.parse import urlsplit

from ..settings import Settings, SettingsError
from .keys import BadKey, KeyRing, keys_of_file, secret_key


def ring_of(settings: Settings) -> KeyRing:
    """Read the keys that the settings name; raise SettingsError for those that cannot be used."""
    own = []
    if settings.secret_bytes is not None:
        own.append(secret_key(settings.secret_bytes))
    if settings.key_file is not None:
        try:
            own += keys_of_file(settings.key_file.read_bytes())
        except OSError as error:
            raise SettingsError(
                f"Cannot read the keys in {settings.key_file}: {error.strerror}; check COSCRIBE_KEY_FILE."
            ) from None
        except BadKey as error:
            raise SettingsError(f"The file {settings.key_file} cannot be used: {error}.") from None
    for name in ("jwks_url", "oidc_issuer"):
        url = getattr(settings, name)
        if url is not None:
            check_url(name, url)
    return KeyRing(own)


def check_url(name: str, url: str) -> None:
    """Refuse, with SettingsError, an address from which keys could come unprotected."""
    if not is_protected(url):
        raise SettingsError(
            f"The setting `{name}` must be an https address: whoever can change what comes over http can be anybody."
        )


def is_protected(url: str) -> bool:
    """Tell whether nobody on the way can change what comes from an address: https, or http on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and _is_local(parts.hostname or "")


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
