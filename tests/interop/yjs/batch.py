"""Runs a Node script on a batch: JSON lines in, JSON lines out, one process for all of them."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from harness.chance import seed_of

HERE = Path(__file__).parent
TIMEOUT_S = 300


def run(script: str, lines: Iterable[object]) -> list[Any]:
    """Return what `script`.mjs writes for these lines."""
    node = shutil.which("node")
    assert node is not None, "the tests against Yjs need Node 20: run `make test`"
    done = subprocess.run(
        [node, f"{script}.mjs"],
        cwd=HERE,
        input="".join(json.dumps(line) + "\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@cache
def corpus(documents: int, steps: int, emoji: bool = False) -> list[Any]:
    """Return random documents; the seed is printed and `documents` start from it."""
    seed = seed_of(f"corpus {documents} {steps} {emoji}")
    print(f"corpus of {documents} documents from seed {seed}")
    return run("corpus", [{"seed": seed, "documents": documents, "steps": steps, "emoji": emoji}])
