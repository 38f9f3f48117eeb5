"""`coscribe import`: make documents of files, through a running server.

Only the server writes to its database, so this asks it to, like any other client of the API.
"""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from coscribe.cli.document import document_id
from coscribe.cli.errors import UsageError
from coscribe.cli.flags import flags_for, load
from coscribe.cli.progress import Progress
from coscribe.cli.running_server import URL_HELP, Refused, RunningServer, running_server
from coscribe.cli.shown import shown
from coscribe.cli.signing import for_everything
from coscribe.settings import Settings

Flags: Any = flags_for("host", "port", "config", "secret_file", "key_file", "tls_cert")
TOKEN_VARIABLE = "COSCRIBE_TOKEN"  # noqa: S105 - a name
TOKEN_TTL_S = 3600
DEADLINE_S = 600.0


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
    server: Annotated[str | None, Parameter(help=URL_HELP, metavar="URL")] = None,
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
    for document in filter(None, (id, into)):
        document_id(document)
    settings = load(given)
    fields = {name: value for name, value in (("id", id), ("title", title), ("into", into)) if value}
    token = token or os.environ.get(TOKEN_VARIABLE) or for_everything(settings, TOKEN_TTL_S, name="Import")
    return asyncio.run(_send_all(settings, server, token, files, fields))


async def _send_all(
    settings: Settings, url: str | None, token: str | None, files: tuple[Path, ...], fields: dict[str, str]
) -> int:
    failed = 0
    async with running_server(settings, url, token, flag="--server", deadline_s=DEADLINE_S) as server:
        with Progress(len(files) if len(files) > 1 else 0) as progress:
            for path in files:
                reason: str | None
                try:
                    made = await _send(server, path, fields)
                except OSError as error:
                    reason = f"cannot be read ({error.strerror}); check its name."
                except Refused as error:
                    reason = error.detail
                else:
                    reason = None
                    title = shown(str(made["title"])) or "without a title"
                    print(f"{shown(str(path))} is {server.url}/d/{shown(str(made['id']))} ({title})", flush=True)
                if reason is not None:
                    failed += 1
                    progress.say(f"{shown(str(path))}: {reason}")
                progress.step()
    return 1 if failed else 0


async def _send(server: RunningServer, path: Path, fields: dict[str, str]) -> dict[str, Any]:
    """Send one file and return the document that it became; raise OSError for the file, or Refused."""
    import aiohttp

    body = await asyncio.to_thread(path.read_bytes)
    form = aiohttp.FormData(quote_fields=False)
    for name, value in fields.items():
        form.add_field(name, value.encode(errors="replace").decode())
    named = "".join(each if each.isprintable() else " " for each in path.name).replace('"', "'")  # it is in a header
    form.add_field("file", body, filename=named, content_type="application/octet-stream")
    return await server.ask("POST", "/api/import", "id", "title", data=form)
