"""The documentation is a contract: what can be called, set or received is documented, and what is documented exists."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from coscribe.app import init_app
from coscribe.cli.command import COMMANDS
from coscribe.cli.flags import SERVER_FLAGS
from coscribe.journal.audit import Action
from coscribe.protocol import hocuspocus, ywebsocket
from coscribe.protocol.awareness import State, write_states
from coscribe.protocol.close_codes import CloseCode
from coscribe.protocol.lib0 import write_var_string
from coscribe.protocol.state_vectors import EMPTY_VECTOR
from coscribe.protocol.sync import awareness_message, step1, step2
from coscribe.protocol.updates import EMPTY_UPDATE
from coscribe.settings import Settings, flag, variable

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
NOT_SETTINGS = {"proxy_read_timeout", "client_max_body_size"}


def reference(name: str) -> str:
    return (DOCS / "reference" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["command-line.md", "settings.md"])
def test_generated_page_is_what_the_program_says(name: str, generate: ModuleType):
    assert reference(name) == generate.PAGES[name](), "run `make docs`"
    assert "<class" not in reference(name)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str):
    page = reference("settings.md")
    assert f"`{name}`" in page
    assert f"`{variable(name)}`" in page
    assert name not in SERVER_FLAGS or f"`{flag(name)}`" in page


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str):
    assert f"\n## coscribe {name}\n" in reference("command-line.md")


def routes() -> set[str]:
    app = init_app(cast(Any, object()), Settings())
    found = set()
    for route in app.router.routes():
        assert route.resource is not None
        if route.method != "HEAD":
            found.add(f"{route.method} {route.resource.canonical}")
    return found


def test_every_route_is_documented_and_every_documented_request_exists():
    documented = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^` ]*)`", reference("http-api.md")))
    assert documented == routes()


def test_the_element_is_documented_as_its_types_declare_it():
    declared = (ROOT / "editor-web" / "src" / "embed" / "types" / "coscribe-editor.d.ts").read_text(encoding="utf-8")
    page = (DOCS / "how-to" / "embed-the-editor.md").read_text(encoding="utf-8")
    _, _, attributes = declared.partition("interface CoscribeEditorAttributes {")
    names = re.findall(r"^  (\w+)\?:", attributes.partition("}")[0], re.MULTILINE)
    _, _, table = page.partition("## Attributes")
    cells = re.findall(r"^\| (`[^|]*) \|", table.partition("## ")[0], re.MULTILINE)
    assert sorted(names) == sorted(name for cell in cells for name in re.findall(r"`(\w+)`", cell))
    events = re.findall(r"^  '(coscribe-[a-z-]+)':", declared, re.MULTILINE)
    assert events == re.findall(r"^\| `(coscribe-[a-z-]+)` \|", page, re.MULTILINE)


def test_every_action_of_the_audit_is_documented_and_no_other():
    _, _, actions = reference("audit.md").partition("## Actions")
    assert re.findall(r"^\| `([a-z.-]+)` \|", actions, re.MULTILINE) == list(Action)


def test_every_close_code_is_documented_and_no_other():
    documented = {int(code) for code in re.findall(r"^\| (\d{4}) \|", reference("close-codes.md"), re.MULTILINE)}
    assert documented == set(CloseCode)


def test_close_codes_that_nothing_sends_are_marked_as_reserved():
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "server").rglob("*.py"))
    unused = {int(code) for code in CloseCode if f"CloseCode.{code.name}" not in sources}
    marked = re.findall(r"^\| (\d{4}) \|.*\*Reserved\.\*", reference("close-codes.md"), re.MULTILINE)
    assert {int(code) for code in marked} == unused


def golden_frames() -> dict[str, bytes]:
    address = write_var_string("doc1")
    auth = bytes((hocuspocus.MessageType.AUTH, 0)) + write_var_string("tok") + write_var_string("4.5.0")
    return {
        "SyncStep1, empty document": step1(EMPTY_VECTOR),
        "SyncStep2, nothing to send": step2(EMPTY_UPDATE),
        "awareness of client 1, clock 0, `{}`": awareness_message(write_states([State(1, 0, b"{}")])),
        "client 1 has left, clock 1": awareness_message(write_states([State(1, 1, b"null")])),
        'auth: refused, "no"': ywebsocket.permission_denied("no"),
        "Auth with token `tok`, provider 4.5.0": address + auth,
        "Authenticated, `read-write`": address + hocuspocus.authenticated(read_only=False),
        "Authenticated, `readonly`": address + hocuspocus.authenticated(read_only=True),
        "Denied, `permission-denied`": address + hocuspocus.denied("permission-denied"),
        "SyncStatus, stored": address + hocuspocus.sync_status(True),
        "SyncStatus, refused": address + hocuspocus.sync_status(False),
        'Stateless "hi"': address + hocuspocus.stateless(b"hi"),
        "the address `doc1`, NUL, `abc`": write_var_string("doc1\0abc"),
    }


@pytest.mark.parametrize("what", golden_frames())
def test_golden_frame_in_the_protocol_page_is_what_the_server_writes(what: str):
    documented = re.findall(rf"^\| {re.escape(what)} \| `([0-9a-f ]+)` \|$", reference("protocol.md"), re.MULTILINE)
    frame = golden_frames()[what].hex(" ")
    assert frame in documented


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path):
    text = page.read_text(encoding="utf-8")
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_setting_and_command_that_a_page_names_exists(page: Path):
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text)) - NOT_SETTINGS
    assert named <= set(Settings.model_fields)
    assert set(re.findall(r"`coscribe ([a-z]+)", text)) <= set(COMMANDS)


def test_every_command_that_the_server_recommends_exists():
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "server").rglob("*.py"))
    assert set(re.findall(r"`coscribe ([a-z]+)", sources)) <= set(COMMANDS)


def test_every_page_is_reachable_from_the_contents():
    contents = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"README.md"}
    assert pages - set(re.findall(r"\]\(([^)#]+)\)", contents)) == set()


def test_decisions_are_numbered_without_a_gap_and_say_what_follows():
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in decisions] == list(range(1, len(decisions) + 1))
    for page in decisions:
        text = page.read_text(encoding="utf-8")
        assert [
            part for part in ("**Status:**", "## Context", "## Decision", "## Consequences") if part not in text
        ] == []
