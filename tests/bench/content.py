"""How fast content is written, read and changed, in one worker's process and without a server.

    python tests/bench/content.py [--blocks 2800] [--patched 1400] [--runs 20] [--json]

Prints, for each native format: the median time to write one page and to write a long document out, to read the long
document, and to put a document back with one paragraph changed (reading it, comparing it, making the update), with the
bytes of the update beyond the text that is new. Times are of the processor: on an idle machine they are the clock's.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from pycrdt import Doc

from coscribe.content.parse import parse
from coscribe.content.patch import patch
from coscribe.content.render import render
from coscribe.content.schema import Json
from coscribe.content.update import to_update

FORMATS = ("json", "text", "markdown", "html", "html-fragment", "yjs")
READABLE = ("json", "text", "markdown", "html")
PAGE_BLOCKS = 12
ADDED = " and some words more"
WORDS = re.findall(
    r"\w+",
    "the of and to in is that it was for on are with as his they at be this from have or by one had not but what "
    "all were when we there can an your which their said if do will each about how up out them then she many some "
    "document writing together carefully without losing anything paragraph sentence collaboration",
)


def main() -> None:
    """Measure and print."""
    arguments = read_arguments()
    page, long = sample(PAGE_BLOCKS), sample(arguments.blocks)
    figures = {
        "page_ms": {name: rendered(page, name, arguments.runs) for name in FORMATS},
        "written_ms": {name: rendered(long, name, 3) for name in FORMATS},
        "read_ms": {name: read(body(long, name), name) for name in READABLE},
        "patch": {name: patched(arguments.patched, name, arguments.runs) for name in READABLE},
    }
    if arguments.json:
        json.dump(figures, sys.stdout, indent=1)
        return
    print(f"{'format':14} {'page ms':>8} {f'write {arguments.blocks}':>12} {'read':>8} {'patch ms':>9} {'bytes':>6}")
    for name in FORMATS:
        change = figures["patch"].get(name, {})
        numbers = (figures["page_ms"][name], figures["written_ms"][name], figures["read_ms"].get(name))
        page_ms, written_ms, read_ms = ("-" if number is None else f"{number:.1f}" for number in numbers)
        print(f"{name:14} {page_ms:>8} {written_ms:>12} {read_ms:>8}", end=" ")
        print(f"{change['ms']:>9.1f} {change['bytes']:>6}" if change else f"{'-':>9} {'-':>6}")


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=2800, help="blocks of the long document")
    parser.add_argument("--patched", type=int, default=1400, help="blocks of the document that is changed")
    parser.add_argument("--runs", type=int, default=20, help="how often the short measurements are repeated")
    parser.add_argument("--json", action="store_true", help="print figures for a program to read")
    return parser.parse_args()


def sample(blocks: int, seed: int = 1) -> Json:
    """Return a document as people write them: mostly paragraphs, with all other blocks in between."""
    chance = random.Random(seed)
    return {"type": "doc", "content": [block(chance, number) for number in range(blocks)]}


def block(chance: random.Random, number: int) -> Json:
    """Return one block; every twentieth is a heading, some are lists, tables, code or formulas."""
    if number % 20 == 0:
        return {
            "type": "heading",
            "attrs": {"textAlign": None, "level": 2},
            "content": [{"type": "text", "text": words(chance, 5)}],
        }
    if number % 20 == 7:
        items = [{"type": "listItem", "content": [paragraph(chance, 12)]} for _ in range(4)]
        return {"type": "bulletList", "content": items}
    if number % 40 == 13:
        return {"type": "table", "content": [row(chance, kind) for kind in ("tableHeader", *["tableCell"] * 4)]}
    if number % 40 == 17:
        code = "\n".join(words(chance, 6) for _ in range(5))
        return {"type": "codeBlock", "attrs": {"language": "python"}, "content": [{"type": "text", "text": code}]}
    if number % 40 == 33:
        return {"type": "blockMath", "attrs": {"latex": r"\int_0^1 x\,dx = \frac{1}{2}"}}
    return paragraph(chance, 60)


def row(chance: random.Random, kind: str) -> Json:
    """Return a row of three cells."""
    attributes = {"colspan": 1, "rowspan": 1, "colwidth": None, "align": None}
    cells = [{"type": kind, "attrs": attributes, "content": [paragraph(chance, 3)]} for _ in range(3)]
    return {"type": "tableRow", "content": cells}


def paragraph(chance: random.Random, length: int) -> Json:
    """Return a paragraph of so many words; some carry marks."""
    content: list[Json] = [{"type": "text", "text": words(chance, length)}]
    if chance.random() < 0.3:
        marked = {"type": "text", "text": words(chance, 2), "marks": [{"type": chance.choice(["bold", "italic"])}]}
        content = [{"type": "text", "text": words(chance, length // 2) + " "}, marked, *content]
        content[2] = {"type": "text", "text": f" {words(chance, length // 2)}"}
    return {"type": "paragraph", "attrs": {"textAlign": None}, "content": content}


def words(chance: random.Random, count: int) -> str:
    """Return some words, the same for the same chance."""
    return " ".join(chance.choice(WORDS) for _ in range(count))


def body(document: Json, name: str) -> bytes:
    """Return a document as somebody would send it."""
    doc = opened(to_update(document))
    return render(doc, "html-fragment" if name == "html" else name, title="")[1]


def rendered(document: Json, name: str, runs: int) -> float:
    """Return the ms that it takes to write a document out."""
    doc = opened(to_update(document))
    return median(lambda: render(doc, name, title="Title"), runs)


def read(content: bytes, name: str) -> float:
    """Return the ms that it takes to read content."""
    return median(lambda: parse(name, content), 3)


def patched(blocks: int, name: str, runs: int) -> dict[str, Any]:
    """Return what it takes to put a document back of which one paragraph is changed in the middle."""
    state = opened(to_update(parse(name, body(sample(blocks), name)))).get_update()
    changed = parse(name, body(sample(blocks), name))
    target = next(node for node in changed["content"][blocks // 2 :] if node["type"] == "paragraph")
    target["content"][-1]["text"] += ADDED
    new = body(changed, name)
    update = patch(state, parse(name, new))
    took = median(lambda: patch(state, parse(name, new)), runs)
    return {"ms": took, "bytes": len(update) - len(ADDED.encode())}


def opened(update: bytes) -> Doc[Any]:
    """Return a document with an update."""
    doc: Doc[Any] = Doc()
    doc.apply_update(update)
    return doc


def median(work: Callable[[], object], runs: int) -> float:
    """Return the median ms of some runs, after one to warm up."""
    work()
    gc.freeze()  # what this script holds is no part of the work; a worker holds nothing like it
    took: list[float] = []
    for _ in range(runs):
        start = time.process_time()
        work()
        took.append((time.process_time() - start) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    main()
