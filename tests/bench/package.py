"""What is deployed, as it is uploaded: the layer and the code, zipped."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from infra.bundle import build_code, build_layer, platform_of
from infra.settings import Settings
from tests.bench.figure import Figure, Finding, Section
from tests.bench.sizes import Sizes

MEGABYTES = 12.0
ONE = 1_000_000


def measure(_sizes: Sizes) -> Iterator[Finding]:
    """Layer and code as they are built for Lambda on ARM, with bytecode."""
    platform = platform_of(_settings())
    assert platform.interpreter is not None, "without bytecode this would say too little"
    layer, code = (_zipped(build(platform).path) / ONE for build in (build_layer, build_code))
    yield Figure("layer, zipped", layer, "MB")
    yield Figure("code, zipped", code, "MB")
    yield Figure("both", layer + code, "MB", MEGABYTES)


def _settings() -> Settings:
    """As it is deployed; with a Python that is here, where the deployed version is not, as bytecode is half of it."""
    settings = Settings()
    if platform_of(settings).interpreter is not None:
        return settings
    return Settings(python=f"{sys.version_info.major}.{sys.version_info.minor}")


def _zipped(folder: Path) -> int:
    with TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                archive.write(path, path.relative_to(folder))
        return file.tell()


SECTION = Section(
    name="package",
    title="Package",
    engine="the assets for AWS",
    measure=measure,
    sizes=lambda _: f"Python {_settings().python}, ARM, with bytecode",
)
