"""Swagger UI as one page: script and style are inlined, so that nothing comes from other hosts."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

# Powertools ships Swagger UI. Only the files are read: its own page needs pydantic and hands out no policy.
ASSETS = files("aws_lambda_powertools") / "event_handler" / "openapi" / "swagger_ui"

# Relative, so that the page also works below a stage's prefix.
START = """
SwaggerUIBundle({
  url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, filter: true, docExpansion: "list",
  defaultModelsExpandDepth: 0, persistAuthorization: false, validatorUrl: null, presets: [SwaggerUIBundle.presets.apis]
});
"""


@cache
def page() -> tuple[str, str]:
    """The page, and the policy under which a browser runs just its own script."""
    bundle = _inline((ASSETS / "swagger-ui-bundle.min.js").read_text("utf-8"))
    style = (ASSETS / "swagger-ui.min.css").read_text("utf-8")
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Casetree API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><style>{style}</style></head>'
        f'<body><div id="swagger-ui"></div><script>{bundle}</script><script>{START}</script></body></html>'
    )
    scripts = " ".join(f"'sha256-{_digest(script)}'" for script in (bundle, START))
    # Swagger UI sets styles on elements, for which there is no hash; scripts are the two above only.
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src 'self' data:; "
        "font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return html, policy


def _inline(script: str) -> str:
    """The script, without what would change how HTML reads it: in its strings both forms say the same."""
    return script.replace("<!--", "\\x3C!--").replace("<script", "\\x3Cscript")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
