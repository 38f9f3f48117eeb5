"""The converter process: one conversion after the other, until the server goes away.

It may be killed at any moment by what it is fed, and that is its purpose. It has no socket, no database and no secret;
what it may use is limited before the first byte is looked at.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

from coscribe.content.errors import ContentError
from coscribe.conversions import messages
from coscribe.conversions.confine import allow_cpu, confine
from coscribe.conversions.errors import ConversionError, NotInstalled, TooLarge, UnknownKind
from coscribe.conversions.messages import Failing
from coscribe.messaging import say_only_where


def _answer(request: messages.Request, folder: Path) -> messages.Reply:
    """Make one conversion: the boundary at which an error of any kind becomes a message."""
    try:
        if isinstance(request, messages.Write):
            from coscribe.conversions.writing import write  # late: reading and writing need different libraries

            return messages.Written(write(request, folder))
        from coscribe.conversions.reading import read

        return read(request)
    except MemoryError:
        os._exit(messages.OUT_OF_MEMORY_STATUS)  # what is left of this process cannot be relied on
    except RecursionError:
        return messages.Failure(Failing.CONTENT, "The document is nested too deeply to be converted; flatten it.")
    except NotInstalled as error:
        return messages.Failure(Failing.MISSING, str(error))
    except TooLarge as error:
        return messages.Failure(Failing.SIZE, str(error))
    except UnknownKind as error:
        return messages.Failure(Failing.KIND, str(error))
    except (ConversionError, ContentError) as error:
        return messages.Failure(Failing.CONTENT, str(error))


def _serve(source: BinaryIO, sink: BinaryIO, deadline_s: float) -> None:
    while head := source.read(messages.LENGTH_BYTES):
        request = messages.read_request(source.read(int.from_bytes(head, "little")))
        allow_cpu(deadline_s)
        with tempfile.TemporaryDirectory() as folder:
            reply = _answer(request, Path(folder))
        sink.write(messages.frame(reply))
        sink.flush()


def main(arguments: list[str]) -> None:
    """Run a converter: parent's pid, memory limit in bytes, seconds for one conversion."""
    parent, memory_bytes, deadline_s = arguments
    say_only_where()
    confine(int(parent), int(memory_bytes))
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    _serve(sys.stdin.buffer, sink, float(deadline_s))


if __name__ == "__main__":
    main(sys.argv[1:])
