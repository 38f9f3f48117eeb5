"""The converters from the server's side: limits, deaths, waiting, endings."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from coscribe.content.formats import CONVERTED
from coscribe.conversions import converters as converters_module
from coscribe.conversions import process as process_module
from coscribe.conversions.converters import Converters
from coscribe.conversions.errors import ConverterUnavailable, NotConvertible, NotInstalled, TooLarge
from coscribe.conversions.installed import is_available
from coscribe.conversions.limits import ConversionLimits
from harness import odd_converter
from harness.server import process_status

LIMITS = ConversionLimits(at_once=2, memory_bytes=1 << 30, deadline_s=20, import_bytes=1000)

Make = Callable[..., Converters]


@pytest.fixture
async def make(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Make]:
    """Make converters that obey titles; see `harness.odd_converter`."""
    monkeypatch.setattr(process_module, "MODULE", "harness.odd_converter")
    monkeypatch.setenv("PYTHONPATH", str(Path(odd_converter.__file__).parents[1]), prepend=os.pathsep)
    made: list[Converters] = []

    def start(**limits: object) -> Converters:
        made.append(Converters(LIMITS._replace(**limits)))
        return made[-1]

    yield start
    for each in made:
        await each.stop()


async def ask(converters: Converters, title: str, document: bytes = b"{}") -> list[str]:
    """Return what the process that made a conversion says of itself: its pid, its folder, the secret it saw."""
    return (await converters.write("docx", title, document, {})).decode().split(" ")


async def gone(pid: int) -> bool:
    for _ in range(100):
        if process_status(pid) is None:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_process_is_kept_for_the_next_conversion(make: Make) -> None:
    converters = make()
    assert (await ask(converters, ""))[0] == (await ask(converters, ""))[0]


async def test_nothing_is_left_of_a_conversion(make: Make) -> None:
    converters = make()
    _, folder, _ = await ask(converters, "")
    await ask(converters, "")
    assert not Path(folder).exists()
    assert Path(folder).parent.exists()
    await converters.stop()
    assert not Path(folder).parent.exists()


async def test_a_converter_never_sees_the_servers_secret(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSCRIBE_SECRET", "s" * 32)
    assert (await ask(make(), ""))[2] == ""


async def test_a_conversion_that_takes_too_long_is_given_up(make: Make) -> None:
    converters = make(deadline_s=0.7, at_once=1)
    with pytest.raises(NotConvertible, match=r"longer than 0\.7 seconds"):
        await ask(converters, odd_converter.SPIN)
    assert await ask(converters, "")


async def test_what_a_converter_started_ends_with_it(make: Make, tmp_path: Path) -> None:
    noted = tmp_path / "pid"
    with pytest.raises(NotConvertible):
        await ask(make(deadline_s=1.5), odd_converter.START, str(noted).encode())
    assert await gone(int(noted.read_text()))


async def test_a_conversion_that_needs_too_much_memory_is_given_up(make: Make) -> None:
    converters = make(memory_bytes=300 << 20)
    with pytest.raises(NotConvertible, match="memory"):
        await ask(converters, odd_converter.EAT)
    assert await ask(converters, "")


@pytest.mark.parametrize("title", [odd_converter.DIE, odd_converter.NONSENSE])
async def test_a_converter_that_dies_or_raves_costs_one_conversion(make: Make, title: str) -> None:
    converters = make()
    with pytest.raises((NotConvertible, ConverterUnavailable)):
        await ask(converters, title)
    assert await ask(converters, "")


async def test_a_converter_reaches_nobody_where_the_kernel_lets_it_have_no_network(make: Make) -> None:
    alone = ["unshare", "--map-root-user", "--net", "true"]
    allowed = subprocess.run(alone, capture_output=True, timeout=10, check=False).returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as listener:
        [said] = await ask(make(), f"{odd_converter.CONNECT}{listener.getsockname()[1]}")
    assert said.startswith("no:") == allowed, said


async def test_converter_that_fails_says_where_and_nothing_of_the_document(
    make: Make, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotConvertible):
        await ask(make(), f"{odd_converter.FAIL}contint-7f3a")
    said = capfd.readouterr().err
    assert "contint-7f3a" not in said
    assert "ValueError" in said
    assert "odd_converter.py" in said


async def test_so_many_run_at_once_and_others_wait(make: Make) -> None:
    converters = make(at_once=2)
    answers = await asyncio.gather(*(ask(converters, odd_converter.SLEEP + "0.1") for _ in range(6)))
    assert len({pid for pid, _, _ in answers}) == 2


async def test_more_than_may_wait_are_sent_away(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converters_module, "MAX_WAITING", 1)
    converters = make(at_once=1)
    busy = [asyncio.create_task(ask(converters, odd_converter.SLEEP + "0.3")) for _ in range(2)]
    await asyncio.sleep(0.05)
    with pytest.raises(ConverterUnavailable, match="try again"):
        await ask(converters, "")
    await asyncio.gather(*busy)


async def test_a_process_is_replaced_after_so_many_conversions(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converters_module, "MAX_CONVERSIONS", 2)
    converters = make(at_once=1)
    pids = [(await ask(converters, ""))[0] for _ in range(3)]
    assert pids[0] == pids[1] != pids[2]


async def test_a_process_that_holds_too_much_is_replaced(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    converters = make(at_once=1)
    pid, _, _ = await ask(converters, "")
    monkeypatch.setattr(converters_module, "MAX_RESIDENT_SHARE", 0.001)
    assert (await ask(converters, ""))[0] == pid
    assert (await ask(converters, ""))[0] != pid


async def test_a_process_with_nothing_to_do_is_ended(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converters_module, "IDLE_S", 0.05)
    pid = int((await ask(make(), ""))[0])
    assert await gone(pid)


async def test_stopping_ends_what_runs(make: Make) -> None:
    converters = make()
    pid = int((await ask(converters, ""))[0])
    running = asyncio.create_task(ask(converters, odd_converter.SLEEP + "60"))
    await asyncio.sleep(0.1)
    await converters.stop()
    with pytest.raises(ConverterUnavailable):
        await running
    assert await gone(pid)
    with pytest.raises(ConverterUnavailable):
        await ask(converters, "")


async def test_a_request_that_is_cancelled_leaves_no_process_with_an_answer(make: Make) -> None:
    converters = make(at_once=1)
    pid, _, _ = await ask(converters, "")
    running = asyncio.create_task(ask(converters, odd_converter.SLEEP + "60"))
    await asyncio.sleep(0.1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await ask(converters, ""))[0] != pid


async def test_a_missing_package_is_named() -> None:
    converters = Converters(LIMITS, installed=frozenset({"pypandoc"}))
    with pytest.raises(NotInstalled, match=r"pip install 'coscribe\[export\]'"):
        await converters.write("pdf", "", b"{}", {})
    assert is_available(CONVERTED["docx"], converters.installed)
    assert not is_available(CONVERTED["pdf"], converters.installed)
    assert not is_available(CONVERTED["pdf"], frozenset({"typst"}))


async def test_a_file_that_is_too_large_is_not_read(make: Make) -> None:
    with pytest.raises(TooLarge, match="1000 are taken at most"):
        await make().read("x.txt", bytes(1001), image_bytes=1)


async def test_a_converter_dies_with_its_server(make: Make, tmp_path: Path) -> None:
    """Not the relay's cleanup but the kernel sees to it: the parent here is killed."""
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio\n"
        "from coscribe.conversions.process import ConverterProcess\n"
        "async def main():\n"
        "    process = await ConverterProcess.spawn(1 << 30, 60)\n"
        "    print(process.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, str(script), stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    await asyncio.sleep(0.3)
    parent.kill()
    await parent.wait()
    assert await gone(pid)
