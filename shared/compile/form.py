"""From what a workflow file says to its compiled form: names written out, defaults filled in.

The file has been held to its JSON Schema before, so its shape is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]
SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
OWN = {"is", "required", "nullable", "fixed"}
AS_WRITTEN = (
    "actions",
    "parents",
    "ends",
    "one_open",
    "queue",
    "members_of",
    "returns",
    "follows",
    "under_completed",
    "begins",
    "created_by",
    "assigned_to",
    "assigned_to_user",
    "assigned_kind",
    "who",
    "created_under",
    "created_by_members_of",
    "placed",
    "opens_with",
    "joins_completed",
    "family",
    "kinds",
    "moves",
)


def compiled(file: Json) -> Json:
    """The compiled form of a workflow file."""
    form: Json = {
        "name": file["workflow"],
        "version": file["version"],
        "label": file["label"],
        "visibility": file["visibility"],
        "administrators_act_as": file.get("administrators_act_as", []),
        "statuses": {key: {"key": key, **status} for key, status in file["statuses"].items()},
        "actions": {name: _action(name, action) for name, action in file["actions"].items()},
        "types": {name: _type(name, body or {}, file) for name, body in file["types"].items()},
        "case_types": {name: _case_type(name, body or {}) for name, body in file["case"]["types"].items()},
        "create_case": file["case"]["create"],
        "creation": _creation(file["create"]),
        "organizations": {key: {"id": key, **body} for key, body in file.get("organizations", {}).items()},
        "hand_back": file.get("hand_back", []),
        "timers": file.get("timers", {}),
    }
    optional = {
        "prerequisites": file.get("prerequisites"),
        "tree": file.get("tree"),
        "assigning": file.get("assigning"),
        "hand_off": _hand_off(file["hand_off"]) if "hand_off" in file else None,
        "closing": file["case"].get("close"),
    }
    return form | {name: value for name, value in optional.items() if value is not None}


def seconds(duration: str) -> int:
    """A duration such as `3d` or `1d 12h` in seconds."""
    return sum(int(number) * SECONDS[unit] for number, unit in re.findall(r"(\d+)([mhdw])", duration))


def in_words(name: str) -> str:
    """A label for what has none: `add_note` is `Add note`."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _creation(body: Json) -> Json:
    form = {"who": body["who"], "target": _target(body["to"]), "fields": _fields(body.get("fields"))}
    return form | {key: body[key] for key in ("action",) if key in body}


def _action(name: str, body: Json) -> Json:
    if "options" in body:
        return _choice(name, body)
    form: Json = {
        "name": name,
        "label": body.get("label", in_words(name)),
        "sources": body["from"],
        "target": _target(body["to"]),
        "who": body["who"],
        "fields": _fields(body.get("input")),
        "guards": _words(body.get("guards")),
        "effects": _words(body.get("effects")),
    }
    return form | {key: body[key] for key in ("event", "listed", "either") if key in body}


def _choice(name: str, body: Json) -> Json:
    """An action that is taken as one of its options; the history calls each by both names."""
    options = {
        key: _action(f"{name}_{key}", {"who": body["who"], "label": in_words(key), **option})
        for key, option in body["options"].items()
    }
    form: Json = {
        "name": name,
        "label": body.get("label", in_words(name)),
        "sources": sorted({status for option in options.values() for status in option["sources"]}),
        "target": _target("same"),
        "who": list(dict.fromkeys(who for option in options.values() for who in option["who"])),
        "options": options,
    }
    return form | {key: body[key] for key in ("listed",) if key in body}


def _hand_off(body: Json) -> Json:
    connection = {**body["connection"], "lasts": seconds(body["connection"]["lasts"])}
    return {**body, "connection": connection}


def _target(to: str | list[Json]) -> list[Json]:
    if isinstance(to, str):
        return [{"to": to}]
    return [{"to": case["to"], "conditions": _words(case.get("when"))} for case in to]


def _words(words: Iterable[str | Mapping[str, Any]] | None) -> list[Json]:
    return [_word(word) for word in words or ()]


def _word(word: str | Mapping[str, Any]) -> Json:
    if isinstance(word, str):
        return {"name": word}
    ((name, argument),) = word.items()
    return {"name": name, "arguments": {"value": argument}}


def _fields(fields: Mapping[str, Json] | None) -> list[Json]:
    return [_field(name, body) for name, body in (fields or {}).items()]


def _field(name: str, body: Json) -> Json:
    form = {"name": name, "kind": body["is"], "options": {k: v for k, v in body.items() if k not in OWN}}
    return form | {key: body[key] for key in ("required", "nullable", "fixed") if key in body}


def _type(name: str, body: Json, file: Json) -> Json:
    form = {"name": name, "label": body.get("label", name)}
    if "groupQueue" in body:
        form["group_queue"] = body["groupQueue"]
    if "due" in body:
        form["due_in"] = seconds(body["due"])
    for key in ("lasts", "held_for"):
        if key in body:
            form[key] = seconds(body[key])
    if "own_actions" in body:
        form["own_actions"] = {action: _action(action, own) for action, own in body["own_actions"].items()}
    if body.get("parents") == "any":
        hold = file.get("tree", {}).get("hold")
        leaves = {other for other, said in file["types"].items() if (said or {}).get("leaf")}
        form["parents"] = [other for other in file["types"] if other != hold and (other not in leaves or name == hold)]
    return {key: body[key] for key in AS_WRITTEN if key in body} | form


def _case_type(name: str, body: Json) -> Json:
    form: Json = {
        "name": name,
        "label": body.get("label", in_words(name)),
        "attributes": _fields(body.get("attributes")),
    }
    kept = ("entity", "identity", "templates", "begins", "when_changed")
    return form | {key: body[key] for key in kept if key in body}
