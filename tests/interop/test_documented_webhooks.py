"""The receivers of the documentation, run as they stand: they take what the server sends, and nothing else."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from harness.server import MakeServer

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "be-told-of-changes.md"
NODE = shutil.which("node") or "node"
RUN = {"python": [sys.executable, "-c"], "js": [NODE, "--input-type=module", "--eval"]}
WITHIN_S = 30.0


def example(language: str) -> str:
    [code] = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(code)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("language", RUN)
async def test_receiver_takes_what_is_signed_and_nothing_else(
    http: aiohttp.ClientSession, make_server: MakeServer, language: str
) -> None:
    settings = {"webhook_networks": "127.0.0.1", "webhook_delay_s": 0.1, "webhook_retry_s": "0.2 " * 19}
    server = await asyncio.to_thread(make_server, settings=settings)
    url = f"http://127.0.0.1:{(port := free_port())}/changes"
    async with http.post(f"{server.url}/api/webhooks", json={"url": url}) as response:
        secret = (await response.json())["secret"]
    process = await asyncio.create_subprocess_exec(
        *RUN[language],
        example(language),
        env={**os.environ, "WEBHOOK_SECRET": secret, "PORT": str(port)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(WITHIN_S):
            forged = {"webhook-id": "msg_1", "webhook-signature": f"v1,{'A' * 43}="}
            for sent in (str(int(time.time())), "0", "now"):
                while True:
                    try:
                        headers = {**forged, "webhook-timestamp": sent}
                        async with http.post(url, data=b'{"type":"x","data":{"id":"forged"}}', headers=headers) as no:
                            assert no.status == 401
                            break
                    except aiohttp.ClientConnectionError:
                        await asyncio.sleep(0.05)  # it has not begun yet
            async with http.post(f"{server.url}/api/documents", json={"id": "team/plan", "text": "words"}) as made:
                assert made.status == 201
            said = [(await process.stdout.readline()).decode().strip() for _ in range(2)]
        assert said == ["document.created team/plan", "document.changed team/plan"]
        async with asyncio.timeout(WITHIN_S):
            while True:
                async with http.get(f"{server.url}/api/webhooks") as response:
                    [line] = (await response.json())["webhooks"]
                if not line["waiting"]:
                    break
                await asyncio.sleep(0.02)
        assert line["last"]["status"] == 204
    finally:
        process.kill()
        await process.wait()
        await asyncio.sleep(0)  # the pipe's transport closes a turn later
