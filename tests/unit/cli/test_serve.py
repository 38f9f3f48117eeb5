"""`coscribe serve`, as far as it does not serve."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest


def serve(tmp_path: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "coscribe", "serve", "--data", str(tmp_path / "data"), *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)


def assert_one_sentence(done: subprocess.CompletedProcess[str], says: str) -> None:
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_port_that_is_taken_is_one_sentence_and_status_1(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_one_sentence(serve(tmp_path, "--port", str(port)), f"127.0.0.1:{port}: another program listens there")


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_address_that_is_not_ours_is_one_sentence_and_status_1(host: str, tmp_path):
    assert_one_sentence(serve(tmp_path, "--host", host, "--port", "0", "--allow-anonymous"), "--host")


def test_file_that_is_no_database_is_one_sentence_and_status_1(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "coscribe.db").write_bytes(b"not a database at all" * 100)
    assert_one_sentence(serve(tmp_path, "--port", "0"), "coscribe.db is damaged")


def test_data_folder_that_cannot_be_made_is_one_sentence_and_status_1(tmp_path):
    (tmp_path / "data").write_text("a file, not a folder")
    assert_one_sentence(serve(tmp_path, "--port", "0"), "--data")
