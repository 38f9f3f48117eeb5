"""The command line as a whole: exit statuses, sentences, and what is not imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from coscribe import __version__
from coscribe.cli import command
from coscribe.cli.command import COMMANDS, CommandFailed, run


def test_version_is_printed(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == __version__


def test_help_lists_every_command(capsys):
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    assert [name for name in COMMANDS if name not in out] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys):
    assert run([name, "--help"]) == 0
    assert COMMANDS[name].split()[0] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serv"], "serve"),
        (["serve", "--prot", "1"], "--port"),
        (["serve", "stray"], "stray"),
        (["serve", "--port"], "--port"),
        (["key", "revoke", "-5H6Y-4Q"], "If -5H6Y-4Q is a name, put it last, behind --."),
        (["serve", "-x"], "If -x is a name, put it last, behind --."),
        (["serve", "--secret", "x"], "Did you mean --secret-file? Run `coscribe --help`"),
        (["audit", "--action", "bogus"], "choose among access, audit.*, audit.read,"),
        (["audit", "--action", "share"], "There is no action share;"),
        (["audit", "--action", "share*"], "share.*, share.change"),
        (["audit", "--document", "a/../b"], "a/../b names no document"),
        (["serve", "--port", "http"], "`port`"),
        (["serve", "--host", "0.0.0.0"], "--allow-anonymous"),
        (["serve", "--auth", "token"], "COSCRIBE_SECRET"),
        (["serve", "--database", "postgresql://db"], "SQLite only"),
        (["serve", "--config", "/nowhere.toml"], "/nowhere.toml"),
    ],
)
def test_bad_usage_is_one_sentence_and_status_2(arguments: list[str], says: str, capsys):
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert err.count("\n") == 1
    assert err.endswith((".\n", "?\n"))


@pytest.mark.parametrize("action", ["share.*", "share.use", "sign-in", "document.*"])
def test_actions_and_kinds_of_them_can_be_asked_for(action: str, tmp_path: Path, capsys):
    assert run(["audit", "--action", action, "--data", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err, "it looked for the database"


def test_failed_command_is_one_sentence_and_status_1(monkeypatch, capsys):
    class Failing:
        def __call__(self, arguments):
            raise CommandFailed("The database is damaged; restore a backup.")

    monkeypatch.setattr(command, "make_app", Failing)
    assert run(["serve"]) == 1
    assert capsys.readouterr().err == "The database is damaged; restore a backup.\n"


def test_help_and_version_do_not_load_the_server():
    program = (
        "import sys; from coscribe.cli.command import run; run(['--help']); run(['serve', '--help']);"
        "heavy = {'aiohttp', 'pycrdt', 'aiosqlite', 'uvloop', 'joserfc'} & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr


def test_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "coscribe", "--version"], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, __version__)
