"""Puts the built editor into the wheel, and refuses to build a wheel without it.

An editable install finds the editor in the checkout and needs nothing from here.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PARTS = ("index.html", "embed/coscribe-editor.js")


class EditorHook(BuildHookInterface):
    """Maps editor-web/dist to coscribe/editor."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the editor to a wheel that is meant to be installed elsewhere."""
        if version == "editable":
            return
        built = Path(self.root, "editor-web", "dist")
        if not all((built / name).is_file() for name in PARTS):
            raise RuntimeError("The editor is not built and a wheel without it shows no page: run `make build` first.")
        build_data["force_include"][str(built)] = "coscribe/editor"
