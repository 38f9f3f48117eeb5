"""The running server, as a command asks it: with a token, at one address and never at another.

No redirect is followed, as the token would go along. At the address that follows from the settings a server must show
the very certificate of `tls_cert`, whatever name is in that and whoever signed it; at another, one that this machine
trusts.
"""

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from coscribe.cli.errors import CommandFailed, UsageError
from coscribe.cli.shown import shown
from coscribe.settings import Settings, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    import aiohttp

URL_HELP = (
    "Address of the running server; without it that of the settings, where it must show the certificate of `tls_cert`."
)
DEADLINE_S = 10.0
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - to talk to, not to listen on


class Refused(CommandFailed):
    """An answer that is not what was asked for; `detail` is the server's reason."""

    def __init__(self, detail: str) -> None:
        self.detail = shown(detail)
        super().__init__(f"The server refuses: {self.detail}")


class RunningServer:
    """A server at an address, which `flag` names on the command line."""

    def __init__(self, session: "aiohttp.ClientSession", url: str, flag: str, remedy: str) -> None:
        """`remedy` says what to do where it cannot be trusted."""
        self.url = url
        self._session = session
        self._flag = flag
        self._remedy = remedy

    async def ask(self, method: str, path: str, *wanted: str, **body: Any) -> dict[str, Any]:
        """Send a request and return the JSON object of the answer, which must have what is wanted.

        Raise Refused, or CommandFailed when no Coscribe server answers.
        """
        import aiohttp
        from yarl import URL

        url = URL(self.url + path, encoded=True)
        try:
            async with self._session.request(method, url, allow_redirects=False, **body) as answer:
                text = await answer.read()
        except aiohttp.ClientSSLError as error:
            reason = getattr(error.__cause__, "verify_message", "").rstrip(".") or "it does not speak TLS as it should"
            raise CommandFailed(f"{self.url} cannot be trusted ({reason}); {self._remedy}.") from None
        except (aiohttp.ClientConnectorError, TimeoutError, UnicodeError):  # the last for what can be no host's name
            raise CommandFailed(
                f"No server answers at {self.url}: start one with `coscribe serve`, or name another with {self._flag}."
            ) from None
        except aiohttp.ClientError:
            raise CommandFailed(
                f"What answers at {self.url} is no Coscribe server, or one that wants https; name it with {self._flag}."
            ) from None
        if "Location" in answer.headers and 300 <= answer.status < 400:
            target = shown(answer.headers["Location"].removesuffix(path))
            raise CommandFailed(f"{self.url} redirects to {target}; if that is the server, name it with {self._flag}.")
        return self._read(answer.status, text, wanted)

    def _read(self, status: int, text: bytes, wanted: tuple[str, ...]) -> dict[str, Any]:
        try:
            told = json.loads(text or b"{}")
        except ValueError:
            told = None
        if isinstance(told, dict) and status < 400 and told.keys() >= set(wanted):
            return told
        if isinstance(told, dict) and status >= 400 and "detail" in told:
            raise Refused(str(told["detail"]))
        raise Refused(f"{self.url} answers {status}, and not as a Coscribe server does; check {self._flag}.")


@asynccontextmanager
async def running_server(
    settings: Settings, url: str | None, token: str | None, *, flag: str = "--url", deadline_s: float = DEADLINE_S
) -> AsyncIterator[RunningServer]:
    """Talk to the server at an address, or at that of the settings; raise UsageError for what is no address."""
    import aiohttp

    if token is not None and not token.isprintable():
        raise UsageError("The token has characters that no token has, such as the end of a line; copy it again.")
    address = own_address(settings) if url is None else _checked(url, flag)
    trusted: ssl.SSLContext | bool = True
    remedy = f"call it with {flag} by a name in its certificate"
    if url is None and settings.tls_cert is not None:
        trusted = _trusting(settings.tls_cert)
        remedy = f"restart the server if the certificate of `tls_cert` was renewed, or name the server with {flag}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(
        headers=headers, timeout=aiohttp.ClientTimeout(deadline_s), connector=aiohttp.TCPConnector(ssl=trusted)
    ) as session:
        yield RunningServer(session, address, flag, remedy)


def own_address(settings: Settings) -> str:
    """Return the address of the server that runs with these settings on this machine."""
    host = _ANY_ADDRESS.get(settings.host, settings.host)
    scheme = "http" if settings.tls_cert is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _checked(url: str, flag: str) -> str:
    from yarl import URL

    try:
        parts = URL(url)
    except ValueError:
        parts = URL()
    if parts.scheme not in ("http", "https") or not parts.host or parts.user or parts.query_string or parts.fragment:
        raise UsageError(f"{flag} must be an address such as http://127.0.0.1:8080.")
    return str(parts).rstrip("/")


def _trusting(certificate: "Path") -> ssl.SSLContext:
    """Trust the first certificate of a PEM file, which is the server's, and no other."""
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificate

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # whoever has its key is the server
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        own = load_pem_x509_certificate(certificate.read_bytes())
        context.load_verify_locations(cadata=own.public_bytes(Encoding.DER))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no PEM file"
        raise SettingsError(f"The certificate {certificate} cannot be read ({reason}); check tls_cert.") from None
    return context
