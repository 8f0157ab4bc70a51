"""The calibration page as a part of a car: what a person wants, in; what goes out, shown."""

import asyncio
import threading

from donkeycar.console.access import Access, Auth
from donkeycar.console.bench import Bench
from donkeycar.console.calibrate import ROUTES, CalibrateFeed
from donkeycar.console.cockpit import Cockpit
from donkeycar.console.console import Console
from donkeycar.console.frames import FrameHub
from donkeycar.console.gate import Gate
from donkeycar.console.origin import own_names
from donkeycar.console.pairing import Pairing, pairing_url, qr_terminal
from donkeycar.console.server import bind, lan_address, make_application, serve
from donkeycar.safety.command import Command
from donkeycar.timing import Clock, RealClock


class CalibrationConsole:
    """Serves the calibration page, paired as the drive page is. The port is bound at once.

    Args:
        bench: What is calibrated.
        port: TCP port; 0 picks a free one, see `port`.
        host: Address to listen at.
        auth: ``"pair"``, or ``"none"`` to let everybody on the network in.
        car_name: The car's name.
        clock: Source of time.

    Raises:
        DeviceError: If the port is not to be had.
    """

    def __init__(
        self,
        bench: Bench,
        *,
        port: int = 8887,
        host: str = "0.0.0.0",  # noqa: S104 - phones come from other addresses
        auth: Auth = "pair",
        car_name: str = "donkeycar",
        clock: Clock | None = None,
    ) -> None:
        clock = RealClock() if clock is None else clock
        self._bench = bench
        self._listener = bind(host, port)
        self.port: int = self._listener.getsockname()[1]
        address = lan_address() if host in ("", "0.0.0.0") else host  # noqa: S104
        self._console = Console(
            access=Access(auth=auth, clock=clock),
            # No address of this console leads to it: nobody drives while the car is calibrated.
            cockpit=Cockpit(
                mode="user", throttle_ceiling=0.0, has_pilot=False, car_name=car_name, clock=clock
            ),
            frames=FrameHub(max_viewers=0),
            gate=Gate(),
            clock=clock,
            port=self.port,
            names=frozenset(own_names()),
            url=f"http://{address}:{self.port}",
            clients={},
        )
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._closing = False

    @property
    def pairing(self) -> Pairing:
        """How to pair with the car now."""
        access, url = self._console.access, self._console.url
        if access.auth == "none":
            return Pairing(url, "", "")
        link = pairing_url(url, access.token)
        return Pairing(link, access.pin, qr_terminal(link))

    def update(self) -> None:
        """Serve until `shutdown`; the body of the part's thread."""
        asyncio.run(self._serve())

    def run_threaded(
        self,
        steering: float | None,
        throttle: float | None,
        guardian: str | None,
        reason: str | None,
    ) -> Command:
        """Show what the guardian puts out, and return what it shall do next.

        Args:
            steering: What it puts out, -1 to +1 of the widest pulses.
            throttle: The same for the motor.
            guardian: Its state.
            reason: Why it does not run, "" if it does.
        """
        return self._bench.tick(steering or 0.0, throttle or 0.0, guardian or "boot", reason or "")

    def shutdown(self) -> None:
        """Close the port and every connection. Safe to call twice."""
        with self._lock:
            self._closing = True
            if self._loop is None or self._ended is None:
                self._listener.close()
            elif not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._ended.set)

    async def _serve(self) -> None:
        with self._lock:
            if self._closing:
                return
            self._loop = asyncio.get_running_loop()
            self._ended = asyncio.Event()
        feed = CalibrateFeed(self._bench)
        application = make_application(self._console, routes=ROUTES, feed=feed)
        await serve(self._console, self._listener, self._ended, application=application)
