"""Host and origin checks: whether a request is for this car, and comes from its own page.

A browser sends the name that was typed as `Host`, and the page that makes a request as `Origin`.
A foreign `Host` means DNS rebinding. A foreign `Origin` means cross-site request forgery: another
site drives with the visitor's cookie.
"""

import ipaddress
import re
from collections.abc import Collection

HOST = re.compile(r"(?P<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
SCHEME_PORTS = {"http": 80, "https": 443}


def split_host(host: str, *, scheme: str = "http") -> tuple[str, int] | None:
    """Return name and port of a `Host` header; ``None`` if it is malformed."""
    match = HOST.fullmatch(host.lower())
    if match is None:
        return None
    return match["name"].strip("[]"), int(match["port"] or SCHEME_PORTS[scheme])


def is_own_host(host: str, *, names: Collection[str], local_address: str) -> bool:
    """Whether a `Host` header names this car.

    Its port does not matter: a request with another port was forwarded, as ``ssh -L`` does, and
    this does not let an attacker use a name of the car.

    Args:
        host: The header.
        names: Names of the car, lower case; ``name:port`` means that name only at that port.
        local_address: Address of this computer at which the connection arrived. An address in
            `host` must be this one, or that of the visitor's own computer, where a tunnel begins:
            such a request did not depend on any name server.
    """
    parts = split_host(host)
    if parts is None:
        return False
    name, port = parts
    # A name with a dot at its end is the same name, marked as complete: RFC 1034, section 3.1.
    bare = name.removesuffix(".")
    if bare in names or f"{bare}:{port}" in names:
        return True
    address = _address(name)
    return address is not None and (address.is_loopback or address == _address(local_address))


def is_same_origin(origin: str, host: str) -> bool:
    """Whether an `Origin` header names the same server as `host`."""
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
