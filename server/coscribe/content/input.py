"""ProseMirror JSON from outside, made valid and harmless before the schema judges it.

What a client or a reader of some format hands over may have wrong types anywhere, halves of surrogate pairs, marks in
any order, split text, links that run code, nodes where they cannot stand, ragged tables. Here all of that is put right,
or refused with a sentence where nobody could say what was meant. Nodes and marks that the schema does not know are left
for `Schema.check` to refuse: to leave them out would be to lose what somebody wrote.
"""

from collections.abc import Iterable
from typing import Any

from coscribe.content.attributes import NEEDED, allowed_attributes
from coscribe.content.errors import ContentError
from coscribe.content.fit import fitted
from coscribe.content.prosemirror import empty, plain
from coscribe.content.schema import MAX_DEPTH, Json, Schema, check_bounds, schema
from coscribe.content.tables import regular


def accept(document: Any, known: Schema | None = None) -> Json:
    """Return a document as `normalise` does, and raise ContentError where it does not fit the schema even so."""
    known = known or schema()
    result, is_valid = _normalised(document, known)
    if not is_valid:
        known.check(result)
    return result


def normalise(document: Any, known: Schema | None = None) -> Json:
    """Return a valid document with complete attributes, ordered marks, merged text and harmless links.

    Headings, lists, tables, images and loose text that stand where they cannot are moved to where they can. Only what
    the schema does not know is still there, and makes it invalid.
    known: the schema to complete it from; the editor's unless given.
    Raises ContentError when a node is not a node, ContentTooLarge for too many of them.
    """
    return _normalised(document, known or schema())[0]


def _normalised(document: Any, known: Schema) -> tuple[Json, bool]:
    """Return a normal document, and whether it surely fits the schema."""
    if not isinstance(document, dict):
        raise ContentError('ProseMirror JSON is an object like {"type": "doc", "content": [...]}.')
    check_bounds(document)
    cleaner = _Cleaner(known)
    result = cleaner.node(document)
    is_valid = known.judge.fits(result)
    if not is_valid and (moved := fitted(result, known)) is not result:
        result = cleaner.node(moved)  # what was put in has attributes to complete
    if cleaner.has_tables:
        mended = _with_regular_tables(result, known)
        is_valid = is_valid and mended is result
        result = mended
    if not result.get("content") and result["type"] == "doc":
        return empty(known), True
    return result, is_valid


def _with_regular_tables(node: Json, known: Schema) -> Json:
    """Return a node in which every table is regular, those within tables included."""
    content: list[Json] | None = node.get("content")
    if not content or content[0]["type"] == "text":
        return node
    changed = [_with_regular_tables(child, known) for child in content]
    if any(new is not old for new, old in zip(changed, content, strict=True)):
        node = {**node, "content": changed}
    if node["type"] != "table" or any(row["type"] != "tableRow" for row in changed):
        return node
    return regular(node, known) or {"type": "paragraph", "attrs": known.node_attributes("paragraph", {})}


class _Cleaner:
    """Cleans node by node. Attributes and marks repeat themselves, so each is judged once."""

    def __init__(self, known: Schema) -> None:
        self._known = known
        self._attributes: dict[str, Json] = {}
        self._marks: dict[str, list[Json]] = {}
        self.has_tables = False

    def node(self, node: Any) -> Json:
        kind = node.get("type") if isinstance(node, dict) else None
        if not isinstance(kind, str):
            raise ContentError('Every node is an object with a "type" that is a string.')
        if kind == "text":
            return self._text(node)
        self.has_tables = self.has_tables or kind == "table"
        result: Json = {"type": kind}
        if attributes := self._complete(kind, node.get("attrs")):
            result["attrs"] = {**attributes}
        if content := self._content(node.get("content"), kind):
            result["content"] = content
        self._mark_list(node.get("marks"), kind)  # Yjs stores marks of text alone, so others are checked and left out
        return result

    def _complete(self, kind: str, attributes: Any) -> Json:
        key = f"{kind} {_key(attributes)}" if attributes else kind
        if (complete := self._attributes.get(key)) is None:
            given = self._known.known_attributes(kind, _attributes(attributes, kind))
            given = allowed_attributes(kind, {name: value for name, value in given.items() if value is not None})
            complete = self._attributes[key] = self._known.node_attributes(kind, given)
        return complete

    def _text(self, node: Json) -> Json:
        text = node.get("text")
        if not isinstance(text, str):
            raise ContentError('Every text node has a "text" that is a string.')
        result: Json = {"type": "text", "text": whole_characters(text)}
        if marks := self._mark_list(node.get("marks"), "text"):
            result["marks"] = list(marks)
        return result

    def _content(self, nodes: Any, kind: str) -> list[Json]:
        if nodes is None:
            return []
        if not isinstance(nodes, list):
            raise ContentError(f'The "content" of a {kind} node is a list of nodes.')
        content = [self.node(node) for node in nodes]
        return content if len(content) == 1 and content[0].get("text") != "" else merge_text(content)

    def _mark_list(self, marks: Any, kind: str) -> list[Json]:
        if marks is None:
            return []
        if not isinstance(marks, list):
            raise ContentError(f'The "marks" of a {kind} node are a list.')
        key = _key(marks)
        if (complete := self._marks.get(key)) is None:
            complete = self._marks[key] = _complete_marks(marks, self._known)
        return complete


def _key(value: Any) -> str:
    try:
        return repr(value)
    except RecursionError:
        raise ContentError(f"A value nests more than {MAX_DEPTH} levels deep and cannot be read.") from None


def merge_text(nodes: Iterable[Json]) -> list[Json]:
    """Return nodes with empty text left out and neighbouring text of equal marks joined."""
    merged: list[Json] = []
    parts: list[str] = []  # of the text that is last in `merged`, joined once: a text may come in any number of them
    for node in nodes:
        if node["type"] == "text":
            if not node["text"]:
                continue
            if parts and merged[-1].get("marks") == node.get("marks"):
                parts.append(node["text"])
                continue
        _join(merged, parts)
        parts = [node["text"]] if node["type"] == "text" else []
        merged.append(node)
    _join(merged, parts)
    return merged


def _join(nodes: list[Json], parts: list[str]) -> None:
    if len(parts) > 1:
        nodes[-1] = {**nodes[-1], "text": "".join(parts)}


def _complete_marks(marks: list[Any], known: Schema) -> list[Json]:
    result: list[Json] = []
    for mark in marks:
        name = mark.get("type") if isinstance(mark, dict) else None
        if not isinstance(name, str):
            raise ContentError('Every mark is an object with a "type" that is a string.')
        given = allowed_attributes(name, known.known_attributes(name, _attributes(mark.get("attrs"), name)))
        attributes = known.mark_attributes(name, given)
        if (needed := NEEDED.get(name)) is not None and attributes.get(needed) is None:
            continue
        complete: Json = {"type": name, "attrs": attributes} if attributes else {"type": name}
        if complete not in result:
            result.append(complete)
    return sorted(_compatible(result, known), key=lambda mark: known.rank(mark["type"]))


def _compatible(marks: list[Json], known: Schema) -> list[Json]:
    """Leave out marks that cannot stand beside others: a link stays, since its address is content; then code."""
    if len(marks) < 2:
        return marks
    kept: list[Json] = []
    for mark in sorted(marks, key=lambda mark: (mark["type"] != "link", not known.is_exclusive(mark["type"]))):
        if not any(known.excludes(mark["type"], other["type"]) for other in kept):
            kept.append(mark)
    return kept


def _attributes(attributes: Any, kind: str) -> Json:
    if attributes is None:
        return {}
    if not isinstance(attributes, dict):
        raise ContentError(f'The "attrs" of {kind} are an object.')
    return {whole_characters(name): _whole(plain(value)) for name, value in attributes.items()}


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return whole_characters(value)
    if isinstance(value, dict):
        return {whole_characters(name): _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return value


def whole_characters(text: str) -> str:
    """Return text with every lone half of a surrogate pair replaced by U+FFFD, as Yjs does."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
