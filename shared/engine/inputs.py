"""The input of use cases that are no action of a workflow: what is wrong with it, each error with a JSON pointer."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import NoReturn

from shared.domain.model.plan import FieldError
from shared.domain.words.kind import escape
from shared.engine.session import refuse

Given = Mapping[str, object]
"""Fields by their names, as they were sent: JSON values, not checked yet."""


def unknown_fields(given: Given, known: Container[str]) -> list[FieldError]:
    """An error for each field that there is not."""
    return [FieldError(f"/{escape(name)}", "There is no such field.") for name in given if name not in known]


def missing_fields(given: Given, required: Iterable[str]) -> list[FieldError]:
    """An error for each required field that was not sent."""
    return [FieldError(f"/{name}", "This field is required.") for name in required if name not in given]


def flag_errors(given: Given, name: str) -> list[FieldError]:
    """An error if the field was sent, and is neither true nor false."""
    return [] if isinstance(given.get(name, False), bool) else [FieldError(f"/{name}", "This must be true or false.")]


def misfit(*errors: FieldError) -> NoReturn:
    """Ends the use case with Refused `invalid_input`, which has all the errors."""
    refuse("invalid_input", "The input does not fit.", rule="input", errors=errors)
