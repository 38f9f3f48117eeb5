"""`coscribe key`: make, list and revoke the keys of servers that use the API."""

import json
import urllib.error
import urllib.request
from typing import Annotated, Any, Literal
from urllib.parse import quote

from cyclopts import Parameter

from coscribe.cli.errors import CommandFailed, UsageError
from coscribe.cli.flags import flags_for, load
from coscribe.settings import Settings

Flags: Any = flags_for("config", "host", "port", "secret_file", "key_file")
Action = Literal["create", "list", "revoke"]
Role = Literal["view", "comment", "edit", "admin"]
EVERY_DOCUMENT = "*"
TOKEN_TTL_S = 60
DEADLINE_S = 10


def key(
    action: Annotated[Action, Parameter(help="What to do.")],
    id: Annotated[str, Parameter(help="The key to revoke.", show_default=False)] = "",
    /,
    *,
    documents: Annotated[
        str, Parameter(help="Id of a document; a final * stands for every id that begins so.", metavar="ID")
    ] = EVERY_DOCUMENT,
    role: Annotated[Role, Parameter(help="What the key may do.")] = "edit",
    name: Annotated[str, Parameter(help="What the key is for.", metavar="NAME", show_default=False)] = "",
    ttl: Annotated[
        int | None, Parameter(help="Seconds the key is good for; for ever without.", metavar="SECONDS")
    ] = None,
    url: Annotated[
        str | None, Parameter(help="Address of the running server; that of the settings without.", metavar="URL")
    ] = None,
    given: Flags = None,
) -> None:
    """Make, list or revoke keys of servers; a new key is printed, and never shown again.

    It asks the running server, as whoever holds the secret that signs its tokens.
    """
    server = RunningServer(load(given), url)
    if action == "create":
        wanted = {"documents": documents, "role": role, "name": name, **({} if ttl is None else {"ttl": ttl})}
        print(server.ask("POST", "/api/keys", wanted)["secret"])
    elif action == "revoke":
        if not id:
            raise UsageError("Name the key to revoke; `coscribe key list` shows them.")
        server.ask("DELETE", f"/api/keys/{quote(id, safe='')}")
    else:
        for line in server.ask("GET", "/api/keys")["keys"]:
            state = "revoked" if line["revoked"] else f"until {line['expires']}" if line["expires"] else "good"
            print(f"{line['id']}  {line['role']:7}  {line['documents']}  {state}  {line['name']}".rstrip())


class RunningServer:
    """The running server, asked with a token of its own secret."""

    def __init__(self, settings: Settings, url: str | None) -> None:
        from coscribe.access.ring import ring_of
        from coscribe.access.tokens import Rules, issue
        from coscribe.env import SystemEnv

        signer = ring_of(settings).signer
        if signer is None:
            raise UsageError("There is no secret to sign with: set COSCRIBE_SECRET or COSCRIBE_SECRET_FILE as there.")
        rules = Rules(settings.token_audience, settings.token_issuer, settings.max_token_ttl_s)
        now = SystemEnv().wall_ms() / 1000
        ttl_s = min(TOKEN_TTL_S, rules.longest_ttl_s)
        self._token = issue(signer, document=EVERY_DOCUMENT, role="admin", ttl_s=ttl_s, now=now, rules=rules)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        self._url = (url or f"http://{host}:{settings.port}").rstrip("/")
        if not self._url.startswith(("http://", "https://")):
            raise UsageError("--url must be an address such as http://127.0.0.1:8080.")

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send a request and return what its JSON says; raise CommandFailed."""
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            self._url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as response:  # noqa: S310
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                raise CommandFailed(f"The server refuses: {_detail(error.read())}") from None
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise CommandFailed(
                f"No server answers at {self._url} ({reason}); start it, or name it with --url."
            ) from None


def _detail(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["detail"])
    except (ValueError, KeyError, TypeError):
        return "its answer is no problem document; check --url."
