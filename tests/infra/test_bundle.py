"""The assets: what is in them, and when they are built again. Nothing here needs the network."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from infra import bundle, libraries
from infra.bundle import Platform, build_code, build_layer, platform_of
from infra.interpreter import find_interpreter, inspect_interpreter
from infra.settings import Settings

HERE = inspect_interpreter(sys.executable)
LOCAL = Platform("local", "wheels", ("--python", sys.executable), HERE)
PREPARE = """
import sys
from pathlib import Path
import functions.api.handler, shared.engine, package
(Path(sys.argv[1]) / "prepared").touch()
"""
ENDPOINTS = {
    "partitions": [{"partition": "aws", "services": {"s3": {"endpoints": {}}, "sqs": {"endpoints": {"x": {}}}}}]
}
SERVICES = ("dynamodb", "events", "secretsmanager", "sqs", "sts", "s3", "ec2")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project in the place of this one, whose packages are made up instead of downloaded."""
    for name in ("functions/api/handler.py", "shared/engine.py", "infra/requirements/runtime.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("VALUE = 1\n")
    (tmp_path / "infra/bundle.py").write_text("# the recipe\n")
    (tmp_path / "infra/prepare.py").write_text(PREPARE)
    (tmp_path / "shared/rules.json").write_text("{}")
    monkeypatch.setattr(bundle, "ROOT", tmp_path)
    monkeypatch.setattr(bundle, "BUILD", tmp_path / ".local/build")
    monkeypatch.setattr(bundle, "REQUIREMENTS", tmp_path / "infra/requirements/runtime.txt")
    monkeypatch.setattr(bundle, "SOURCES", (tmp_path / "functions", tmp_path / "shared"))
    monkeypatch.setattr(bundle, "PREPARE", tmp_path / "infra/prepare.py")
    monkeypatch.setattr(bundle, "__file__", str(tmp_path / "infra/bundle.py"))
    monkeypatch.setattr(bundle, "_install", _make_up_packages)
    monkeypatch.setattr(libraries, "PACKAGES", tmp_path / "infra/npm/node_modules")
    for source in libraries.sources():
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text("export {};\n")
    return tmp_path


def _make_up_packages(packages: Path, _platform: Platform) -> None:
    files = ["package/__init__.py", "package/types.pyi", "package/tests/test_it.py", "package-1.dist-info/RECORD"]
    files += ["botocore/data/endpoints.json", "bin/tool", "boto3/examples/a.rst"]
    files += [f"botocore/data/{service}/service.json" for service in SERVICES]
    for name in files:
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_text("")
    # As uv does it: what is installed is the same file as the one in its cache.
    cached = bundle.ROOT / "cached.json"
    cached.write_text(json.dumps(ENDPOINTS))
    (packages / "botocore/data/endpoints.json").unlink()
    (packages / "botocore/data/endpoints.json").hardlink_to(cached)


def _files_of(directory: Path) -> set[str]:
    return {str(file.relative_to(directory)) for file in directory.rglob("*") if file.is_file()}


def _bytecode(file: str) -> str:
    return str(Path(importlib.util.cache_from_source(file)))


def test_the_code_holds_functions_and_what_they_share_with_bytecode(project: Path) -> None:
    """Under the names by which tests import them."""
    assert _files_of(build_code(LOCAL).path) == {
        "functions/api/handler.py",
        _bytecode("functions/api/handler.py"),
        "shared/engine.py",
        _bytecode("shared/engine.py"),
        "shared/rules.json",
        "functions/prepared",
        *(f"functions/console/static/assets/libraries/{name}" for name in libraries.FILES),
    }


def test_bytecode_is_used_whatever_a_files_time_says(project: Path) -> None:
    """Unpacking an asset changes times; Python must not compile again because of that."""
    compiled = (build_code(LOCAL).path / _bytecode("shared/engine.py")).read_bytes()
    flags = int.from_bytes(compiled[4:8], "little")
    assert flags == 0b01, "hash-based and not checked against the source"


def test_without_a_fitting_python_there_is_no_bytecode(project: Path) -> None:
    """Bytecode of another version would be dead weight."""
    held = _files_of(build_code(Platform("aws", "wheels", (), None)).path)
    assert not [name for name in held if name.endswith((".pyc", "prepared"))]


def test_the_layer_holds_what_is_used_at_run_time(project: Path) -> None:
    """No tests, type stubs or programs, and of botocore's data only the services that functions call."""
    held = _files_of(build_layer(LOCAL).path / "python")
    assert {name for name in held if not name.endswith(".pyc")} == {
        "package/__init__.py",
        "botocore/data/endpoints.json",
        *(
            f"botocore/data/{service}/service.json"
            for service in ("dynamodb", "events", "secretsmanager", "sqs", "sts")
        ),
    }


def test_the_layer_names_the_endpoints_of_what_is_called(project: Path) -> None:
    """Every start reads them; and the file that other environments share with the layer stays as it is."""
    (partition,) = json.loads((build_layer(LOCAL).path / "python/botocore/data/endpoints.json").read_text())[
        "partitions"
    ]
    assert partition == {"partition": "aws", "services": {"sqs": {"endpoints": {"x": {}}}}}
    assert json.loads((project / "cached.json").read_text()) == ENDPOINTS


def test_what_did_not_change_is_not_built_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second synthesis takes the directory that is there."""
    first = build_layer(LOCAL)
    monkeypatch.setattr(bundle, "_install", lambda *_: pytest.fail("built again"))
    assert build_layer(LOCAL) == first


def test_code_and_layer_change_each_for_itself(project: Path) -> None:
    """A deployment uploads the layer only when the requirements changed."""
    code, layer = build_code(LOCAL), build_layer(LOCAL)
    (project / "shared/engine.py").write_text("VALUE = 2\n")
    assert build_code(LOCAL).hash != code.hash
    assert build_layer(LOCAL) == layer
    (project / "infra/requirements/runtime.txt").write_text("pydantic==3\n")
    assert build_layer(LOCAL).hash != layer.hash


def test_another_version_of_a_library_is_other_code(project: Path) -> None:
    """The page's libraries are in the asset, so a new one is deployed like a change of our own."""
    before = build_code(LOCAL)
    libraries.sources()[0].write_text("export const version = 2;\n")
    assert build_code(LOCAL).hash != before.hash


def test_neither_times_nor_bytecode_beside_the_source_change_the_hash(project: Path) -> None:
    """The same content gives the same asset, on whichever machine it is built."""
    before = build_code(LOCAL)
    (project / "shared/__pycache__").mkdir()
    (project / "shared/__pycache__/engine.cpython-311.pyc").write_bytes(b"stale")
    (project / "shared/engine.py").touch()
    assert build_code(LOCAL) == before


def test_the_platform_is_part_of_the_hash(project: Path) -> None:
    """A layer for this machine is none for Lambda's processor."""
    other = Platform("local", "other wheels", LOCAL.install, HERE)
    assert build_layer(LOCAL).hash != build_layer(other).hash


def test_a_build_that_fails_leaves_nothing_that_looks_like_one(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next attempt begins anew instead of deploying half a layer."""

    def fail(packages: Path, _platform: Platform) -> None:
        _make_up_packages(packages, _platform)
        raise OSError("no network")

    monkeypatch.setattr(bundle, "_install", fail)
    with pytest.raises(OSError, match="no network"):
        build_layer(LOCAL)
    assert list((project / ".local/build").iterdir()) == []


def test_old_builds_are_forgotten(project: Path) -> None:
    """The last three are kept: going back to one is quick, and the disk does not fill up."""
    for number in range(5):
        (project / "shared/engine.py").write_text(f"VALUE = {number}\n")
        build_code(LOCAL)
    assert len(list((project / ".local/build").glob("code-local-*"))) == 3


def test_for_lambda_wheels_are_for_its_processor_and_python() -> None:
    """They are chosen by name, as this machine is another."""
    platform = platform_of(Settings(python="3.12"))
    assert platform.install == ("--python-platform", "aarch64-manylinux2014", "--python-version", "3.12")


def test_for_a_laptop_wheels_are_for_the_python_that_runs_the_functions() -> None:
    """The local stack runs functions in its own interpreter."""
    platform = platform_of(Settings(target="local", interpreter=sys.executable))
    assert platform.install == ("--python", sys.executable)
    assert platform.interpreter == HERE


def test_a_local_interpreter_must_exist() -> None:
    """A wrong path is told before packages are installed for nothing."""
    with pytest.raises(FileNotFoundError, match="context interpreter="):
        platform_of(Settings(target="local", interpreter="/no/such/python"))


def test_the_running_python_compiles_for_its_own_version() -> None:
    """Where it is the one, no other is looked for."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = find_interpreter(version)
    assert found is not None
    assert (found.path, found.version) == (sys.executable, version)


def test_a_python_outside_the_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Version managers keep several versions in their own places, and there may be broken ones."""
    for name in ("1-broken", "2-whole"):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin/python3.99").write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name / "bin/python3.99").chmod(0o755)
    (tmp_path / "2-whole/bin/python3.99").write_text("#!/bin/sh\necho 3.99 abcd linux-x86_64\n")
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path))
    found = find_interpreter("3.99")
    assert found is not None
    assert found.path == str(tmp_path / "2-whole/bin/python3.99")


def test_without_such_a_python_none_is_found() -> None:
    """The caller says so; it does not take another version for it."""
    assert find_interpreter("3.98") is None
