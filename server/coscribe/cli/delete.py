"""`coscribe delete`: move documents to the trash, or delete them for good, through the running server."""

import asyncio
from typing import Annotated, Any
from urllib.parse import quote

from cyclopts import Parameter

from coscribe.cli.document import document_id
from coscribe.cli.errors import UsageError
from coscribe.cli.flags import flags_for, load
from coscribe.cli.running_server import URL_HELP, running_server
from coscribe.cli.signing import admin_token
from coscribe.settings import Settings

Flags: Any = flags_for("config", "host", "port", "secret_file", "key_file", "tls_cert")


def delete(
    *documents: Annotated[str, Parameter(help="Ids of the documents.")],
    permanent: Annotated[
        bool, Parameter(help="Delete them for good, also from the trash: nothing brings them back.", negative="")
    ] = False,
    url: Annotated[str | None, Parameter(help=URL_HELP, metavar="URL")] = None,
    given: Flags = None,
) -> None:
    """Move documents to the trash, or delete them for good, through the running server.

    It asks the server as whoever holds the secret that signs its tokens.
    """
    if not documents:
        raise UsageError("Name at least one document to delete.")
    asyncio.run(_delete(load(given), url, [document_id(each) for each in documents], permanent))


async def _delete(settings: Settings, url: str | None, documents: list[str], permanent: bool) -> None:
    async with running_server(settings, url, admin_token(settings)) as server:
        for document in documents:
            path = f"/api/documents/{quote(document, safe='')}"
            await server.ask("DELETE", f"{path}?permanent=true" if permanent else path)
            print(f"{document} is {'deleted for good' if permanent else 'in the trash'}", flush=True)
