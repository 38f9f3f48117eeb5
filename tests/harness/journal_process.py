"""Watching a `journal_writer` process, and reading back what it wrote."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from coscribe.journal.reader import JournalReader
from harness import journal_writer

ACKNOWLEDGED = re.compile(r"^ack (\d+) (\d+)\n", re.MULTILINE)


class JournalProcess:
    """One writer over a database; what it says is gathered in `heard`."""

    def __init__(self, path: Path, *, prefix: Sequence[str] = ()) -> None:
        self.path = path
        self.heard = ""
        output = path.with_suffix(".out")
        with output.open("wb") as file:
            self.process = subprocess.Popen([*prefix, sys.executable, journal_writer.__file__, str(path)], stdout=file)
        self._output = output.open()

    def __enter__(self) -> JournalProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._output.close()

    def listen(self) -> str:
        """Return all that was said until now."""
        self.heard += self._output.read()
        return self.heard

    def wait_until(self, condition: Callable[[str], object], deadline_s: float = 20) -> None:
        """Listen until the condition is true of what was heard."""
        deadline = time.monotonic() + deadline_s
        while not condition(self.listen()):
            assert self.process.poll() is None, f"the writer ended with {self.process.returncode}: {self.heard[-500:]}"
            assert time.monotonic() < deadline, f"not within {deadline_s} s; last heard: {self.heard[-500:]}"
            time.sleep(0.002)

    def kill(self) -> None:
        """End it as a power cut would end it, as far as a process can tell."""
        self.process.kill()
        self.process.wait()
        self.listen()

    def stop(self) -> int:
        """End it cleanly; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.listen()
        return code


def acknowledged(heard: str) -> dict[int, int]:
    """The last acknowledged number of each document; they come in order and leave none out."""
    last: dict[int, int] = {}
    for key, seq in ((int(found[1]), int(found[2])) for found in ACKNOWLEDGED.finditer(heard)):
        assert key not in last or seq == last[key] + 1, f"{seq} of document {key} was acknowledged after {last[key]}"
        last[key] = seq
    return last


def check_rows(path: Path, least: dict[int, int]) -> dict[int, int]:
    """Make sure that every acknowledged row is there, that all rows are right, none is missing; return the heads."""
    heads: dict[int, int] = {}
    with JournalReader(path) as reader:
        for number in range(journal_writer.DOCUMENTS):
            document = reader.document(f"doc-{number}")
            if document is None:
                continue
            head = 0
            for row in reader.rows(document.key, 0, 1 << 60):
                head += 1
                assert row.seq == head
                assert row.body == journal_writer.body_of(document.key, head)
            checkpoint = reader.checkpoint(document.key)
            assert document.head == head
            assert checkpoint is None or checkpoint.seq <= head
            heads[document.key] = head
    lost = {key: (seq, heads.get(key)) for key, seq in least.items() if heads.get(key, 0) < seq}
    assert not lost, f"acknowledged and lost: {lost}"
    return heads
