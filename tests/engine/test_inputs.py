from __future__ import annotations

import pytest

from shared.domain.model.plan import FieldError
from shared.engine.inputs import flag_errors, misfit, missing_fields, unknown_fields
from shared.engine.session import Refused


def test_each_error_names_its_field_by_a_json_pointer() -> None:
    """A slash and a tilde in a name are escaped (RFC 6901)."""
    given = {"a/b~c": 1, "count": 2}
    assert unknown_fields(given, {"count"}) == [FieldError("/a~1b~0c", "There is no such field.")]
    assert missing_fields(given, ("count", "userId")) == [FieldError("/userId", "This field is required.")]


@pytest.mark.parametrize(("given", "count"), [({}, 0), ({"dryRun": True}, 0), ({"dryRun": None}, 1)])
def test_a_flag_is_true_or_false_or_left_out(given: dict[str, object], count: int) -> None:
    """Null is neither."""
    assert flag_errors(given, "dryRun") == [FieldError("/dryRun", "This must be true or false.")] * count


def test_an_input_that_does_not_fit_is_refused_with_every_error() -> None:
    """422 over HTTP."""
    errors = FieldError("/a", "wrong"), FieldError("/b", "wrong, too")
    with pytest.raises(Refused) as refused:
        misfit(*errors)
    assert (refused.value.refusal.code, refused.value.refusal.errors) == ("invalid_input", errors)
