"""How large DynamoDB takes an item to be; what it charges follows from that."""

from math import ceil

from shared.storage.attributes import AttributeValue, Item

KILOBYTE = 1024


def size_of(item: Item) -> int:
    """The item's size in bytes: names and values of all attributes."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def kilobytes(item: Item) -> int:
    """The begun kilobytes of an item; at least one is charged."""
    return max(1, ceil(size_of(item) / KILOBYTE))


def _value_size(value: AttributeValue) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(str(content).encode())
        case "N":
            # Two digits in a byte, one byte for the exponent, one for a minus sign.
            return (len(content.lstrip("-")) + 1) // 2 + 1 + int(content.startswith("-"))
        case "SS":
            return sum(len(part.encode()) for part in content)
        case "L":
            return 3 + sum(1 + _value_size(part) for part in content)
        case _:
            return 1
