"""Where the server listens, where it keeps things, whose word it takes on the way in, and whom it may call."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import field_validator, model_validator

from .kinds import Group, LogLevel, setting, type_list

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/@?#,;\s'\"]+/?", re.IGNORECASE).fullmatch


class Serving(Group):
    """The address, the data, the pages, proxies and networks around it."""

    host: str = setting(
        "127.0.0.1", "", "Address to listen on; a loopback address is reachable from this machine only."
    )
    port: int = setting(8080, "", "Port to listen on; 0 picks a free one and prints it.", ge=0, le=65535)
    data: Path = setting(
        Path("./data"), "", "Folder that holds everything, created if missing; back up its coscribe.db."
    )
    config: Path | None = setting(None, "", "TOML file with any of these settings as keys.")
    workers: int = setting(1, "processes", "Worker processes that load documents, render and export.", ge=1, le=64)
    database: str | None = setting(
        None, "", "Where documents are stored; this version stores in SQLite only, in coscribe.db in the data folder."
    )
    redis: str | None = setting(
        None, "", "Bus between several servers; this version runs as one server, so leave it out."
    )
    allowed_origins: Annotated[tuple[str, ...], type_list] = setting(
        (),
        "",
        "Origins of other pages that may connect and change things, such as `https://app.example.org`; `*` for any.",
    )
    frame_ancestors: Annotated[tuple[str, ...], type_list] = setting(
        (), "", "Origins of the pages that may show the editor in a frame; none without it."
    )
    trusted_proxies: Annotated[tuple[str, ...], type_list] = setting(
        (), "", "Addresses or networks (CIDR) of the proxies whose `X-Forwarded-For` and `-Proto` are believed."
    )
    webhook_networks: Annotated[tuple[str, ...], type_list] = setting(
        (), "", "Addresses or networks (CIDR) that webhooks may lead to besides public ones, there also without TLS."
    )
    tls_cert: Path | None = setting(None, "", "PEM file with the certificate chain, to serve https without a proxy.")
    tls_key: Path | None = setting(None, "", "PEM file with the certificate's key, where that is not in `tls_cert`.")
    public_url: str | None = setting(
        None,
        "",
        "Address that people reach this server at, such as `https://docs.example.org`, where a proxy hides it.",
    )
    log_level: LogLevel = setting(
        LogLevel.INFO, "", "Least severe message that is logged: debug, info, warning or error."
    )

    @field_validator("database")
    @classmethod
    def _check_database(cls, value: str | None) -> str | None:
        # the URL is not repeated in the message: it may carry a password
        if value not in (None, "sqlite"):
            raise ValueError(
                "this version stores in SQLite only; leave it out and choose the folder of coscribe.db with --data"
            )
        return value

    @field_validator("redis")
    @classmethod
    def _check_redis(cls, value: str | None) -> str | None:
        if value is not None:
            raise ValueError("this version runs as one server and stores in SQLite only; leave it out")
        return value

    @field_validator("allowed_origins", "frame_ancestors")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin not in ("*", "null") and not _ORIGIN(origin):
                raise ValueError("write origins such as https://app.example.org, without a path")
        return value

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str | None) -> str | None:
        if value is not None and (not _ORIGIN(value) or not value.lower().startswith(("http://", "https://"))):
            raise ValueError("write an address such as https://docs.example.org, without a path")
        return None if value is None else value.rstrip("/").lower()

    @field_validator("trusted_proxies", "webhook_networks")
    @classmethod
    def _check_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ipaddress.ip_network(network)
            except ValueError:
                raise ValueError("write addresses or networks such as 10.0.0.0/8") from None
        return value

    @model_validator(mode="after")
    def _check_tls(self) -> Self:
        if self.tls_key is not None and self.tls_cert is None:
            raise ValueError("tls_key goes with tls_cert; name the certificate too")
        return self

    @property
    def database_file(self) -> Path:
        """The SQLite file: everything that must be backed up."""
        return self.data / "coscribe.db"
