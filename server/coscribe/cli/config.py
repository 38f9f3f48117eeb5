"""`coscribe config`: show every setting that `coscribe serve` would use, and where it came from."""

from typing import Any

from coscribe.cli.flags import SERVER_FLAGS, flags_for, load, size_text
from coscribe.settings import SECRETS, Settings, unit

MASK = "********"

Flags: Any = flags_for(*SERVER_FLAGS)


def config(*, given: Flags = None) -> None:
    """Print the effective settings, each with where it came from; secrets are masked."""
    settings = load(given)
    rows = [(name, value_text(settings, name), settings.origin(name)) for name in Settings.model_fields]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for name, value, origin in rows:
        print(f"{name:{widths[0]}}  {value:{widths[1]}}  {origin}")


def value_text(settings: Settings, name: str) -> str:
    """Write a setting's value as it would stand in a TOML file, a secret as asterisks, "-" for none."""
    value = getattr(settings, name)
    if value is None:
        return "-"
    if name in SECRETS:
        return MASK
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    return size_text(value) if unit(name).startswith("bytes") else str(value)
