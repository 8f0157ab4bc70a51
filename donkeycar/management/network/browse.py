"""Cars that announce themselves by multicast DNS, and what answers at an address."""

import http.client
import ipaddress
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from donkeycar.console.announcer import CAR_TYPE, open_multicast

# What strangers on the network send is shown to a person: short, and only letters.
MAX_LETTERS = 60
ASK_CAR_MS = 1500
ANSWER_S = 1.5

CAR, EARLIER, SOMETHING, REFUSED, SILENT = "car", "earlier", "something", "refused", "silent"
# A page of this version says this to strangers, too; see `donkeycar.console.guard`.
POLICY = "default-src 'self'"


class Car(NamedTuple):
    """A car that announces itself.

    Attributes:
        name: Its name.
        host: Its name in multicast DNS.
        computer: The name of its computer.
        addresses: Its IPv4 addresses.
        port: The port of its page.
        auth: ``"pair"`` or ``"none"``.
        version: Its version of donkeycar.
    """

    name: str
    host: str
    computer: str
    addresses: tuple[str, ...]
    port: int
    auth: str
    version: str

    @property
    def urls(self) -> list[str]:
        """The addresses of its drive page."""
        return [f"http://{address}:{self.port}/drive" for address in self.addresses]


def browse(
    duration_s: float, *, interfaces: list[str], sleep: Callable[[float], None] = time.sleep
) -> Iterator[Car]:
    """Listen for announcements, and yield each car once, as soon as it is heard.

    Args:
        duration_s: How long to listen.
        interfaces: IPv4 addresses of this computer, at which to listen.
        sleep: Waits.

    Raises:
        OSError: If no interface takes multicast.
    """
    from zeroconf import ServiceBrowser

    responder = open_multicast(interfaces)
    heard: list[str] = []
    told: set[str] = set()

    def note(zeroconf: Any, service_type: str, name: str, state_change: Any) -> None:
        if state_change.name != "Removed":
            heard.append(name)

    try:
        ServiceBrowser(responder, CAR_TYPE, handlers=[note])
        end_s = time.monotonic() + duration_s
        while time.monotonic() < end_s:
            sleep(0.05)
            for name in [one for one in heard if one not in told]:
                # Names of which nothing else is known cost that long each, and a stranger can
                # announce thousands.
                if time.monotonic() >= end_s + ASK_CAR_MS / 1000:
                    return
                told.add(name)
                info = responder.get_service_info(CAR_TYPE, name, timeout=ASK_CAR_MS)
                car = None if info is None else car_of(info)
                if car is not None:
                    yield car
    finally:
        responder.close()


def car_of(info: Any) -> Car | None:
    """The car that an announcement describes; ``None`` if it makes no sense.

    Args:
        info: A `zeroconf.ServiceInfo`.
    """
    told = {
        (key or b"").decode(errors="replace"): (value or b"").decode(errors="replace")
        for key, value in info.properties.items()
    }
    addresses = tuple(one for one in info.parsed_addresses() if _is_ipv4(one))
    if not addresses or not info.port:
        return None
    return Car(
        name=plain(told.get("name", "")) or "car",
        host=plain((info.server or "").rstrip(".")),
        computer=plain(told.get("computer", "")),
        addresses=addresses,
        port=int(info.port),
        auth=plain(told.get("auth", "")),
        version=plain(told.get("version", "")),
    )


def plain(text: str) -> str:
    r"""Text of a stranger as a terminal may show it.

    Example:
        >>> plain("my\x1b[2J car")
        'my?[2J car'
    """
    return "".join(one if one.isprintable() else "?" for one in text[:MAX_LETTERS])


def what_answers(address: str, port: int, *, timeout_s: float = ANSWER_S) -> str:
    """What is at a port: `CAR`, `EARLIER` (donkeycar 5), `SOMETHING`, `REFUSED` or `SILENT`."""
    connection = http.client.HTTPConnection(address, port, timeout=timeout_s)
    try:
        connection.request("HEAD", "/drive")
        answer = connection.getresponse()
    except ConnectionRefusedError:
        return REFUSED
    except http.client.HTTPException:
        return SOMETHING
    except OSError:
        return SILENT
    finally:
        connection.close()
    if POLICY in (answer.getheader("Content-Security-Policy") or ""):
        return CAR
    # Its page is served by tornado as well, which says so, and takes no HEAD.
    return EARLIER if "Tornado" in (answer.getheader("Server") or "") else SOMETHING


def _is_ipv4(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 4
    except ValueError:
        return False
