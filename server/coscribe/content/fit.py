"""Nodes that do not fit together as the schema wants, put together anew.

Readers of foreign formats need not know what may stand where: an image in a paragraph becomes a block of its own, loose
text gets a paragraph, a list item a list, an empty cell a paragraph.
"""

from coscribe.content.builder import Builder
from coscribe.content.schema import Json, Schema


def fitted(document: Json, known: Schema) -> Json:
    """Return a document of the same nodes that fit together; it is as deep as MAX_DEPTH at most.

    A document with nodes or marks that the schema does not know is returned as it is.
    """
    if not _is_known(document, known):
        return document
    builder = Builder(known)
    for node in document.get("content", ()):
        _rebuild(node, builder, known)
    return builder.finish()


def _is_known(document: Json, known: Schema) -> bool:
    if document["type"] != known.spec["topNode"]:
        return False
    pending = [document]
    while pending:
        node = pending.pop()
        if node["type"] not in known.nodes or any(mark["type"] not in known.marks for mark in node.get("marks", ())):
            return False
        pending += node.get("content", ())
    return True


def _rebuild(node: Json, builder: Builder, known: Schema) -> None:
    kind = node["type"]
    if kind == "text":
        builder.text(node["text"], node.get("marks", []))
        return
    frame = None
    if known.model.nodes[kind].is_leaf:
        builder.leaf(kind, node.get("attrs"))
    elif kind != known.spec["topNode"]:
        frame = builder.open(kind, node.get("attrs"))
    is_list = known.model.nodes[kind].is_in_group("list")
    for child in node.get("content", ()):
        _rebuild(child, builder, known)
        if is_list:
            builder.close_within(frame)  # each child is an item of its own
    builder.close(frame)
