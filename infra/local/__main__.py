"""`python -m infra.local` is `casetree`."""

from infra.local.cli import app

app()
