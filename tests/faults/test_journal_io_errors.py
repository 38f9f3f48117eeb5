"""A disk that answers with errors: nothing is acknowledged that is not on it, and all goes on when it works again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from harness.journal_process import JournalProcess, acknowledged, check_rows

FAULTS = {
    "sync": "fdatasync,fsync:error=EIO",
    "write": "pwrite64:error=EIO",
    "no space": "pwrite64:error=ENOSPC",
}
TRACED = "trace=write,pwrite64,fdatasync,fsync"


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_acknowledged_while_the_disk_fails_and_all_of_it_when_it_heals(tmp_path: Path, fault: str) -> None:
    path, log = tmp_path / "coscribe.db", tmp_path / "strace.log"
    with JournalProcess(path) as writer:
        writer.wait_until(lambda heard: "ack" in heard)
        trace = ["strace", "-f", "-p", str(writer.process.pid), "-o", str(log), "-e", TRACED]
        strace = subprocess.Popen([*trace, "-e", f"inject={FAULTS[fault]}"], stderr=subprocess.PIPE)
        try:
            writer.wait_until(lambda heard: "failing" in heard)
            failed_at = len(writer.heard)
            time.sleep(1)
            assert "ack" not in writer.listen()[failed_at:]
        finally:
            strace.send_signal(signal.SIGINT)
            _, complaint = strace.communicate()
        writer.wait_until(lambda heard: "healed" in heard[failed_at:] and heard.count("ack", failed_at) > 300)
        assert writer.stop() == 0
    calls = log.read_text()
    assert "INJECTED" in calls, complaint
    assert "ack" not in calls[calls.index("INJECTED") :], "acknowledged after a call that failed"
    assert re.search(r"failing .*; free some space or check the disk", writer.heard)
    check_rows(path, acknowledged(writer.heard))


@pytest.mark.parametrize("fault", ["fdatasync,fsync:error=EIO:when=40+1", "pwrite64:error=EIO:when=300+1"])
def test_a_disk_that_fails_now_and_then_loses_nothing(tmp_path: Path, fault: str) -> None:
    path, log = tmp_path / "coscribe.db", tmp_path / "strace.log"
    prefix = ["strace", "-f", "-o", str(log), "-e", TRACED, "-e", f"inject={fault}"]
    with JournalProcess(path, prefix=prefix) as writer:
        # calls are counted per thread, and a failure ends the writing thread
        writer.wait_until(lambda heard: heard.count("healed") >= 3 and heard.count("ack") > 100)
        strace = writer.process.pid
        [traced] = Path(f"/proc/{strace}/task/{strace}/children").read_text().split()
        os.kill(int(traced), signal.SIGTERM)
        assert writer.process.wait(20) == 0
        writer.listen()
    owed = False
    for line in log.read_text().splitlines():
        if "INJECTED" in line:
            owed = True
        elif re.search(r"fdatasync|fsync", line) and line.endswith(" = 0"):
            owed = False
        assert not (owed and "ack" in line), f"acknowledged after a call that failed: {line}"
    check_rows(path, acknowledged(writer.heard))
