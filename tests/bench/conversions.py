"""How long conversions take: `python tests/bench/conversions.py [--runs N]`.

A page (a heading, ten paragraphs, a list, a table) and a long document of 2,800 blocks, in every format that needs a
conversion, through warm converters as a server has them; and back, from Word and OpenDocument.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial

from coscribe.content.formats import CONVERTED
from coscribe.conversions.converters import Converters
from coscribe.conversions.limits import ConversionLimits
from coscribe.settings import Settings

Json = dict[str, object]
SENTENCE = "The quick brown fox jumps over the lazy dog, and nobody minds; "


def paragraph(*words: str) -> Json:
    texts = [
        {"type": "text", "text": word, "marks": [{"type": "bold"}]} if index % 2 else {"type": "text", "text": word}
        for index, word in enumerate(words)
    ]
    return {"type": "paragraph", "content": texts}


def blocks(count: int) -> list[Json]:
    """Make so many blocks: mostly paragraphs of 50 words, here and there a heading, a list, a table, code."""
    made: list[Json] = []
    for number in range(count):
        kind = number % 14
        if kind == 0:
            made.append(
                {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": f"Part {number}"}]}
            )
        elif kind == 5:
            items = [{"type": "listItem", "content": [paragraph(SENTENCE)]} for _ in range(4)]
            made.append({"type": "bulletList", "content": items})
        elif kind == 9:
            cells = [{"type": "tableCell", "attrs": {}, "content": [paragraph("cell")]} for _ in range(4)]
            made.append({"type": "table", "content": [{"type": "tableRow", "content": cells}] * 4})
        elif kind == 12:
            made.append(
                {
                    "type": "codeBlock",
                    "attrs": {"language": "python"},
                    "content": [{"type": "text", "text": "x = 1\n" * 6}],
                }
            )
        else:
            made.append(paragraph(SENTENCE * 3, "with some words in bold", SENTENCE))
    return made


async def measure(runs: int) -> None:
    converters = Converters(ConversionLimits.of(Settings()))
    print(f"{'':14}{'a page, p50':>14}{'2,800 blocks':>16}")
    for name in CONVERTED:
        figures, bodies = [], []
        for count in (14, 2800):
            document = json.dumps({"type": "doc", "content": blocks(count)}).encode()
            work = partial(converters.write, name, "A title", document, {})
            bodies.append(await work())  # warms up
            figures.append(await median(work, runs if count < 100 else 3))
        show(name, figures)
        if name in ("docx", "odt"):
            reads = [partial(converters.read, f"x.{name}", body, image_bytes=1) for body in bodies]
            show(f"read {name}", [await median(reads[0], runs), await median(reads[1], 3)])
    await converters.stop()


def show(name: str, figures: list[float]) -> None:
    print(f"{name:14}{figures[0]:>11.0f} ms{figures[1]:>13.0f} ms", flush=True)


async def median(work: Callable[[], Awaitable[object]], runs: int) -> float:
    """Return the median of some runs, in milliseconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        await work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    asyncio.run(measure(parser.parse_args().runs))
