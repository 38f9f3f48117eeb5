"""What a built wheel holds."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "server", tmp_path / "server", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def build(checkout: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(checkout / "out")]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=60, check=False)


def test_wheel_holds_the_built_editor(checkout: Path):
    built = checkout / "editor-web" / "dist" / "assets"
    built.mkdir(parents=True)
    (built / "main.js").write_text("//")
    (built.parent / "index.html").write_text("<!doctype html>")
    assert build(checkout).returncode != 0, "the element for other pages is missing"
    (built.parent / "embed").mkdir()
    (built.parent / "embed" / "coscribe-editor.js").write_text("//")
    done = build(checkout)
    assert done.returncode == 0, done.stderr
    (wheel,) = (checkout / "out").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {"index.html", "assets/main.js", "embed/coscribe-editor.js"}
    assert {f"coscribe/editor/{name}" for name in wanted} | {"coscribe/py.typed"} <= names


def test_wheel_without_the_editor_is_not_built(checkout: Path):
    done = build(checkout)
    assert done.returncode != 0
    assert "run `make build` first" in done.stderr
