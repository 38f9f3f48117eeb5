"""Looks for updates that the server accepts and an engine cannot bear.

    python tests/fuzz/updates.py [--seed N] [--histories N] [--engine yrs|yjs] [--mutate]

Histories of grammatically right but senseless updates (items under what holds no items, neighbours in another type or
in the wrong order, keys on text, deletions of anything), or with `--mutate` those of real Yjs documents with bytes
changed, are placed on a ground; what it accepts is applied by yrs, or by Yjs under Node, in a process of its own.
A history that kills, hangs or throws is printed, cut down to the updates that it takes. That yrs refuses an item under
a parent that holds none is known: the workers bury such items, as Yjs does.
"""

import argparse
import contextlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1])]

from coscribe.protocol.ground import Ground, Outcome  # noqa: E402
from coscribe.protocol.lib0 import write_var_string  # noqa: E402
from coscribe.protocol.surrogates import SurrogateGuard  # noqa: E402
from coscribe.protocol.updates import MalformedUpdate  # noqa: E402
from interop.yjs.batch import run  # noqa: E402
from unit.protocol.building import deletes, gone, item, section, update  # noqa: E402

TIMEOUT_S = 20
HERE = Path(__file__).parent

YRS = """
import sys
from pycrdt import Doc
from coscribe.protocol.state_vectors import read_state_vector
for line in sys.stdin:
    doc = Doc()
    raised = ""
    for row in line.split():
        try:
            doc.apply_update(bytes.fromhex(row))
        except Exception as error:
            raised = raised or f"apply: {error}"
    try:
        state = doc.get_update()
        copy = Doc()
        copy.apply_update(state)
        if read_state_vector(copy.get_state()) != read_state_vector(doc.get_state()):
            raised = raised or "its state does not give its vector"
    except BaseException as error:
        raised = raised or f"reload: {error!r}"
    print(raised.replace("\\n", " ")[:200], flush=True)
"""

YJS = """
import * as Y from 'yjs'
import readline from 'node:readline'
for await (const line of readline.createInterface({ input: process.stdin })) {
  const doc = new Y.Doc()
  const types = [doc.getText('t'), doc.getXmlFragment('u')]
  for (const type of types) type.observeDeep(events => events.map(event => event.changes))
  let raised = ''
  try {
    for (const row of line.split(' ').filter(Boolean)) {
      Y.applyUpdate(doc, Buffer.from(row, 'hex'))
      if (doc.store.pendingStructs ?? doc.store.pendingDs) raised ||= 'pending'
    }
    JSON.stringify([doc.getText('t').toDelta(), doc.getXmlFragment('u').toString()])
    const copy = new Y.Doc()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  } catch (error) {
    raised ||= String(error.stack).replace(/\\n */g, ' ').slice(0, 300)
  }
  process.stdout.write(raised + '\\n')
}
"""


def struct(dice: random.Random, ids: list[tuple[int, int]]) -> bytes:
    """Return a random struct that refers to any of these ids."""
    left = dice.choice(ids) if ids and dice.random() < 0.5 else None
    right = dice.choice(ids) if ids and dice.random() < 0.4 else None
    parent = dice.choice(ids) if ids and dice.random() < 0.6 else dice.choice(["t", "u", ""])
    key = dice.choice(["a", "b", ""]) if dice.random() < 0.3 else None
    kind, content = dice.choice(
        [
            lambda: (4, write_var_string(dice.choice(["a", "bcd", "é", "👩", "x👩y"]))),
            lambda: (1, bytes((dice.randint(1, 3),))),
            lambda: (3, b"\2ab"),
            lambda: (5, write_var_string('{"a":1}')),
            lambda: (
                6,
                write_var_string(dice.choice(["bold", "ychange"])) + write_var_string(dice.choice(["true", "null"])),
            ),
            lambda: (7, dice.choice([b"\0", b"\1", b"\2", b"\3\1p", b"\4", b"\6"])),
            lambda: (8, b"\2\x7e\x7d\1"),
            lambda: (9, b"\1g\x76\0"),
        ]
    )()
    if dice.random() < 0.06:
        return gone(dice.randint(1, 3))
    return item(kind, content, left=left, right=right, parent=parent, key=key)


def history(seed: int) -> list[bytes]:
    """Return what a ground accepts of a senseless history, as a worker would apply it."""
    dice = random.Random(seed)
    ground = Ground()
    rows: list[bytes] = []
    for _ in range(dice.randint(2, 14)):
        ids = [(client, at) for client, end in ground.known.items() for at in range(end)]
        sections = []
        for client in dice.sample([1, 2, 3], dice.choice([0, 1, 1, 1, 2])):
            clock = ground.known.get(client, 0)
            near = [*ids, *((client, clock + ahead) for ahead in range(3))]
            sections.append(section(client, clock, *[struct(dice, near) for _ in range(dice.randint(1, 3))]))
        some = [(*dice.choice(ids), dice.randint(1, 3)) for _ in range(dice.choice([0, 0, 1, 2]))] if ids else []
        take(ground, update(sections, deletes(*some)), rows)
    return rows


def mutated(document: dict[str, Any]) -> list[bytes]:
    """Return what a ground accepts of a document's updates, some of them with bytes changed."""
    dice = random.Random(document["seed"])
    ground = Ground()
    rows: list[bytes] = []
    for local in document["local"]:
        whole = bytes.fromhex(local)
        for _ in range(6):
            changed = bytearray(whole)
            for _ in range(dice.randint(1, 3)):
                at = dice.randrange(len(changed))
                changed[at] = dice.choice(
                    [dice.randrange(256), dice.randrange(12), changed[at] ^ 1 << dice.randrange(8)]
                )
            take(ground, bytes(changed), rows)
        take(ground, whole, rows)
    return rows


def take(ground: Ground, arriving: bytes, rows: list[bytes]) -> None:
    with contextlib.suppress(MalformedUpdate):
        placement = ground.place(arriving, trim=True)
        if placement.outcome in (Outcome.WHOLE, Outcome.PART):
            rows.append(placement.update)


def repaired(rows: list[bytes]) -> list[bytes]:
    guard = SurrogateGuard()
    for row in rows:
        guard.scan(row)
    return [guard.repair(row) for row in rows]


def judge(engine: str, histories: list[list[bytes]]) -> list[str]:
    """Return for each history what the engine says, or how it died."""
    command = {
        "yrs": [sys.executable, "-c", YRS],
        "yjs": ["node", "--input-type=module", "--eval", YJS],
    }[engine]
    verdicts: list[str] = []
    while len(verdicts) < len(histories):
        lines = "".join(" ".join(row.hex() for row in rows) + "\n" for rows in histories[len(verdicts) :])
        try:
            done = subprocess.run(
                command,
                cwd=HERE.parent / "interop",
                input=lines,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S + len(histories) / 20,
                check=False,
            )
            out, end = done.stdout, f"DIED with {done.returncode}: {done.stderr[-200:]}"
        except subprocess.TimeoutExpired as late:
            out, end = (late.stdout or b"").decode(), "HANGS"
        verdicts += out.splitlines()
        if len(verdicts) < len(histories):
            verdicts.append(end)
    return verdicts


def smallest(engine: str, rows: list[bytes], verdict: str) -> list[bytes]:
    """Drop rows as long as the engine says the same."""
    kind = verdict[:12]
    for index in range(len(rows) - 1, -1, -1):
        fewer = rows[:index] + rows[index + 1 :]
        ground = Ground()
        if all(ground.place(row, trim=False).outcome is Outcome.WHOLE for row in fewer) and (
            judge(engine, [fewer])[0][:12] == kind
        ):
            rows = fewer
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--histories", type=int, default=2000)
    parser.add_argument("--engine", choices=["yrs", "yjs"], default="yrs")
    parser.add_argument("--mutate", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    if options.mutate:
        job = {"seed": options.seed, "documents": options.histories, "steps": 20}
        histories = [mutated(document) for document in run("corpus", [job])]
    else:
        histories = [history(options.seed + number) for number in range(options.histories)]
    if options.engine == "yrs":
        histories = [repaired(rows) for rows in histories]
    kinds: dict[str, int] = {}
    for number, verdict in enumerate(judge(options.engine, histories)):
        kind = "".join(" " if letter.isdigit() else letter for letter in verdict)[:60]
        kinds[kind] = kinds.get(kind, 0) + 1
        if verdict and kinds[kind] <= 2:
            rows = smallest(options.engine, histories[number], verdict)
            print(json.dumps({"seed": options.seed + number, "verdict": verdict, "rows": [row.hex() for row in rows]}))
    print({kind or "well": count for kind, count in kinds.items()})
    return int(any(kind for kind in kinds))


if __name__ == "__main__":
    sys.exit(main())
