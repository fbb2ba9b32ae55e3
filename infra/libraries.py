"""The console's libraries: files of locked npm packages, served as they are, each with its licence."""

from __future__ import annotations

import shutil
from pathlib import Path

PACKAGES = Path(__file__).resolve().parent / "npm" / "node_modules"
FOLDER = Path("assets", "libraries")

FILES = {
    "preact.js": "preact/dist/preact.mjs",
    "preact-hooks.js": "preact/hooks/dist/hooks.mjs",
    "preact.LICENSE": "preact/LICENSE",
    "htm.js": "htm/dist/htm.mjs",
    "htm.LICENSE": "htm/LICENSE",
    "oauth4webapi.js": "oauth4webapi/build/index.js",
    "oauth4webapi.LICENSE": "oauth4webapi/LICENSE.md",
}


def sources() -> list[Path]:
    """What is copied, where npm put it."""
    return [PACKAGES / source for source in FILES.values()]


def copy(static: Path) -> None:
    """The page's folder has the libraries in it, under the names that its import map gives."""
    folder = static / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        shutil.copyfile(PACKAGES / source, folder / name)
