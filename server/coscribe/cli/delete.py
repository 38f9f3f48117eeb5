"""`coscribe delete`: move documents to the trash, or delete them for good, through the running server."""

from typing import Annotated, Any
from urllib.parse import quote

from cyclopts import Parameter

from coscribe.cli.errors import UsageError
from coscribe.cli.flags import flags_for, load
from coscribe.cli.key import RunningServer

Flags: Any = flags_for("config", "host", "port", "secret_file", "key_file")


def delete(
    *documents: Annotated[str, Parameter(help="Ids of the documents.", show_default=False)],
    permanent: Annotated[
        bool, Parameter(help="Delete them for good, also from the trash: nothing brings them back.", negative="")
    ] = False,
    url: Annotated[
        str | None, Parameter(help="Address of the running server; that of the settings without.", metavar="URL")
    ] = None,
    given: Flags = None,
) -> None:
    """Move documents to the trash, or delete them for good, through the running server.

    It asks the server as whoever holds the secret that signs its tokens.
    """
    if not documents:
        raise UsageError("Name at least one document to delete.")
    server = RunningServer(load(given), url)
    for document in documents:
        path = f"/api/documents/{quote(document, safe='')}"
        server.ask("DELETE", f"{path}?permanent=true" if permanent else path)
        print(f"{document} is {'deleted for good' if permanent else 'in the trash'}")
