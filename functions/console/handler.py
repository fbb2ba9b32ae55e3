"""The function behind /console. Its files are read while Lambda starts it, once."""

from __future__ import annotations

import os
from pathlib import Path

from functions.console.settings import Settings
from functions.console.site import Site

handler = Site(Path(__file__).parent / "static", Settings.from_environment(os.environ))
