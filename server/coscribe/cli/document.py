"""The id of a document, as a command is given it."""

from coscribe.cli.errors import UsageError
from coscribe.cli.shown import shown
from coscribe.document_id import InvalidDocumentId, canonical


def document_id(given: str) -> str:
    """Return what can name a document; raise UsageError for what cannot, before anything is asked or read."""
    try:
        return canonical(given)
    except InvalidDocumentId as error:
        raise UsageError(f"{shown(given, word=True) or 'Nothing'} names no document: {error}") from None
