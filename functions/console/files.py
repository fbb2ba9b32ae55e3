"""The page's files, read once when the function starts: no request reaches the file system, so none leaves it."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = "index.html"
NOT_FOUND = "404.html"
CONFIG = "config.json"
# In the page, this folder has the name of what is in it: a file that is kept for a year never changes.
ASSETS = "assets"

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
WORTH_PACKING = 1_000


@dataclass(frozen=True, slots=True)
class File:
    """What is sent, also packed, and what says whether it has changed."""

    content: bytes
    packed: bytes | None
    media_type: str
    etag: str
    cache: str


def load(directory: Path, config: Mapping[str, str]) -> dict[str, File]:
    """Every file by its path below the page's address."""
    assets = {path.relative_to(directory / ASSETS).as_posix(): path.read_bytes() for path in _files(directory / ASSETS)}
    name = _digest(assets)
    files = {f"{name}/{path}": _file(path, content, FOR_EVER) for path, content in assets.items()}
    for page in (PAGE, NOT_FOUND):
        text = (directory / page).read_text("utf-8").replace(f"{ASSETS}/", f"{name}/")
        files[page] = _file(page, text.encode(), ASK_AGAIN)
    files[CONFIG] = _file(CONFIG, json.dumps(config).encode(), ASK_AGAIN)
    return files


def _files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def _digest(assets: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, content in assets.items():
        digest.update(f"{path} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def _file(path: str, content: bytes, cache: str) -> File:
    # Without a time in it, equal contents are packed to equal bytes.
    packed = gzip.compress(content, mtime=0) if len(content) > WORTH_PACKING else None
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return File(content, packed, _media_type(path), etag, cache)


def _media_type(path: str) -> str:
    """By the end of its name, and not by what the machine's own table says: that of JavaScript differs."""
    known = {".js": "text/javascript", ".json": "application/json"}.get(Path(path).suffix)
    kind = known or mimetypes.guess_type(path)[0] or "text/plain"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or known else kind
