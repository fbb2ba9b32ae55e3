"""The function behind the HTTP API. What it works with is made while Lambda starts it, at full speed and once."""

from __future__ import annotations

import os

from functions.api.app import Api
from functions.api.settings import Settings
from functions.runtime import open_session

handler = Api(Settings.from_environment(os.environ), open_session(os.environ))
