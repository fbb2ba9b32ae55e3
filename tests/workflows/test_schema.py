import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from shared.compile.reference import GROUPS, PAGE, page
from shared.compile.shape import schema
from shared.domain.definitions.vocabulary import (
    ARGUMENTS,
    CASE_RELATIONS,
    CREATION_FIELDS,
    EFFECT_READS,
    OPTIONS,
    RESERVED,
    TIMERS,
)
from shared.domain.definitions.workflow import Ends, Measure, Scope
from shared.domain.drafts.draft import STAMPS
from shared.domain.model.people import OrganizationKind
from shared.domain.words.conditions import CONDITIONS
from shared.domain.words.effects import EFFECTS
from shared.domain.words.fields import KINDS
from shared.domain.words.guards import GUARDS
from shared.domain.words.relations import RELATIONS, VISIBILITIES
from tests.workflows.broken import ERRANDS

DEFS: Mapping[str, Any] = schema()["$defs"]
# Those that somebody has to a task or its case; the others are of the caller alone.
TASK_RELATIONS = [r for r in RELATIONS if r not in ("administrator", "inside", "engine")]


def words(definition: Mapping[str, Any]) -> dict[str, str]:
    """The words that a definition lists, each with its description."""
    plain = {c["const"]: c["description"] for c in definition["anyOf"] if "const" in c}
    taking = (c["properties"] for c in definition["anyOf"] if "properties" in c)
    return plain | {word: body["description"] for properties in taking for word, body in properties.items()}


def test_the_schema_is_a_schema() -> None:
    """Editors can rely on the file: it fits JSON Schema 2020-12."""
    Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == Draft202012Validator.META_SCHEMA["$schema"]


@pytest.mark.parametrize(
    ("definition", "known"),
    [
        ("guard", GUARDS),
        ("condition", CONDITIONS),
        ("effect", EFFECTS),
        ("kind", KINDS),
        ("relation", RELATIONS),
        ("caseRelation", CASE_RELATIONS),
        ("taskRelation", TASK_RELATIONS),
        ("visibility", VISIBILITIES),
        ("organizationKind", get_args(OrganizationKind)),
        ("scope", get_args(Scope)),
    ],
)
def test_the_schema_lists_the_words_that_there_are(definition: str, known: Any) -> None:
    """A word that the engine gains or loses is gained or lost by the schema too."""
    assert sorted(words(DEFS[definition])) == sorted(known)


def test_the_schema_lists_the_values_that_there_are() -> None:
    """Stamps, measures, endings, creation fields, timers, options and reserved names are the engine's."""
    status, task_type, creation = (
        DEFS["status"]["properties"],
        DEFS["type"]["properties"],
        schema()["properties"]["create"],
    )
    assert words(status["stamp"]).keys() == STAMPS.keys()
    assert sorted(words(status["measure"])) == sorted(get_args(Measure))
    assert sorted(words(task_type["ends"])) == sorted(get_args(Ends))
    assert creation["properties"]["fields"]["properties"].keys() == CREATION_FIELDS.keys()
    assert schema()["properties"]["timers"]["properties"].keys() == TIMERS.keys()
    assert DEFS["field"]["properties"].keys() - {"is", "required", "nullable", "fixed"} == OPTIONS.keys()
    assert schema()["properties"]["actions"]["propertyNames"]["not"]["enum"] == list(RESERVED)


@pytest.mark.parametrize(("definition", "known"), [("guard", GUARDS), ("condition", CONDITIONS), ("effect", EFFECTS)])
def test_a_word_is_described_as_its_function_is(definition: str, known: Mapping[str, Any]) -> None:
    """What the editor shows of a word is the first sentence of the code that it stands for."""
    for word, description in words(DEFS[definition]).items():
        sentence = (known[word].__doc__ or "").splitlines()[0]
        assert description.lower() == re.sub(r"^`[^`]*`: ", "", sentence).lower()


def test_the_words_that_take_an_argument_are_written_with_it() -> None:
    """A word stands with its argument in the schema if, and only if, it takes one."""
    objects = (c for name in ("guard", "condition", "effect") for c in DEFS[name]["anyOf"] if "properties" in c)
    assert {word for c in objects for word in c["properties"]} == ARGUMENTS.keys()
    assert ARGUMENTS.keys() <= GUARDS.keys() | CONDITIONS.keys() | EFFECTS.keys()


def test_the_checker_knows_what_every_effect_reads_and_every_option() -> None:
    """An effect or option that is new to the engine is described to the checker as well."""
    assert EFFECT_READS.keys() == EFFECTS.keys()
    assert {kind for reads in EFFECT_READS.values() for kind in reads.fields.values()} <= KINDS.keys()
    assert all(reads.needs <= reads.fields.keys() for reads in EFFECT_READS.values())
    assert set(CREATION_FIELDS.values()) <= KINDS.keys()
    assert {option for kind in KINDS.values() for option in kind.options} == OPTIONS.keys()


def parts(body: Mapping[str, Any], at: str = "#") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema within a schema, by its place."""
    yield at, body
    for key, inner in body.items():
        if isinstance(inner, dict):
            yield from parts(inner, f"{at}/{key}")
        for index, item in enumerate(inner if isinstance(inner, list) else ()):
            if isinstance(item, dict):
                yield from parts(item, f"{at}/{key}/{index}")


def test_every_key_is_described_and_no_other_is_allowed() -> None:
    """Completion teaches the format: each property says what it is for, and unknown ones are refused."""
    for at, body in parts(schema()):
        for name, value in (
            body.get("properties", {}).items() if body.get("type") in ("object", ["object", "null"]) else ()
        ):
            target = DEFS[value["$ref"].rpartition("/")[2]] if "$ref" in value else {}
            assert value.get("description") or target.get("description"), f"{at}/properties/{name}"
        free = at in ("#/$defs/templateTask", "#/$defs/handBack/properties/input")
        if body.get("type") == "object" and not free:
            assert "additionalProperties" in body, at


def test_the_reference_is_up_to_date() -> None:
    """The page says what the schema says; `python -m shared.compile.reference` writes it anew."""
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text


@pytest.mark.parametrize("definition", GROUPS)
def test_every_key_of_a_long_list_stands_in_one_group(definition: str) -> None:
    """A key that the schema gains is put where a reader looks for it."""
    grouped = [key for keys in GROUPS[definition].values() for key in keys]
    assert sorted(grouped) == sorted(DEFS[definition]["properties"])


def test_the_reference_names_every_key_and_every_word() -> None:
    """Nothing that a file may hold is missing from the reference."""
    text = PAGE.read_text(encoding="utf-8")
    for name, definition in DEFS.items():
        inner = (
            words(definition)
            if "anyOf" in definition and "target" not in name.lower()
            else definition.get("properties", {})
        )
        for word in inner:
            assert f"`{word}`" in text or f"`{{{word}: ...}}`" in text, f"{name}: {word}"


def test_the_page_shows_the_example_as_it_is() -> None:
    """What a reader copies from the page is the workflow that the tests run."""
    assert f"```yaml\n{ERRANDS.read_text(encoding='utf-8')}```" in PAGE.read_text(encoding="utf-8")
