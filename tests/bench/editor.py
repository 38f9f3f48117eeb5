"""Measure the editor in Chromium with a long document: `python tests/bench/editor.py [--blocks N] [--keys N]`.

A keystroke's cost is what the page's main thread is busy for from one key to the next one, half a second later: its
script, style, layout and painting, and whatever was put off until the thread was idle. Waiting is not counted, nor is
the time in which other programs have the processor. *Seen* is by the clock, from the key until the thread has handed
over the frame that shows it. Opening is the time from the navigation to the text on the screen with its tools ready;
the second opening finds the document on the device. The text is written at its start, in its middle and at its end, and
at last by somebody else.

The yardstick is the same document on a bare page, with nothing but Tiptap and y-tiptap's own plugins (`bare/bare.js`);
its figures come from the same run, and machines are best compared by the ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.async_api import BrowserContext, CDPSession, Page, Route, ViewportSize, async_playwright

from e2e.conftest import CHROMIUM, EDITOR, FLAGS
from harness.server import Server

PAUSE_S = 0.5
WATCH = """
const look = () => {
  const drawn = document.querySelector('.prose')?.lastElementChild?.textContent.startsWith('The end.');
  if (drawn && (BARE || document.querySelector('[data-tool=bold]:not([aria-disabled])')))
    setTimeout(() => (globalThis.openedAfter = performance.now()));
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
SEEN = """
addEventListener('keydown', ({ timeStamp }) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => (globalThis.seenAfter = performance.now() - timeStamp);
  requestAnimationFrame(() => port2.postMessage(null));
}, true);
"""
PARTS = {"TaskDuration": "busy", "ScriptDuration": "script", "RecalcStyleDuration": "style", "LayoutDuration": "layout"}
SENTENCE = "The wall holds the warmth of the day until long after dark, and **whatever** leans against it ripens soon. "


def text_of(blocks: int) -> str:
    """Write a document of so many blocks in Markdown: headings, paragraphs, lists."""
    kinds = (
        lambda n: f"## Part {n}",
        lambda n: f"Paragraph {n}. " + SENTENCE * 3,
        lambda n: f"Paragraph {n}. " + SENTENCE,
        lambda n: f"> Quote {n}. " + SENTENCE,
        lambda n: f"Paragraph {n}. " + SENTENCE * 2,
        lambda n: f"- One of {n}\n- Two of {n}",
    )
    return "\n\n".join(kinds[n % len(kinds)](n) for n in range(blocks)) + "\n\nThe end."


async def opening(page: Page, address: str) -> float:
    """Open a document; milliseconds from the navigation until its last words are drawn and the tools are ready."""
    await page.goto(address)
    while not (opened := await page.evaluate("globalThis.openedAfter ?? null")):
        await asyncio.sleep(0.1)
    return float(opened)


async def figures(session: CDPSession) -> dict[str, float]:
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return {PARTS[each["name"]]: each["value"] * 1_000 for each in metrics if each["name"] in PARTS}


async def keystrokes(page: Page, session: CDPSession, keys: int) -> list[dict[str, float]]:
    """Type; the milliseconds of each key, by what they were spent on."""
    costs: list[dict[str, float]] = []
    for _ in range(keys):
        before = await figures(session)
        await page.keyboard.press("x")
        await asyncio.sleep(PAUSE_S)
        after = await figures(session)
        seen = float(await page.evaluate("globalThis.seenAfter ?? 0"))
        costs.append({part: after[part] - before[part] for part in after} | {"seen": seen})
    return costs


def line(costs: list[dict[str, float]]) -> str:
    """Median and 95th percentile of each part."""
    parts = []
    for part in costs[0]:
        values = sorted(cost[part] for cost in costs)
        p95 = values[min(len(values) - 1, round(0.95 * (len(values) - 1)))]
        parts.append(f"{part} {statistics.median(values):5.1f} (p95 {p95:5.1f})")
    return "  ".join(parts)


async def stand(page: Page, part: float) -> None:
    """Put the caret at the end of a paragraph, this far down the text."""
    await page.evaluate(
        """(part) => {
          const all = [...document.querySelectorAll('.prose > p')];
          const one = all[Math.min(all.length - 1, Math.floor(all.length * part))];
          one.scrollIntoView({ block: 'center' });
          document.querySelector('.prose').focus({ preventScroll: true });
          getSelection().selectAllChildren(one);
          getSelection().collapseToEnd();
        }""",
        part,
    )
    await asyncio.sleep(1)


async def written(page: Page, session: CDPSession, keys: int) -> list[dict[str, float]]:
    costs: list[dict[str, float]] = []
    for name, part in {"start": 0.0, "middle": 0.5, "end": 1.0}.items():
        await stand(page, part)
        here = await keystrokes(page, session, keys)
        print(f"  a key at the {name:6} {line(here)}")
        costs += here
    print(f"  a key              {line(costs)}")
    return costs


async def a_page(context: BrowserContext, bare: bool) -> tuple[Page, CDPSession]:
    await context.add_init_script(WATCH.replace("BARE", str(bare).lower()) + SEEN)
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    return page, session


async def measure_editor(context: BrowserContext, server: Server, keys: int) -> list[dict[str, float]]:
    page, session = await a_page(context, bare=False)
    address = f"{server.url}/d/long"
    print("the editor")
    print(f"  open, from the server  {await opening(page, address):7.0f} ms")
    await asyncio.sleep(3)
    costs = await written(page, session, keys)
    other, _ = await a_page(context, bare=False)
    await opening(other, address)
    await stand(other, 0.5)
    heard = [{part: cost[part] for part in PARTS.values()} for cost in await keystrokes(other, session, keys)]
    print(f"  a key of another   {line(heard)}")
    await other.close()
    await page.wait_for_timeout(1_000)
    print(f"  open, from the device  {await opening(page, address):7.0f} ms")
    return costs


async def measure_bare(context: BrowserContext, server: Server, keys: int, script: Path) -> list[dict[str, float]]:
    page, session = await a_page(context, bare=True)

    async def serve(route: Route) -> None:
        if route.request.url.endswith(".js"):
            await route.fulfill(path=script, content_type="text/javascript")
        else:
            body = '<!doctype html><meta charset="utf-8"><body><script type="module" src="/bare.js"></script>'
            await route.fulfill(body=body, content_type="text/html")

    await page.route("**/bare*", serve)
    print("the bare page")
    print(f"  open                   {await opening(page, f'{server.url}/bare'):7.0f} ms")
    await asyncio.sleep(2)
    return await written(page, session, keys)


async def measure(server: Server, blocks: int, keys: int, script: Path) -> None:
    server.create(id="long", title="Long", markdown=text_of(blocks))
    print(f"{blocks} blocks; milliseconds, median and 95th percentile of {keys} keys")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        view: ViewportSize = {"width": 1280, "height": 860}
        async with await browser.new_context(viewport=view) as context:
            bare = await measure_bare(context, server, keys, script)
        async with await browser.new_context(viewport=view) as context:
            costs = await measure_editor(context, server, keys)
        for part in ("script", "busy", "seen"):
            ours, theirs = (statistics.median(cost[part] for cost in each) for each in (costs, bare))
            print(f"{part}: {ours / theirs:.2f} of the bare page's")
        await browser.close()


def built_bare(folder: Path) -> Path:
    """Bundle the bare page's script, with the packages of the editor."""
    script = folder / "bare.js"
    source = Path(__file__).parent / "bare" / "bare.js"
    subprocess.run(
        ["npx", "vite", "build", "--config", str(source.with_name("vite.config.mjs")), "--outDir", str(folder)],
        cwd=EDITOR,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return script


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=2_800)
    parser.add_argument("--keys", type=int, default=15, help="keys in each place")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as data, Server(Path(data) / "data") as server:
        await measure(server, given.blocks, given.keys, built_bare(Path(data) / "bare"))


if __name__ == "__main__":
    asyncio.run(main())
