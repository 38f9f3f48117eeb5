"""`coscribe serve`: run the server until it is told to stop."""

import errno
import socket
import sys
from typing import Any

from coscribe.cli.errors import CommandFailed
from coscribe.cli.flags import SERVER_FLAGS, flags_for, load
from coscribe.settings import Settings

Flags: Any = flags_for(*SERVER_FLAGS)

_LISTENING = {
    errno.EADDRINUSE: "another program listens there; stop it or choose another --port",
    errno.EADDRNOTAVAIL: "this machine does not have that address; choose another --host",
    errno.EACCES: "only the administrator may use that port; choose a --port of 1024 or more",
}


def serve(*, given: Flags = None) -> int:
    """Run the server.

    It prints one line when it accepts connections. SIGTERM or Ctrl-C writes what is queued, closes the connections
    and exits; a second one exits at once.
    """
    settings = load(given)
    settings.check_exposure()
    import uvloop

    from coscribe.app import serve as run  # late: the web stack is of no use to the other commands

    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # the ready line must not wait in a pipe
    try:
        return uvloop.run(run(settings))
    except OSError as error:
        reason = why_not_listening(error)
        if reason is None:
            raise
        raise CommandFailed(f"Cannot listen on {_place(settings)}: {reason}.") from None


def why_not_listening(error: OSError) -> str | None:
    """Say why the server could not listen and what to do; None for an error of another kind."""
    if isinstance(error, socket.gaierror):
        return "there is no such address; choose another --host"
    return _LISTENING.get(error.errno or 0)


def _place(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{host}:{settings.port}"
