"""An application of its own, with Coscribe's editor in its page: see embed-the-editor.md.

Run it with the settings that the Coscribe server has (`COSCRIBE_SECRET`), so that `coscribe token` signs with its key.
"""

import http.server
import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

COSCRIBE = os.environ.get("COSCRIBE_URL", "http://127.0.0.1:8080")
PORT = int(os.environ.get("PORT", "8000"))
TTL_S = os.environ.get("TOKEN_TTL_S", "900")
HERE = Path(__file__).parent
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css"}

DOCUMENT = "garden/plan"
# Who may do what is this application's to say; here everybody who asks is one of these.
PEOPLE = {
    "ada": ("edit", "Ada", "#0f766e"),
    "ben": ("edit", "Ben", "#b45309"),
    "eve": ("view", "Eve", "#7e22ce"),
}

# What the page must allow for the editor, and nothing else.
POLICY = "; ".join(
    [
        "default-src 'none'",
        f"script-src 'self' {COSCRIBE}",
        f"connect-src 'self' {COSCRIBE} {COSCRIBE.replace('http', 'ws', 1)}",
        f"font-src {COSCRIBE}",
        f"img-src {COSCRIBE} blob: data: https:",
        "style-src 'self'",
    ]
)


class Host(http.server.BaseHTTPRequestHandler):
    """Serves the page, and the tokens of the people on it."""

    def do_GET(self) -> None:
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        if address.path == "/token" and query.get("document") == DOCUMENT and query.get("person") in PEOPLE:
            role, name, color = PEOPLE[query["person"]]
            person = ["--user", query["person"], "--name", name, "--color", color, "--ttl", TTL_S]
            self.answer("text/plain", token(DOCUMENT, "--role", role, *person))
        elif (file := HERE / (address.path.strip("/") or "page.html")).name in {"page.html", "page.js", "page.css"}:
            self.answer(TYPES[file.suffix], file.read_text().replace("https://coscribe.example", COSCRIBE))
        else:
            self.send_error(404)

    def answer(self, media_type: str, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(text.encode())


def token(document: str, *flags: str) -> str:
    """Let Coscribe's own command make a token; an application would sign it by itself."""
    command = [sys.executable, "-m", "coscribe", "token", document, *flags]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - nothing of a stranger's
    return done.stdout.strip()


def create_document() -> None:
    """Make the document before anybody comes who may only read it; one that is there stays as it is."""
    body = {"id": DOCUMENT, "title": "Plan of the garden", "markdown": "# In spring\n\nSow the peas.\n"}
    headers = {"Authorization": f"Bearer {token('*', '--role', 'admin')}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{COSCRIBE}/api/documents", json.dumps(body).encode(), headers)  # noqa: S310
    try:
        urllib.request.urlopen(request).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code != 409:
            raise


if __name__ == "__main__":
    create_document()
    print(f"The example is at http://localhost:{PORT}/", flush=True)
    http.server.ThreadingHTTPServer(("localhost", PORT), Host).serve_forever()
