"""The people of the local stack, and what they belong to."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from infra.local.calls import Api
from infra.local.obstacle import ObstacleError
from infra.local.records import SignIn, Stack
from infra.local.signin import ADMIN_GROUP, create_sign_in

ADMINISTRATOR = "admin"
# How many are seen to at once.
AT_ONCE = 4
# Organizations that no workflow brings along.
ORGANIZATIONS = {
    "veterans-aid": {"displayName": "Veterans Aid", "kind": "representative"},
    "acme-claims": {"displayName": "Acme Claims", "kind": "team"},
    "harbor": {"displayName": "Harbor Surveyors", "kind": "partner"},
    "tidewater": {"displayName": "Tidewater Labs", "kind": "partner"},
}
# With whom each of them is connected, and so may hand tasks to.
PARTNERS = {"acme-claims": ("harbor", "tidewater")}
# Words of organizations' names that are not written as a title writes them.
WORDS = {"bva": "BVA", "of": "of", "the": "the"}


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in. `member_of` says for each organization whether as its admin.

    Who is not `known` was never introduced to Casetree.
    """

    name: str
    first_name: str
    last_name: str
    member_of: Mapping[str, bool] = field(default_factory=dict)
    known: bool = True

    @property
    def email(self) -> str:
        return f"{self.name}@example.org"

    @property
    def display_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def groups(self) -> tuple[str, ...]:
        return (ADMIN_GROUP,) if self.name == ADMINISTRATOR else ()

    @property
    def role(self) -> str:
        """What the person is, in words."""
        roles = ["administrator"] if self.groups else []
        for word, as_admin in (("admin", True), ("member", False)):
            names = [title(name) for name, admin in self.member_of.items() if admin is as_admin]
            roles += [f"{word} of {' and '.join(names)}"] if names else []
        return ", ".join(roles) or ("member of nothing" if self.known else "not known until invited")


def title(organization: str) -> str:
    """Return the name of an organization as people write it."""
    if organization in ORGANIZATIONS:
        return ORGANIZATIONS[organization]["displayName"]
    return " ".join(WORDS.get(word, word.title()) for word in organization.split("-"))


PEOPLE = (
    Person(ADMINISTRATOR, "Ada", "Minh", {"bva": True}),
    # Of inspections, and Eve, who belongs nowhere.
    Person("ann", "Ann", "Lee", {"dispatch": True, "quality-assurance": False}),
    Person("bob", "Bob", "Ray", {"dispatch": False, "order-intake": False}),
    Person("cho", "Cho", "Park", {"quality-assurance": True, "account-management": True}),
    Person("dee", "Dee", "Marsh", {"customer-support": False}),
    Person("eve", "Eve", "Stone"),
    # Of appeals.
    Person("jo", "Jo", "Abshire", {"judges": False}),
    Person("al", "Al", "Ortiz", {"attorneys": False}),
    Person("bea", "Bea", "Novak", {"attorneys": False}),
    Person("kit", "Kit", "Clarke", {"clerk-of-the-board": False}),
    Person("mia", "Mia", "Fox", {"mail-team": False}),
    Person("lou", "Lou", "Vance", {"litigation-support": False, "colocated": False}),
    Person("hana", "Hana", "Reyes", {"hearings-management": False, "hearing-admin": False}),
    Person("quinn", "Quinn", "Hale", {"quality-review": False}),
    Person("max", "Max", "Ford", {"bva-dispatch": False}),
    Person("vera", "Vera", "Santos", {"veterans-aid": False}),
    # Of collaboration: an owner, two partners, and two people who are asked by email.
    Person("ola", "Ola", "Berg", {"acme-claims": True}),
    Person("hal", "Hal", "Moore", {"harbor": True}),
    Person("tia", "Tia", "Quist", {"tidewater": True}),
    Person("ida", "Ida", "Frost", known=False),
    Person("noa", "Noa", "Brandt", known=False),
)


def sign_everybody_in(stack: Stack) -> Stack:
    """Return the stack with a password and a fresh token for every person."""

    def signed_in(person: Person) -> SignIn:
        return create_sign_in(stack, person.name, person.email, person.groups)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        users = dict(zip([person.name for person in PEOPLE], pool.map(signed_in, PEOPLE), strict=True))
    return replace(stack, users=users)


def introduce(stack: Stack) -> None:
    """Make people known to Casetree, members of their organizations, and those connected, as the administrator would.

    Who is not to be known is left alone.
    """
    api = Api(stack.api_url, _token(stack.users))

    def introduced(person: Person) -> None:
        api.need("PUT", f"/users/{person.name}", _user(person))
        for organization, admin in person.member_of.items():
            api.need("PUT", f"/organizations/{organization}/members/{person.name}", {"admin": admin})

    for organization, given in ORGANIZATIONS.items():
        api.need("PUT", f"/organizations/{organization}", given)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(introduced, [person for person in PEOPLE if person.known]))
    for organization, partners in PARTNERS.items():
        for partner in partners:
            _connect(api, organization, partner)


def _connect(api: Api, organization: str, partner: str) -> None:
    """Connect two organizations, unless they are connected already."""
    given = {"organizationId": organization, "partner": {"organizationId": partner}, "role": "partner"}
    answer = api.call("POST", "/connections", given)
    if answer.status not in (HTTPStatus.CREATED, HTTPStatus.CONFLICT):
        raise ObstacleError(f"{organization} and {partner} were not connected: {answer.status} {answer.body}")


def _token(users: Mapping[str, SignIn]) -> str:
    return users[ADMINISTRATOR].token


def _user(person: Person) -> dict[str, str | bool]:
    return {
        "displayName": person.display_name,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "email": person.email,
        "active": True,
    }
