"""Lists as office files have them: one list in several pieces, with the paragraphs between that belong to an item."""

from typing import Any

from coscribe.content.schema import Json

_NUMBERS = {"Decimal": None, "LowerAlpha": "a", "UpperAlpha": "A", "LowerRoman": "i", "UpperRoman": "I"}
_LISTS = ("bulletList", "orderedList", "taskList")


def numbering(attributes: list[Any]) -> Json:
    """Return the attributes of an ordered list: where it starts and how it counts."""
    start, style, _ = attributes
    return {"start": int(start), "type": _NUMBERS.get(style["t"])}


def join_lists(blocks: list[Json]) -> list[Json]:
    """Put the pieces of lists together.

    A list of one item that begins with something else than a paragraph, or with one that says it continues, is the
    rest of the last item before it. A list right after another of its kind goes on with it, if its number fits: in a
    file nothing else tells the two apart.
    """
    result: list[Json] = []
    for block in blocks:
        last = result[-1] if result else None
        if last is not None and last["type"] in _LISTS:
            if (rest := _rest_of_item(block)) is not None:
                _last_item(last)["content"].extend(rest)
                continue
            if _follows(last, block):
                last["content"].extend(block["content"])
                continue
        result.append(block)
    return result


def _rest_of_item(block: Json) -> list[Json] | None:
    if block.get("continues"):
        return [block]
    items = block.get("content", [])
    if block["type"] != "bulletList" or len(items) != 1:
        return None
    blocks: list[Json] = items[0].get("content", [])
    if not blocks or (blocks[0]["type"] == "paragraph" and not blocks[0].get("continues")):
        return None
    return blocks


def _last_item(block: Json) -> Json:
    item: Json = block["content"][-1]
    item.setdefault("content", [])
    return item


def _follows(last: Json, block: Json) -> bool:
    if last["type"] != block["type"] or not block.get("content"):
        return False
    if block["type"] != "orderedList":
        return True
    before, after = last["attrs"], block["attrs"]
    return bool(before["type"] == after["type"] and before["start"] + len(last["content"]) == after["start"])
