"""Asking another server, where only the configuration leads to: in a bounded time, for a bounded answer."""

from typing import NamedTuple

import aiohttp

DEADLINE_S = 5.0


class FetchFailed(Exception):
    """The other server cannot be asked, or does not answer as it should; the text says how."""


class Fetched(NamedTuple):
    """An answer of any status."""

    status: int
    media_type: str
    content: bytes


async def fetch(
    url: str, *, most_bytes: int, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> Fetched:
    """Get what is at an address, or post a form to it; follows no redirect. Raise FetchFailed."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE_S), trust_env=False) as http,
            http.request(
                "GET" if form is None else "POST",
                url,
                data=form,
                allow_redirects=False,
                headers={"Accept": "application/json", **(headers or {})},
            ) as response,
        ):
            content = await response.content.read(most_bytes + 1)
            while len(content) <= most_bytes and (more := await response.content.read(most_bytes)):
                content += more
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise FetchFailed(str(error) or type(error).__name__) from None
    if len(content) > most_bytes:
        raise FetchFailed(f"the answer has more than {most_bytes} bytes")
    return Fetched(response.status, response.content_type, content)
