"""Where the built editor lies: inside an installed wheel, or in the checkout that is being worked on."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
PLACES = (_PACKAGE / "editor", _PACKAGE.parents[1] / "editor-web" / "dist")


def find_editor(places: tuple[Path, ...] = PLACES) -> Path | None:
    """Find the folder with the editor's index.html, or None where it was not built (`make build`)."""
    return next((place for place in places if (place / "index.html").is_file()), None)
