"""Who listens where, as Linux tells."""

from contextlib import suppress
from pathlib import Path

from infra.local.processes import members

LISTENING = "0A"
LOOPBACK = {"0100007F": "127.0.0.1", f"{'0' * 24}01000000": "::1"}


def listening(group: int) -> list[tuple[str, int]]:
    """The addresses and ports that the processes of a group listen on; an address other than loopback as it is."""
    owned = {link for pid in members(group) for link in _open_files(pid)}
    rows = [row.split() for table in ("tcp", "tcp6") for row in Path("/proc/net", table).read_text().splitlines()[1:]]
    return [_address(row[1]) for row in rows if row[3] == LISTENING and f"socket:[{row[9]}]" in owned]


def _address(text: str) -> tuple[str, int]:
    address, _, port = text.partition(":")
    return LOOPBACK.get(address, address), int(port, 16)


def _open_files(pid: int) -> list[str]:
    found = []
    with suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                found.append(str(link.readlink()))
    return found
