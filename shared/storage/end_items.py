"""The items of tasks with two ends: messages under way, connections, and who is tied to whom."""

from shared.domain.model.connections import Connection, Tie
from shared.domain.model.ends import Message
from shared.storage.attributes import Item
from shared.storage.keys import Address, ConnectionKey, MessageKey, TieKey, case_id_of, key_item
from shared.storage.records import CONNECTION, MESSAGE, TIE
from shared.storage.schema import PARTITION, SORT

LISTED = "CONNECTION#"
TIED = "TIE#"


def message_item(message: Message) -> Item:
    """The item of a message, in the case of its sender; they sort in the order in which they are to arrive."""
    key = MessageKey(message.task_id, message.generation, message.direction, message.sequence)
    return key_item(key.address) | MESSAGE.pack(message)


def message_of_item(item: Item) -> Message:
    """The message that an item holds."""
    _, local, generation, direction, sequence = item[SORT]["S"].split("#")
    task_id = f"{case_id_of(item)}.{local}"
    return MESSAGE.unpack(
        item, task_id=task_id, generation=int(generation), direction=direction, sequence=int(sequence)
    )


def connection_item(connection: Connection) -> Item:
    """The item of a connection."""
    return key_item(ConnectionKey(connection.id).address) | CONNECTION.pack(connection)


def connection_of_item(item: Item) -> Connection:
    """The connection that an item holds."""
    return CONNECTION.unpack(item, id=item[PARTITION]["S"].removeprefix("CONNECTION#"))


def listed_connection_item(organization_id: str, connection_id: str) -> Item:
    """The item by which an organization lists a connection; what it is stands in the connection alone."""
    return key_item(Address(f"ORG#{organization_id}", f"{LISTED}{connection_id}"))


def listed_connection_of_item(item: Item) -> str:
    """The id of the connection that is listed."""
    return str(item[SORT]["S"]).removeprefix(LISTED)


def tie_item(tie: Tie) -> Item:
    """The item that says that an organization is connected with another one."""
    return key_item(TieKey(tie.organization_id, tie.other_id).address) | TIE.pack(tie)


def tie_of_item(item: Item) -> Tie:
    """The tie that an item holds."""
    own, other = item[PARTITION]["S"].removeprefix("ORG#"), item[SORT]["S"].removeprefix(TIED)
    return TIE.unpack(item, organization_id=own, other_id=other)
