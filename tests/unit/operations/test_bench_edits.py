"""What the load client sends is what Yjs would send, and what it reads is what the server wrote."""

import pytest
from pycrdt import Doc, Text

from coscribe.operations.bench import wire
from coscribe.operations.bench.edits import Keys, Run, read_runs
from coscribe.operations.bench.history import History
from coscribe.protocol.lib0 import write_var_bytes
from coscribe.protocol.sync import awareness_message, step1, step2, update_message
from coscribe.protocol.updates import check


def text_of(updates: list[bytes]) -> str:
    doc: Doc = Doc()
    text = doc.get("text", type=Text)
    for update in updates:
        doc.apply_update(update)
    return str(text)


def server_frame(payload: bytes, opcode: int = 2, *, last: bool = True) -> bytes:
    first = opcode | (0x80 if last else 0)
    size = len(payload)
    head = bytes((first, size)) if size < 126 else bytes((first, 126)) + size.to_bytes(2, "big")
    return head + payload


def frames_of(client: int, count: int) -> list[bytes]:
    keys = Keys(client)
    return [server_frame(update_message(keys.press())) for _ in range(count)]


@pytest.mark.parametrize("client", [1, 300, 0x10000000, 2**53 - 1])
def test_typing_is_what_a_yjs_document_reads(client: int):
    keys = Keys(client)
    updates = [keys.press() for _ in range(400)]  # past the clocks that take one byte
    assert text_of(updates) == "".join("abcdefghijklmnopqrstuvwxyz"[clock % 26] for clock in range(400))
    assert [run for update in updates for run in read_runs(update)] == [Run(client, c, c + 1) for c in range(400)]


def test_a_long_history_leaves_its_text_and_passes_the_servers_check():
    history = History(client=4242, edits=3000, seed=7)
    assert len(history.updates) == len(history.typed) == 3000
    assert sum(history.typed) == history.characters
    assert text_of(history.updates) == history.text()
    structs = [struct for update in history.updates for struct in check(update).structs]
    assert structs[-1] == (4242, history.characters - 1, history.characters)
    assert history.updates == History(client=4242, edits=3000, seed=7).updates


def test_a_merged_update_counts_as_all_its_edits():
    keys = Keys(5)
    doc: Doc = Doc()
    doc.get("text", type=Text)
    for _ in range(10):
        doc.apply_update(keys.press())
    assert read_runs(doc.get_update()) == [Run(5, 0, 10)]


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_chunk_is_read_alike_wherever_the_network_cuts_it(cut: int):
    data = b"".join([*frames_of(70, 2), server_frame(awareness_message(b"\x00")), *frames_of(71, 1)])
    reader = wire.ChunkReader()
    first = reader.read(data[:cut])
    second = reader.read(first.rest + data[cut:])
    runs = [part for chunk in (first, second) for part in chunk.parts if isinstance(part, Run)]
    assert sum(run.end - run.start for run in runs) == 3
    assert first.frames + second.frames == 4
    assert second.rest == b""


def test_consecutive_edits_become_one_run_and_other_messages_keep_their_place():
    data = b"".join([*frames_of(70, 130), server_frame(step1(b"\x00")), *frames_of(71, 2)])
    for _ in range(2):  # the second time from memory
        chunk = wire.ChunkReader().read(data)
        assert chunk.parts == (Run(70, 0, 130), wire.Message(wire.Signal.STEP1), Run(71, 0, 2))
        assert chunk.frames == 133


def test_fragments_and_long_messages_are_joined():
    keys = Keys(9)
    doc: Doc = Doc()
    doc.get("text", type=Text)
    for _ in range(300):
        doc.apply_update(keys.press())
    message = step2(doc.get_update())
    data = server_frame(message[:100], 2, last=False) + server_frame(message[100:], 0) + server_frame(message)
    signals = [part for part in wire.ChunkReader().read(data).parts if isinstance(part, wire.Message)]
    assert [(signal.signal, signal.runs) for signal in signals] == [(wire.Signal.STEP2, (Run(9, 0, 300),))] * 2


def test_an_update_that_nobody_here_can_have_typed_is_unreadable_and_not_counted():
    chunk = wire.ChunkReader().read(server_frame(update_message(b"\x01\x01\x05\x00\x04\x01\x04text\x7f")))
    assert [part.signal for part in chunk.parts if isinstance(part, wire.Message)] == [wire.Signal.UNREADABLE]


def test_pings_and_closes_are_heard_with_what_they_carry():
    data = server_frame(b"hello", 9) + server_frame(b"\x11\x30slow down", 8)
    assert wire.ChunkReader().read(data).parts == (
        wire.Message(wire.Signal.PING, b"hello"),
        wire.Message(wire.Signal.CLOSE, b"\x11\x30slow down"),
    )


def test_a_refused_upgrade_is_told_by_its_status_line():
    with pytest.raises(wire.Refused, match=r"^HTTP/1.1 429 Too Many Requests$"):
        wire.read_upgrade(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\n\r\n")


def test_client_frames_are_masked_whatever_their_size():
    for size in (5, 200, 70_000):
        frame = wire.client_frame(bytes(size))
        head = {5: 2, 200: 4, 70_000: 10}[size]
        assert frame[1] & 0x80
        assert len(frame) == head + 4 + size
    assert wire.update_frame(b"u" * 20) == wire.client_frame(b"\x00\x02" + write_var_bytes(b"u" * 20))
