"""Drive page as a part of the car: it shows the car's state and takes people's orders."""

from collections.abc import Collection, Sequence
from typing import Any

from tornado.web import Application

from donkeycar.console.access import Auth
from donkeycar.console.announcer import Announcer
from donkeycar.console.bar import Bar
from donkeycar.console.forward import LabPages
from donkeycar.console.pairing_file import PairingFile
from donkeycar.console.served import ServedConsole
from donkeycar.console.server import ROUTES, make_application
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.telemetry import TELEMETRY, shown
from donkeycar.errors import ConfigError
from donkeycar.timing import Clock, RealClock

MAX_VIEWERS = 4


class WebConsole(ServedConsole):
    """Serves the drive page; people's orders go from there into the cockpit.

    The port is bound when this returns; pages are served once `update` runs.

    Args:
        cockpit: Takes the orders of all drivers.
        port: TCP port; 0 picks a free one, see `port`.
        host: Address to listen at; ``"127.0.0.1"`` for this computer only.
        auth: ``"pair"``, or ``"none"`` to let everybody on the network drive.
        max_viewers: The most video streams at a time.
        foxglove: Whether Foxglove may show the car to whoever has a link of a paired page.
        names: More names of the car; ``name:port`` if the port differs.
        telemetry: The channels that `run_threaded` gets after its first four inputs, in that
            order; each is one of `telemetry.TELEMETRY`.
        pairing_file: Where pairings are stored; ``None`` lets them end with this run.
        announcer: Tells the network where the car is.
        lab: Pages beside the drive page, and the process that serves them.
        clock: Source of time; the same one as the loop's.

    Raises:
        ConfigError: If `auth` is unknown.
        DeviceError: If the port cannot be bound.
    """

    def __init__(
        self,
        cockpit: Cockpit,
        *,
        port: int = 8887,
        host: str = "0.0.0.0",  # noqa: S104 - phones come from other addresses
        auth: Auth = "pair",
        max_viewers: int = MAX_VIEWERS,
        foxglove: bool = False,
        names: Collection[str] = (),
        telemetry: Sequence[str] = tuple(TELEMETRY),
        pairing_file: PairingFile | None = None,
        announcer: Announcer | None = None,
        lab: LabPages | None = None,
        clock: Clock | None = None,
    ) -> None:
        if auth not in ("pair", "none"):
            raise ConfigError(f"`auth` must be 'pair' or 'none'. Received: auth={auth!r}")
        self._cockpit = cockpit
        self._telemetry = tuple(telemetry)
        self._foxglove = foxglove
        self._lab = lab
        super().__init__(
            cockpit,
            port=port,
            host=host,
            auth=auth,
            max_viewers=max_viewers,
            names=names,
            pairing_file=pairing_file,
            announcer=announcer,
            clock=RealClock() if clock is None else clock,
        )

    def update(self) -> None:
        """Serve until `shutdown`; the body of the part's thread."""
        try:
            super().update()
        finally:
            if self._lab is not None:
                self._lab.worker.close()

    def _application(self) -> Application:
        routes, bar = [*ROUTES], Bar()
        if self._lab is not None:
            routes += self._lab.routes()
            bar = Bar("car", bar.titles | self._lab.titles)
        if not self._foxglove:
            return make_application(self._console, routes=routes, bar=bar)
        # Nothing of it is loaded, let alone served, in a car that does not want it.
        from donkeycar.console.foxglove import FoxgloveFeed
        from donkeycar.console.foxglove_links import FOXGLOVE

        application = make_application(self._console, routes=[*routes, *FOXGLOVE], bar=bar)
        application.settings["foxglove"] = FoxgloveFeed(self._console)
        return application

    def run_threaded(
        self,
        image: Any = None,
        exposed_s: float | None = None,
        sequence: int | None = None,
        late_ticks: int | None = None,
        *telemetry: Any,
    ) -> None:
        """Show the car's state to the people.

        Args:
            image: The newest frame, ``uint8`` ``(height, width, 3)``.
            exposed_s: When it was exposed.
            sequence: Its number; a frame with a number seen before is not shown again.
            late_ticks: How many ticks of the loop were late so far. While there are many, the
                pages get half as many updates.
            telemetry: The values of the channels that the constructor named.
        """
        self._console.pace.heed(late_ticks)
        self._cockpit.telemetry = shown(dict(zip(self._telemetry, telemetry, strict=False)))
        if image is not None and exposed_s is not None and sequence is not None:
            self._console.frames.offer(image, exposed_s, sequence)
