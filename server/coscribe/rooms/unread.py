"""Of a client that does not read what it asked for, nothing more is read either."""

import asyncio
from asyncio import Future, WriteTransport

LOOK_AGAIN_S = 0.05


def until_read(transport: WriteTransport, most: int) -> "Future[None] | None":
    """Return a future that is done once so many bytes at most are unread; None where that is so already."""
    if transport.get_write_buffer_size() <= most:
        return None
    loop = asyncio.get_running_loop()
    read: Future[None] = loop.create_future()

    def look() -> None:
        if read.done():
            return
        if transport.is_closing() or transport.get_write_buffer_size() <= most:
            read.set_result(None)
        else:
            loop.call_later(LOOK_AGAIN_S, look)

    loop.call_later(LOOK_AGAIN_S, look)
    return read
