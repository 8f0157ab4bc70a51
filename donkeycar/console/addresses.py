"""Under which addresses and names this computer is found on its networks, now.

The kernel is asked which addresses the interfaces have, and nobody else: a car that is its own
access point has no route to anywhere. IPv4 alone, as the console listens there alone; and browsers
open no link-local address of IPv6.
"""

import array
import contextlib
import re
import socket
import struct
from pathlib import Path

# From <linux/sockios.h> and <net/if.h>.
SIOCGIFCONF = 0x8912
SIOCGIFFLAGS = 0x8913
IFF_UP, IFF_LOOPBACK, IFF_RUNNING = 0x1, 0x8, 0x40
NAME_BYTES = 16
# A name, and a union as large as its largest member, `struct ifmap`.
IFREQ_BYTES = NAME_BYTES + (24 if struct.calcsize("P") == 8 else 16)
MAX_INTERFACES = 64

# Interfaces of containers, virtual machines and tunnels: no phone is behind them.
VIRTUAL = re.compile(r"docker|br-|veth|virbr|vmnet|lxc|tun|tap|wg|zt")
ROUTES = Path("/proc/net/route")
RESOLVER = Path("/etc/resolv.conf")

# Endings that name servers of networks give to the computers in them, and that nobody can register:
# RFC 6762 (`local` and its appendix G), RFC 8375 (`home.arpa`), the domain that AVM, who makes the
# routers, holds, and that of the Telekom's routers: there is no top-level domain `ip`, and two
# letters are kept for countries (RFC 1591, ISO 3166). Anybody can register, say,
# `car.example.com`: see `own_names`.
PRIVATE_DOMAINS = (
    "local", "lan", "home", "home.arpa", "internal", "intranet", "private", "corp", "localdomain",
    "fritz.box", "speedport.ip",
)  # fmt: skip
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def addresses() -> list[str]:
    """IPv4 addresses of this computer that others on its networks reach, the likeliest first."""
    try:
        found = _interfaces()
    except (ImportError, OSError):  # not Linux: nothing drives there, but the pages can be tried
        found = [("", address, True) for address in _resolved()]
    outward = _outward()

    def rank(interface: tuple[str, str, bool]) -> tuple[bool, bool, bool, bool]:
        name, address, running = interface
        return (
            VIRTUAL.match(name) is not None, not running, address.startswith("169.254."),
            name != outward,
        )  # fmt: skip

    return list(dict.fromkeys(address for _, address, _ in sorted(found, key=rank)))


def own_names() -> set[str]:
    """The names this computer goes by on its networks, lower case.

    Its own name, alone and with the endings that networks give: the private ones, and those that
    this network told it itself (``search`` in ``/etc/resolv.conf``). Not with any ending: whoever
    owns ``example.com`` can have ``car.example.com`` mean this car in a visitor's browser, and
    their page would count as the car's own (DNS rebinding). None of the endings here can be had by
    that: they belong to nobody, or to whoever runs the network that the car is in, who could read
    along anyway.
    """
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    domains = (*PRIVATE_DOMAINS, *_search_domains())
    return {"localhost", name, short, *(f"{short}.{domain}" for domain in domains)}


def local_name() -> str:
    """The name that multicast DNS finds this computer by; "" if it has none of its own."""
    short = socket.gethostname().partition(".")[0].lower()
    return f"{short}.local" if short and short != "localhost" else ""


def _interfaces() -> list[tuple[str, str, bool]]:
    """Name, address and whether there is a carrier, of every interface that is up."""
    import fcntl

    room = array.array("B", bytes(MAX_INTERFACES * IFREQ_BYTES))
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        asked = struct.pack("iP", len(room), room.buffer_info()[0])
        (used,) = struct.unpack_from("i", fcntl.ioctl(probe, SIOCGIFCONF, asked))
        for start in range(0, used, IFREQ_BYTES):
            request = bytes(room[start : start + IFREQ_BYTES])
            # Of the union, a `struct sockaddr_in`: family, port, address.
            address = socket.inet_ntoa(request[NAME_BYTES + 4 : NAME_BYTES + 8])
            asked = request[:NAME_BYTES] + bytes(IFREQ_BYTES - NAME_BYTES)
            try:
                answer = fcntl.ioctl(probe, SIOCGIFFLAGS, asked)
            except OSError:  # gone in the meantime
                continue
            (flags,) = struct.unpack_from("H", answer, NAME_BYTES)
            if flags & IFF_UP and not flags & IFF_LOOPBACK:
                name = request[:NAME_BYTES].split(b"\0")[0].decode(errors="replace")
                found.append((name, address, bool(flags & IFF_RUNNING)))
    return found


def _resolved() -> list[str]:
    found: list[str] = []
    with contextlib.suppress(OSError):
        for *_, address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
            found.append(str(address[0]))
    return [address for address in found if not address.startswith("127.")]


def _outward() -> str:
    """Name of the interface that leads to other networks; "" if none does."""
    with contextlib.suppress(OSError):
        for line in ROUTES.read_text().splitlines()[1:]:
            name, destination, *_ = line.split()
            if destination == "00000000":
                return name
    return ""


def _search_domains() -> list[str]:
    """The endings that this network gave."""
    found: list[str] = []
    with contextlib.suppress(OSError, ValueError):
        for line in RESOLVER.read_text().lower().splitlines():
            word, *domains = line.split() or [""]
            if word in ("search", "domain"):
                found += [one for one in domains if DOMAIN.fullmatch(one)]
    return found
