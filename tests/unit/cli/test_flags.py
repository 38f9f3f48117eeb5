"""The flags made from the settings."""

import pytest

from coscribe.cli import flags
from coscribe.settings import SECRETS, Settings


def test_every_setting_but_the_secret_is_a_flag_of_the_server():
    assert sorted(flags.SERVER_FLAGS) == sorted(set(Settings.model_fields) - set(SECRETS))


@pytest.mark.parametrize(
    ("size", "text"), [(8 << 20, "8MiB"), (4096, "4KiB"), (3 << 30, "3GiB"), (1500, "1500"), (0, "0")]
)
def test_sizes_are_written_with_the_largest_exact_unit(size: int, text: str):
    assert flags.size_text(size) == text


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name not in ("data", *SECRETS)])
def test_default_as_shown_reads_back_as_the_default(name: str):
    text = flags.default_text(name)
    assert getattr(Settings.load({name: text or None}, {}), name) == Settings.model_fields[name].default


@pytest.mark.parametrize(
    ("name", "shown"),
    [("auth", "none|token"), ("max_update_bytes", "SIZE"), ("tick_ms", "MILLISECONDS"), ("checkpoint_rows", "ROWS")],
)
def test_help_says_what_kind_of_value_a_flag_takes(name: str, shown: str):
    assert flags.metavar(name) == shown
