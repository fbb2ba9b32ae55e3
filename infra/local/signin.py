"""People of the local user pool: they sign in as people do on AWS, with a password for a token."""

import secrets
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from infra.local import aws
from infra.local.obstacle import ObstacleError
from infra.local.records import SignIn, Stack

ADMIN_GROUP = "casetree-admins"
NOT_TO_BE_SAID_AGAIN = {"ClientSecret", "CreationDate", "LastModifiedDate"}


def create_sign_in(stack: Stack, name: str, email: str, groups: tuple[str, ...] = ()) -> SignIn:
    """Return a sign-in for a person, whether the user pool has known them before or not."""
    pool = _pool(stack)
    password = stack.users[name].password if name in stack.users else _new_password()
    try:
        pool.admin_create_user(
            UserPoolId=stack.user_pool_id,
            Username=name,
            MessageAction="SUPPRESS",
            # One that the local pool makes up itself does not meet the pool's own rules.
            TemporaryPassword=password,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        )
    except ClientError as error:
        # By its code: a client makes the classes of its errors when they are first asked for, and one that threads
        # share makes them anew for each thread that asks at that moment, so that one's `except` misses the other's.
        if error.response["Error"]["Code"] != "UsernameExistsException":
            raise
    pool.admin_set_user_password(UserPoolId=stack.user_pool_id, Username=name, Password=password, Permanent=True)
    for group in groups:
        pool.admin_add_user_to_group(UserPoolId=stack.user_pool_id, Username=name, GroupName=group)
    return SignIn(password, sign_in(stack, name, password))


def sign_in(stack: Stack, name: str, password: str) -> str:
    """Return a fresh access token."""
    answer = _pool(stack).admin_initiate_auth(
        UserPoolId=stack.user_pool_id,
        ClientId=stack.client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["AccessToken"])


def fresh_token(stack: Stack, name: str) -> str:
    """Return a fresh token for a person of the stack file; refuse a name that it does not hold."""
    if name not in stack.users:
        raise ObstacleError(f"'{name}' is nobody here.", f"These can sign in: {', '.join(sorted(stack.users))}.")
    return sign_in(stack, name, stack.users[name].password)


def admit_console(stack: Stack) -> None:
    """Signing in to the console ends at its address here, of which the template knows just AWS's."""
    client = {"UserPoolId": stack.user_pool_id, "ClientId": stack.console_client_id}
    known = _pool(stack).describe_user_pool_client(**client)["UserPoolClient"]
    # What is not said again would fall back to what a new client has.
    kept = {name: value for name, value in known.items() if name not in NOT_TO_BE_SAID_AGAIN and value != ""}
    here = [f"{stack.console_url}/index.html"]
    _pool(stack).update_user_pool_client(**{**kept, **client, "CallbackURLs": here, "LogoutURLs": here})


def _pool(stack: Stack) -> Any:
    return _client(stack.endpoint_url, stack.region)


@cache
def _client(endpoint: str, region: str) -> Any:
    """One client for all people: to make one takes longer than to sign somebody in."""
    return aws.client("cognito-idp", endpoint, region)


def _new_password() -> str:
    """A password that every rule of a Cognito pool accepts."""
    return f"Tree-{secrets.token_hex(4)}-9"
