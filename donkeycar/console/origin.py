"""Is this request meant for this car, and made by its own page?

A browser sends whatever name was typed as `Host`, and the page that makes a request as `Origin`.
A foreign `Host` is DNS rebinding, a foreign `Origin` another site driving with the visitor's
cookie.
"""

import ipaddress
import re
import socket
from collections.abc import Collection

HOST = re.compile(r"(?P<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
SCHEME_PORTS = {"http": 80, "https": 443}


def own_names() -> set[str]:
    """The names this computer goes by on the network, lower case."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return {"localhost", name, short, f"{short}.local"}


def split_host(host: str, *, scheme: str = "http") -> tuple[str, int] | None:
    """Return name and port of a `Host` header, ``None`` if it is malformed."""
    match = HOST.fullmatch(host.lower())
    if match is None:
        return None
    return match["name"].strip("[]"), int(match["port"] or SCHEME_PORTS[scheme])


def is_own_host(host: str, *, names: Collection[str], port: int, local_address: str) -> bool:
    """Whether a `Host` header names this car.

    Args:
        host: The header.
        names: Names the car goes by, lower case; ``name:port`` admits another port.
        port: Port the console listens on.
        local_address: Address of this computer that the connection came in at. An address in
            `host` must be this one: then nobody's name server had a part in it.
    """
    parts = split_host(host)
    if parts is None:
        return False
    name, its_port = parts
    if f"{name}:{its_port}" in names:
        return True
    if its_port != port:
        return False
    return name in names or _address(name) == _address(local_address) is not None


def is_same_origin(origin: str, host: str) -> bool:
    """Whether an `Origin` header is the page of the server that `host` names."""
    scheme, separator, rest = origin.partition("://")
    if not separator or scheme not in SCHEME_PORTS:
        return False
    parts = split_host(rest, scheme=scheme)
    return parts is not None and parts == split_host(host, scheme=scheme)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
