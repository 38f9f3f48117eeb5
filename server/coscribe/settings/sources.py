"""Where settings come from: flags, variables, the TOML file and files with secrets."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from .kinds import SettingsError

ENV_PREFIX = "COSCRIBE_"

SECRETS = ("secret", "oidc_client_secret")
"""Settings that are never shown and have no flag; each may be read from the file that `…_file` names."""


def variable(name: str) -> str:
    """Name the environment variable of a setting."""
    return ENV_PREFIX + name.upper()


def flag(name: str) -> str:
    """Name the flag of a setting."""
    return "--" + name.replace("_", "-")


def origin_of(layer: str, name: str) -> str:
    return {"flag": f"flag {flag(name)}", "environment": f"environment {variable(name)}"}.get(layer, layer)


def read_toml(path: Path, known: Mapping[str, object]) -> dict[str, object]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"Cannot read the configuration {path}: {error.strerror}; check --config.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The configuration {path} is not valid TOML: {error}; mend that line.") from None
    for name in content:
        if name not in known or name == "config":
            close = get_close_matches(name, known, n=1)
            advice = f"did you mean `{close[0]}`?" if close and name != "config" else "remove it."
            raise SettingsError(f"The configuration {path} has a key that is no setting, `{name}`: {advice}")
    return content


def read_secret(path: Path, name: str) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"Cannot read the secret from {path}: {reason}; check {variable(name)}.") from None
    return text.removesuffix("\n").removesuffix("\r")


def sentence(error: ValidationError, values: Mapping[str, object], origins: Mapping[str, str]) -> str:
    """Make one sentence of pydantic's first complaint, with the value unless it may be secret."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return f"The settings contradict each other: {message}."
    name = str(first["loc"][0])
    message = message[0].lower() + message[1:]
    if message.startswith(("input should", "extra inputs")):
        message = message.replace("input should", "it should")
    source = origins.get(name, "")
    shown = "" if name in (*SECRETS, "database", "redis") else f" {str(values.get(name))[:80]!r}"
    return f"The setting `{name}`{shown} ({source}) cannot be used: {message}."
