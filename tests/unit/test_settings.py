"""Where settings come from, which are refused, and with what sentence."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from coscribe.settings import Auth, Settings, SettingsError, flag, is_loopback, parse_size, unit, variable

SECRET = "0123456789abcdef0123456789abcdef"


def load(flags: dict[str, object] | None = None, **environ: str) -> Settings:
    return Settings.load(flags or {}, environ)


@pytest.fixture
def toml(tmp_path: Path):
    def write(text: str) -> dict[str, object]:
        path = tmp_path / "coscribe.toml"
        path.write_text(text, encoding="utf-8")
        return {"config": str(path)}

    return write


def refusal(flags: dict[str, object] | None = None, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(flags, **environ)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_defaults_are_those_the_outside_relies_on():
    settings = load()
    assert (settings.host, settings.port, settings.data, settings.auth) == ("127.0.0.1", 8080, Path("data"), Auth.NONE)
    assert settings.database_file == Path("data/coscribe.db")
    assert settings.origin("port") == "default"


def test_flag_beats_environment_beats_file_beats_default(toml):
    in_file = toml("port = 1\nworkers = 2\ntick_ms = 3\n")
    settings = load({**in_file, "port": "4"}, COSCRIBE_PORT="5", COSCRIBE_WORKERS="6")
    assert (settings.port, settings.workers, settings.tick_ms, settings.room_idle_s) == (4, 6, 3, 60)
    assert settings.origin("port") == "flag --port"
    assert settings.origin("workers") == "environment COSCRIBE_WORKERS"
    assert settings.origin("tick_ms") == f"file {in_file['config']}"


def test_file_can_be_named_by_the_environment(toml):
    path = str(toml("port = 7\n")["config"])
    assert load(COSCRIBE_CONFIG=path).port == 7


def test_empty_variable_counts_as_not_set():
    assert load(COSCRIBE_PORT="").port == 8080


def test_constructor_does_not_read_the_environment(monkeypatch):
    monkeypatch.setenv("COSCRIBE_PORT", "9")
    assert Settings().port == 8080


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if unit(name).startswith("bytes")])
def test_every_size_accepts_a_unit(name: str):
    assert getattr(load({"slow_client_max_bytes": "1GiB", name: "1GiB"}), name) == 1 << 30


@pytest.mark.parametrize(
    ("text", "size"),
    [("8MiB", 8 << 20), ("256 KiB", 256 << 10), ("1.5kib", 1536), ("10MB", 10_000_000), ("4096", 4096), ("7 B", 7)],
)
def test_sizes_are_read_in_binary_and_decimal_units(text: str, size: int):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["8M", "MiB", "-1KiB", "1e3", "eight", "1 2", ""])
def test_size_that_could_be_misread_is_refused(text: str):
    with pytest.raises(ValueError, match="8MiB"):
        parse_size(text)


def test_size_from_the_file_may_be_a_number_or_text(toml):
    settings = load(toml('max_update_bytes = 4096\nmax_message_bytes = "2MiB"\n'))
    assert (settings.max_update_bytes, settings.max_message_bytes) == (4096, 2 << 20)


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ({"port": "http"}, ["`port`", "'http'", "flag --port"]),
        ({"port": "65536"}, ["`port`", "65535"]),
        ({"port": "-1"}, ["`port`", "0"]),
        ({"auth": "password"}, ["`auth`", "'none' or 'token'"]),
        ({"tick_ms": "nan"}, ["`tick_ms`"]),
        ({"shutdown_s": "0"}, ["`shutdown_s`"]),
        ({"max_message_bytes": "8 megabytes"}, ["`max_message_bytes`", "8MiB"]),
        ({"slow_client_bytes": "2MiB", "slow_client_max_bytes": "1MiB"}, ["slow_client_max_bytes", "raise it"]),
    ],
)
def test_bad_value_is_refused_with_its_name_and_what_to_write(flags: dict[str, object], says: list[str]):
    text = refusal(flags)
    assert [part for part in says if part not in text] == []


def test_bad_variable_is_named_in_the_refusal():
    assert "COSCRIBE_PORT" in refusal(COSCRIBE_PORT="tcp://10.0.0.1:80")


def test_unknown_key_of_the_file_is_refused_with_the_nearest_name(toml):
    assert "did you mean `port`?" in refusal(toml("prot = 1\n"))


def test_file_cannot_name_another_file(toml):
    assert "`config`" in refusal(toml('config = "other.toml"\n'))


def test_boolean_is_not_read_as_a_number(toml):
    assert "not true or false" in refusal(toml("port = true\n"))


def test_file_that_is_not_toml_is_refused_with_the_place(toml):
    assert "line 1" in refusal(toml("port: 8080\n"))


def test_missing_file_is_refused(tmp_path):
    assert "No such file" in refusal({"config": str(tmp_path / "none.toml")})


@pytest.mark.parametrize("url", ["postgresql://user:hunter2@db/x", "sqlite:///other.db"])
def test_other_database_is_refused_without_showing_its_password(url: str):
    text = refusal({"database": url})
    assert "stores in SQLite only" in text
    assert "hunter2" not in text


def test_redis_is_refused_rather_than_ignored():
    assert "SQLite only" in refusal({"redis": "redis://:hunter2@cache"})
    assert "hunter2" not in refusal({"redis": "redis://:hunter2@cache"})


class TestSecret:
    def test_is_read_from_a_file_without_its_trailing_newline(self, tmp_path):
        (tmp_path / "secret").write_text(SECRET + "\n")
        settings = load(COSCRIBE_SECRET_FILE=str(tmp_path / "secret"))
        assert settings.secret_bytes == SECRET.encode()
        assert settings.origin("secret") == f"file {tmp_path / 'secret'}"

    def test_only_one_newline_is_stripped(self, tmp_path):
        (tmp_path / "secret").write_text(SECRET + "\n\n")
        assert load(COSCRIBE_SECRET_FILE=str(tmp_path / "secret")).secret_bytes == SECRET.encode() + b"\n"

    def test_variable_and_file_together_are_refused(self, tmp_path):
        assert "leave one of them out" in refusal(COSCRIBE_SECRET=SECRET, COSCRIBE_SECRET_FILE=str(tmp_path))

    def test_flagged_file_beats_the_variable(self, tmp_path):
        (tmp_path / "secret").write_text("f" * 32)
        settings = load({"secret_file": str(tmp_path / "secret")}, COSCRIBE_SECRET=SECRET)
        assert settings.secret_bytes == b"f" * 32

    def test_variable_beats_the_file_named_in_toml(self, toml):
        settings = load(toml('secret_file = "/nowhere"\n'), COSCRIBE_SECRET=SECRET)
        assert settings.secret_bytes == SECRET.encode()

    def test_unreadable_file_is_refused(self, tmp_path):
        assert "COSCRIBE_SECRET_FILE" in refusal(COSCRIBE_SECRET_FILE=str(tmp_path / "none"))

    def test_short_one_is_refused_without_being_shown(self):
        text = refusal(COSCRIBE_SECRET="hunter2hunter2")
        assert "32 bytes" in text
        assert "hunter2" not in text

    def test_is_measured_in_bytes_not_characters(self):
        assert load(COSCRIBE_SECRET="é" * 16).secret_bytes == ("é" * 16).encode()

    def test_is_shown_by_neither_settings_nor_error(self):
        settings = load(COSCRIBE_SECRET=SECRET)
        assert SECRET not in f"{settings!r} {settings} {settings.model_dump_json()}"
        with pytest.raises(ValidationError) as caught:
            Settings(secret="hunter2")
        assert "hunter2" not in str(caught.value)


class TestExposure:
    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
    def test_everybody_may_edit_only_from_this_machine(self, host: str):
        settings = Settings(host=host)
        with pytest.raises(SettingsError, match="--allow-anonymous"):
            settings.check_exposure()
        Settings(host=host, allow_anonymous=True).check_exposure()
        Settings(host=host, auth="token", secret=SECRET).check_exposure()

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
    def test_loopback_host_needs_no_permission(self, host: str):
        assert is_loopback(host)
        Settings(host=host).check_exposure()

    def test_tokens_need_a_secret(self):
        with pytest.raises(SettingsError, match="COSCRIBE_SECRET"):
            Settings(auth="token").check_exposure()


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is_for(name: str):
    description = Settings.model_fields[name].description
    assert description
    assert description.endswith(".")
    suffix = {"_bytes": "bytes", "_s": "seconds", "_ms": "milliseconds"}
    assert unit(name) == next((word for end, word in suffix.items() if name.endswith(end)), unit(name))


def test_names_of_flag_and_variable_follow_from_the_setting():
    assert (flag("slow_client_max_s"), variable("slow_client_max_s")) == (
        "--slow-client-max-s",
        "COSCRIBE_SLOW_CLIENT_MAX_S",
    )
