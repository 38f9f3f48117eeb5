"""`coscribe key`: make, list or revoke the keys of servers that use the API."""

import asyncio
from typing import Annotated, Any, Literal
from urllib.parse import quote

from cyclopts import Parameter

from coscribe.cli.errors import UsageError
from coscribe.cli.flags import flags_for, load
from coscribe.cli.running_server import URL_HELP, running_server
from coscribe.cli.shown import shown
from coscribe.cli.signing import admin_token
from coscribe.settings import Settings

Flags: Any = flags_for("config", "host", "port", "secret_file", "key_file", "tls_cert")
Action = Literal["create", "list", "revoke"]
Role = Literal["view", "comment", "edit", "admin"]
EVERY_DOCUMENT = "*"
DEFAULT_ROLE: Role = "edit"


def key(
    action: Annotated[Action, Parameter(help="What to do.")],
    id: Annotated[str, Parameter(help="The key to revoke.", show_default=False)] = "",
    /,
    *,
    documents: Annotated[
        str, Parameter(help="Id of a document; a final * stands for every id that begins so.", metavar="ID")
    ] = EVERY_DOCUMENT,
    role: Annotated[Role, Parameter(help="What the key may do.")] = DEFAULT_ROLE,
    name: Annotated[str, Parameter(help="What the key is for.", metavar="NAME", show_default=False)] = "",
    ttl: Annotated[
        int | None, Parameter(help="Seconds the key is good for; for ever without.", metavar="SECONDS")
    ] = None,
    url: Annotated[str | None, Parameter(help=URL_HELP, metavar="URL")] = None,
    given: Flags = None,
) -> None:
    """Make, list or revoke keys of servers; a new key is printed, and never shown again.

    It asks the running server, as whoever holds the secret that signs its tokens.
    """
    if action == "create":
        if id:
            raise UsageError(f"A new key is for the documents that a flag names; say --documents {shown(id)}.")
    elif (documents, role, name, ttl) != (EVERY_DOCUMENT, DEFAULT_ROLE, "", None):
        raise UsageError("--documents, --role, --name and --ttl say what a new key may do; leave them out.")
    if action == "list" and id:
        raise UsageError(f"`coscribe key list` shows every key; leave {shown(id, word=True)} out.")
    if action == "revoke" and not id:
        raise UsageError("Name the key to revoke; `coscribe key list` shows them.")
    wanted = {"documents": documents, "role": role, "name": name, **({} if ttl is None else {"ttl": ttl})}
    if action == "create":
        _judge(wanted)
    asyncio.run(_ask(load(given), url, action, id, wanted))


def _judge(wanted: dict[str, Any]) -> None:
    """Raise UsageError for a key that the server would not make."""
    from coscribe.document_id import InvalidDocumentId
    from coscribe.http.api_keys import judged
    from coscribe.http.problems import Problem

    try:
        judged(wanted)
    except (InvalidDocumentId, Problem) as error:
        raise UsageError(str(error)) from None


async def _ask(settings: Settings, url: str | None, action: Action, id: str, wanted: dict[str, Any]) -> None:
    async with running_server(settings, url, admin_token(settings)) as server:
        if action == "create":
            print((await server.ask("POST", "/api/keys", "secret", json=wanted))["secret"])
        elif action == "revoke":
            await server.ask("DELETE", f"/api/keys/{quote(id, safe='')}")
        else:
            for line in (await server.ask("GET", "/api/keys", "keys"))["keys"]:
                state = "revoked" if line["revoked"] else f"until {line['expires']}" if line["expires"] else "good"
                cells = (line["id"], f"{line['role']:7}", line["documents"], state, line["name"])
                print("  ".join(shown(cell) for cell in cells).rstrip())
