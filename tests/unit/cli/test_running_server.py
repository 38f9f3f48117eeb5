"""The commands that ask the running server with a token: what they refuse, where they go, and whom they trust."""

import json
import ssl
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from coscribe.cli.command import run
from coscribe.cli.running_server import own_address
from coscribe.settings import Settings
from harness.certificates import certificate

SECRET = "0123456789abcdef0123456789abcdef"
KEY = {"id": "k", "role": "edit", "documents": "*", "revoked": None, "expires": None, "name": "\x1b[31mred\n"}
MADE = {"secret": "csk_1", "keys": [KEY], "id": "new", "title": "A\x1b[2J"}


class Site:
    """A server on a port of its own that notes what it is asked and answers all of it the same."""

    def __init__(self, status: int = 200, headers: dict[str, str] | None = None, body: object = MADE) -> None:
        self.asked: list[tuple[str, str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                site.asked.append((self.command, self.path, self.headers.get("Authorization") or ""))
                text = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_: object) -> None: ...

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None: ...

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = Thread(target=self.server.serve_forever, args=(0.01,))

    def over_tls(self, chain: bytes, key: bytes, folder: Path) -> "Site":
        (folder / "shown.pem").write_bytes(key + chain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "shown.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        return self


Serve = Callable[[Site], Site]


@pytest.fixture
def serve() -> Iterator[Serve]:
    running: list[Site] = []

    def start(site: Site) -> Site:
        running.append(site)
        site.thread.start()
        return site

    yield start
    for site in running:
        site.server.shutdown()
        site.thread.join()
        site.server.server_close()


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COSCRIBE_SECRET", SECRET)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.md").write_text("words")


COMMANDS = {
    "key create": ["key", "create", "--documents", "team/*"],
    "key list": ["key", "list"],
    "key revoke": ["key", "revoke", "k"],
    "delete": ["delete", "team/plan", "--permanent"],
    "import": ["import", "note.md"],
}


def flag(name: str) -> str:
    return "--server" if name == "import" else "--url"


def one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.endswith(".\n")
    return err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["key", "create", "team/plan"], "say --documents team/plan"),
        (["key", "list", "abc"], "leave abc out"),
        (["key", "list", "--documents", "zzz"], "leave them out"),
        (["key", "revoke", "k", "--ttl", "5"], "leave them out"),
        (["key", "revoke"], "key list"),
        (["key", "create", "--ttl", "0"], "'ttl' must be a whole number of seconds, 1 or more"),
        (["key", "create", "--ttl", "-1"], "'ttl'"),
        (["key", "create", "--ttl", "9999999999999"], "'ttl'"),
        (["key", "create", "--documents", "a/../b"], "A document id has"),
        (["key", "create", "--name", "n" * 101], "'name' must be a text of at most 100"),
        (["delete", "good", "a/../b"], "a/../b names no document"),
        (["import", "note.md", "--id", "a/../b"], "a/../b names no document"),
        (["import", "note.md", "--into", "/a"], "/a names no document"),
        (["import", "note.md", "--token", "a\nb"], "copy it again"),
    ],
)
def test_bad_usage_is_judged_before_anything_is_asked(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], serve: Serve
) -> None:
    site = serve(Site())
    assert run([*arguments, "--port", str(site.port)]) == 2
    assert says in one_sentence(capsys)
    assert site.asked == []


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://a", "http://", "http://u:p@a", "http://a:x", "http://a?b"])
@pytest.mark.parametrize("name", ["key list", "import"])
def test_what_is_no_address_is_bad_usage(name: str, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*COMMANDS[name], flag(name), url]) == 2
    assert f"{flag(name)} must be an address" in one_sentence(capsys)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_token_follows_a_redirect(name: str, status: int, capsys: pytest.CaptureFixture[str], serve: Serve) -> None:
    elsewhere = serve(Site())
    path = {"delete": "/api/documents/team%2Fplan?permanent=true", "key revoke": "/api/keys/k", "import": "/api/import"}
    site = serve(Site(status, {"Location": elsewhere.url + path.get(name, "/api/keys")}, b""))
    assert run([*COMMANDS[name], flag(name), site.url]) == 1
    said = one_sentence(capsys)
    assert f"{site.url} redirects to {elsewhere.url};" in said
    assert flag(name) in said
    assert elsewhere.asked == []
    [(_, asked, token)] = site.asked
    assert asked == path.get(name, "/api/keys")
    assert token.startswith("Bearer ")


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("body", [b"<html>", b"[]", {"other": 1}])
def test_what_is_no_coscribe_server_is_one_sentence(
    name: str, body: object, capsys: pytest.CaptureFixture[str], serve: Serve
) -> None:
    site = serve(Site(body=body))
    if isinstance(body, dict) and name in ("delete", "key revoke"):
        return  # their answer says nothing
    assert run([*COMMANDS[name], flag(name), site.url]) == 1
    assert f"answers 200, and not as a Coscribe server does; check {flag(name)}" in one_sentence(capsys)


def test_what_the_server_says_is_shown_escaped(capsys: pytest.CaptureFixture[str], serve: Serve) -> None:
    site, refusing = serve(Site()), serve(Site(403, body={"detail": "No \x1b[31m."}))
    assert run(["key", "list", "--url", site.url]) == 0
    assert run(["import", "note.md", "--server", site.url]) == 0
    out = capsys.readouterr().out
    assert out.splitlines() == [
        r'k  edit     *  good  "\u001b[31mred\n"',
        rf'note.md is {site.url}/d/new ("A\u001b[2J")',
    ]
    for name, command in COMMANDS.items():
        assert run([*command, flag(name), refusing.url]) == 1
        assert r'"No \u001b[31m."' in capsys.readouterr().err


def test_a_file_may_be_called_anything(capsys: pytest.CaptureFixture[str], serve: Serve, tmp_path: Path) -> None:
    site = serve(Site())
    for name in ("a\nb.md", "\udcff.md", 'a"b.md'):
        (tmp_path / name).write_text("words")
        assert run(["import", name, "--title", name, "--server", site.url]) == 0
        assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_with_a_certificate_in_the_settings_the_server_is_asked_over_tls(
    name: str,
    capsys: pytest.CaptureFixture[str],
    serve: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain, key = certificate("docs.example.org")
    other = certificate("docs.example.org")[0]
    site = serve(Site().over_tls(chain, key, tmp_path))
    (tmp_path / "chain.pem").write_bytes(key + chain + other)
    monkeypatch.setenv("COSCRIBE_TLS_CERT", "chain.pem")
    monkeypatch.setenv("COSCRIBE_PORT", str(site.port))
    assert run(COMMANDS[name]) == 0, capsys.readouterr().err
    assert len(site.asked) == 1
    capsys.readouterr()
    (tmp_path / "chain.pem").write_bytes(other + chain)
    assert run(COMMANDS[name]) == 1
    assert "`tls_cert`" in one_sentence(capsys)
    assert run([*COMMANDS[name], flag(name), f"https://127.0.0.1:{site.port}"]) == 1
    assert "cannot be trusted" in one_sentence(capsys)
    (tmp_path / "chain.pem").write_bytes(b"nonsense")
    assert run(COMMANDS[name]) == 2
    assert "chain.pem" in one_sentence(capsys)
    assert len(site.asked) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://a..b"])
@pytest.mark.parametrize("name", COMMANDS)
def test_without_a_server_it_says_how_to_start_or_name_one(
    name: str, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*COMMANDS[name], flag(name), url]) == 1
    assert f"No server answers at {url}: start one" in (said := one_sentence(capsys))
    assert flag(name) in said


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("fd00::1", "http://[fd00::1]:8080"),
        ("docs.example.org", "http://docs.example.org:8080"),
    ],
)
def test_the_address_follows_from_the_settings(host: str, address: str) -> None:
    assert own_address(Settings.load({"host": host}, environ={})) == address
    assert own_address(Settings.load({"host": host, "tls_cert": "c"}, environ={})) == address.replace("http", "https")


def test_a_server_that_wants_tls_is_not_said_to_be_away(
    capsys: pytest.CaptureFixture[str], serve: Serve, tmp_path: Path
) -> None:
    site = serve(Site().over_tls(*certificate("localhost"), tmp_path))
    assert run(["key", "list", "--url", site.url]) == 1
    assert "https" in one_sentence(capsys)
