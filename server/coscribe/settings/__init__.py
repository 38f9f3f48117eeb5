"""Every setting of the server, once: its name, unit, default, bounds and what it is for.

The command line, the reference page and `coscribe config` are all made from these fields, so a setting that exists
is also a flag, an environment variable and a key of the TOML file, and is documented. What always holds: a
`Settings` object is complete and within bounds, and neither it nor an error made from it ever shows a secret.
"""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import PrivateAttr, ValidationError, ValidationInfo, field_validator

from .access import SECRET_MIN_BYTES, Access
from .kinds import Addresses, Auth, DefaultRole, LogLevel, SettingsError, parse_size
from .limits import Limits
from .serving import Serving
from .sources import ENV_PREFIX, SECRETS, flag, origin_of, read_secret, read_toml, sentence, variable
from .upkeep import Upkeep

__all__ = [
    "ENV_PREFIX",
    "SECRETS",
    "Addresses",
    "Auth",
    "DefaultRole",
    "LogLevel",
    "Settings",
    "SettingsError",
    "flag",
    "is_loopback",
    "parse_size",
    "unit",
    "variable",
]

SWITCHES = ("allow_anonymous", "oidc_trust_email")


class Settings(Upkeep, Limits, Access, Serving):
    """What one server runs with; `Settings.load` reads flags, environment and file, the constructor only arguments."""

    # pydantic takes the fields of the last base first, and shows them so
    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_boolean_numbers(cls, value: Any, info: ValidationInfo) -> Any:
        # pydantic would read `port = true` as port 1
        if isinstance(value, bool) and info.field_name not in SWITCHES:
            raise ValueError("write a value, not true or false")
        return value

    def origin(self, name: str) -> str:
        """Say where the value of a setting came from: a flag, a variable, a file, or "default"."""
        return self._origins.get(name, "default")

    def check_exposure(self) -> None:
        """Refuse, with SettingsError, to serve in a way that lets in people who were not meant to come in."""
        if self.oidc_issuer is not None and self.auth is Auth.NONE:
            raise SettingsError("With oidc_issuer people sign in, and --auth none asks nobody to: use --auth token.")
        keys = (self.secret, self.key_file, self.jwks_url, self.oidc_issuer)
        if self.auth is Auth.TOKEN and all(key is None for key in keys):
            raise SettingsError(
                "--auth token needs a secret that signs tokens: set COSCRIBE_SECRET, or COSCRIBE_SECRET_FILE to a file "
                f"that holds it ({SECRET_MIN_BYTES} bytes or more; `openssl rand -hex {SECRET_MIN_BYTES}` makes one), "
                "or name public keys with --key-file or --jwks-url, or a provider with --oidc-issuer."
            )
        if self.auth is Auth.NONE and not self.allow_anonymous and not is_loopback(self.host):
            raise SettingsError(
                f"With --host {self.host} other machines can reach this server and --auth none lets everybody edit: "
                "use --auth token with COSCRIBE_SECRET, or add --allow-anonymous if that is what you want."
            )

    @classmethod
    def load(cls, flags: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None) -> Self:
        """Read the settings: flag over environment over TOML file over default.

        `flags` holds the given flags only, by field name. Raises SettingsError, whose text is one sentence.
        """
        environ = os.environ if environ is None else environ
        given = {name: value for name, value in (flags or {}).items() if value is not None}
        variables = {name: environ[variable(name)] for name in cls.model_fields if environ.get(variable(name))}
        layers: list[tuple[str, Mapping[str, object]]] = [("flag", given), ("environment", variables)]
        if path := given.get("config") or variables.get("config"):
            layers.append((f"file {path}", read_toml(Path(str(path)), cls.model_fields)))

        values: dict[str, object] = {}
        origins: dict[str, str] = {}
        for layer, content in layers:
            taken: set[str] = set()
            for secret in SECRETS:
                pair = {secret, f"{secret}_file"}
                if pair <= content.keys():
                    raise SettingsError(
                        f"The {layer} gives both a {secret} and a {secret}_file: leave one of them out."
                    )
                # a higher layer's file beats a lower layer's secret, and the reverse
                taken |= pair if pair & values.keys() else set()
            for name, value in content.items():
                if name not in values and name not in taken:
                    values[name] = value
                    origins[name] = origin_of(layer, name)
        for secret in SECRETS:
            if file := values.get(f"{secret}_file"):
                values[secret] = read_secret(Path(str(file)), f"{secret}_file")
                origins[secret] = f"file {file}"
        try:
            settings = cls(**values)  # type: ignore[arg-type]  # pydantic judges each value
        except ValidationError as error:
            raise SettingsError(sentence(error, values, origins)) from None
        settings._origins.update(origins)
        return settings


def is_loopback(host: str) -> bool:
    """Say whether an address to listen on can be reached from this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def unit(name: str) -> str:
    """Name the unit of a setting, or "" for one that has none."""
    extra = Settings.model_fields[name].json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""
