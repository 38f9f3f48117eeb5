"""TLS for installations without a proxy in front."""

import ssl

from ..settings import Settings, SettingsError


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Make the context of `tls_cert` and `tls_key`; None without them, SettingsError when they cannot be used."""
    if settings.tls_cert is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or "it is no PEM file"
        raise SettingsError(
            f"The certificate {settings.tls_cert} and its key cannot be used ({reason}); check tls_cert and tls_key."
        ) from None
    return context
