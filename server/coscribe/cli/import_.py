"""`coscribe import`: make documents of files, through a running server.

Only the server writes to its database, so this asks it to, like any other client of the API.
"""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from coscribe.cli.errors import CommandFailed, UsageError
from coscribe.cli.flags import flags_for, load
from coscribe.cli.progress import Progress
from coscribe.cli.shown import shown
from coscribe.settings import Settings

if TYPE_CHECKING:
    import aiohttp

Flags: Any = flags_for("host", "port", "config", "secret_file")
TOKEN_VARIABLE = "COSCRIBE_TOKEN"  # noqa: S105 - a name
TOKEN_TTL_S = 3600
DEADLINE_S = 600.0
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104 - to talk to, not to listen on


def import_(
    *files: Annotated[Path, Parameter(help="Files: docx, odt, html, md, txt, json or yjs.")],
    id: Annotated[
        str | None, Parameter(help="Id of the new document; without it the server makes one.", metavar="ID")
    ] = None,
    title: Annotated[
        str | None, Parameter(help="Title of the new document; without it the file's own.", metavar="TITLE")
    ] = None,
    into: Annotated[
        str | None,
        Parameter(help="Existing document that is given the file's content, as the smallest change.", metavar="ID"),
    ] = None,
    server: Annotated[
        str | None,
        Parameter(help="Address of the server; without it the one that the settings describe.", metavar="URL"),
    ] = None,
    token: Annotated[
        str | None,
        Parameter(
            help=f"Token to sign in with; {TOKEN_VARIABLE} keeps it out of sight. Without one, the settings' secret "
            "makes one.",
            metavar="TOKEN",
        ),
    ] = None,
    given: Flags = None,
) -> int:
    """Make documents of files, through a running server, which alone writes to its database.

    Reading docx and odt needs the extra `export` where the server runs.
    """
    if not files:
        raise UsageError("Name at least one file to import.")
    if len(files) > 1 and (id or title or into):
        raise UsageError("--id, --title and --into go with one file only.")
    if into and (id or title):
        raise UsageError("--into names a document that has an id and a title already; leave out --id and --title.")
    settings = load(given)
    fields = {name: value for name, value in (("id", id), ("title", title), ("into", into)) if value}
    url = (server or own_address(settings)).rstrip("/")
    return asyncio.run(_send_all(url, token or os.environ.get(TOKEN_VARIABLE) or _signed(settings), files, fields))


def own_address(settings: Settings) -> str:
    """Return the address of the server that runs with these settings on this machine."""
    host = _ANY_ADDRESS.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{settings.port}"


def _signed(settings: Settings) -> str | None:
    """Make a token with the server's own secret, where this machine has it."""
    if settings.secret_bytes is None:
        return None
    from coscribe.access.tokens import Rules, issue
    from coscribe.env import SystemEnv

    now = SystemEnv().wall_ms() / 1000
    rules = Rules(settings.token_audience, settings.token_issuer, settings.max_token_ttl_s)
    ttl_s = min(TOKEN_TTL_S, rules.longest_ttl_s)
    return issue(settings.secret_bytes, document="*", role="admin", name="Import", ttl_s=ttl_s, now=now, rules=rules)


async def _send_all(url: str, token: str | None, files: tuple[Path, ...], fields: dict[str, str]) -> int:
    import aiohttp

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    failed = 0
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(DEADLINE_S)) as session:
        with Progress(len(files) if len(files) > 1 else 0) as progress:
            for path in files:
                made, reason = await _send(session, url, path, fields)
                if made is None:
                    failed += 1
                    progress.say(f"{path}: {reason}")
                else:
                    print(f"{path} is {url}/d/{made['id']} ({shown(made['title']) or 'without a title'})", flush=True)
                progress.step()
    return 1 if failed else 0


async def _send(
    session: "aiohttp.ClientSession", url: str, path: Path, fields: dict[str, str]
) -> tuple[dict[str, Any] | None, str]:
    """Send one file; return what became of it, or None and why."""
    import aiohttp

    try:
        body = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        return None, f"cannot be read ({error.strerror}); check its name."
    form = aiohttp.FormData(quote_fields=False)
    for name, value in fields.items():
        form.add_field(name, value)
    form.add_field("file", body, filename=path.name.replace('"', "'"), content_type="application/octet-stream")
    try:
        async with session.post(f"{url}/api/import", data=form) as answer:
            told: Any = await answer.json(content_type=None)
    except (aiohttp.ClientConnectionError, aiohttp.InvalidURL, TimeoutError):
        raise CommandFailed(
            f"No server answers at {url}: start one with `coscribe serve`, or name another with --server."
        ) from None
    except (aiohttp.ClientError, ValueError):
        return None, f"what answers at {url} is no Coscribe server; name another with --server."
    if answer.status >= 400 or not isinstance(told, dict):
        return None, str(told.get("detail") if isinstance(told, dict) else "") or f"refused with {answer.status}."
    return told, ""
