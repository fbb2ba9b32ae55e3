"""The items beside cases: users, organizations, members, remembered requests."""

from shared.domain.model.people import Membership, Organization, User
from shared.domain.model.writes import PutRequest
from shared.storage.attributes import FLAG, NAMES, NUMBER, TEXT, Item, Kind, Record, as_texts, parts_of
from shared.storage.keys import Address, MemberKey, OrganizationKey, RequestKey, TurnKey, UserKey, key_item
from shared.storage.schema import PARTITION, SORT

# Who looks for all organizations finds them here; there is no index over the whole table.
ORGANIZATIONS = "ORGANIZATIONS"

_ROWS = as_texts(*parts_of(Membership, "organization_id", "display_name", "kind", "admin"))
_MEMBERSHIPS = Kind(
    lambda memberships: _ROWS.pack(memberships.values()),
    lambda attribute: {m.organization_id: m for m in _ROWS.unpack(attribute)},
)

_USER = Record(
    User,
    {
        "display_name": TEXT,
        "first_name": TEXT,
        "last_name": TEXT,
        "email": TEXT,
        "active": FLAG,
        "memberships": _MEMBERSHIPS,
        "version": NUMBER,
    },
    always=frozenset({"version"}),
)
_ORGANIZATION = Record(
    Organization,
    {"display_name": TEXT, "kind": TEXT, "auto_assign": FLAG, "version": NUMBER},
    always=frozenset({"version"}),
)
_MEMBERSHIP = Record(Membership, {"display_name": TEXT, "kind": TEXT, "admin": FLAG})
_REQUEST = Record(
    PutRequest,
    {"fingerprint": TEXT, "status": NUMBER, "resource": TEXT, "expires": NUMBER, "now": NUMBER, "chosen": NAMES},
)


def user_item(user: User) -> Item:
    """The item of a user, with all memberships."""
    return key_item(UserKey(user.id).address) | _USER.pack(user)


def user_of_item(item: Item) -> User:
    """The user that an item holds."""
    return _USER.unpack(item, id=item[PARTITION]["S"].removeprefix("USER#"))


def organization_item(organization: Organization) -> Item:
    """The item of an organization."""
    return key_item(OrganizationKey(organization.id).address) | _ORGANIZATION.pack(organization)


def listed_organization_item(organization: Organization) -> Item:
    """The item of an organization in the list of all."""
    return key_item(Address(ORGANIZATIONS, organization.id)) | _ORGANIZATION.pack(organization)


def organization_of_item(item: Item) -> Organization:
    """The organization that an item holds, its own or the one in the list."""
    partition = item[PARTITION]["S"]
    return _ORGANIZATION.unpack(
        item, id=item[SORT]["S"] if partition == ORGANIZATIONS else partition.removeprefix("ORG#")
    )


def turn_item(organization_id: str, user_id: str) -> Item:
    """The item that says whose turn it was last; beside the organization, so that changing that leaves it alone."""
    return key_item(TurnKey(organization_id).address) | {"userId": TEXT.pack(user_id)}


def turn_of_item(item: Item) -> str:
    """The user whom such an item names."""
    return str(TEXT.unpack(item["userId"]))


def member_item(organization_id: str, user_id: str, membership: Membership) -> Item:
    """The item by which an organization lists a member."""
    return key_item(MemberKey(organization_id, user_id).address) | _MEMBERSHIP.pack(membership)


def unlisted_member_item(organization_id: str, user_id: str) -> Item:
    """The item of a member of whom nothing else is known."""
    return key_item(MemberKey(organization_id, user_id).address)


def membership_of_item(item: Item) -> Membership:
    """The membership that an item holds."""
    return _MEMBERSHIP.unpack(item, organization_id=item[PARTITION]["S"].removeprefix("ORG#"))


def member_of_item(item: Item) -> str:
    """The user that a member's item names."""
    return str(item[SORT]["S"]).removeprefix("MEMBER#")


def request_item(request: PutRequest) -> Item:
    """The item of a remembered request; DynamoDB deletes it some time after it expired."""
    return key_item(RequestKey(request.key).address) | _REQUEST.pack(request)


def request_of_item(item: Item) -> PutRequest:
    """The remembered request that an item holds."""
    return _REQUEST.unpack(item, key=item[PARTITION]["S"].removeprefix("REQUEST#"))
