"""What every console of a car has in common: a port, pairing, and a thread that serves."""

import asyncio
import threading
from collections.abc import Collection

from tornado.web import Application

from donkeycar.console.access import Access, Auth
from donkeycar.console.cockpit import Cockpit
from donkeycar.console.console import Console
from donkeycar.console.frames import FrameHub
from donkeycar.console.gate import Gate
from donkeycar.console.origin import own_names
from donkeycar.console.pace import Pace
from donkeycar.console.pairing import Pairing, pairing_url
from donkeycar.console.server import bind, lan_address, make_application, serve
from donkeycar.timing import Clock


class ServedConsole:
    """A threaded part that serves pages. The port is bound when this returns.

    Args:
        cockpit: What the pages act on.
        port: TCP port; 0 picks a free one, see `port`.
        host: Address to listen at; ``"127.0.0.1"`` for this computer only.
        auth: ``"pair"``, or ``"none"`` to let everybody on the network in.
        max_viewers: How many video streams are served at a time.
        names: More names the car goes by; ``name:port`` if the port differs.
        clock: Source of time.

    Raises:
        DeviceError: If the port is not to be had.
    """

    def __init__(
        self,
        cockpit: Cockpit,
        *,
        port: int,
        host: str,
        auth: Auth,
        max_viewers: int,
        names: Collection[str] = (),
        clock: Clock,
    ) -> None:
        self._listener = bind(host, port)
        self.port: int = self._listener.getsockname()[1]
        address = lan_address() if host in ("", "0.0.0.0") else host  # noqa: S104
        pace = Pace(clock=clock)
        self._console = Console(
            access=Access(auth=auth, clock=clock),
            cockpit=cockpit,
            frames=FrameHub(max_viewers=max_viewers, pace=pace),
            gate=Gate(),
            pace=pace,
            clock=clock,
            port=self.port,
            names=frozenset(own_names() | {name.lower() for name in names}),
            url=f"http://{address}:{self.port}",
            clients={},
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._closing = False
        self._lock = threading.Lock()

    @property
    def pairing(self) -> Pairing:
        """How to pair with the car now."""
        access, url = self._console.access, self._console.url
        if access.auth == "none":
            return Pairing(url, "")
        return Pairing(pairing_url(url, access.token), access.pin)

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
        """The pages; made in the thread that serves them."""
        return make_application(self._console)

    async def _serve(self) -> None:
        with self._lock:
            if self._closing:
                return
            self._loop = asyncio.get_running_loop()
            self._ended = self._console.ended = asyncio.Event()
        await serve(self._console, self._listener, self._ended, application=self._application())
        if self._console.fault is not None:
            raise self._console.fault
