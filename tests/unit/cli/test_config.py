"""`coscribe config`."""

from coscribe.cli.command import run
from coscribe.settings import Settings

SECRET = "0123456789abcdef0123456789abcdef"


def shown(capsys, *arguments: str) -> dict[str, list[str]]:
    assert run(["config", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    return {line.split()[0]: line.split(maxsplit=2)[1:] for line in lines}


def test_every_setting_is_shown_with_its_source(capsys, monkeypatch):
    monkeypatch.setenv("COSCRIBE_WORKERS", "3")
    rows = shown(capsys, "--port", "9", "--max-update-bytes", "1048576")
    assert list(rows) == list(Settings.model_fields)
    assert rows["port"] == ["9", "flag --port"]
    assert rows["workers"] == ["3", "environment COSCRIBE_WORKERS"]
    assert rows["max_update_bytes"] == ["1MiB", "flag --max-update-bytes"]
    assert rows["config"] == ["-", "default"]


def test_secret_is_masked(capsys, monkeypatch):
    monkeypatch.setenv("COSCRIBE_SECRET", SECRET)
    rows = shown(capsys)
    assert rows["secret"] == ["********", "environment COSCRIBE_SECRET"]
    assert SECRET not in str(rows)


def test_settings_that_serve_would_refuse_are_still_shown(capsys):
    assert shown(capsys, "--host", "0.0.0.0")["host"] == ["0.0.0.0", "flag --host"]
