"""Announces the car in its networks by multicast DNS, so that phones and `donkey findcar` find it.

Sources: RFC 6762 (multicast DNS) and RFC 6763 (DNS-SD). The car has a name of its own there. If it
used the name of its computer, Avahi, which answers for that on a Raspberry Pi, would think that
another computer has the same name, and rename this one.
"""

import errno
import logging
import os
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from donkeycar.errors import text_of

logger = logging.getLogger(__name__)
# It writes what strangers send, and a traceback when a network goes away.
logging.getLogger("zeroconf").setLevel(logging.CRITICAL)

CAR_TYPE = "_donkeycar._tcp.local."
# Browsers of services list these; RFC 6763 keeps the name of the page in `path`.
PAGE_TYPE = "_http._tcp.local."
TYPES = (CAR_TYPE, PAGE_TYPE)
# RFC 6763, 4.1.1: at most 63 bytes; the car's number is a part of it.
MAX_NAME_BYTES = 48
# How long the end of the car waits for the last message, which tells others that it is gone.
GOODBYE_S = 1.0


class Announcer:
    """Keeps the announcement up to date, in a thread of its own. It never raises.

    Args:
        car_name: Name of the car, for a person.
        car_id: Letters that tell this car from all others.
        auth: ``"pair"`` or ``"none"``, for a person who looks for a car to drive.
    """

    def __init__(self, *, car_name: str, car_id: str, auth: str) -> None:
        self._car_name = car_name
        self._car_id = car_id
        self._auth = auth
        self._news = threading.Condition()
        self._wanted: tuple[tuple[str, ...], int] | None = None
        self._ended = False
        self._thread: threading.Thread | None = None
        self._responder: Any = None

    @property
    def host(self) -> str:
        """The car's own name in multicast DNS."""
        return f"donkeycar-{self._car_id}.local"

    def announce(self, addresses: Sequence[str], port: int) -> None:
        """Announce these addresses from now on; none ends the announcement.

        Args:
            addresses: IPv4 addresses of this computer.
            port: Port of the page.
        """
        with self._news:
            self._wanted = tuple(addresses), port
            if self._thread is None and not self._ended:
                self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
                self._thread.start()
            self._news.notify()

    def close(self) -> None:
        """Tell others that the car is gone. Safe to call twice."""
        with self._news:
            self._ended = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join(GOODBYE_S)

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._ended or self._wanted is not None)
                wanted, self._wanted = self._wanted, None
                if self._ended or wanted is None:
                    break
            self._tell(*wanted)
        self._withdraw()

    def _tell(self, addresses: tuple[str, ...], port: int) -> None:
        self._withdraw()
        if not addresses:
            return
        try:
            # It opens its sockets once, so that new addresses need a new one.
            self._responder = open_multicast(addresses)
            for kind in TYPES:
                # The name holds the car's id, so that a holder of it can only be this car: an
                # answer of a start before, still in somebody's cache, must not hide this one.
                self._responder.register_service(
                    self._service(kind, addresses, port), cooperating_responders=True
                )
        except Exception as error:  # a car drives without this, whatever the network does
            logger.info("The car cannot announce itself (donkey findcar): %s", text_of(error))

    def _service(self, kind: str, addresses: tuple[str, ...], port: int) -> Any:
        from zeroconf import ServiceInfo

        from donkeycar import __version__

        plain = "".join(one if one.isalnum() or one in " -_" else "-" for one in self._car_name)
        name = plain.encode()[:MAX_NAME_BYTES].decode(errors="ignore").strip() or "car"
        return ServiceInfo(
            kind,
            f"{name} {self._car_id}.{kind}",
            addresses=[socket.inet_aton(address) for address in addresses],
            port=port,
            server=f"{self.host}.",
            properties={
                "path": "/drive", "name": name, "auth": self._auth, "version": __version__,
                "computer": socket.gethostname()[:63],
            },
        )  # fmt: skip

    def _withdraw(self) -> None:
        responder, self._responder = self._responder, None
        if responder is not None:
            try:
                responder.close()  # says goodbye for all its services
            except Exception as error:
                logger.info("The announcement of the car did not end well: %s", text_of(error))


def open_multicast(addresses: Sequence[str]) -> Any:
    """A `Zeroconf` at those of these addresses of this computer that take multicast.

    Tunnels and networks that have just gone do not; one of them must not spoil the others.

    Raises:
        OSError: If none does.
    """
    from zeroconf import IPVersion, Zeroconf

    try:
        return Zeroconf(interfaces=list(addresses), ip_version=IPVersion.V4Only)
    except OSError:
        if len(addresses) < 2:
            raise
    able = []
    for address in addresses:
        with suppress(OSError):
            Zeroconf(interfaces=[address], ip_version=IPVersion.V4Only).close()
            able.append(address)
    if not able:
        raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))
    return Zeroconf(interfaces=able, ip_version=IPVersion.V4Only)
