"""From content in some format to the update that creates a document with it."""

from coscribe.content.parse import MAX_BODY_BYTES, parse
from coscribe.content.update import to_update


def build(format: str, body: bytes, *, max_bytes: int = MAX_BODY_BYTES) -> bytes:
    """Return the Yjs update of a new document with this content (json, text, markdown or html).

    Raises ContentError for content that cannot be read or does not fit the schema.
    """
    return to_update(parse(format, body, max_bytes=max_bytes))
