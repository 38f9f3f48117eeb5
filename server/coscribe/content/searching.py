"""Taking out of a document what an index needs."""

import re
from typing import Any

import msgspec
from pycrdt import Doc

from coscribe.content.assets import image_sources
from coscribe.content.errors import ContentError
from coscribe.content.render import read_rich_text
from coscribe.content.searchable import Searchable
from coscribe.content.text import search_text

MAX_FILES = 10_000
_STORED = re.compile(r"/files/([0-9a-f]{64})").fullmatch


def write_searchable(doc: Doc[Any]) -> bytes:
    """Return a document as an encoded `Searchable`."""
    return msgspec.json.encode(Searchable(search_text(doc), _files(doc)))


def _files(doc: Doc[Any]) -> list[str]:
    try:
        document = read_rich_text(doc)
    except ContentError:
        return []
    found = (_STORED(source) for source in image_sources(document or {"type": "doc"}))
    return [match[1] for match in found if match][:MAX_FILES]
