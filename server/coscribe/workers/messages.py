"""The wire between the relay and a worker: length-prefixed msgpack over a socketpair.

Both sides import this module, so it knows neither asyncio nor pycrdt. Requests are answered in the order they were
sent; therefore the oldest unanswered request is always the one that the worker is busy with, and the one to blame
when it dies.
"""

from __future__ import annotations

import enum
from typing import TypeAlias

import msgspec

from coscribe.messaging import LENGTH_BYTES as LENGTH_BYTES
from coscribe.messaging import frame as frame
from coscribe.protocol.placement import Plan
from coscribe.protocol.table import Table

MAX_MESSAGE_BYTES = 1 << 30

OUT_OF_MEMORY_STATUS = 71  # a worker's exit status

STATE = "state"
"""The probe that encodes and reloads a document; every other probe is the name of a content format."""


class Failing(enum.IntEnum):
    """Why a worker could not answer."""

    CONTENT = 0  # nothing is broken: no rich text here, nested too deeply
    REFUSED = 1  # the request itself is malformed (an update to plan, a state vector)
    JOURNAL = 2  # the database could not be read
    UNVERIFIED = 3  # a checkpoint that differs from what the rows say: not written, nothing to quarantine
    DOCUMENT = 4  # pycrdt failed on this document: as bad as a death, and investigated in the same way
    TOO_LARGE = 5  # content beyond a limit; nothing is broken


class DocumentRequest(msgspec.Struct, array_like=True, frozen=True):
    """What every request about a document names; `avoid` are quarantined rows the journal may not know of yet."""

    id: int
    document: int
    seq: int
    avoid: list[int]
    from_rows: bool  # the checkpoint is not to be trusted: build the document from its first row


class StateRequest(DocumentRequest, frozen=True, tag="state"):
    """The whole document as one update."""


class DiffRequest(DocumentRequest, frozen=True, tag="diff"):
    """What a peer with this state vector lacks."""

    vector: bytes


class CheckpointRequest(DocumentRequest, frozen=True, tag="checkpoint"):
    """A verified checkpoint."""


class ContentRequest(DocumentRequest, frozen=True, tag="content"):
    """The document written out in a format."""

    format: str
    title: str


class PatchRequest(DocumentRequest, frozen=True, tag="patch"):
    """The smallest update that gives the document this content."""

    format: str
    body: bytes


class ReplayRequest(DocumentRequest, frozen=True, tag="replay"):
    """Apply the rows one at a time and say which is next: asked of a process that is expected to die."""

    probe: str  # STATE, or the format that could not be written


class PlanRequest(msgspec.Struct, array_like=True, frozen=True, tag="plan"):
    """Check a large update against a state vector (no document is opened)."""

    id: int
    update: bytes
    vector: bytes
    trim: bool
    most_clients: int


class BuildRequest(msgspec.Struct, array_like=True, frozen=True, tag="build"):
    """Make the first update of a document out of content in a format (no document is opened)."""

    id: int
    format: str
    body: bytes


Request: TypeAlias = (
    StateRequest
    | DiffRequest
    | CheckpointRequest
    | ContentRequest
    | PatchRequest
    | ReplayRequest
    | PlanRequest
    | BuildRequest
)


class Ready(msgspec.Struct, array_like=True, frozen=True, tag="ready"):
    """The worker has imported what it needs."""

    pid: int


class StateReply(msgspec.Struct, array_like=True, frozen=True, tag="update"):
    """An update and the sequence it is exact at: the answer to StateRequest and DiffRequest."""

    id: int
    seq: int
    update: memoryview  # of the message as it came: to copy megabytes would hold up the relay


class CheckpointReply(msgspec.Struct, array_like=True, frozen=True, tag="checkpointed"):
    """A verified checkpoint at `seq`."""

    id: int
    seq: int
    state: memoryview
    vector: bytes
    deletes: bytes


class ContentReply(msgspec.Struct, array_like=True, frozen=True, tag="written"):
    """A document written out."""

    id: int
    media_type: str
    body: bytes


class PlanReply(msgspec.Struct, array_like=True, frozen=True, tag="planned"):
    """A `coscribe.protocol.ground.Plan` without the update; its lists are `Table`s, which need no decoding."""

    id: int
    delete_set_at: int
    kept: memoryview
    ends: memoryview
    dead: memoryview
    deletes: memoryview
    claimed: memoryview
    waits: memoryview

    @classmethod
    def of(cls, id: int, plan: Plan) -> PlanReply:
        """Make the answer to the request `id`."""
        lists = (plan.ends, plan.dead, plan.deletes, plan.claimed, plan.waits)
        return cls(id, plan.delete_set_at, memoryview(plan.kept), *(memoryview(Table.encode(each)) for each in lists))

    def plan(self, update: bytes, trim: bool) -> Plan:
        """Return the plan of the update that was asked about."""
        return Plan(
            update,
            trim,
            self.delete_set_at,
            bytes(self.kept),
            ends=Table(self.ends, 3),
            dead=Table(self.dead, 3),
            deletes=Table(self.deletes, 3),
            claimed=Table(self.claimed, 2),
            waits=Table(self.waits, 2),
        )


class Failure(msgspec.Struct, array_like=True, frozen=True, tag="failure"):
    """No answer, and why; the worker goes on."""

    id: int
    kind: Failing
    text: str


class BadRow(msgspec.Struct, array_like=True, frozen=True, tag="bad"):
    """A row of which pycrdt takes nothing; sent before the reply that goes without it."""

    document: int
    seq: int
    reason: str


class Notice(msgspec.Struct, array_like=True, frozen=True, tag="notice"):
    """Something for the log."""

    text: str


class Working(msgspec.Struct, array_like=True, frozen=True, tag="working"):
    """The request takes long, and gets on."""

    id: int


class Trying(msgspec.Struct, array_like=True, frozen=True, tag="trying"):
    """A replay is about to apply this row (0: the checkpoint).

    `suspect` when the update check refuses it; `memory` is the process's size in bytes.
    """

    id: int
    seq: int
    suspect: bool
    memory: int


class Probing(msgspec.Struct, array_like=True, frozen=True, tag="probing"):
    """A replay has applied all rows and now encodes, reloads or writes out the document."""

    id: int
    memory: int


class Survived(msgspec.Struct, array_like=True, frozen=True, tag="survived"):
    """A replay and its probe went well."""

    id: int


Reply: TypeAlias = (
    Ready
    | StateReply
    | CheckpointReply
    | ContentReply
    | PlanReply
    | Failure
    | BadRow
    | Notice
    | Working
    | Trying
    | Probing
    | Survived
)

_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def read_request(body: bytes) -> Request:
    """Decode a request; raises msgspec.DecodeError."""
    return _requests.decode(body)


def read_reply(body: bytes | bytearray | memoryview) -> Reply:
    """Decode a reply, which keeps the buffer; raises msgspec.DecodeError."""
    return _replies.decode(body)
