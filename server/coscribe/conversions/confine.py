"""What a converter takes from itself before it looks at anything: memory, time, the network, its parent's survival.

The programs it starts inherit all of it.
"""

import contextlib
import ctypes
import os
import resource
import signal

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
NICE = 3
"""On a core that both want, the parent goes first: its edits are waited for by the millisecond, a file is not."""
MAX_FILE_BYTES = 512 << 20
MAX_OPEN_FILES = 256


def confine(parent: int, memory_bytes: int) -> None:
    """Limit this process and all it starts; it ends with its parent."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)  # the parent died before the line above
    os.nice(NICE)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # where the kernel allows it; nothing here opens a connection in any case
    if libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    for name, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
    ):
        _, hard = resource.getrlimit(name)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(name, (most, most))


def allow_cpu(seconds: float) -> None:
    """Let this process, and each that it starts, use so many seconds of CPU time from now on."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
