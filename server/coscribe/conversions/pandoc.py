"""Running pandoc inside a converter: sandboxed, so it reads nothing but its input and the files it is given."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from coscribe.content.pandoc_ast import Ast
from coscribe.conversions.errors import NotConvertible, NotInstalled
from coscribe.conversions.installed import EXTRA, pandoc

RUNTIME = ("-M512m", "-A64m")
"""The largest heap, and a nursery that a small document fits in."""
OUT_OF_MEMORY_STATUSES = (2, 251)
"""Exit statuses of a Haskell program whose heap is exhausted."""


def run(arguments: Sequence[str], stdin: bytes) -> bytes:
    """Run pandoc over its input; raises NotConvertible, MemoryError, NotInstalled."""
    program = pandoc()
    if program is None:
        raise NotInstalled(f"This installation has no pandoc: install the extra with {EXTRA}.")
    command = [str(program), "+RTS", *RUNTIME, "-RTS", "--sandbox", "--quiet", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False)  # noqa: S603 - our own program
    if done.returncode == 0:
        return done.stdout
    if done.returncode in OUT_OF_MEMORY_STATUSES or done.returncode < 0:
        raise MemoryError
    reason = done.stderr.decode(errors="replace").strip().splitlines()
    raise NotConvertible(f"The document cannot be converted: {reason[0][:300] if reason else 'pandoc refuses it'}.")


def default_file(name: str) -> bytes:
    """Return one of the files that pandoc brings along."""
    return run([f"--print-default-data-file={name}"], b"")


def write(document: Ast, format: str, options: Sequence[str] = ()) -> bytes:
    """Write a pandoc document in a format."""
    return run(["--from=json", f"--to={format}", "--output=-", "--wrap=none", *options], msgspec.json.encode(document))


def read(body: bytes, format: str, folder: Path) -> dict[str, Any]:
    """Read a file in a format as a pandoc document."""
    path = folder / "input"
    path.write_bytes(body)
    output = run([f"--from={format}", "--to=json", "--track-changes=all", str(path)], b"")
    try:
        result = json.loads(output)
    except (ValueError, RecursionError):
        raise NotConvertible("The file is nested too deeply to be read; flatten it.") from None
    return result if isinstance(result, dict) else {}
