"""Kinds of input fields: what each takes, what it refuses, and where it says so."""

from __future__ import annotations

import pytest

from shared.domain.definitions.workflow import Field
from shared.domain.model.task import Link
from shared.domain.model.text import is_plain
from shared.domain.words.fields import KINDS, json_schema, read_input
from shared.domain.words.kind import Reading
from tests.domain.worlds import ANN, START, World, as_caller, user


def read(value: object, kind: str, **more: object) -> tuple[object, list[str]]:
    """The value read as a field of the kind, and the pointers of what is wrong with it."""
    world = World()
    first = world.create()
    gone = user("gus", active=False)
    world.users = {**world.users, "gus": gone}
    field = Field("x", kind, nullable=bool(more.pop("nullable", False)), options=more)
    reading = Reading(world.context(as_caller(ANN), first).scene, as_caller(ANN), world.now)
    values, errors = read_input((field,), {"x": value}, reading)
    return values.get("x"), [e.pointer for e in errors]


GOOD = [
    ("text", "Élan", {}),
    ("text", "a" * 20, {"max": 20}),
    ("note", "two\nlines\tand a tab", {}),
    ("description", "d" * 10_000, {}),
    ("boolean", False, {}),
    ("integer", 7, {"min": 7, "max": 7}),
    ("choice", "red", {"of": ["red", "blue"]}),
    ("entity", {"look": {"id": "1", "displayName": "Look 1"}}, {}),
    ("entity", {}, {}),
]


@pytest.mark.parametrize(("kind", "value", "options"), GOOD)
def test_a_fitting_value_is_read_as_it_is(kind: str, value: object, options: dict[str, object]) -> None:
    """What fits is accepted unchanged."""
    assert read(value, kind, **options) == (value, [])


BAD: list[tuple[str, object, str]] = [
    ("text", "", ""),
    ("text", "   ", ""),
    ("text", "\u200b\u200f", ""),
    ("text", "two\nlines", ""),
    ("text", "bell\x07", ""),
    ("text", "half a pair \ud800", ""),
    ("text", "a" * 501, ""),
    ("text", 7, ""),
    ("text", None, ""),
    ("description", "d" * 10_001, ""),
    ("note", "nul\x00", ""),
    ("boolean", "true", ""),
    ("integer", True, ""),
    ("integer", 1.5, ""),
    ("integer", -1, ""),
    ("choice", "green", ""),
    ("choice", ["red"], ""),
    ("due_time", 7, ""),
    ("due_time", "tomorrow", ""),
    ("due_time", "2026-12-01T17:00:00", ""),
    ("due_time", "2020-01-01T00:00:00Z", ""),
    ("due_time", "2026-13-01T00:00:00Z", ""),
    ("past_time", 7, ""),
    ("past_time", "yesterday", ""),
    ("past_time", "2026-11-22T08:00:00.001Z", ""),
    ("party", "ann", ""),
    ("party", {"kind": "user"}, "/id"),
    ("party", {"kind": "user", "id": "nobody"}, "/id"),
    ("party", {"kind": "user", "id": "gus"}, "/id"),
    ("party", {"kind": "user", "id": 7}, "/id"),
    ("party", {"kind": "robot", "id": "r2"}, "/kind"),
    ("party", {"kind": ["user"], "id": "ann"}, "/kind"),
    ("party", {"kind": "organization", "id": "nowhere"}, "/id"),
    ("party", {"kind": "external", "id": "x", "displayName": ""}, "/displayName"),
    ("party", {"kind": "user", "id": "ann", "displayName": 7}, "/displayName"),
    ("party", {"kind": "organization", "id": "dispatch", "displayName": None}, "/displayName"),
    ("party", {"kind": "user", "id": "ann", "a/b~c": 1}, "/a~1b~0c"),
    ("group_queue", "Nowhere", ""),
    ("group_queue", 7, ""),
    ("prerequisites", "look-1.t0001", ""),
    ("prerequisites", [7], "/0"),
    ("prerequisites", ["look-1.t9999"], "/0"),
    ("prerequisites", ["x"] * 51, ""),
    ("tasks", "look-1.t0001", ""),
    ("tasks", [7], "/0"),
    ("tasks", ["look-1.t9999"], "/0"),
    ("links", {}, ""),
    ("links", ["x"], "/0"),
    ("links", [{"type": "photo", "link": "https://x"}], "/0/name"),
    ("links", [{"type": "photo", "link": "", "name": "x"}], "/0/link"),
    ("links", [{"type": "t", "link": "l", "name": "n"}] * 101, ""),
    ("links", [{"type": "t", "link": "javascript:alert(1)", "name": "n"}], "/0/link"),
    ("links", [{"type": "t", "link": " JavaScript :x", "name": "n"}], "/0/link"),
    ("links", [{"type": "t", "link": "data:text/html,x", "name": "n"}], "/0/link"),
    ("links", [{"type": "t", "link": "vbscript:x", "name": "n"}], "/0/link"),
    ("entity", {"boat": {"id": "1", "displayName": "x"}}, "/boat"),
    ("entity", {"look": {"id": "1"}}, "/look/displayName"),
    ("entity", {"look": {"id": 1, "displayName": "x"}}, "/look/id"),
]


@pytest.mark.parametrize(("kind", "value", "pointer"), BAD)
def test_a_misfit_is_refused_with_its_place(kind: str, value: object, pointer: str) -> None:
    """What does not fit is refused, with a pointer to the very part that is wrong."""
    options = {"of": ["red"]} if kind == "choice" else {}
    assert read(value, kind, **options) == (None, [f"/x{pointer}"])


def test_null_is_for_nullable_fields_only() -> None:
    """A nullable field may be null; others may not."""
    assert read(None, "due_time", nullable=True) == (None, [])
    assert read(None, "due_time") == (None, ["/x"])


def test_values_become_what_the_domain_works_with() -> None:
    """Queues are read by label or id, links as values, tasks without repetition."""
    assert read("Customer Support", "group_queue") == ("customer-support", [])
    assert read("customer-support", "group_queue") == ("customer-support", [])
    link = {"type": "photo", "link": "https://example.org/1", "name": "Front"}
    assert read([link], "links") == ((Link(**link),), [])
    assert read({"kind": "external", "id": "x"}, "party")[1] == []
    assert read("2026-11-22T08:00:00Z", "past_time") == (START, [])
    first = World().create().task_id
    assert read([first, first], "tasks") == ((first,), [])


def test_a_field_says_which_parties_it_takes() -> None:
    """The others are refused with what fits, and the schema does not offer them."""
    world = World()
    for of, said in (([], ""), (["user", "organization"], "user or organization"), (["user"], "user")):
        options: dict[str, object] = {"of": of} if of else {}
        assert read({"kind": "user", "id": "ann"}, "party", **options)[1] == []
        assert read({"kind": "external", "id": "x"}, "party", **options)[1] == (["/x/kind"] if of else [])
        field = Field("x", "party", options=options)
        reading = Reading(world.context(as_caller(ANN)).scene, as_caller(ANN), world.now)
        errors = read_input((field,), {"x": {"kind": "robot", "id": "r"}}, reading)[1]
        assert errors[0].detail == f"This must be {said or 'user, organization or external'}."
        schema = json_schema((field,), world.workflow)["properties"]
        assert isinstance(schema, dict)
        assert schema["x"]["properties"]["kind"]["enum"] == (of or ["user", "organization", "external"])


def test_unknown_and_missing_fields_are_all_named_at_once() -> None:
    """Every error is told in one answer."""
    world = World()
    fields = (Field("a", "text", required=True), Field("b", "boolean"))
    reading = Reading(world.context(as_caller(ANN)).scene, as_caller(ANN), world.now)
    values, errors = read_input(fields, {"b": 1, "c": 2}, reading)
    assert values == {}
    assert sorted(e.pointer for e in errors) == ["/a", "/b", "/c"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_schema(kind: str) -> None:
    """A form can be made of every kind; a nullable field says so."""
    workflow = World().workflow
    schema = json_schema((Field("x", kind, required=True), Field("y", kind, nullable=True)), workflow)
    assert schema["required"] == ["x"]
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert "type" in properties["x"]
    assert {"type": "null"} in properties["y"]["anyOf"]


def test_text_may_hold_any_script_but_no_control_characters() -> None:
    """Letters of every script and signs are text; controls and half surrogates are not."""
    assert is_plain("Ünïcode 漢字 🙂 \u200d")
    assert not is_plain("a\nb")
    assert is_plain("a\nb", lines=True)
    assert not is_plain("a\x1bb", lines=True)
