"""Writes the reference pages that follow from the program: the command line and the settings.

Run it with `make docs`; a test compares the pages with what it would write.
"""

import inspect
from collections.abc import Callable
from pathlib import Path

from cyclopts.argument import Argument

from coscribe.cli.command import COMMANDS, make_app
from coscribe.cli.flags import MAIN, SERVER_FLAGS, WITHOUT_FLAG, default_text
from coscribe.settings import Settings, flag, unit, variable

NO_DEFAULT = inspect.Parameter.empty
REFERENCE = Path(__file__).resolve().parent / "reference"

COMMAND_LINE_INTRO = """# Command line

<!-- Written by docs/generate.py from the program; do not edit. -->

`coscribe COMMAND --help` shows the same. Flags that stand for a setting say so: [settings](settings.md) tells their
defaults, and how else they can be given.

Exit status: 0 when all went well; 1 with one sentence on stderr when the work could not be done, such as with a
damaged database or one that a newer version wrote; 2 with one sentence on stderr for bad usage.
"""

SETTINGS_INTRO = """# Settings

<!-- Written by docs/generate.py from the program; do not edit. -->

Each setting can be given as a flag, as an environment variable or as a key of the TOML file that `--config` names.
A flag wins over the environment, the environment over the file, the file over the default. `coscribe config` shows
what is in effect and where each value came from. An empty variable counts as not set; a key of the file that is no
setting is refused. Paths are relative to the folder the command is started in.

Sizes are bytes, or a number with a unit: `8MiB`, `256KiB`, `10MB`. Other numbers are in the unit that is given here.

A secret is never given on the command line, where every user of the machine could read it: set `COSCRIBE_SECRET`, or
name a file that holds it.

```toml
# coscribe.toml
host = "0.0.0.0"
auth = "token"
secret_file = "/run/secrets/coscribe"
max_message_bytes = "16MiB"
```
"""


def command_line() -> str:
    """Write the page of the commands and their flags."""
    app = make_app()
    parts = [COMMAND_LINE_INTRO]
    for name in COMMANDS:
        command = app[name]
        parts.append(f"\n## coscribe {name}\n\n{command.help}\n\n")
        arguments = [argument for argument in command.assemble_argument_collection() if argument.show]
        given = {argument.name for argument in arguments}
        if name != "serve" and given >= set(map(flag, SERVER_FLAGS)):
            parts.append("It takes the flags of `coscribe serve`.\n")
            continue
        limits = [name for name in SERVER_FLAGS if name not in MAIN and flag(name) in given]
        parts.append("| | |\n|---|---|\n")
        parts += [_row(argument) for argument in arguments if argument.name not in set(map(flag, limits))]
        if limits:
            names = ", ".join(f"`{flag(name)}`" for name in limits)
            parts.append(f"\nAnd one flag for each limit and time: {names}.\n")
    return "".join(parts)


def _row(argument: Argument) -> str:
    """Write one flag or argument as a line of a table."""
    parameter = argument.parameter
    names = [f"{name} {parameter.metavar or ''}".strip() if name.startswith("--") else name for name in argument.names]
    about = [parameter.help or "", ", ".join(f"`{choice}`" for choice in argument.get_choices() or ())]
    if argument.required:
        about.append("Needed.")
    elif parameter.show_default is not False and argument.field_info.default not in (None, False, "", NO_DEFAULT):
        about.append(f"(default {argument.field_info.default})")
    shown = ", ".join(f"`{name}`" for name in names).replace("|", "\\|")
    return f"| {shown} | {' '.join(filter(None, about))} |\n"


def settings() -> str:
    """Write the page of the settings."""
    parts = [SETTINGS_INTRO, "\n| setting | default | unit | what it is for |\n|---|---|---|---|\n"]
    for name, about in Settings.model_fields.items():
        given = "" if name in WITHOUT_FLAG else f"`{flag(name)}`<br>"
        default = f"`{default_text(name)}`" if default_text(name) else ""
        parts.append(f"| `{name}`<br>{given}`{variable(name)}` | {default} | {unit(name)} | {about.description} |\n")
    return "".join(parts)


PAGES: dict[str, Callable[[], str]] = {"command-line.md": command_line, "settings.md": settings}


def main() -> None:
    """Write all pages."""
    for name, write in PAGES.items():
        (REFERENCE / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
