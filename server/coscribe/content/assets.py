"""The images of a document: which addresses they are fetched from, and putting others in their place.

Whoever stores files with a document, embeds them in an export or takes them out of an import needs just this; images
are found wherever they stand, also those of a newer editor that the schema has no place for.
"""

from collections.abc import Callable, Mapping
from typing import Any

from coscribe.content.schema import Json

IMAGE = "image"


def image_sources(document: Json) -> list[str]:
    """Return the address of every image in a ProseMirror document, each once, in the order of the document."""
    found: dict[str, None] = {}
    pending: list[Json] = [document]
    while pending:
        node = pending.pop()
        if node["type"] == IMAGE and isinstance(source := node.get("attrs", {}).get("src"), str) and source:
            found[source] = None
        pending.extend(reversed(node.get("content", ())))
    return list(found)


def with_sources(document: Json, mapping: Mapping[str, str | None]) -> Json:
    """Return a document with the addresses of its images replaced; those not in `mapping` stay, None leaves none.

    The given document is not changed.
    """

    def replaced(node: Json) -> Json:
        source = node.get("attrs", {}).get("src")
        if node["type"] != IMAGE or not isinstance(source, str) or source not in mapping:
            return node
        return {**node, "attrs": {**node["attrs"], "src": mapping[source]}}

    return _mapped(document, replaced)


def _mapped(document: Json, change: Callable[[Json], Json]) -> Json:
    """Return a copy of a tree of nodes, each changed; iterative, since no depth is too deep here."""
    root: list[Any] = []
    pending: list[tuple[Json, list[Any]]] = [(document, root)]
    while pending:
        node, siblings = pending.pop()
        copy = change(node)
        if content := node.get("content"):
            below: list[Any] = []
            copy = {**copy, "content": below}
            pending.extend((child, below) for child in reversed(content))
        siblings.append(copy)
    result: Json = root[0]
    return result
