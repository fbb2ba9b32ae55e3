"""What a browser may do with the page: run its own scripts, ask its own API and the issuer, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

# The one inline script: names for the libraries' addresses. It is let in by its hash.
IMPORT_MAP = re.compile(rb'<script type="importmap">(.*?)</script>', re.DOTALL)

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    # Taken to heart only where the page came by HTTPS.
    "Strict-Transport-Security": "max-age=31536000",
}


def headers(page: bytes, origins: Sequence[str]) -> dict[str, str]:
    """The headers of every answer; `origins` are where the page may ask for tokens."""
    scripts = " ".join(f"'sha256-{_digest(script)}'" for script in IMPORT_MAP.findall(page))
    policy = (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self'; img-src 'self' blob:; "
        f"connect-src 'self' {' '.join(origins)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return {**ALWAYS, "Content-Security-Policy": policy}


def _digest(script: bytes) -> str:
    return base64.b64encode(hashlib.sha256(script).digest()).decode()
