"""Reads YAML so that every value is still known by its line, and nothing is read by guess."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from shared.compile.problem import LONGEST, Problem, UnreadableError, quoted, shown
from shared.domain.checks.finding import Place

PLAIN = {"str", "int", "float", "bool", "null"}
LIMIT = 1_000_000
STARRED = ("while scanning an alias", "while scanning an anchor")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Source:
    """A YAML file as plain values, with the line on which each of them begins."""

    file: str
    value: Any
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest place around it that is written down."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, reason: str, hint: str = "", rule: str = "file") -> Problem:
        """A problem at a place of this file."""
        return Problem(self.file, self.line(place), reason, hint, rule)


def read(path: Path) -> Source:
    """The file's contents; raises UnreadableError."""
    file = shown(path)
    text = _text(path, file)
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None or _kind(node) == "null":
            raise UnreadableError(Problem(file, 1, "The file is empty.", "Begin with `workflow: <name>`."))
        return _Reader(file, loader).source(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise UnreadableError(Problem(file, line, f"This is not YAML: {said}.", _advice(error))) from error
    except RecursionError as error:
        raise UnreadableError(Problem(file, 1, "This file is nested too deeply.")) from error
    finally:
        loader.dispose()


def _text(path: Path, file: str) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableError(Problem(file, 1, f"The file cannot be read: {error.strerror}.")) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise UnreadableError(Problem(file, line, "This is not UTF-8.", "Save the file as UTF-8.")) from error
    for number, line_text in enumerate(text.splitlines(), start=1):
        if bad := yaml.reader.Reader.NON_PRINTABLE.search(line_text):
            raise UnreadableError(Problem(file, number, f"The character {bad.group()!r} is not allowed.", "Remove it."))
    return text


def _advice(error: yaml.MarkedYAMLError) -> str:
    if "another document" in (error.problem or ""):
        return "Put each workflow into a file of its own."
    if "undefined alias" in (error.problem or "") or error.context in STARRED:
        return "Text that begins with * or & needs quotes."
    if "'\\t'" in (error.problem or ""):
        return "Indent with spaces, never with tabs."
    if "mapping values are not allowed" in (error.problem or ""):
        return "Text with a colon in it needs quotes."
    return ""


class _Reader:
    """Turns YAML nodes into plain values and notes their lines."""

    def __init__(self, file: str, loader: yaml.SafeLoader) -> None:
        self.file = file
        self.loader = loader
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self.above: list[yaml.Node] = []

    def source(self, node: yaml.Node) -> Source:
        value = self._value(node, ())
        if self.problems:
            raise UnreadableError(*self.problems)
        return Source(self.file, value, self.lines)

    def _value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if node in self.above or len(self.lines) > LIMIT:
            self._refuse(node, "This alias contains itself." if node in self.above else "This file is too large.")
            return None
        self.above.append(node)
        try:
            return self._content(node, place)
        finally:
            self.above.pop()

    def _content(self, node: yaml.Node, place: Place) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*place, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        merged = [value for key, value in node.value if _kind(key) == "merge"]
        for key_node, value_node in node.value:
            key = self._key(key_node) if _kind(key_node) != "merge" else None
            if key is None:
                continue
            if key in values:
                first = self.lines[(*place, key)]
                self._refuse(key_node, f"{quoted(key)} stands here twice.", f"It is on line {first} already: keep one.")
                continue
            self.lines.setdefault((*place, key), key_node.start_mark.line + 1)
            values[key] = self._value(value_node, (*place, key))
        return self._merged(merged, place) | values

    def _merged(self, nodes: list[yaml.Node], place: Place) -> dict[str, Any]:
        """What `<<: *name` brings: the keys of another mapping, where this one does not say otherwise."""
        values: dict[str, Any] = {}
        for node in nodes:
            found = self._value(node, place)
            if isinstance(found, dict):
                values |= found
            else:
                self._refuse(node, "Only a mapping can be merged.", "Write `<<: *name`, with the name of a mapping.")
        return values

    def _key(self, node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._refuse(node, "A key must be text.")
            return None
        if _kind(node) != "str":
            self._refuse(node, f"YAML reads the key {quoted(node.value)} as {_kind(node)}, not as text.", _quote(node))
            return None
        return str(self._whole(node, node.value))

    def _scalar(self, node: yaml.Node) -> Any:
        kind = _kind(node)
        if kind not in PLAIN:
            self._refuse(node, f"YAML reads {quoted(node.value)} as {kind}, which has no place here.", _quote(node))
            return None
        try:
            return self._whole(node, self.loader.construct_object(node))
        except (ValueError, KeyError):  # `!!int x`, or `0b_`, which YAML's pattern takes for a number
            self._refuse(node, f"{quoted(node.value)} is no {kind}.", _quote(node))
            return None

    def _whole(self, node: yaml.Node, value: Any) -> Any:
        """The value; half of a character, which an escape can make, cannot be stored or answered."""
        if isinstance(value, str) and _SURROGATE.search(value):
            hint = "Write the character itself, or \\U with its eight digits."
            self._refuse(node, f"{quoted(value)} holds half of a character.", hint)
        return value

    def _refuse(self, node: yaml.Node, reason: str, hint: str = "") -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, reason, hint))


def _kind(node: yaml.Node) -> str:
    return str(node.tag).rpartition(":")[2]


def _quote(node: yaml.Node) -> str:
    return f'Put it in quotes: "{node.value}".' if len(node.value) <= LONGEST else "Put it in quotes."
