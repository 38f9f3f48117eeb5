"""Which of the optional packages are there; finding them loads none of them."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from coscribe.content.formats import CONVERTED, Format
from coscribe.conversions.errors import NotInstalled

EXTRA = "pip install 'coscribe[export]'"


@cache
def pandoc() -> Path | None:
    """Find the pandoc program that its package brings along."""
    found = find_spec("pypandoc")
    for folder in (found.submodule_search_locations or []) if found is not None else []:
        program = Path(folder) / "files" / "pandoc"
        if program.is_file():
            return program
    return None


@cache
def installed_packages() -> frozenset[str]:
    """Name what is there of the packages that formats need."""
    found = {"pypandoc"} if pandoc() is not None else set()
    return frozenset(found | {"typst"} if find_spec("typst") is not None else found)


def is_available(format: Format, installed: frozenset[str]) -> bool:
    """Whether a format can be written; a PDF takes pandoc as well."""
    return format.package is None or {"pypandoc", format.package} <= installed


def check_available(name: str, installed: frozenset[str]) -> None:
    """Raise NotInstalled unless documents can be written in a format."""
    format = CONVERTED[name]
    if not is_available(format, installed):
        raise NotInstalled(missing(format.extension))


def missing(name: str) -> str:
    """Say what to do when a format cannot be converted."""
    return f"This installation cannot convert {name}: install the extra with {EXTRA}."
