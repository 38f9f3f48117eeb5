"""Which module may know which: read from the sources, so that an import inside a function counts as well."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[2] / "server"
ENGINE = "pycrdt"

WITH_INPUT_OR_OUTPUT = {
    *("asyncio", "concurrent", "io", "logging", "mmap", "multiprocessing", "os", "pathlib", "queue", "random", "sched"),
    *("secrets", "select", "selectors", "shutil", "signal", "socket", "socketserver", "sqlite3", "ssl", "subprocess"),
    *("sys", "tempfile", "threading", "time", "urllib", "http", "builtins", "ctypes"),
}
"""Of the standard library, what protocol/ must not import: its clock and its chance come in through its callers."""

LAYERS = [
    {"document_id", "env", "lines", "messaging", "protocol", "settings"},
    {"access", "content", "journal"},
    {"conversions", "workers"},
    {"operations", "rooms"},
    {"http"},
    {"app"},
    {"cli"},
    {"__main__"},
]
"""From the inside out: a module imports from its own part and from inner layers."""


@cache
def modules() -> dict[str, Path]:
    found = {}
    for path in (SERVER / "coscribe").rglob("*.py"):
        parts = path.relative_to(SERVER).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    assert "coscribe.protocol.ground" in found
    return found


def named(module: str, node: ast.AST) -> Iterator[str]:
    """Yield the modules that one statement may import."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            package = module if modules()[module].name == "__init__.py" else module.rpartition(".")[0]
            around = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*around, *([node.module] if node.module else [])])
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names if f"{base}.{alias.name}" in modules())
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
        "import_module",
        "__import__",
    ):
        # A name that is only known when it runs cannot be followed.
        yield node.args[0].value if isinstance(node.args[0], ast.Constant) else "?"


@cache
def imports(module: str) -> frozenset[str]:
    """Return every module that a module imports, anywhere in it, with the packages around them."""
    found = set()
    for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8"))):
        for name in named(module, node):
            parts = name.split(".")
            found |= {".".join(parts[: count + 1]) for count in range(len(parts))} if parts[0] == "coscribe" else {name}
    return frozenset(found)


def paths_from(start: str) -> dict[str, list[str]]:
    """Return every module that is reachable, each with the way to it."""
    ways = {start: [start]}
    todo = [start]
    while todo:
        module = todo.pop()
        for name in imports(module) if module in modules() else ():
            if name not in ways:
                ways[name] = [*ways[module], name]
                todo.append(name)
    return ways


def layer(module: str) -> int | None:
    parts = module.split(".")
    part = parts[1] if len(parts) > 1 else ""
    return next((number for number, names in enumerate(LAYERS) if part in names), None)


PROTOCOL = [name for name in modules() if name.startswith("coscribe.protocol")]


@pytest.mark.parametrize("module", PROTOCOL)
def test_protocol_knows_only_itself_and_what_does_no_input_or_output(module: str) -> None:
    for name in imports(module):
        top = name.partition(".")[0]
        if top == "coscribe":
            assert name == "coscribe" or name.startswith("coscribe.protocol"), f"{module} imports {name}"
        else:
            assert top in sys.stdlib_module_names, f"{module} imports {name}"
            assert top not in WITH_INPUT_OR_OUTPUT, f"{module} imports {name}"


def test_protocol_opens_nothing() -> None:
    for module in PROTOCOL:
        for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("open", "print", "input", "eval", "exec"), f"{module}:{node.lineno}"


@pytest.mark.parametrize("start", ["coscribe.app", "coscribe.rooms.hub", "coscribe.workers.pool"])
def test_the_relay_never_imports_the_crdt_engine(start: str) -> None:
    ways = paths_from(start)
    assert len(ways) > 10
    assert "?" not in ways, f"a module is imported by a name computed at run time: {ways.get('?')}"
    reached = [" → ".join(way) for name, way in ways.items() if name.partition(".")[0] == ENGINE]
    assert not reached, reached


def test_serving_never_imports_the_crdt_engine() -> None:
    """The command imports a subcommand only when it is called: `serve` and what it shares with all are the server's."""
    shared = {"coscribe.__main__", "coscribe.cli.command", "coscribe.cli.serve"}
    for module in shared:
        for name in imports(module) - {other for other in modules() if other.startswith("coscribe.cli.")}:
            ways = paths_from(name)
            reached = [" → ".join([module, *way]) for end, way in ways.items() if end.partition(".")[0] == ENGINE]
            assert not reached, reached


def test_only_the_workers_and_the_content_know_the_crdt_engine() -> None:
    for module in modules():
        if any(name.partition(".")[0] == ENGINE for name in imports(module)):
            assert module.startswith(("coscribe.workers.", "coscribe.content.")), module


def test_every_part_has_a_layer_and_imports_point_inward() -> None:
    outward = []
    for module in modules():
        own = layer(module)
        if module == "coscribe":
            continue
        assert own is not None, f"{module} belongs to no layer: give its part a place in LAYERS"
        for name in imports(module) - {"coscribe"}:
            other = layer(name)
            if other is not None and module.split(".")[1] != name.split(".")[1] and other >= own:
                outward.append(f"{module} imports {name}")
    assert not outward, outward
