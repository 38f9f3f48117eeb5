"""The root of the command line: the list of commands, and what happens when one fails.

What always holds: bad usage ends with status 2 and one sentence on stderr, a database that cannot be used with
status 1 and one sentence; a traceback means a defect of Coscribe.
"""

import sys
from collections.abc import Sequence
from keyword import iskeyword
from typing import NoReturn

from cyclopts import App, CycloptsError, Parameter, UnknownOptionError

from coscribe import __version__
from coscribe.cli.errors import CommandFailed, UsageError
from coscribe.journal.errors import DatabaseRefused
from coscribe.settings import SettingsError

USAGE = 2
FAILED = 1

# Summaries stand here and not in the commands' files, so that `coscribe --help` imports none of them.
COMMANDS = {
    "serve": "Run the server.",
    "config": "Print the effective settings and where each came from.",
    "token": "Print a token that lets its holder into a document.",
    "key": "Make, list or revoke keys of servers that use the API.",
    "export": "Write documents out.",
    "import": "Make documents of files, through a running server: it alone writes to its database.",
    "audit": "Print who did what to which document.",
    "delete": "Move documents to the trash, or delete them for good.",
    "verify": "Check that the database holds what was written.",
    "bench": "Measure a server under load.",
}


def make_app() -> App:
    """Build the command line; a command's module is imported when the command is called."""
    app = App(
        name="coscribe",
        help="Hosts documents that several people edit at once.",
        version=__version__,
        help_format="plaintext",
        print_error=False,
        exit_on_error=False,
        help_on_error=False,
        result_action="return_value",
        suppress_keyboard_interrupt=False,
        default_parameter=Parameter(negative_iterable=()),
    )
    for name, summary in COMMANDS.items():
        python_name = f"{name}_" if iskeyword(name) else name
        app.command(f"coscribe.cli.{python_name}:{python_name}", name=name, help=summary)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; errors become a sentence on stderr."""
    try:
        status = make_app()(arguments)
    except CycloptsError as error:
        return _complain(f"{_one_line(str(error))} {_hint(error)}", USAGE)
    except (SettingsError, UsageError) as error:
        return _complain(str(error), USAGE)
    except (CommandFailed, DatabaseRefused) as error:
        return _complain(str(error), FAILED)
    return status if isinstance(status, int) else 0


def main() -> NoReturn:
    """Run the command that the process was started with, and exit."""
    sys.exit(run(sys.argv[1:]))


def _complain(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr)
    return status


def _hint(error: CycloptsError) -> str:
    if isinstance(error, UnknownOptionError):
        given = error.token.keyword or error.token.value
        if not given.startswith("--"):
            return f"If {given} is a name, put it last, behind --."
    return "Run `coscribe --help` to see what there is."


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "?", "!")) else text + "."
