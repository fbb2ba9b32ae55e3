"""The reference of the format in docs/workflows.md, made from the JSON Schema so that it cannot lag.

`python -m shared.compile.reference` writes it anew between the two marks; a test holds it equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.compile.shape import schema
from shared.domain.definitions.vocabulary import EFFECT_READS

PAGE = Path(__file__).parents[2] / "docs" / "workflows.md"
BEGIN = "<!-- The reference begins here. It is made by: python -m shared.compile.reference -->"
END = "<!-- The reference ends here. -->"
Json = Mapping[str, Any]
KEYS = {
    "status": "A status: `statuses.<key>`",
    "action": "An action: `actions.<name>`",
    "option": "An option of an action: `actions.<name>.options.<name>`",
    "case": "A target with conditions: `to` as a list",
    "field": "A field: `input`, `fields` and `attributes`",
    "type": "A type: `types.<name>`",
    "follow": "A follow-on: `follows`, `begins` and `children`",
    "caseType": "A case type: `case.types.<name>`",
    "change": "A change: `case.types.<name>.when_changed.<attribute>`",
    "templateTask": "A task of a template: `case.types.<name>.templates.<name>`",
    "handBack": "A step of `hand_back`",
    "turn": "A turn of the other end: `hand_off.others_turn`",
    "describing": "How the worker status is named: `hand_off.worker_status`",
    "organization": "An organization: `organizations.<id>`",
    "waiver": "A waiver: an item of `waived`",
}
GROUPS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "type": {
        "What can be done": ("label", "actions", "own_actions", "who", "kinds", "family"),
        "Whose it is, and where it is listed": (
            "groupQueue",
            "queue",
            "assigned_to",
            "assigned_to_user",
            "assigned_kind",
            "members_of",
        ),
        "Who creates it": ("created_by", "created_under", "created_by_members_of"),
        "Where it stands": ("parents", "placed", "joins_completed", "leaf", "one_open"),
        "How it begins": ("begins", "opens_with", "held_for", "due", "lasts"),
        "How it ends, and what comes of it": ("ends", "returns", "under_completed", "follows", "moves"),
    },
}
"""Keys that are too many for one table, by what a reader asks."""
NAMES = {"string": "text", "integer": "number", "boolean": "`true` or `false`", "object": "mapping"}
FEW = 4
WORDS = {
    "relation": "Relations: `who`, `administrators_act_as`",
    "guard": "Guards: `guards`",
    "effect": "Effects: `effects`",
    "condition": "Conditions: `when`",
    "kind": "Kinds of fields: `is`",
    "scope": "Scopes: `one_open`",
    "end": "Ends of a task: `end`, `ends`",
    "assignmentStatus": "Assignment statuses: `assignment`, `set_assignment`",
    "visibility": "Visibility: `visibility`",
    "organizationKind": "Kinds of organizations: `kind`",
    "waivedRule": "Rules that can be waived: `rule`",
}


def reference() -> str:
    """Every key and every word of the format, as Markdown."""
    return "\n".join([*_keys(), *_words()])


def page(text: str) -> str:
    """The page with the reference between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def _keys() -> Iterator[str]:
    yield from _table("The file", schema())
    for name, body in schema()["properties"].items():
        if "properties" in body:
            yield from _table(f"`{name}`", body)
            inner = {key: value for key, value in body["properties"].items() if "required" in value}
            for key, value in inner.items():
                yield from _table(f"`{name}.{key}`", value)
    for name, title in KEYS.items():
        yield from _table(title, schema()["$defs"][name], GROUPS.get(name))


def _table(title: str, body: Json, groups: Mapping[str, Iterable[str]] | None = None) -> Iterator[str]:
    yield f"### {title}\n"
    yield f"{body['description']}\n"
    for question, keys in (groups or {"": body["properties"]}).items():
        if question:
            yield f"**{question}**\n"
        yield from _rows(body, keys)


def _rows(body: Json, keys: Iterable[str]) -> Iterator[str]:
    yield "| key | value | meaning |"
    yield "|---|---|---|"
    required = body.get("required", ())
    for key in keys:
        value = body["properties"][key]
        shown = f"**`{key}`**" if key in required else f"`{key}`"
        yield f"| {shown} | {_value(value)} | {_described(value)} |"
    yield ""


def _words() -> Iterator[str]:
    for name, title in WORDS.items():
        body = schema()["$defs"][name]
        yield f"### {title}\n"
        yield "| word | meaning |"
        yield "|---|---|"
        for choice in body["anyOf"]:
            if "const" in choice:
                yield f"| `{choice['const']}` | {choice['description']}{_reads(choice['const'])} |"
            for word, argument in choice.get("properties", {}).items():
                yield f"| `{{{word}: ...}}` | {argument['description']} |"
        yield ""


def _reads(word: str) -> str:
    """The input fields that an effect reads, each with its kind."""
    fields = EFFECT_READS[word].fields if word in EFFECT_READS else {}
    return f" Input: {', '.join(f'`{name}` ({kind})' for name, kind in fields.items())}." if fields else ""


def _described(value: Json) -> str:
    return str(value.get("description") or _resolved(value).get("description", ""))


def _resolved(value: Json) -> Json:
    found: Json = schema()["$defs"][value["$ref"].rpartition("/")[2]] if "$ref" in value else value
    return found


def _value(value: Json) -> str:
    """What can stand there, in a few words."""
    found = _resolved(value)
    words = [f"`{choice['const']}`" for choice in found.get("anyOf", ()) if "const" in choice]
    if words:
        words += [_value(choice) for choice in found.get("anyOf", ()) if "items" in choice]
    if "anyOf" in found:
        return ", ".join(words) if 0 < len(words) <= FEW else str(found["title"])
    if "items" in found:
        return f"list: {_value(found['items'])}"
    if isinstance(found.get("additionalProperties"), Mapping):
        return f"mapping to {_value(found['additionalProperties'])}"
    return str(found.get("title") or NAMES[found["type"]])


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
