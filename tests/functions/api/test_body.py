"""Bodies: size, base64, JSON."""

from __future__ import annotations

import json

import pytest

from functions.api.body import MAX_BYTES, canonical, fingerprint, parse_body, read_body
from functions.api.problems import Problem
from tests.functions.api.client import Client
from tests.functions.api.conftest import World


def test_a_body_may_have_256_kilobytes_and_not_a_byte_more() -> None:
    """What is larger is refused before it is read, whatever it holds."""
    assert len(read_body({"body": "x" * MAX_BYTES})) == MAX_BYTES
    with pytest.raises(Problem, match="too_large"):
        read_body({"body": "x" * (MAX_BYTES + 1)})


def test_the_size_is_counted_in_bytes() -> None:
    """A letter of two bytes counts twice."""
    with pytest.raises(Problem, match="too_large"):
        read_body({"body": "é" * (MAX_BYTES // 2 + 1)})


@pytest.mark.parametrize(("method", "path"), [("POST", "/cases"), ("PUT", "/users/zoe"), ("PATCH", "/cases/nope")])
def test_a_large_body_is_refused_before_anything_else(ann: Client, method: str, path: str) -> None:
    """413 comes before 400, 403 and 404."""
    answer = ann.send(method, path, "{" * (MAX_BYTES + 1), {"colour": "red"})
    assert (answer.status, answer.code) == (413, "too_large")


def test_a_base64_body_is_the_same_body(world: World) -> None:
    """An HTTP API encodes bodies whose media type it does not take for text."""
    body = json.dumps({"workflow": "inspection", "caseId": "look-ü".replace("ü", "u")}).encode()
    assert world.as_("ann").send("POST", "/cases", body).status == 201


def test_a_byte_order_mark_or_other_encoding_is_no_json(ann: Client) -> None:
    """JSON is UTF-8."""
    for data in ('{"workflow": "inspection"}'.encode("utf-16"), b'{"workflow": "\xff"}'):
        assert ann.send("POST", "/cases", data).code == "invalid_request"


def test_broken_base64_cannot_be_read() -> None:
    """A body that is not what the event says is refused."""
    with pytest.raises(Problem, match="invalid_request"):
        read_body({"body": "not base64!", "isBase64Encoded": True})
    with pytest.raises(Problem, match="invalid_request"):
        read_body({"body": 7})


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"workflow": }',
        "{'workflow': 'inspection'}",
        '{"workflow": "inspection"} x',
        '{"workflow": "a", "workflow": "b"}',
        '{"workflow": NaN}',
        '{"workflow": Infinity}',
        '{"workflow": 1e999}',
        '{"workflow": "\\ud800"}',
        '{"workflow": "line\nbreak"}',
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"workflow": ' + "1" * 5_000 + "}",
    ],
)
def test_malformed_json_is_400(ann: Client, text: str) -> None:
    """What is no JSON, or no JSON that every reader would read in the same way, is refused as such."""
    answer = ann.send("POST", "/cases", text)
    assert (answer.status, answer.code) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b'\xef\xbb\xbf{"workflow": "inspection"}', "it begins with a byte order mark; send UTF-8 without one"),
        ('{"workflow": "inspection"}'.encode("utf-16"), "it is no valid UTF-8 from byte 1 on"),
        (b'{"workflow": "\xe9"}', "it is no valid UTF-8 from byte 15 on"),
        (b'{"workflow": "\xed\xa0\x80"}', "it is no valid UTF-8 from byte 15 on"),
        (b'{"a":\n 1,}', "a name in double quotes is missing at line 2, column 4"),
        (b"{'a': 1}", "a name in double quotes is missing at line 1, column 2"),
        (b'{"a"}', "a colon is missing at line 1, column 5"),
        (b'{"a": 1', "a comma or a closing bracket is missing at line 1, column 8"),
        (b'{"a": }', "a value is missing, or is none that JSON knows, at line 1, column 7"),
        (b"\x0b", "a value is missing, or is none that JSON knows, at line 1, column 1"),
        (b'{"a": undefined}', "a value is missing, or is none that JSON knows, at line 1, column 7"),
        (b"{} {}", "something follows behind its end at line 1, column 4"),
        (b'{"a": "b}', "a text has no end that begins at line 1, column 7"),
        (b'{"a": "\t"}', "a text holds a line break, a tab or the like, which needs an escape, at line 1, column 8"),
        (b'{"a": "\\x41"}', "a text holds an escape that there is not at line 1, column 8"),
        (b'{"a": "\\u12"}', "a text holds an escape that there is not at line 1, column 9"),
        (b'{"a": 1, "a": 1}', "a name occurs twice in one object"),
        (b'{"a": NaN}', "NaN is no JSON value; send null, or leave the field out"),
        (b'{"a": -Infinity}', "-Infinity is no JSON value; send null, or leave the field out"),
        (b'{"a": 1e999}', "a number is larger than any that can be kept"),
        (b'{"a": ' + b"1" * 5_000 + b"}", "a number has too many digits"),
        (b"[" * 100_000, "it is nested too deeply"),
        (
            b'{"a": "\\ud800"}',
            "a text holds half of a character (a surrogate, \\ud800 to \\udfff, without its other half)",
        ),
    ],
)
def test_what_is_wrong_with_a_body_is_said_in_our_words(ann: Client, sent: bytes, told: str) -> None:
    """Whoever wrote the request learns what to mend, and where; nothing speaks of the program that read it."""
    answer = ann.send("POST", "/cases", sent)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.json["detail"] == f"The body is no well-formed JSON: {told}."


def test_an_unknown_message_of_the_parser_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of Python may find other words, and other mistakes."""

    def failing(*_: object, **__: object) -> object:
        raise json.JSONDecodeError("Illegal trailing comma before end of object", '{"a":1,}', 6)

    monkeypatch.setattr(json, "loads", failing)
    with pytest.raises(Problem) as raised:
        parse_body(b'{"a":1,}')
    assert raised.value.detail == "The body is no well-formed JSON: it cannot be read at line 1, column 7."


def test_what_was_sent_is_not_repeated_in_a_refusal(ann: Client) -> None:
    """A refusal says where the JSON is malformed, and quotes nothing of it."""
    answer = ann.send("POST", "/cases", '{"note": "secret" "more"}')
    assert answer.status == 400
    assert "secret" not in answer.text
    assert "line 1" in answer.json["detail"]


def test_no_body_is_an_empty_object(world: World, ann: Client) -> None:
    """An action without input needs no body."""
    task = world.task()
    assert ann.send("POST", f"/tasks/{task['taskId']}/actions/claim", None).status == 200
    assert parse_body(b"  \n") == {}


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "true", "null"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/cases"),
        ("PATCH", "/cases/look-1"),
        ("POST", "/cases/look-1/close"),
        ("POST", "/cases/look-1/tasks"),
        ("PUT", "/users/bob"),
        ("PUT", "/organizations/harbor"),
        ("PUT", "/organizations/harbor/members/bob"),
        ("POST", "/users/bob/hand-back"),
        ("POST", "/organizations/harbor/bulk-assign"),
        ("POST", "/bulk/actions"),
        ("POST", "/connections"),
        ("POST", "/cases/look-1/repairs"),
        ("POST", "/cases/look-1/migration"),
    ],
)
def test_json_that_is_no_object_does_not_fit(world: World, admin: Client, method: str, path: str, body: str) -> None:
    """It is well-formed, so it is 422, in its place in the order of checks."""
    world.look()
    before = world.items()
    answer = admin.send(method, path, body)
    assert (answer.status, answer.code) == (422, "invalid_input")
    assert answer.json["errors"] == [{"pointer": "", "detail": "The body must be a JSON object: {...}."}]
    assert world.items() == before


def test_an_action_takes_no_list(world: World, ann: Client) -> None:
    """Nor does an action's input come as a list."""
    task = world.task()
    assert ann.act(task["taskId"], "claim", []).code == "invalid_input"


def test_a_list_for_a_user_of_no_possible_id_is_refused_for_the_id(admin: Client) -> None:
    """What is wrong besides the body is said as ever."""
    answer = admin.send("PUT", "/users/a%20b", "[]")
    assert (answer.status, answer.pointers) == (422, [""])
    assert answer.json["errors"][0]["detail"].startswith("A user's id is")


def test_json_that_is_no_object_says_nothing_to_those_who_may_not_ask(world: World, eve: Client) -> None:
    """404 comes before 422."""
    world.look()
    assert eve.send("POST", "/cases/look-1/close", "[]").status == 404


def test_two_texts_of_one_value_have_one_fingerprint() -> None:
    """Order and spaces do not matter; values do."""
    first, second = parse_body(b'{"a": 1, "b": [true, null]}'), parse_body(b'{"b":[true,null],"a":1}')
    assert fingerprint(first) == fingerprint(second)
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
    assert canonical({"b": "é", "a": 1}) == '{"a":1,"b":"é"}'.encode()
