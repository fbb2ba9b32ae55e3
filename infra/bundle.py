"""Builds what the functions run from, without Docker: the layer of third-party packages and the code."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from infra import libraries
from infra.interpreter import Interpreter, find_interpreter, inspect_interpreter
from infra.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "infra" / "requirements" / "runtime.txt"
SOURCES = (ROOT / "functions", ROOT / "shared")
PREPARE = ROOT / "infra" / "prepare.py"
STATIC = Path("functions", "console", "static")
BUILD = ROOT / ".local" / "build"

LAMBDA_WHEELS = "aarch64-manylinux2014"

# Of botocore's 30 MB nearly all describes services that no function calls.
BOTOCORE_SERVICES = {"cloudwatch", "dynamodb", "events", "secretsmanager", "sqs", "sts"}
# Among endpoints CloudWatch goes by another name.
BOTOCORE_ENDPOINTS = BOTOCORE_SERVICES - {"cloudwatch"} | {"monitoring"}
NOT_NEEDED = ("bin", "*.dist-info", "boto3/examples", "boto3/data", "**/tests", "**/*.pyi", "**/py.typed")
KEPT_BUILDS = 3


@dataclass(frozen=True)
class Asset:
    """A directory to upload, and the hash of what it was made from."""

    path: Path
    hash: str


@dataclass(frozen=True)
class Platform:
    """What the assets are built for."""

    name: str
    wheels: str
    """Names the wheels that fit."""

    install: tuple[str, ...]
    """uv's options that select them."""

    interpreter: Interpreter | None
    """Compiles the bytecode; without one of the target's version none is shipped."""

    @property
    def identity(self) -> str:
        """What of it ends up in the assets, so that two machines agree on a hash."""
        bytecode = self.interpreter.magic if self.interpreter else "none"
        return f"{self.name} {self.wheels} {bytecode}"


def platform_of(settings: Settings) -> Platform:
    """Lambda on ARM, or for target `local` this machine's Python, as the local stack runs functions in it."""
    if settings.target == "local":
        interpreter = inspect_interpreter(settings.interpreter)
        if interpreter is None:
            msg = f"context interpreter={settings.interpreter!r} is no Python"
            raise FileNotFoundError(msg)
        wheels = f"{interpreter.platform}-{interpreter.version}"
        return Platform("local", wheels, ("--python", settings.interpreter), interpreter)
    install = ("--python-platform", LAMBDA_WHEELS, "--python-version", settings.python)
    return Platform("aws", f"{LAMBDA_WHEELS}-{settings.python}", install, find_interpreter(settings.python))


def build_layer(platform: Platform) -> Asset:
    """The locked third-party packages under python/, less what is not used at run time."""

    def build(directory: Path) -> None:
        packages = directory / "python"
        _install(packages, platform)
        _drop_what_is_not_needed(packages)
        _compile(packages, platform)

    return _cached("layer", platform, [REQUIREMENTS], build)


def build_code(platform: Platform) -> Asset:
    """functions/ and shared/, under the names by which they are imported here, and the console's libraries."""

    def build(directory: Path) -> None:
        for source in SOURCES:
            for file in _files(source):
                copy = directory / file.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
        libraries.copy(directory / STATIC)
        _compile(directory, platform)
        _prepare(directory, platform)

    inputs = [file for source in SOURCES for file in _files(source)]
    return _cached("code", platform, [PREPARE, REQUIREMENTS, *inputs, *libraries.sources()], build)


def stub(kind: str) -> Asset:
    """An asset with nothing in it that runs, for tests of the template."""
    path = BUILD / f"stub-{kind}"
    path.mkdir(parents=True, exist_ok=True)
    (path / "README").write_text("Made with context bundle=skip: nothing here runs.\n")
    return Asset(path, hashlib.sha256(kind.encode()).hexdigest())


def _cached(kind: str, platform: Platform, inputs: list[Path], build: Callable[[Path], None]) -> Asset:
    """The asset for these inputs: the one at hand, or a new one that appears only when it is whole."""
    key = _hash(platform, inputs)
    path = BUILD / f"{kind}-{platform.name}-{key[:16]}"
    if path.exists():
        path.touch()
        return Asset(path, key)
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as unfinished:
        build(Path(unfinished) / "asset")
        if not path.exists():
            (Path(unfinished) / "asset").rename(path)
    _forget_old_builds(f"{kind}-{platform.name}-*")
    return Asset(path, key)


def _hash(platform: Platform, inputs: list[Path]) -> str:
    """Changes with the inputs, the platform and this recipe; not with times, owners or places."""
    digest = hashlib.sha256(platform.identity.encode())
    for file in [Path(__file__), *inputs]:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _files(source: Path) -> Iterator[Path]:
    for file in sorted(source.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith("."):
            yield file


def _install(packages: Path, platform: Platform) -> None:
    options = ["--only-binary", ":all:", "--require-hashes", "--requirements", str(REQUIREMENTS)]
    uv = shutil.which("uv", path=f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}") or "uv"
    subprocess.run(  # noqa: S603
        [uv, "pip", "install", "--quiet", "--target", str(packages), *platform.install, *options], check=True
    )


def _drop_what_is_not_needed(packages: Path) -> None:
    for pattern in NOT_NEEDED:
        for path in list(packages.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for service in (packages / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in BOTOCORE_SERVICES:
            shutil.rmtree(service)
    _shorten_endpoints(packages / "botocore" / "data" / "endpoints.json")


def _shorten_endpoints(file: Path) -> None:
    """The file names the endpoints of those services only: whole it has 1.2 MB, and every client made reads it."""
    endpoints = json.loads(file.read_bytes())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in sorted(BOTOCORE_ENDPOINTS & services.keys())}
    # Another file in its place: uv links what it installs, so that this one is the cache's and all others' as well.
    file.unlink()
    file.write_text(json.dumps(endpoints))


def _compile(directory: Path, platform: Platform) -> None:
    """Adds bytecode that is used as it is: on AWS, files' times are not those that it was compiled at."""
    if platform.interpreter is None:
        return
    options = ["-qq", "-s", str(directory), "--invalidation-mode", "unchecked-hash"]
    subprocess.run(  # noqa: S603
        [platform.interpreter.path, "-I", "-m", "compileall", *options, str(directory)], check=True
    )


def _prepare(directory: Path, platform: Platform) -> None:
    """Adds what methods of dataclasses compile to, which bytecode does not have: half of the import of Casetree."""
    if platform.interpreter is None:
        return
    path = os.pathsep.join([str(build_layer(platform).path / "python"), str(directory)])
    # Not `-I`, which reads no PYTHONPATH; and with nothing else of this machine on the path.
    command = [platform.interpreter.path, "-P", "-s", "-S", "-B", str(PREPARE), str(directory / "functions")]
    subprocess.run(command, check=True, env={"PYTHONPATH": path, "AWS_REGION": "us-east-1"})  # noqa: S603


def _forget_old_builds(pattern: str) -> None:
    builds = sorted(BUILD.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in builds[KEPT_BUILDS:]:
        shutil.rmtree(path, ignore_errors=True)
