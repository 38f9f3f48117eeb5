"""What a rich-text document may hold: the nodes, marks and attributes of the editor.

The editor's extensions are the schema and `schema.json` is their dump, in the form of a ProseMirror `SchemaSpec`.
One invalid node written by the server makes every browser delete it, so whatever the server itself writes passes
`Schema.check` first. Reading is the opposite: a document may come from a newer editor, so what the schema does not
know is kept as it is.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

from prosemirror.model import Node
from prosemirror.model import Schema as ProseMirrorSchema

from coscribe.content.errors import ContentError, ContentTooLarge
from coscribe.content.judge import Judge

Json: TypeAlias = dict[str, Any]

MAX_DEPTH = 128
"""Levels of nodes in a document; the same bound that updates are held to."""

MAX_NODES = 100_000
"""Nodes in a document, text included: a thousand pages. Browsers take minutes for as many."""

_TYPE_NAMES = {bool: "boolean", int: "number", float: "number", str: "string"}


class Schema:
    """A ProseMirror schema, with what reading and writing ask of it again and again made cheap."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.version: int = spec["version"]
        self.spec = spec
        self.nodes: frozenset[str] = frozenset(spec["nodes"])
        self.marks: frozenset[str] = frozenset(spec["marks"])
        self.model: ProseMirrorSchema[str, str] = ProseMirrorSchema(
            {
                "nodes": {name: _strict(node) for name, node in spec["nodes"].items()},
                "marks": {name: _strict(mark) for name, mark in spec["marks"].items()},
                "topNode": spec["topNode"],
            }
        )
        self.judge = Judge(self.spec, self.model)
        self._node_defaults = {name: _defaults(node) for name, node in spec["nodes"].items()}
        self._mark_defaults = {name: _defaults(mark) for name, mark in spec["marks"].items()}
        self._ranks = {name: rank for rank, name in enumerate(spec["marks"])}
        self._overlapping = frozenset(name for name, mark in spec["marks"].items() if mark.get("excludes") == "")

    def known_attributes(self, name: str, given: Mapping[str, Any]) -> Json:
        """Leave out of a node's or mark's attributes what the schema does not know, as a browser would."""
        spec = self.spec["nodes"].get(name) or self.spec["marks"].get(name)
        return dict(given) if spec is None else {key: given[key] for key in spec.get("attrs", {}) if key in given}

    def node_attributes(self, name: str, given: Mapping[str, Any]) -> Json:
        """Complete a node's attributes with the schema's defaults, in the schema's order."""
        return {**self._node_defaults.get(name, {}), **given}

    def mark_attributes(self, name: str, given: Mapping[str, Any]) -> Json:
        """Complete a mark's attributes with the schema's defaults, in the schema's order."""
        return {**self._mark_defaults.get(name, {}), **given}

    def rank(self, mark: str) -> int:
        """Return a mark's place in the order that ProseMirror keeps marks in; unknown marks come last."""
        return self._ranks.get(mark, len(self._ranks))

    def overlaps(self, mark: str) -> bool:
        """Whether a text can carry this mark several times, with different attributes."""
        return mark in self._overlapping

    def excludes(self, mark: str, other: str) -> bool:
        """Whether a text cannot carry both marks."""
        one, two = self.model.marks.get(mark), self.model.marks.get(other)
        if one is None or two is None:
            return False
        return one.excludes(two) or two.excludes(one)

    def is_exclusive(self, mark: str) -> bool:
        """Whether a mark drives out marks of other kinds."""
        return bool(self.spec["marks"].get(mark, {}).get("excludes"))

    def check(self, document: Json) -> None:
        """Raise ContentError unless every browser would show the document as it is."""
        check_bounds(document)
        if self.judge.fits(document):
            return
        try:
            node = Node.from_json(self.model, document)
            node.check()
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ContentError(f"The document does not fit the schema: {error}") from error
        if node.type is not self.model.top_node_type:
            raise ContentError(f"The document's outermost node must be {self.spec['topNode']}, not {node.type.name}.")


@cache
def schema() -> Schema:
    """Return the editor's schema."""
    text = resources.files("coscribe.content").joinpath("schema.json").read_text("utf-8")
    return Schema(json.loads(text))


def check_bounds(document: Json) -> None:
    """Raise ContentError when nodes are nested deeper than MAX_DEPTH, before anything recursive sees them.

    Raises ContentTooLarge when there are more than MAX_NODES.
    """
    level: list[Any] = [document]
    count = 0
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for node in level:
            if isinstance(node, dict) and isinstance(content := node.get("content"), list):
                below.extend(content)
        if not below:
            return
        level = below
        count += len(level)
        if count > MAX_NODES:
            raise too_many_nodes()
    raise ContentError(f"The document nests more than {MAX_DEPTH} levels deep; flatten it.")


def too_many_nodes() -> ContentTooLarge:
    """Return the error for a document of more than MAX_NODES."""
    return ContentTooLarge(f"The document has more than {MAX_NODES} nodes; split it into several documents.")


def _defaults(spec: Mapping[str, Any]) -> Json:
    return {name: attribute["default"] for name, attribute in spec.get("attrs", {}).items() if "default" in attribute}


def _strict(spec: Json) -> Any:
    """Hold every attribute to the type of its default; a default of null says nothing about the type."""
    if "attrs" not in spec:
        return spec
    attributes = {}
    for name, attribute in spec["attrs"].items():
        type_name = _TYPE_NAMES.get(type(attribute.get("default")))
        attributes[name] = {"validate": f"{type_name}|null", **attribute} if type_name else attribute
    return {**spec, "attrs": attributes}
