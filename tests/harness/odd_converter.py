"""A converter that does what a title tells it to: what a document nobody has found yet might make it do."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from coscribe.conversions import child, messages

SPIN = "spin"
EAT = "eat"
DIE = "die"
NONSENSE = "nonsense"
CONNECT = "connect "  # to a port of this machine, and say whether that went
FAIL = "fail "  # and tell what it was fed, as an error in a library may
START = "start"  # a program of its own, whose pid goes into the file named by the document
SLEEP = "sleep "


def act(request: messages.Request, folder: Path) -> messages.Reply:
    assert isinstance(request, messages.Write)
    title = request.title
    if title == SPIN:
        while True:
            pass
    if title == EAT:
        eaten = []
        while True:
            eaten.append(bytearray(1 << 24))
    if title == DIE:
        os.kill(os.getpid(), signal.SIGSEGV)
    if title.startswith(CONNECT):
        try:
            socket.create_connection(("127.0.0.1", int(title.removeprefix(CONNECT))), 5).close()
        except OSError as error:
            return messages.Written(f"no:{error.errno}".encode())
        return messages.Written(b"yes")
    if title.startswith(FAIL):
        os.write(2, f"panicked at {title}\n".encode())
        raise ValueError(title)
    if title == NONSENSE:
        return messages.ReadResult("docx", b"", "", [], [], {})
    if title == START:
        sleeper = subprocess.Popen(["sleep", "600"])
        Path(request.document.decode()).write_text(str(sleeper.pid))
        time.sleep(600)
    if title.startswith(SLEEP):
        time.sleep(float(title.removeprefix(SLEEP)))
    (folder / "left behind").write_bytes(b"x")
    return messages.Written(f"{os.getpid()} {folder} {os.environ.get('COSCRIBE_SECRET', '')}".encode())


if __name__ == "__main__":
    child._answer = act
    child.main(sys.argv[1:])
