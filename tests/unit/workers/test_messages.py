"""The wire between the relay and a worker."""

from __future__ import annotations

import msgspec
import pytest

from coscribe.protocol.placement import Plan
from coscribe.workers import messages

REQUESTS: list[messages.Request] = [
    messages.StateRequest(1, 2, 3, [4, 5], False),
    messages.DiffRequest(1, 2, 3, [], True, b"\1\7\2"),
    messages.CheckpointRequest(1, 2, 3, [], False),
    messages.ContentRequest(1, 2, 3, [], False, "html", "Title ü"),
    messages.ReplayRequest(1, 2, 3, [9], False, messages.STATE),
    messages.PlanRequest(1, b"\0\0", b"\0", True, 100),
]
REPLIES: list[messages.Reply] = [
    messages.Ready(1234),
    messages.StateReply(1, 5, b"\0\0"),
    messages.CheckpointReply(1, 5, b"s", b"v", b"d"),
    messages.ContentReply(1, "text/plain", b"body"),
    messages.PlanReply.of(1, Plan(b"", True, 9, b"kept", [(1, 2, 3)], [], [(4, 5, 6), (7, 8, 1 << 53)], [(1, 3)], [])),
    messages.Failure(1, messages.Failing.DOCUMENT, "why"),
    messages.BadRow(1, 2, "why"),
    messages.Notice("text"),
    messages.Working(1),
    messages.Trying(1, 2, True, 3),
    messages.Probing(1, 2),
    messages.Survived(1),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda message: type(message).__name__)
def test_a_request_arrives_as_it_was_sent(request_: messages.Request) -> None:
    framed = messages.frame(request_)
    assert int.from_bytes(framed[: messages.LENGTH_BYTES], "little") == len(framed) - messages.LENGTH_BYTES
    assert messages.read_request(framed[messages.LENGTH_BYTES :]) == request_


@pytest.mark.parametrize("reply", REPLIES, ids=lambda message: type(message).__name__)
def test_a_reply_arrives_as_it_was_sent(reply: messages.Reply) -> None:
    assert messages.read_reply(messages.frame(reply)[messages.LENGTH_BYTES :]) == reply


def test_something_else_is_refused() -> None:
    for body in (b"", b"\xc1", b"\x91\xa5hello", messages.frame(REQUESTS[0])[4:-1]):
        with pytest.raises(msgspec.DecodeError):
            messages.read_reply(body)
