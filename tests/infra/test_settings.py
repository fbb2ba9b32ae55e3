from typing import Any

import pytest

from infra.log import RETENTION
from infra.settings import Settings, SettingsError
from tests.infra.conftest import make_app


def _settings_of(**context: Any) -> Settings:
    return Settings.from_context(make_app(**context).node)


def test_without_context_the_stack_is_one_for_production() -> None:
    """Nobody has to know a setting to get a stack whose data is safe."""
    settings = _settings_of(bundle="")
    assert settings == Settings()
    assert (settings.throwaway, settings.cors_origins, settings.password_sign_in) == (False, (), False)


def test_values_from_a_command_line_are_read_as_what_they_mean() -> None:
    """`--context` hands everything over as text."""
    settings = _settings_of(throwaway="true", logRetentionDays="30", corsOrigins="https://a.example, https://b.example")
    assert settings.throwaway is True
    assert settings.log_retention_days == 30
    assert settings.cors_origins == ("https://a.example", "https://b.example")


def test_values_from_a_file_may_have_types_of_their_own() -> None:
    """In cdk.json one writes true, 30 and lists."""
    settings = _settings_of(throwaway=True, archiveDays=7, corsOrigins=["https://a.example"])
    assert (settings.throwaway, settings.archive_days, settings.cors_origins) == (True, 7, ("https://a.example",))


@pytest.mark.parametrize(
    "context",
    [
        {"target": "azure"},
        {"throwaway": "yes"},
        {"requestsPerSecond": "many"},
        {"logRetentionDays": "91"},
        {"issuer": "http://plain.example", "audience": "a"},
        {"alarmTopic": "casetree"},
        {"stackName": "no blanks"},
        {"python": "2.7"},
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(context: dict[str, str]) -> None:
    """A mistake in a setting is told before anything is built."""
    with pytest.raises(SettingsError, match=f"context {next(iter(context))}"):
        _settings_of(**context)


@pytest.mark.parametrize("context", [{"issuer": "https://login.example"}, {"audience": "casetree"}])
def test_an_issuer_without_audience_is_refused(context: dict[str, str]) -> None:
    """A token meant for another service of the same issuer must not open this one."""
    with pytest.raises(SettingsError, match="go together"):
        _settings_of(**context)


@pytest.mark.parametrize("days", RETENTION)
def test_every_retention_that_is_offered_can_be_chosen(days: int) -> None:
    """What a setting accepts is what the logs know."""
    assert _settings_of(logRetentionDays=str(days)).log_retention_days == days


def test_a_local_stack_is_deployed_with_the_callers_credentials() -> None:
    """The bootstrap stack's roles are for AWS, unless somebody asks for them."""
    assert _settings_of(target="local").credentials == "cli"
    assert _settings_of(target="local", credentials="bootstrap").credentials == "bootstrap"
    assert _settings_of(target="aws").credentials == "bootstrap"
