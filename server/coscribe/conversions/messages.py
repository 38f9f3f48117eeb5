"""The wire between the server and a converter: length-prefixed msgpack over its standard input and output.

Both sides import this module, so it knows neither asyncio nor any converting library.
"""

import enum
from typing import TypeAlias

import msgspec

from coscribe.messaging import LENGTH_BYTES as LENGTH_BYTES
from coscribe.messaging import frame as frame

MAX_MESSAGE_BYTES = 1 << 30
OUT_OF_MEMORY_STATUS = 71
"""A converter's exit status."""


class Failing(enum.IntEnum):
    """Why a conversion gave nothing."""

    CONTENT = 0
    KIND = 1  # no file that can be read
    SIZE = 2
    MISSING = 3  # a package is not installed


class Write(msgspec.Struct, array_like=True, frozen=True, tag="write"):
    """Write a document (ProseMirror JSON) in one of the formats of CONVERTED; images are files by address."""

    format: str
    title: str
    document: bytes
    images: dict[str, bytes]


class Read(msgspec.Struct, array_like=True, frozen=True, tag="read"):
    """Read a file; images over `image_bytes` are left out.

    office: office formats may be read. title: what the document is called already, "" for what the file says.
    """

    name: str
    body: bytes
    image_bytes: int
    office: bool
    title: str = ""


class Written(msgspec.Struct, array_like=True, frozen=True, tag="written"):
    """A document in its format."""

    body: bytes


class Comment(msgspec.Struct, frozen=True):
    """A remark that the file has on a piece of its text."""

    author: str
    at: str  # RFC 3339, or empty
    text: str
    on: str  # the text it is about


class Change(msgspec.Struct, frozen=True):
    """A tracked change: inserted text is in the document, deleted text is not."""

    kind: str  # insert or delete
    author: str
    at: str
    text: str


class ReadResult(msgspec.Struct, array_like=True, frozen=True, tag="read"):
    """A document (ProseMirror JSON) with what came along.

    images: files by SHA-256, which the document refers to as `/files/{hash}`.
    """

    kind: str
    document: bytes
    title: str
    comments: list[Comment]
    changes: list[Change]
    images: dict[str, bytes]


class Failure(msgspec.Struct, array_like=True, frozen=True, tag="failure"):
    """No result, and why, as a sentence."""

    kind: Failing
    text: str


Request: TypeAlias = Write | Read
Reply: TypeAlias = Written | ReadResult | Failure

_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def read_request(body: bytes) -> Request:
    """Decode a request; raises msgspec.DecodeError."""
    return _requests.decode(body)


def read_reply(body: bytes) -> Reply:
    """Decode a reply; raises msgspec.DecodeError."""
    return _replies.decode(body)
