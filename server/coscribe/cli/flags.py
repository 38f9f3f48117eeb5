"""Flags made from settings, for every command that reads them.

Flags stay text until `Settings.load` judges them, so that a bad value gets the same sentence wherever it came from.
A secret has no flag, only `--secret-file`: a command line is visible to every user of the machine.
"""

from dataclasses import asdict, field, make_dataclass
from enum import StrEnum
from typing import Annotated, Any

from cyclopts import Group, Parameter

from coscribe.settings import SECRETS, Settings, flag, unit, variable

WITHOUT_FLAG = frozenset(SECRETS)
MAIN = (
    *("host", "port", "data", "config", "auth", "allow_anonymous", "secret_file"),
    *("key_file", "jwks_url", "allowed_origins", "trusted_proxies", "tls_cert", "tls_key"),
    *("public_url", "oidc_issuer", "oidc_client_id", "oidc_client_secret_file", "oidc_name", "oidc_scopes"),
    *("oidc_claim_id", "oidc_claim_name", "oidc_claim_picture", "oidc_claim_groups"),
    *("oidc_allowed_domains", "oidc_required_claims", "oidc_trust_email", "oidc_admin_emails", "default_role"),
    *("workers", "database", "redis", "log_level"),
)
_METAVARS = {
    "host": "ADDRESS",
    "port": "PORT",
    "data": "DIR",
    "config": "FILE",
    "secret_file": "FILE",
    "oidc_client_secret_file": "FILE",
    "public_url": "URL",
    "oidc_issuer": "URL",
    "oidc_scopes": "SCOPES",
    "oidc_allowed_domains": "DOMAINS",
    "oidc_required_claims": "CLAIMS",
    "oidc_admin_emails": "ADDRESSES",
    "key_file": "FILE",
    "jwks_url": "URL",
    "allowed_origins": "ORIGINS",
    "frame_ancestors": "ORIGINS",
    "trusted_proxies": "NETWORKS",
    "tls_cert": "FILE",
    "tls_key": "FILE",
    "workers": "N",
    "database": "URL",
    "redis": "URL",
}
_GROUPS = {True: Group("Options", sort_key=0), False: Group("Limits and timing", sort_key=1)}


def default_text(name: str) -> str:
    """Write a setting's default as an operator would: "8MiB", "30", or "" for none."""
    value = Settings.model_fields[name].default
    if value is None:
        return ""
    if unit(name).startswith("bytes"):
        return size_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return f"./{value}" if name == "data" else str(value)


def size_text(size: int) -> str:
    """Write a number of bytes with the largest unit that divides it."""
    for name, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= factor and size % factor == 0:
            return f"{size // factor}{name}"
    return str(size)


def metavar(name: str) -> str:
    """Name the kind of value a flag takes, as the help shows it: "SIZE", "SECONDS", "none|token"; "" for a switch."""
    if name in _METAVARS:
        return _METAVARS[name]
    kind = Settings.model_fields[name].annotation
    if kind is bool:
        return ""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "|".join(kind)
    return "SIZE" if unit(name).startswith("bytes") else unit(name).split(" ")[0].upper() or "TEXT"


def _parameter(name: str) -> tuple[str, Any, Any]:
    about = Settings.model_fields[name]
    notes = [f"default {default_text(name)}" if default_text(name) else "", variable(name)]
    text = f"{about.description} ({', '.join(note for note in notes if note)})"
    kind: Any = bool if about.annotation is bool else str
    parameter = Parameter(
        name=flag(name), help=text, group=_GROUPS[name in MAIN], metavar=metavar(name) or None, show_default=False
    )
    return name, Annotated[kind | None, parameter], field(default=None)


def flags_for(*names: str) -> Any:
    """Make the annotation of a parameter that carries these settings' flags; give it the default None."""
    given = make_dataclass(
        "Given",
        [_parameter(name) for name in names],
        # cyclopts takes a class of the module "types", where make_dataclass puts its classes, for a builtin
        namespace={"__module__": __name__},
        frozen=True,
        kw_only=True,
    )
    return Annotated[given | None, Parameter(name="*")]


SERVER_FLAGS = (*MAIN, *(name for name in Settings.model_fields if name not in (*MAIN, *WITHOUT_FLAG)))


def load(given: Any) -> Settings:
    """Read the settings with the flags of a command on top. Raises SettingsError."""
    return Settings.load(asdict(given) if given is not None else {})
