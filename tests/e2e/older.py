"""An editor from before: this one, built with a smaller schema, and put in the place of the server's."""

from __future__ import annotations

import mimetypes
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import BrowserContext, Route

from coscribe.http.editor import HEADERS

EDITOR = Path(__file__).parents[2] / "editor-web"
WITHOUT = [
    *("table", "tableRow", "tableCell", "tableHeader", "image", "inlineMath", "blockMath", "mention", "callout"),
    *("taskList", "taskItem", "textAlign", "textStyle", "subscript", "superscript"),
]
_ITS_VERSION = re.compile(rb"(\bschemaVersion:)\d+")


@dataclass(frozen=True)
class OlderEditor:
    """The built files, which a window can be given instead of the server's."""

    folder: Path

    @classmethod
    def build(cls, folder: Path) -> OlderEditor:
        command = ["npx", "vite", "build", "--config", "build/older.config.ts"]
        environment = {**os.environ, "OLDER_WITHOUT": ",".join(WITHOUT)}
        command += ["--outDir", str(folder), "--emptyOutDir"]
        subprocess.run(command, cwd=EDITOR, env=environment, check=True, capture_output=True)
        return cls(folder)

    async def replace(self, context: BrowserContext, *, version: int | None = None) -> None:
        """Serve it to every page of this context; `version` is what it calls its schema, else the newest one."""

        async def answer(route: Route) -> None:
            path = route.request.url.split("://", 1)[1].partition("/")[2].partition("?")[0]
            file = self.folder / (path if path.startswith("assets/") else "index.html")
            body = file.read_bytes()
            if version is not None and file.suffix == ".js":
                body = _ITS_VERSION.sub(rb"\g<1>%d" % version, body)
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            await route.fulfill(body=body, headers={**HEADERS, "Content-Type": kind})

        await context.route(re.compile(r"^https?://[^/]+/(d/.*|assets/.*)?$"), answer)

    async def give_back(self, context: BrowserContext) -> None:
        """Let the server's own editor be served again."""
        await context.unroute_all(behavior="wait")
