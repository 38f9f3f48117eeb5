"""`coscribe export` of every document and in the converted formats."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

import pytest

from coscribe.cli import export as export_module
from coscribe.cli.command import run
from coscribe.cli.progress import Progress

from .test_verify_and_export import change, fill


@pytest.fixture
def data(tmp_path: Path) -> Path:
    asyncio.run(fill(tmp_path / "coscribe.db"))
    return tmp_path


@pytest.mark.parametrize(("format", "sign"), [("docx", b"PK"), ("pdf", b"%PDF"), ("tex", b"%")])
def test_a_document_is_written_in_a_converted_format(data: Path, tmp_path: Path, format: str, sign: bytes) -> None:
    output = tmp_path / f"x.{format}"
    assert run(["export", "notes/rich", "--data", str(data), "--format", format, "--output", str(output)]) == 0
    assert output.read_bytes().startswith(sign)


def test_every_document_is_written_to_a_folder(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    arguments = ["export", "--all", "--data", str(data), "--output", str(folder), "--format"]
    assert run([*arguments, "txt"]) == 0
    assert (folder / "plain.txt").read_text() == "one two three"
    assert (folder / "notes" / "rich.txt").read_text() == "Hello, reader.\n"
    assert capsys.readouterr().err == f"2 documents are in {folder}.\n"


def test_what_cannot_be_written_is_named_and_the_rest_is_written(
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "out"
    arguments = ["export", "--all", "--data", str(data), "--output", str(folder), "--format", "docx"]
    assert run(arguments) == 1
    assert [each.name for each in folder.rglob("*.docx")] == ["rich.docx"]
    said = capsys.readouterr().err
    assert re.search(r"^plain: .*holds no rich text.*\n1 document is in .*\n1 could not be written", said, re.MULTILINE)


def rename(data: Path, plain: str, rich: str) -> None:
    change(data, f"UPDATE documents SET id = '{plain}' WHERE id = 'plain'")
    change(data, f"UPDATE documents SET id = '{rich}' WHERE id = 'notes/rich'")


@pytest.mark.parametrize(
    ("plain", "rich", "renamed", "other"),
    [
        ("a", "a.txt/b", "a.txt/b", "+a.txt+b.txt"),
        ("a.txt/b/c", "a", "a.txt/b/c", "+a.txt+b+c.txt"),
        ("x/a", "x/a.txt/b", "x/a.txt/b", "+x+a.txt+b.txt"),
        ("a/b", "a//b", "a//b", "+a++b.txt"),
        ("a", "./a", "./a", "+.+a.txt"),
    ],
)
def test_ids_that_would_share_a_file_have_one_each(
    data: Path,
    tmp_path: Path,
    plain: str,
    rich: str,
    renamed: str,
    other: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rename(data, plain, rich)
    folder = tmp_path / "out"
    for _ in range(2):
        assert run(["export", "--all", "--data", str(data), "--output", str(folder), "--format", "txt"]) == 0
        said = capsys.readouterr().err.splitlines()
        assert said == [
            f"{renamed} is in {folder / other}, as something else has its name.",
            f"2 documents are in {folder}.",
        ]
        written = {id: folder / (other if id == renamed else f"{id}.txt") for id in (plain, rich)}
        assert written[plain].read_text() == "one two three"
        assert written[rich].read_text() == "Hello, reader.\n"
        assert sum(each.is_file() for each in folder.rglob("*")) == 2


@pytest.mark.parametrize(("plain", "rich"), [("a", "b"), ("c/d", "e")])
def test_what_an_earlier_export_left_stands_in_no_documents_way(
    data: Path, tmp_path: Path, plain: str, rich: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rename(data, plain, rich)
    folder = tmp_path / "out"
    (folder / "a.txt").mkdir(parents=True)
    (folder / "c").write_text("a file")
    assert run(["export", "--all", "--data", str(data), "--output", str(folder), "--format", "txt"]) == 0
    assert (folder / f"+{plain.replace('/', '+')}.txt").read_text() == "one two three"


def test_a_document_whose_file_cannot_be_written_keeps_none_from_theirs(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rename(data, "a" * 300, "fine")  # no file can be called that
    folder = tmp_path / "out"
    assert run(["export", "--all", "--data", str(data), "--output", str(folder), "--format", "txt"]) == 1
    assert [each.name for each in folder.iterdir()] == ["fine.txt"]
    assert "Cannot write" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_one_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run(["export", "--all", "--data", str(data), "--output", str(tmp_path / "file"), "--format", "txt"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "choose another place" in said


def test_what_is_in_the_trash_is_not_written(data: Path, tmp_path: Path) -> None:
    change(data, "UPDATE documents SET deleted = 1 WHERE id = 'plain'")
    folder = tmp_path / "out"
    assert run(["export", "--all", "--data", str(data), "--output", str(folder), "--format", "md"]) == 0
    assert [each.name for each in folder.rglob("*.md")] == ["rich.md"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x", "--format", "exe"], "no format 'exe'"),
        (["--format", "md"], "Name the document"),
        (["x", "--all", "--format", "md", "--output", "y"], "takes no document"),
        (["--all", "--format", "md"], "needs --output"),
    ],
)
def test_bad_usage_is_one_sentence(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_missing_extra_is_named(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from coscribe.conversions import converters

    monkeypatch.setattr(converters, "installed_packages", lambda: frozenset())
    for arguments in (["notes/rich"], ["--all", "--output", str(tmp_path / "out")]):
        assert run(["export", *arguments, "--data", str(data), "--format", "docx"]) == 1
        assert "pip install 'coscribe[export]'" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_named(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    output = tmp_path / "file" / "x.md"
    assert run(["export", "notes/rich", "--data", str(data), "--format", "md", "--output", str(output)]) == 1
    assert "choose another place" in capsys.readouterr().err


def test_every_format_is_in_the_help() -> None:
    assert export_module.NAMES == "json, txt, md, html, yjs, pdf, docx, odt, epub, tex, rtf, pptx"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_on_a_terminal_and_goes_when_it_is_done() -> None:
    terminal = Terminal()
    with Progress(4, terminal) as progress:
        progress.step()
        progress.say("something")
        progress.step()
    said = terminal.getvalue()
    assert "1/4" in said
    assert "2/4" in said
    assert "something\n" in said
    assert said.endswith("\r\x1b[K")


def test_progress_is_silent_elsewhere() -> None:
    pipe = io.StringIO()
    with Progress(2, pipe) as progress:
        progress.step()
        progress.say("something")
    assert pipe.getvalue() == "something\n"
