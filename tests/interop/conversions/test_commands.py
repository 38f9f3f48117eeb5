"""`coscribe import` and `coscribe export` with a server that runs, as an operator has them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import docx

from harness.server import MakeServer, Server

SECRET = "s" * 32


def coscribe(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "coscribe", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", **environment})


def word(path: Path) -> Path:
    document = docx.Document()
    document.add_heading("From Word", 1)
    document.add_paragraph("Words of it.")
    document.save(str(path))
    return path


def test_files_go_in_and_come_out_beside_a_running_server(server: Server, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# A note\n\nIt says.")
    done = coscribe("import", word(tmp_path / "report.docx"), note, "--server", server.url)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.endswith("(From Word)")
    assert second.endswith("(A note)")
    id = first.partition("/d/")[2].partition(" ")[0]
    output = tmp_path / "again.docx"
    written = coscribe("export", id, "--data", server.data, "--format", "docx", "--output", output)
    assert written.returncode == 0, written.stderr
    assert [each.text for each in docx.Document(str(output)).paragraphs] == ["From Word", "Words of it."]
    changed = coscribe("import", note, "--into", id, "--port", str(server.port))
    assert changed.returncode == 0, changed.stderr
    assert server.get(f"/api/documents/{id}/content?format=text")[1] == b"A note\n\nIt says.\n"


def test_a_file_that_is_refused_is_named_with_the_servers_reason(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "b.md").write_text("fine")
    done = coscribe("import", tmp_path / "a.pdf", tmp_path / "gone.md", tmp_path / "b.md", "--server", server.url)
    assert done.returncode == 1
    refused, gone = done.stderr.splitlines()
    assert refused.startswith(f"{tmp_path}/a.pdf: A PDF says")
    assert "cannot be read" in gone
    assert done.stdout.startswith(f"{tmp_path}/b.md is {server.url}/d/")


def test_the_settings_secret_signs_in(make_server: MakeServer, tmp_path: Path) -> None:
    server = make_server("--auth", "token", settings={"secret": SECRET})
    note = tmp_path / "note.txt"
    note.write_text("words")
    assert "a token is needed" in coscribe("import", note, "--server", server.url).stderr
    done = coscribe("import", note, "--id", "a/b", "--title", "T", "--server", server.url, COSCRIBE_SECRET=SECRET)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("/d/a/b (T)\n")
    token = coscribe("token", "team/*", "--role", "edit", COSCRIBE_SECRET=SECRET).stdout.strip()
    for given in ({"COSCRIBE_TOKEN": token}, {}):
        flags = [] if given else ["--token", token]
        id = f"team/{len(flags)}"
        assert coscribe("import", note, "--id", id, "--server", server.url, *flags, **given).returncode == 0
    assert coscribe("import", note, "--id", "other", "--server", server.url, "--token", token).returncode == 1


def test_no_server_and_bad_usage_are_one_sentence(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("words")
    done = coscribe("import", note, "--server", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "No server answers at http://127.0.0.1:9" in done.stderr
    for arguments in ([], [note, note, "--id", "a"], [note, "--into", "a", "--title", "T"]):
        done = coscribe("import", *arguments)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
