"""Calibration page as a part of the car: it shows the pulses and returns a person's commands."""

from tornado.web import Application

from donkeycar.console.access import Auth
from donkeycar.console.bench import Bench
from donkeycar.console.calibrate import ROUTES, CalibrateFeed
from donkeycar.console.pairing_file import PairingFile
from donkeycar.console.served import ServedConsole
from donkeycar.console.server import make_application
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.command import Command
from donkeycar.timing import Clock, RealClock


class CalibrationConsole(ServedConsole):
    """Serves the calibration page, with pairing as on the drive page. The port is bound at once.

    Args:
        bench: The calibration and its clients.
        port: TCP port; 0 picks a free one, see `port`.
        host: Address to listen at.
        auth: ``"pair"``, or ``"none"`` to let everybody on the network in.
        car_name: The car's name.
        pairing_file: Where pairings are stored; ``None`` lets them end with this run.
        clock: Source of time.

    Raises:
        DeviceError: If the port cannot be bound.
    """

    doing = "Calibrate"

    def __init__(
        self,
        bench: Bench,
        *,
        port: int = 8887,
        host: str = "0.0.0.0",  # noqa: S104 - phones come from other addresses
        auth: Auth = "pair",
        car_name: str = "donkeycar",
        pairing_file: PairingFile | None = None,
        clock: Clock | None = None,
    ) -> None:
        clock = RealClock() if clock is None else clock
        self._bench = bench
        # No page of this console uses the cockpit: nobody drives while the car is calibrated.
        cockpit = Cockpit(
            mode="user", throttle_ceiling=0.0, has_pilot=False, car_name=car_name, clock=clock
        )
        super().__init__(
            cockpit,
            port=port,
            host=host,
            auth=auth,
            max_viewers=0,
            pairing_file=pairing_file,
            clock=clock,
        )

    def run_threaded(
        self,
        steering: float | None,
        throttle: float | None,
        guardian: str | None,
        reason: str | None,
    ) -> Command:
        """Show the guardian's output, and return the next command.

        Args:
            steering: Steering that the guardian outputs, -1 to +1 of the widest pulses.
            throttle: The same for the motor.
            guardian: The guardian's state.
            reason: Why the guardian does not run, "" if it does.
        """
        return self._bench.tick(steering or 0.0, throttle or 0.0, guardian or "boot", reason or "")

    def _application(self) -> Application:
        feed = CalibrateFeed(self._bench)
        return make_application(self._console, routes=ROUTES, feed=feed)
