import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.console import files, policy
from functions.console.settings import Settings
from functions.console.site import Site
from infra import libraries
from shared.domain.pictures.drawing import STYLE

STATIC = Path(files.__file__).parent / "static"
ENVIRONMENT = {
    "CASETREE_ISSUER": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool",
    "CASETREE_CLIENT_ID": "client",
    "CASETREE_SCOPE": "openid",
    "CASETREE_SIGN_IN_ORIGINS": "https://casetree-1.auth.eu-west-1.amazoncognito.com",
}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The page as it is deployed: our own files, and the libraries that npm put where the bundle takes them from."""
    directory = tmp_path_factory.mktemp("static")
    for file in (path for path in STATIC.rglob("*") if path.is_file()):
        copy = directory / file.relative_to(STATIC)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    libraries.copy(directory)
    return Site(directory, Settings.from_environment(ENVIRONMENT))


@pytest.fixture(scope="module")
def ask(site: Site) -> Ask:
    """A request, as API Gateway hands it on; `path` is below /console/."""

    def ask(path: str | None, method: str = "GET", raw: str = "/console", **headers: str) -> dict[str, Any]:
        event = {
            "rawPath": raw if path is None else f"{raw}/{path}",
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            "requestContext": {"http": {"method": method}},
        }
        return site(event if path is None else {**event, "pathParameters": {"proxy": path}}, None)

    return ask


def _body(answer: dict[str, Any]) -> bytes:
    assert answer["isBase64Encoded"]
    return base64.b64decode(answer["body"])


def _page(ask: Ask) -> str:
    return _body(ask("index.html")).decode()


def _script(ask: Ask) -> str:
    (source,) = re.findall(r'<script type="module" src="([^"]+)"', _page(ask))
    return str(source)


def test_everything_that_the_page_names_is_there(ask: Ask) -> None:
    """Its styles, its script, its libraries, and whatever the scripts import in turn."""
    page = _page(ask)
    mapped = json.loads(re.findall(r'importmap">(.*?)</script>', page, re.DOTALL)[0])["imports"]
    waiting = [
        *re.findall(r'(?:href|src)="([^"]+)"', page),
        *(address.removeprefix("./") for address in mapped.values()),
    ]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = ask(path)
        assert answer["statusCode"] == 200, path
        if path.endswith(".js") and "/libraries/" not in path:
            for imported in re.findall(r'from "([^"]+)"', _body(answer).decode()):
                assert imported in mapped or imported.startswith("."), f"{path} imports {imported}"
                if imported.startswith("."):
                    waiting.append(str((Path("/") / path).parent.joinpath(imported).resolve().relative_to("/")))
    assert {Path(path).name for path in seen} >= {"app.js", "preact.js", "preact-hooks.js", "htm.js", "oauth4webapi.js"}


def test_nothing_is_loaded_from_elsewhere(site: Site, ask: Ask) -> None:
    """The page works where only the stack can be reached."""
    for path in (path for path in _paths(site) if "/libraries/" not in path and path != "config.json"):
        addresses = set(re.findall(r"https?://[^\s\"')]+", _body(ask(path)).decode()))
        assert addresses <= {"http://www.w3.org/2000/svg"}, path


def test_the_policy_lets_in_no_script_but_the_pages_own(ask: Ask) -> None:
    """Neither inline, but for the one map of names, nor from text, nor from elsewhere; nobody may frame the page."""
    page = ask("index.html")
    rules = dict(part.strip().split(" ", 1) for part in page["headers"]["Content-Security-Policy"].split(";"))
    inline = re.findall(rb"<script[^>]*>(.+?)</script>", _body(page), re.DOTALL)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in inline]
    assert len(hashes) == 1
    assert rules["script-src"].split() == ["'self'", *hashes]
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == rules["frame-ancestors"] == "'none'"
    assert rules["style-src"] == "'self'"
    assert rules["connect-src"].split() == [
        "'self'",
        "https://cognito-idp.eu-west-1.amazonaws.com",
        "https://casetree-1.auth.eu-west-1.amazoncognito.com",
    ]
    assert "unsafe" not in str(rules)


@pytest.mark.parametrize("path", [None, "index.html", "config.json", "nothing.js", "a/b/c"])
def test_every_answer_has_the_headers_that_protect(ask: Ask, path: str | None) -> None:
    """Also one that there is nothing: a page of ours is a page of ours."""
    headers = ask(path)["headers"]
    assert policy.ALWAYS.items() <= headers.items()
    assert "Content-Security-Policy" in headers


def test_the_page_says_nothing_but_how_to_sign_in(ask: Ask) -> None:
    """What anybody may read: the issuer, the client, the scope, and where the API is."""
    assert json.loads(_body(ask("config.json"))) == {
        "issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool",
        "discovery": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool/.well-known/openid-configuration",
        "clientId": "client",
        "scope": "openid",
        "api": "..",
    }


@pytest.mark.parametrize(
    ("endpoint", "discovery"),
    [
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566/eu-west-1_pool/.well-known/openid-configuration"),
        ("https://elsewhere.example", f"{ENVIRONMENT['CASETREE_ISSUER']}/.well-known/openid-configuration"),
    ],
)
def test_on_a_laptop_the_issuer_answers_at_the_local_server(endpoint: str, discovery: str) -> None:
    """Its name stays AWS's, as it is in every token; no other endpoint can take its place."""
    settings = Settings.from_environment({**ENVIRONMENT, "AWS_ENDPOINT_URL": endpoint})
    assert (settings.issuer, settings.discovery) == (ENVIRONMENT["CASETREE_ISSUER"], discovery)


@pytest.mark.parametrize("name", ["CASETREE_ISSUER", "CASETREE_CLIENT_ID", "CASETREE_SCOPE"])
def test_a_missing_setting_is_named(name: str) -> None:
    """A function that cannot work does not start."""
    with pytest.raises(ValueError, match=name):
        Settings.from_environment({**ENVIRONMENT, name: ""})


@pytest.mark.parametrize(
    ("address", "location"),
    [("/console", "console/index.html"), ("/console/", "index.html"), ("", "console/index.html")],
)
def test_the_short_address_leads_to_the_page(ask: Ask, address: str, location: str) -> None:
    """Below any prefix, and whatever a gateway makes of a slash at the end."""
    answer = ask(None, raw=address)
    assert (answer["statusCode"], answer["headers"]["Location"]) == (302, location)


def test_what_never_changes_is_kept_and_the_page_is_asked_for_again(ask: Ask) -> None:
    """The address of a script holds what is in all of them, so a new version has new addresses."""
    assert ask(_script(ask))["headers"]["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in ("index.html", "config.json", "nothing"):
        assert ask(path)["headers"]["Cache-Control"] == "no-cache"


def test_another_version_has_other_addresses(tmp_path: Path) -> None:
    """One changed letter in one file is enough."""
    (tmp_path / "assets").mkdir()
    for page in ("index.html", "404.html"):
        (tmp_path / page).write_text("assets/a.js")
    names = []
    for content in ("1", "2", "1"):
        (tmp_path / "assets/a.js").write_text(content)
        names.append(files.load(tmp_path, {})["index.html"].content)
    assert names[0] == names[2] != names[1]


@pytest.mark.parametrize("tag", ["{}", "W/{}", '"other", {}', "*"])
def test_what_the_caller_has_is_not_sent_again(ask: Ask, tag: str) -> None:
    """304 for the version at hand, however a gateway has marked it."""
    etag = ask("index.html")["headers"]["ETag"]
    again = ask("index.html", if_none_match=tag.format(etag))
    assert (again["statusCode"], _body(again), again["headers"]["ETag"]) == (304, b"", etag)
    assert ask("index.html", if_none_match='"other"')["statusCode"] == 200


def test_files_are_packed_for_who_can_unpack_them(ask: Ask) -> None:
    """The same content either way; caches are told that there are two forms."""
    plain, packed = ask(_script(ask)), ask(_script(ask), Accept_Encoding="gzip, deflate, br")
    assert packed["headers"]["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain["headers"]
    assert gzip.decompress(_body(packed)) == _body(plain)
    assert len(_body(packed)) < len(_body(plain)) / 2
    assert plain["headers"]["Vary"] == packed["headers"]["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("GZIP;Q=0.5", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("x-gzip", True),
        ("*", True),
        ("identity;q=0.5, *;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, deflate", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("identity, gzip;q=0.5", False),
        ("gzip;q=x", False),
        ("gzip;q=nan", False),
        ("notgzip", False),
        ("deflate, br", False),
        ("", False),
        (",;", False),
    ],
)
def test_what_a_caller_does_not_take_is_not_sent(ask: Ask, accepted: str, packed: bool) -> None:  # noqa: FBT001
    """Weights count: with a weight of zero, a form is refused, and the plain one is preferred where it weighs more."""
    answer = ask(_script(ask), Accept_Encoding=accepted)
    assert ("Content-Encoding" in answer["headers"]) is packed
    assert answer["headers"]["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["index.html", None, "nothing.js"])
def test_head_says_what_get_would(ask: Ask, path: str | None) -> None:
    """The same status and headers, and no body."""
    got, asked = ask(path), ask(path, method="HEAD")
    assert (asked["statusCode"], asked["headers"]) == (got["statusCode"], got["headers"])
    assert asked["body"] == ""


@pytest.mark.parametrize(
    "path",
    [
        "../handler.py",
        "..%2fhandler.py",
        "%2e%2e/handler.py",
        "assets/../../handler.py",
        "assets/app.js",
        "/etc/passwd",
        "index.html/",
        "INDEX.HTML",
        "libraries/preact.js",
        "0123456789abcdef/app.js",
        "index.html\x00",
        "",
        "404",
    ],
)
def test_there_is_nothing_but_the_pages_own_files(ask: Ask, path: str) -> None:
    """Only a name that is known is answered with a file; no request reaches the file system."""
    answer = ask(path)
    assert answer["statusCode"] in ((404,) if path else (302,))
    assert b"functions" not in _body(answer)


@pytest.mark.parametrize(("path", "root"), [("nothing", "./"), ("a/b/nothing.js", "../../")])
def test_who_is_lost_finds_the_way_back(ask: Ask, path: str, root: str) -> None:
    """The page for what is not there leads to the console from any depth."""
    page = _body(ask(path)).decode()
    assert f'href="{root}index.html"' in page
    assert "{root}" not in page


def test_every_file_says_what_it_is(site: Site, ask: Ask) -> None:
    """Browsers run no script that does not say so (nosniff); the machine's own table of types is not asked."""
    kinds = {Path(path).suffix: ask(path)["headers"]["Content-Type"] for path in _paths(site)}
    assert kinds == {
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".svg": "image/svg+xml",
        ".json": "application/json; charset=utf-8",
        ".LICENSE": "text/plain; charset=utf-8",
    }


def _paths(site: Site) -> list[str]:
    return list(site._files)  # noqa: SLF001


def test_the_paper_of_drawings_is_that_of_the_page() -> None:
    """In the light and in the dark: a drawing lies on the page as its tables do."""
    styles = (STATIC / "assets" / "base.css").read_text("utf-8")
    (sheets,) = re.findall(r"--sheet: light-dark\((#\w+), (#\w+)\)", styles)
    assert tuple(re.findall(r"\.paper \{ fill: (#\w+); \}", STYLE)) == sheets
