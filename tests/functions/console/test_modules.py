"""Modules of the page, played without a browser: the session, with an issuer that answers when a test says so."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from functions.console import files
from infra.local.environment import PROGRAMS

ASSETS = Path(files.__file__).parent / "static" / "assets"
# Of the library what the module calls; of the browser what it touches. Everything that is asked for is written down.
ISSUER = """
export const told = [];
export const allowInsecureRequests = Symbol();
export const None = () => undefined;
export const processDiscoveryResponse = async () => ({
  revocation_endpoint: "https://issuer.example/revoke",
  end_session_endpoint: "https://issuer.example/logout",
});
export let renew;
export const refreshTokenGrantRequest = () => new Promise((resolve) => (renew = resolve));
export const processRefreshTokenResponse = async (as, client, answer) => {
  if (!answer.access_token) throw new Error("refused");
  return answer;
};
export const revocationRequest = async (as, client, auth, token) => told.push(`revoked ${token}`);
"""
PLAY = """
const { tokens, path } = JSON.parse(process.argv[2]);
const kept = new Map(tokens ? [["casetree.tokens", JSON.stringify(tokens)]] : []);
globalThis.sessionStorage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, text) => kept.set(name, text),
  removeItem: (name) => kept.delete(name),
};
const left = [];
globalThis.location = {
  protocol: "https:", origin: "https://api.example", pathname: path, href: `https://api.example${path}`,
  assign: (address) => left.push(String(address)),
};
globalThis.fetch = async () => undefined;
const issuer = await import("oauth4webapi");
const session = await import("./session.js");
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
let ends = 0;
session.onEnd(() => (ends += 1));
const given = await (async () => { STEPS })();
console.log(JSON.stringify({ given, kept: [...kept.values()], left, told: issuer.told, ends }));
"""
OLD = {"access": "old", "refresh": "first", "until": 0}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The module beside an issuer's library and a configuration."""
    (tmp_path / "session.js").write_text((ASSETS / "session.js").read_text("utf-8"))
    (tmp_path / "config.js").write_text(
        'export const config = async () => ({clientId: "c", issuer: "https://issuer.example", discovery: "x"});'
    )
    (tmp_path / "package.json").write_text('{"type": "module"}')
    library = tmp_path / "node_modules" / "oauth4webapi"
    library.mkdir(parents=True)
    (library / "package.json").write_text('{"type": "module", "exports": "./index.js"}')
    (library / "index.js").write_text(ISSUER)
    return tmp_path


def _run(page: Path, script: str, *arguments: str) -> Any:
    (page / "play.js").write_text(script)
    command = [str(PROGRAMS / "node"), "play.js", *arguments]
    done = subprocess.run(command, cwd=page, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _played(page: Path, steps: str, tokens: object = None, path: str = "/console/index.html") -> dict[str, Any]:
    """What is kept, where the page went, and what the issuer was told, once the steps were taken."""
    answer: dict[str, Any] = _run(page, PLAY.replace("STEPS", steps), json.dumps({"tokens": tokens, "path": path}))
    return answer


RENEWED = '{access_token: "new", refresh_token: "second"}'


def test_a_token_is_renewed_before_it_ends(page: Path) -> None:
    """And kept, with the refresh token that came with it, or else the one that there was."""
    steps = "const token = session.token(); await turn(); issuer.renew(%s); return token;"
    played = _played(page, steps % RENEWED, OLD)
    assert (played["given"], json.loads(played["kept"][0])["refresh"], played["ends"]) == ("new", "second", 0)
    played = _played(page, steps % '{access_token: "new"}', OLD)
    assert json.loads(played["kept"][0])["refresh"] == "first"


def test_a_renewal_that_is_refused_ends_the_session(page: Path) -> None:
    """Nothing is kept, and who shows the page is told."""
    played = _played(page, "const token = session.token(); await turn(); issuer.renew({}); return token;", OLD)
    assert (played["given"], played["kept"], played["ends"]) == (None, [], 1)


@pytest.mark.parametrize("when", ["const out = session.signOut();", "const out = session.signOut(); await out;"])
def test_a_renewal_that_comes_after_the_sign_out_brings_nothing_back(page: Path, when: str) -> None:
    """The tokens that it brings are not kept, and worth nothing any more at the issuer, like those that there were."""
    steps = f"""
      const token = session.token(); await turn();
      {when}
      issuer.renew({RENEWED});
      const given = await token; await out; return given;
    """
    played = _played(page, steps, OLD)
    assert (played["given"], played["kept"]) == (None, [])
    assert sorted(played["told"]) == ["revoked first", "revoked second"]
    assert played["left"][0].startswith("https://issuer.example/logout?")


@pytest.mark.parametrize("path", ["//evil.example/console/index.html", "/\\\\evil.example", "///evil.example"])
def test_the_page_to_come_back_to_is_on_this_host(page: Path, path: str) -> None:
    """Whatever its path begins with: the issuer leads back to where the page came from, and nowhere else."""
    (address,) = _played(page, "await session.signOut();", OLD, path)["left"]
    assert "logout_uri=https%3A%2F%2Fapi.example%2F" in address
    assert "https%3A%2F%2Fevil" not in address


def test_how_long_something_is_away_is_told_to_the_nearest(page: Path) -> None:
    """What is due in two days is so a moment later, too; how old something is grows only once a unit is over."""
    (page / "format.js").write_text((ASSETS / "format.js").read_text("utf-8"))
    minutes = [0, 29, 59.6, 60, 89, 23 * 60 + 29, 23 * 60 + 59, 35 * 60, 48 * 60 - 1, 48 * 60]
    script = """
import { ahead, span } from "./format.js";
const given = JSON.parse(process.argv[2]).map((minutes) => minutes * 60_000);
console.log(JSON.stringify([given.map(ahead), given.map(span)]));
"""
    away, old = _run(page, script, json.dumps(minutes))
    assert away == ["0 min", "29 min", "1 h", "1 h", "1 h", "23 h", "1 d", "1 d", "2 d", "2 d"]
    assert old == ["now", "29 min", "59 min", "1 h", "1 h", "23 h", "23 h", "1 d", "1 d", "2 d"]


def test_names_out_of_workflows_are_shown_as_words(page: Path) -> None:
    """Of attributes, statuses, templates and types; what people have written as words stays as it is."""
    (page / "format.js").write_text((ASSETS / "format.js").read_text("utf-8"))
    names = ["dueTime", "on_hold", "standard-look", "JudgeAssignTask", "Follow-Up", "OSC Change Request", "QA"]
    script = """
import { words } from "./format.js";
console.log(JSON.stringify(JSON.parse(process.argv[2]).map(words)));
"""
    assert _run(page, script, json.dumps(names)) == [
        *("Due time", "On hold", "Standard look", "Judge assign task"),
        *("Follow-Up", "OSC Change Request", "QA"),
    ]


def test_a_list_is_read_from_all_its_pages(page: Path) -> None:
    """In its order, each page behind the one before."""
    (page / "api.js").write_text((ASSETS / "api.js").read_text("utf-8"))
    (page / "config.js").write_text('export const config = async () => ({ api: "https://api.example" });')
    (page / "session.js").write_text('export const token = async () => "t"; export const end = () => {};')
    script = """
const PAGES = { null: { items: [1, 2], nextCursor: "a b" }, "a b": { items: [3], nextCursor: null } };
globalThis.document = { baseURI: "https://api.example/console/" };
const asked = [];
globalThis.fetch = async (address) => {
  asked.push(address.search);
  const page = PAGES[address.searchParams.get("cursor")];
  return new Response(JSON.stringify(page), { headers: { "Content-Type": "application/json" } });
};
const { all } = await import("./api.js");
console.log(JSON.stringify({ found: await all("/tasks/t/history"), asked }));
"""
    assert _run(page, script) == {"found": [1, 2, 3], "asked": ["?limit=500", "?limit=500&cursor=a+b"]}


def test_the_numbers_of_all_pages_are_added(page: Path) -> None:
    """A type and a status may be on several of them; each page is asked for behind the one before."""
    (page / "counted.js").write_text((ASSETS / "counted.js").read_text("utf-8"))
    (page / "api.js").write_text("""
export const asked = [];
const at = (type, open, by) => ({
  type, open, statuses: Object.entries(by).map(([status, number]) => ({ state: "s", status, open: number })),
});
const PAGES = {
  "/w": { types: [at("A", 3, { new: 1, old: 2 })], nextCursor: "a b" },
  "/w?cursor=a+b": { types: [], nextCursor: "c" },
  "/w?cursor=c": { types: [at("A", 5, { old: 4, gone: 1 }), at("B", 1, { new: 1 })], nextCursor: null },
};
export const get = async (path, request) => { asked.push([path, request]); return { body: PAGES[path] }; };
""")
    script = """
import { asked } from "./api.js";
import { added } from "./counted.js";
const { body: { types } } = await added("/w", "signal");
const by = types.map(({ type, open, statuses }) => [type, open, statuses.map((each) => [each.status, each.open])]);
console.log(JSON.stringify({ by, asked }));
"""
    assert _run(page, script) == {
        "by": [["A", 8, [["new", 1], ["old", 6], ["gone", 1]]], ["B", 1, [["new", 1]]]],
        "asked": [["/w", "signal"], ["/w?cursor=a+b", "signal"], ["/w?cursor=c", "signal"]],
    }
