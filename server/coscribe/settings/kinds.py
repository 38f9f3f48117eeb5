"""What settings are made of: kinds of values, their units, and the error of one that cannot be used."""

import re
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

_UNITS = {"": 1, "b": 1, "kib": KIB, "mib": MIB, "gib": GIB, "kb": 1000, "mb": 1000**2, "gb": 1000**3}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)


class SettingsError(ValueError):
    """A setting that cannot be used; the text is one sentence that says which and what to do."""


class Auth(StrEnum):
    """Who may come in: anybody, or holders of a token."""

    NONE = "none"
    TOKEN = "token"  # noqa: S105 - the name of a mode, not a password


class DefaultRole(StrEnum):
    """What people who signed in may do with a document where nothing else says."""

    NONE = "none"
    VIEW = "view"
    COMMENT = "comment"
    EDIT = "edit"


class Addresses(StrEnum):
    """How much of a client's address the audit keeps."""

    FULL = "full"
    PREFIX = "prefix"
    NONE = "none"


class LogLevel(StrEnum):
    """The least severe message that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def parse_size(value: object) -> object:
    """Turn "8MiB", "256 KiB" or "10 MB" into bytes; numbers pass through. Raises ValueError."""
    if not isinstance(value, str):
        return value
    match = _SIZE.fullmatch(value)
    unit = _UNITS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise ValueError('write a number of bytes, or one with a unit such as "8MiB" or "256KiB"')
    return int(float(match[1]) * unit)


type_bytes = BeforeValidator(parse_size)


def parse_list(value: object) -> object:
    """Take a text of several values apart, at commas and blanks; others pass through."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


type_list = BeforeValidator(parse_list)


def setting(default: Any, unit: str, description: str, **bounds: Any) -> Any:
    """Describe a setting: its default, its unit (or ""), what it is for, and its bounds."""
    return Field(default, description=description, json_schema_extra={"unit": unit}, **bounds)


def size(default: int, description: str, least: int = 1) -> Any:
    """Describe a setting in bytes."""
    return setting(default, "bytes", description, ge=least, le=1024 * GIB)


class Group(BaseModel):
    """Settings that belong together; all groups are one `Settings`."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False, validate_default=True
    )
