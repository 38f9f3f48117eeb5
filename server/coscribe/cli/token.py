"""`coscribe token`: make a token by hand, for a person, for a test, or as the key of an application's server."""

from typing import Annotated, Any, Literal

from cyclopts import Parameter

from coscribe.cli.errors import UsageError
from coscribe.cli.flags import flags_for, load
from coscribe.cli.signing import needed, signed
from coscribe.settings import SettingsError

DEFAULT_TTL_S = 900

Flags: Any = flags_for("config", "secret_file", "key_file")
Role = Literal["view", "comment", "edit", "admin", "member"]


def token(
    document: Annotated[str, Parameter(help="The document's id; a final * stands for every id that begins so.")],
    /,
    *,
    role: Annotated[Role, Parameter(help="What the holder may do; member: what the server has for the person.")],
    user: Annotated[
        str, Parameter(help="Id of the person, as your application knows them.", metavar="ID", show_default=False)
    ] = "",
    name: Annotated[str, Parameter(help="Name that others see at the caret.", metavar="NAME", show_default=False)] = "",
    color: Annotated[
        str, Parameter(help="Colour of the caret, such as #3366cc.", metavar="COLOR", show_default=False)
    ] = "",
    ttl: Annotated[int, Parameter(help="Seconds the token is good for.", metavar="SECONDS")] = DEFAULT_TTL_S,
    given: Flags = None,
) -> None:
    """Print a token that lets its holder into a document.

    It is signed with the secret that `coscribe serve --auth token` checks, from the same settings.
    """
    settings = load(given)
    from coscribe.document_id import InvalidDocumentId

    claims = {"document": document, "role": role, "user": user, "name": name, "color": color, "ttl_s": ttl}
    try:
        print(needed(signed(settings, **claims)))
    except SettingsError:
        raise
    except InvalidDocumentId as error:
        raise UsageError(str(error)) from None
    except ValueError as error:
        raise UsageError(f"No token can be made: {error}.") from None
