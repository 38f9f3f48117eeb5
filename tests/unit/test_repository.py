"""What may not be in the repository, and the shape of what must be."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ME = "tests/unit/test_repository.py"
MAX_FILE_BYTES = 1 << 20
MAX_TARGETS = 12

FORBIDDEN = {
    "a path of one machine": r"(?<![\w.-])/(?:work|root|farm|home/\w+)/",
    "the host of a package registry": r'registry\.npmjs|registry\.yarnpkg|pypi\.org/simple|"resolved": *"https?:',
    "a pip index": r"index-url|find-links|trusted-host",
    "something unfinished": r"\b(?:TODO|FIXME|XXX|HACK)\b",
    "a test that is switched off": (
        r"pytest\.(?:mark\.)?(?:skip|skipif|xfail|importorskip)\b|\b(?:it|test|describe)\.(?:skip|only|todo)\b"
    ),
    "a breakpoint": r"\bbreakpoint\(\)|\bdebugger;",
    "the number of an issue": r"(?i)\bissue #?\d+",
}


def tracked() -> list[str]:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text_of(name: str) -> str | None:
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@pytest.mark.parametrize("what", FORBIDDEN)
def test_repository_does_not_contain(what: str):
    pattern = re.compile(FORBIDDEN[what])
    found = []
    for name in tracked():
        text = text_of(name)
        if name != ME and text is not None:
            found += [f"{name}: {match[0]}" for match in pattern.finditer(text)]
    assert found == []


def test_no_large_file_is_kept():
    assert [name for name in tracked() if (ROOT / name).stat().st_size > MAX_FILE_BYTES] == []


def test_every_npm_package_has_a_lock_that_names_no_host():
    packages = [name for name in tracked() if Path(name).name == "package.json"]
    assert packages
    for name in packages:
        lock = ROOT / Path(name).with_name("package-lock.json")
        content = json.loads(lock.read_text(encoding="utf-8"))
        entries = content["packages"].values()
        assert content["lockfileVersion"] >= 3
        assert [entry for entry in entries if "resolved" in entry] == []
        assert all("integrity" in entry for path, entry in content["packages"].items() if path)


def test_every_makefile_target_explains_itself_in_one_line():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    targets = re.findall(r"^([a-z-]+):.*?## (.+)\n((?:\t.+\n)*)", text, re.MULTILINE)
    assert {name for name, _, _ in targets} == set(phony.split())
    assert len(targets) <= MAX_TARGETS
    assert [name for name, _, recipe in targets if recipe.count("\n") > 1] == []


def test_ci_runs_what_a_developer_runs():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "set -euo pipefail" in script
    assert re.search(r"^exec make .*\btest\b", script, re.MULTILINE)


def test_version_is_the_same_everywhere():
    (package,) = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    (module,) = re.findall(r'^__version__ = "(.+)"$', (ROOT / "server/coscribe/__init__.py").read_text(), re.MULTILINE)
    assert package == module
    assert package in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
