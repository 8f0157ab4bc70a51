"""Computers of the local network whose hardware address is that of a Raspberry Pi.

The kernel knows the hardware addresses of those that this computer spoke with, and tells them to
everybody. A packet to each address of the network makes it ask for all of them. Neither needs any
rights.
"""

import contextlib
import ipaddress
import re
import socket
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

# The first three bytes of hardware addresses of Raspberry Pi Ltd, its predecessors and their
# modules, in the IEEE's register (MA-L, https://standards-oui.ieee.org/oui/oui.txt). Pi 1 to 3 and
# Zero: B8:27:EB; Pi 4: DC:A6:32, E4:5F:01; Pico W: 28:CD:C1; the others from 2022 on.
RASPBERRY_PI = ("b8:27:eb", "dc:a6:32", "e4:5f:01", "28:cd:c1", "d8:3a:dd", "2c:cf:67", "88:a2:9e")

# proc(5): IP address, type, flags, hardware address, mask, device. Flags of 0: no answer came.
ARP_TABLE = Path("/proc/net/arp")
# Of `arp -a`, which other systems have. BSD leaves out zeros at the front, Windows writes dashes.
ENTRY = re.compile(
    r"(?P<address>\d{1,3}(?:\.\d{1,3}){3})\D.*?"
    r"(?P<mac>[0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5})",
    re.IGNORECASE,
)
ARP_WITHIN_S = 10.0

# The port "discard" of RFC 863: nobody answers there, and nobody has to.
DISCARD = 9
# Larger networks than this are swept only around this computer's own address.
MAX_HOSTS = 512
# An answer takes milliseconds; the kernel asks three times, a second apart.
ANSWER_S = 1.5
PAUSE_EVERY = 32
PAUSE_S = 0.02


class Neighbour(NamedTuple):
    """A computer of the local network.

    Attributes:
        address: Its IPv4 address.
        mac: Its hardware address, lower case, with colons.
    """

    address: str
    mac: str

    @property
    def is_pi(self) -> bool:
        """Whether its hardware address is that of a Raspberry Pi."""
        return self.mac.startswith(RASPBERRY_PI)


def neighbours() -> list[Neighbour]:
    """The computers that this one knows by their hardware addresses."""
    try:
        return parse_table(ARP_TABLE.read_text())
    except OSError:  # not Linux
        return parse_arp(_arp())


def parse_table(text: str) -> list[Neighbour]:
    r"""Read the kernel's table.

    Example:
        >>> row = "192.168.1.20 0x1 0x2 D8:3A:DD:00:00:01 * wlan0"
        >>> parse_table("IP address HW type ...\n" + row)
        [Neighbour(address='192.168.1.20', mac='d8:3a:dd:00:00:01')]
    """
    found = []
    for line in text.splitlines()[1:]:
        fields = line.split()
        if len(fields) >= 4 and fields[2] != "0x0":
            found.append(Neighbour(fields[0], fields[3].lower()))
    return found


def parse_arp(text: str) -> list[Neighbour]:
    """Read what `arp -a` prints on macOS and Windows.

    Example:
        >>> parse_arp("? (192.168.1.20) at b8:27:eb:1:2:a3 on en0 ifscope [ethernet]")
        [Neighbour(address='192.168.1.20', mac='b8:27:eb:01:02:a3')]
    """
    found = []
    for line in text.splitlines():
        entry = ENTRY.search(line)
        if entry is not None:
            parts = re.split("[:-]", entry["mac"].lower())
            found.append(Neighbour(entry["address"], ":".join(part.zfill(2) for part in parts)))
    return found


def hosts_around(address: str, prefix: int = 24) -> list[str]:
    """The other addresses of the network of `address`, as far as they are swept.

    Args:
        address: An IPv4 address of this computer.
        prefix: Length of the network's prefix.
    """
    network = ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    if network.num_addresses > MAX_HOSTS:
        network = ipaddress.ip_network(f"{address}/24", strict=False)
    return [str(host) for host in network.hosts() if str(host) != address]


def sweep(hosts: Iterable[str]) -> None:
    """Make the kernel ask for the hardware address of each host."""
    waiting = list(hosts)
    while waiting:
        # Packets wait in the buffer of their socket until the host has answered, so each few hosts
        # get a socket of their own.
        few, waiting = waiting[:PAUSE_EVERY], waiting[PAUSE_EVERY:]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            for host in few:
                with contextlib.suppress(OSError):
                    sender.sendto(b"\0", (host, DISCARD))
        time.sleep(PAUSE_S)
    time.sleep(ANSWER_S)


def _arp() -> str:
    try:
        answer = subprocess.run(  # noqa: S603
            ["arp", "-a"],  # noqa: S607
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ARP_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout
