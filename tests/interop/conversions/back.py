"""Reading back what was written, and comparing it without what another program writes in its own way."""

from __future__ import annotations

import json
from typing import Any

from coscribe.conversions.converters import Converters
from harness.rich_document import Json, paragraph, text


async def back(converters: Converters, format: str, body: bytes) -> tuple[Json, Any]:
    result = await converters.read(f"x.{format}", body, image_bytes=1 << 20)
    return json.loads(result.document), result


def outline(value: Json) -> Any:
    """Return a document without what a word processor writes in its own way."""
    attrs = {name: each for name, each in value.get("attrs", {}).items() if name not in _OTHERWISE}
    marks = [(mark["type"], (mark.get("attrs") or {}).get("href")) for mark in value.get("marks", [])]
    return [value["type"], attrs, value.get("text"), marks, [outline(each) for each in value.get("content", [])]]


_OTHERWISE = {"colwidth", "language", "width", "height", "latex", "title"}


def as_word_has_it(sample: Json) -> Json:
    content = list(sample["content"])
    for index, each in enumerate(content):
        if each["type"] == "image" and each["attrs"]["src"].startswith("https:"):
            link = {"type": "link", "attrs": {"href": each["attrs"]["src"]}}
            content[index] = paragraph(text(each["attrs"]["alt"], link))
        if any(inner["type"] == "mention" for inner in each.get("content", [])):
            content[index] = paragraph("Asked @Ada Lovelace about it.")
    return {**sample, "content": content}


def of(value: Json, kind: str) -> list[Json]:
    below = [found for each in value.get("content", []) for found in of(each, kind)]
    return [value, *below] if value["type"] == kind else below


def marks_of(value: Json) -> list[Json]:
    return [*value.get("marks", []), *(mark for each in value.get("content", []) for mark in marks_of(each))]
