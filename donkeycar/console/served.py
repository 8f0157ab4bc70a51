"""Base class of the consoles of a car: a port, pairing, and a thread that serves."""

import asyncio
import logging
import threading
from collections.abc import Collection
from urllib.parse import urlsplit

from tornado.web import Application

from donkeycar.console.access import Access, Auth, digest_of
from donkeycar.console.addresses import is_outside, own_names, urls_of
from donkeycar.console.announcer import Announcer
from donkeycar.console.console import Console
from donkeycar.console.frames import FrameHub
from donkeycar.console.gate import Gate
from donkeycar.console.keeper import LOOK_EVERY_S as LOOK_AT_FILE_EVERY_S
from donkeycar.console.keeper import Keeper
from donkeycar.console.listener import bind
from donkeycar.console.log_limit import lift, limit_logs
from donkeycar.console.pace import Pace
from donkeycar.console.pairing import Pairing, pairing_url
from donkeycar.console.pairing_file import PairingFile
from donkeycar.console.server import make_application, serve
from donkeycar.driving.cockpit import Cockpit
from donkeycar.timing import Clock

logger = logging.getLogger(__name__)

# How often the interfaces are checked: an access point or Wi-Fi may come up long after the start.
LOOK_EVERY_S = 3.0


class ServedConsole:
    """A threaded part that serves pages. The port is bound when this returns.

    Args:
        cockpit: Takes the orders of the pages.
        port: TCP port; 0 picks a free one, see `port`.
        host: Address to listen at; ``"127.0.0.1"`` for this computer only.
        auth: ``"pair"``, or ``"none"`` to let everybody on the network in.
        max_viewers: The most video streams at a time.
        names: More names of the car; ``name:port`` if the port differs.
        pairing_file: Where pairings are stored; ``None`` lets them end with this run.
        announcer: Tells the network where the car is.
        clock: Source of time.

    Raises:
        DeviceError: If the port cannot be bound.
    """

    #: The purpose of the pages, for the printed text.
    doing = "Drive"

    def __init__(
        self,
        cockpit: Cockpit,
        *,
        port: int,
        host: str,
        auth: Auth,
        max_viewers: int,
        names: Collection[str] = (),
        pairing_file: PairingFile | None = None,
        announcer: Announcer | None = None,
        clock: Clock,
    ) -> None:
        self._announcer = announcer
        self._listener = bind(host, port)
        self.port: int = self._listener.getsockname()[1]
        self._host = host
        known = [*names, announcer.host] if announcer is not None else names
        self._names = frozenset(name.lower() for name in known)
        pace = Pace(clock=clock)
        file = pairing_file if auth == "pair" else None
        digest = digest_of if file is None else file.digest
        access = Access(auth=auth, digest=digest, clock=clock)
        self._console = Console(
            access=access,
            keeper=Keeper(access, file, clock=clock),
            cockpit=cockpit,
            frames=FrameHub(max_viewers=max_viewers, pace=pace),
            gate=Gate(),
            pace=pace,
            clock=clock,
            port=self.port,
            cookie=f"donkeycar_{self.port}" + (f"_{file.car_id}" if file is not None else ""),
            names=self._own_names(),
            urls=self._urls(),
            clients={},
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._closing = False
        self._lock = threading.Lock()

    @property
    def pairing(self) -> Pairing:
        """How to pair with the car now."""
        access, urls = self._console.access, self._console.urls
        if access.auth == "none":
            return Pairing(urls[0], "", urls[1:], self.doing)
        link, *others = (pairing_url(url, access.token) for url in urls)
        return Pairing(link, access.pin, tuple(others), self.doing)

    def update(self) -> None:
        """Serve until `shutdown`; the body of the part's thread."""
        asyncio.run(self._serve())

    def shutdown(self) -> None:
        """Close the port and every connection. Safe to call twice."""
        with self._lock:
            self._closing = True
            if self._loop is None or self._ended is None:
                self._listener.close()
            elif not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._ended.set)

    def _application(self) -> Application:
        """The tornado application; it is made in the thread that serves it."""
        return make_application(self._console)

    async def _serve(self) -> None:
        with self._lock:
            if self._closing:
                return
            self._loop = asyncio.get_running_loop()
            self._ended = self._console.ended = asyncio.Event()
        logs = limit_logs()
        looking = [
            asyncio.create_task(task)
            for task in (self._look_for_addresses(), self._look_at_pairings())
        ]
        for task in looking:
            task.add_done_callback(self._console.heed)
        try:
            await serve(self._console, self._listener, self._ended, application=self._application())
        finally:
            for task in looking:
                task.cancel()
            if self._announcer is not None:
                self._announcer.close()
            lift(logs)
        if self._console.fault is not None:
            raise self._console.fault

    def _urls(self) -> tuple[str, ...]:
        return urls_of(self._host, self.port)

    def _own_names(self) -> frozenset[str]:
        return self._names | own_names()

    async def _look_for_addresses(self) -> None:
        """Notice a new or changed network, and then print the link again."""
        told = set(self._console.urls)
        self._announce()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self._console.names, urls = self._own_names(), self._urls()
            if urls == self._console.urls:
                continue
            self._console.urls = urls
            self._announce()
            logger.info("The car is now at %s", ", ".join(urls))
            # A Wi-Fi that goes away and comes back with the same address is not a change.
            if not told.issuperset(urls):
                told.update(urls)
                print(self.pairing.text, flush=True)  # noqa: T201 - manage.py prints it too

    def _announce(self) -> None:
        """Announce the addresses at which the page can be reached from elsewhere."""
        if self._announcer is not None:
            hosts = [urlsplit(url).hostname or "" for url in self._console.urls]
            self._announcer.announce([host for host in hosts if is_outside(host)], self.port)

    async def _look_at_pairings(self) -> None:
        """Notice what `donkey pair` changed; whoever was revoked is cut off at once."""
        while True:
            await asyncio.sleep(LOOK_AT_FILE_EVERY_S)
            gone = await self._console.keeper.look()
            if gone is not None:
                self._console.revoke(gone)
                print(self.pairing.text, flush=True)  # noqa: T201 - the old link has ended
