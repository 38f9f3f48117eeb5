"""One converter as the server sees it: a process group, a folder that goes with it, one conversion at a time."""

import asyncio
import contextlib
import fcntl
import os
import resource
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import msgspec

from coscribe.conversions import messages

MODULE = "coscribe.conversions.child"
PREFIX = "coscribe-"
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


class ConverterGone(Exception):
    """The process ended instead of answering; the text says how, as the end of a sentence."""


class _Folder:
    """A new folder, locked for as long as this process lives: what a server leaves that was killed is nobody's."""

    def __init__(self) -> None:
        while True:
            self.path = tempfile.mkdtemp(prefix=PREFIX)
            self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            with contextlib.suppress(OSError):  # where there are no locks, nobody tidies up either
                fcntl.flock(self._lock, fcntl.LOCK_EX)
            if os.path.exists(self.path):  # else somebody tidied up in this moment
                return
            os.close(self._lock)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def tidy_up() -> None:
    """Remove the folders, with what was being converted in them, of servers of this user that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(lock).st_uid == os.geteuid():
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)


class ConverterProcess:
    """A running converter; `spawn` starts one, `kill` and `end` leave nothing behind."""

    def __init__(self, process: asyncio.subprocess.Process, folder: _Folder) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._input = process.stdin
        self._output = process.stdout
        self._folder: _Folder | None = folder
        self.conversions = 0

    @classmethod
    async def spawn(cls, memory_bytes: int, deadline_s: float) -> "ConverterProcess":
        """Start a process in a folder of its own. Raises OSError when none can be started."""
        folder = _Folder()
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        environment |= {
            "TMPDIR": folder.path,
            "HOME": folder.path,
            "MALLOC_ARENA_MAX": "2",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", MODULE, str(os.getpid()), str(memory_bytes), str(deadline_s)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=environment,
                cwd=folder.path,
                start_new_session=True,
            )
        except BaseException:
            folder.remove()
            raise
        return cls(process, folder)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def resident_bytes(self) -> int:
        """The memory that the process holds; 0 where the system does not tell."""
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * resource.getpagesize()
        except (OSError, IndexError, ValueError):
            return 0

    async def ask(self, request: messages.Request) -> messages.Reply:
        """Have one conversion made. Raises ConverterGone."""
        self.conversions += 1
        try:
            self._input.write(messages.frame(request))
            await self._input.drain()
            head = await self._output.readexactly(messages.LENGTH_BYTES)
            length = int.from_bytes(head, "little")
            if length > messages.MAX_MESSAGE_BYTES:
                raise ConverterGone("answered with too much")
            return messages.read_reply(await self._output.readexactly(length))
        except (asyncio.IncompleteReadError, OSError):
            raise ConverterGone(f"ended with {await self._process.wait()}") from None
        except msgspec.DecodeError as error:
            raise ConverterGone(f"answered with what is no answer ({error})") from None

    def kill(self) -> None:
        """End the process and all that it has started, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def end(self) -> None:
        """Reap a process that was killed, and remove its folder."""
        await self._process.wait()
        self._input.close()
        folder, self._folder = self._folder, None  # who stops, and who waited for an answer, both end it
        if folder is not None:
            await asyncio.to_thread(folder.remove)
