"""What is read beside cases: lists of people and organizations, and the clock of a local stack."""

from pynamodb.expressions.operand import Path

from shared.domain.model.people import Membership, Organization
from shared.ids import is_organization_id
from shared.storage.keys import Address, key_item
from shared.storage.people_items import ORGANIZATIONS, member_of_item, membership_of_item, organization_of_item
from shared.storage.schema import SORT
from shared.storage.table import Table

_CLOCK = Address("CLOCK", "OFFSET")


class PeopleReads:
    """Members and organizations, strongly consistent."""

    _table: Table

    def members(self, organization_id: str) -> list[tuple[str, Membership]]:
        """The ids of an organization's members, each with the membership."""
        if not is_organization_id(organization_id):
            return []
        listed = Path(SORT).startswith("MEMBER#")
        items = self._table.query(f"ORG#{organization_id}", listed)
        return [(member_of_item(item), membership_of_item(item)) for item in items]

    def organizations(self) -> list[Organization]:
        """All organizations, by id."""
        return [organization_of_item(item) for item in self._table.query(ORGANIZATIONS)]

    def clock_offset(self) -> int:
        """By how many seconds a local stack's clock was moved; it is no part of what is consumed elsewhere."""
        consumed = self._table.consumed
        item = self._table.get(_CLOCK)
        self._table.consumed = consumed
        return int(item["seconds"]["N"]) if item else 0

    def set_clock_offset(self, seconds: int) -> None:
        """The clock of a local stack is moved by so many seconds. On AWS nobody may do this."""
        self._table.put(key_item(_CLOCK) | {"seconds": {"N": str(seconds)}})
