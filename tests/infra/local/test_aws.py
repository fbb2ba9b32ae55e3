import pytest

from infra.local import aws
from infra.local.obstacle import ObstacleError


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4566", "http://localhost:8000/x", "http://[::1]:1", "http://127.9.9.9"]
)
def test_addresses_of_this_machine_are_accepted(url: str) -> None:
    """Loopback is a name and two families of addresses."""
    assert aws.need_loopback(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://a1.execute-api.eu-west-1.amazonaws.com",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://127.0.0.1@example.org",
        "http://10.0.0.1:4566",
        "http://0.0.0.0:4566",
        "",
        "127.0.0.1:4566",
    ],
)
def test_every_other_address_is_refused(url: str) -> None:
    """What moves clocks and makes people up must never reach a real account."""
    with pytest.raises(ObstacleError, match="not on this machine"):
        aws.need_loopback(url)


def test_a_client_has_the_local_keys_and_no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile, a proxy or an endpoint of the shell does not apply."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "https://elsewhere.example.org")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.org:3128")
    client = aws.client("dynamodb", "http://127.0.0.1:4566")
    assert client.meta.endpoint_url == "http://127.0.0.1:4566"
    assert client.meta.config.proxies == {}
    assert client._get_credentials().access_key == "test"  # noqa: SLF001 - botocore has no public way
