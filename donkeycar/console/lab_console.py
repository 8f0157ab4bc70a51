"""Console of a PC: the pages of the lab, and nothing that drives."""

from typing import Any

from tornado.web import Application

from donkeycar.console.access import Auth
from donkeycar.console.bar import Bar, BarPages
from donkeycar.console.forward import LabPages
from donkeycar.console.guard import STATIC, STATIC_FILES, Guarded, PackageFile
from donkeycar.console.pair import PAIRING
from donkeycar.console.pairing_file import PairingFile
from donkeycar.console.served import ServedConsole
from donkeycar.console.server import make_application
from donkeycar.driving.cockpit import Cockpit
from donkeycar.timing import Clock, RealClock


class LabHome(Guarded):
    """`/` and `/drive`: a redirect to the first page; the pairing page uses it too."""

    page = True

    def get(self) -> None:
        """Redirect to the first page."""
        bar: Bar = self.settings["bar"]
        self.redirect(f"/{next(iter(bar.titles))}")


class NoFeed:
    """Takes the place of a feed: no page of this console has a socket."""

    sockets: frozenset[Any] = frozenset()


class LabConsole(ServedConsole):
    """Serves the pages of the lab, with pairing as on the drive page. The port is bound at once.

    Args:
        lab: The pages, and the process that serves them.
        name: Shown in the bar.
        port: TCP port; 0 picks a free one, see `port`.
        host: Address to listen at.
        auth: ``"pair"``, or ``"none"`` to let everybody on the network in.
        pairing_file: Where pairings are stored; ``None`` lets them end with this run.
        clock: Source of time.

    Raises:
        DeviceError: If the port cannot be bound.
    """

    doing = "Open the console"

    def __init__(
        self,
        lab: LabPages,
        *,
        name: str,
        port: int = 8887,
        host: str = "127.0.0.1",
        auth: Auth = "pair",
        pairing_file: PairingFile | None = None,
        clock: Clock | None = None,
    ) -> None:
        clock = RealClock() if clock is None else clock
        self._lab = lab
        # No page of this console uses the cockpit: nobody drives this computer.
        cockpit = Cockpit(throttle_ceiling=0.0, car_name=name, clock=clock)
        super().__init__(
            cockpit,
            port=port,
            host=host,
            auth=auth,
            max_viewers=0,
            pairing_file=pairing_file,
            clock=clock,
        )

    def update(self) -> None:
        """Serve until `shutdown`."""
        try:
            super().update()
        finally:
            self._lab.worker.close()

    def _application(self) -> Application:
        routes = [
            (r"/", LabHome, {}),
            (r"/drive", LabHome, {}),
            *PAIRING,
            *self._lab.routes(),
            (r"/pages", BarPages, {}),
            (STATIC_FILES, PackageFile, {"path": str(STATIC)}),
        ]
        bar = Bar("pc", self._lab.titles)
        return make_application(self._console, routes=routes, feed=NoFeed(), bar=bar)
