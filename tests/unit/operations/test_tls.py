"""TLS without a proxy: no version that is broken, and a certificate that cannot be used is said so."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from coscribe.operations.tls import tls_context
from coscribe.settings import Settings, SettingsError
from harness.certificates import certificate


def settings_of(folder: Path, cert: bytes, key: bytes | None = None) -> Settings:
    (folder / "cert.pem").write_bytes(cert)
    flags: dict[str, object] = {"tls_cert": folder / "cert.pem"}
    if key is not None:
        (folder / "key.pem").write_bytes(key)
        flags["tls_key"] = folder / "key.pem"
    return Settings.load(flags, environ={})


def test_versions_before_1_2_are_not_spoken(tmp_path: Path) -> None:
    chain, key = certificate("localhost")
    for context in (
        tls_context(settings_of(tmp_path, chain, key)),
        tls_context(settings_of(tmp_path, chain + key)),
    ):
        assert context is not None
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert tls_context(Settings.load({}, environ={})) is None


def test_what_is_no_certificate_or_no_key_of_it_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (chain, key), (_, other) = certificate("localhost"), certificate("localhost")
    for cert, its_key in ((chain, other), (chain, b"nonsense"), (b"nonsense", key), (chain, None)):
        with pytest.raises(SettingsError, match=r"cannot be used \(.+\); check tls_cert and tls_key\."):
            tls_context(settings_of(tmp_path, cert, its_key))
    with pytest.raises(SettingsError, match="No such file"):
        tls_context(Settings.load({"tls_cert": tmp_path / "none.pem"}, environ={}))
