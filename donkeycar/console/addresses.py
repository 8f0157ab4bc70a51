"""Network addresses and names of this computer at this moment.

Only the kernel is asked for the addresses of the interfaces, because a car that is its own access
point has no route to other networks. Only IPv4 is used: the console listens only there, and
browsers do not open link-local addresses of IPv6.
"""

import array
import contextlib
import ipaddress
import re
import socket
import struct
from pathlib import Path

# From <linux/sockios.h> and <net/if.h>.
SIOCGIFCONF = 0x8912
SIOCGIFFLAGS = 0x8913
SIOCGIFNETMASK = 0x891B
IFF_UP, IFF_LOOPBACK, IFF_RUNNING = 0x1, 0x8, 0x40
NAME_BYTES = 16
# A `struct ifreq`: a name, and a union as large as its largest member, `struct ifmap`.
IFREQ_BYTES = NAME_BYTES + (24 if struct.calcsize("P") == 8 else 16)
MAX_INTERFACES = 64

# Interfaces of containers, virtual machines and tunnels: no phone reaches the car through them.
VIRTUAL = re.compile(r"docker|br-|veth|virbr|vmnet|lxc|tun|tap|wg|zt")
EVERYWHERE = ("", "0.0.0.0")  # noqa: S104 - only compared with a host
ROUTES = Path("/proc/net/route")
RESOLVER = Path("/etc/resolv.conf")

# Domains that the name servers of local networks give to their computers, and that strangers cannot
# register: RFC 6762 (`local` and its appendix G), RFC 8375 (`home.arpa`), the domain of the router
# maker AVM, which AVM owns, and the domain of the Telekom's routers: a top-level domain `ip` does
# not exist, and two letters are reserved for countries (RFC 1591, ISO 3166). Anybody can register,
# for example, `car.example.com`: see `own_names`.
PRIVATE_DOMAINS = (
    "local", "lan", "home", "home.arpa", "internal", "intranet", "private", "corp", "localdomain",
    "fritz.box", "speedport.ip",
)  # fmt: skip
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def addresses() -> list[str]:
    """IPv4 addresses at which others reach this computer, the likeliest first."""
    try:
        found = _interfaces()
    except (ImportError, OSError):  # not Linux: a car does not drive there, but its pages work
        found = [("", address, True) for address in _resolved()]
    outward = _outward()

    def rank(interface: tuple[str, str, bool]) -> tuple[bool, bool, bool, bool]:
        name, address, running = interface
        return (
            VIRTUAL.match(name) is not None, not running, address.startswith("169.254."),
            name != outward,
        )  # fmt: skip

    return list(dict.fromkeys(address for _, address, _ in sorted(found, key=rank)))


def prefix_of(address: str) -> int:
    """Length of the prefix of the network in which this computer has `address`; 24 if unknown."""
    try:
        import fcntl

        for name, known, _ in _interfaces():
            if known == address:
                request = name.encode()[:NAME_BYTES].ljust(IFREQ_BYTES, b"\0")
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                    answer = fcntl.ioctl(probe, SIOCGIFNETMASK, request)
                return int.from_bytes(answer[NAME_BYTES + 4 : NAME_BYTES + 8]).bit_count()
    except (ImportError, OSError):
        pass
    return 24


def urls_of(host: str, port: int) -> tuple[str, ...]:
    """Addresses of a page for others now; without a network, that of this computer.

    Args:
        host: The address that the page listens at.
        port: Its port.
    """
    if host not in EVERYWHERE:
        return (f"http://{host}:{port}",)
    found = addresses()
    names = [*found, local_name()] if found else ["127.0.0.1"]
    return tuple(f"http://{name}:{port}" for name in names if name)


def is_outside(host: str) -> bool:
    """Whether `host` is an IPv4 address that others can reach.

    Example:
        >>> is_outside("10.42.0.1"), is_outside("127.0.0.1"), is_outside("car.local")
        (True, False, False)
    """
    with contextlib.suppress(ValueError):
        return not ipaddress.IPv4Address(host).is_loopback
    return False


def is_loopback(host: str) -> bool:
    """Whether an address or name leads every computer to itself.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("car.local")
        (True, True, False)
    """
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host.lower() == "localhost"


def own_names() -> set[str]:
    """The names of this computer on its networks, lower case.

    These are its own name, alone and with the domains of networks: the private domains, and those
    that this network announced (``search`` in ``/etc/resolv.conf``). Other domains do not count:
    the owner of ``example.com`` can make ``car.example.com`` mean this car in a visitor's browser,
    and the owner's page would then count as the car's own (DNS rebinding). An attacker cannot use
    the domains here: nobody owns them, or the person who runs the car's network does, who could
    read the traffic anyway.
    """
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    domains = (*PRIVATE_DOMAINS, *_search_domains())
    return {"localhost", name, short, *(f"{short}.{domain}" for domain in domains)}


def local_name() -> str:
    """The name of this computer in multicast DNS; "" if it has no name of its own."""
    short = socket.gethostname().partition(".")[0].lower()
    return f"{short}.local" if short and short != "localhost" else ""


def _interfaces() -> list[tuple[str, str, bool]]:
    """Name, address and carrier (whether the link is up) of every interface that is enabled."""
    import fcntl

    room = array.array("B", bytes(MAX_INTERFACES * IFREQ_BYTES))
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        asked = struct.pack("iP", len(room), room.buffer_info()[0])
        (used,) = struct.unpack_from("i", fcntl.ioctl(probe, SIOCGIFCONF, asked))
        for start in range(0, used, IFREQ_BYTES):
            request = bytes(room[start : start + IFREQ_BYTES])
            # The union holds a `struct sockaddr_in`: family, port, address.
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
    """The domains that this network announced."""
    found: list[str] = []
    with contextlib.suppress(OSError, ValueError):
        for line in RESOLVER.read_text().lower().splitlines():
            word, *domains = line.split() or [""]
            if word in ("search", "domain"):
                found += [one for one in domains if DOMAIN.fullmatch(one)]
    return found
