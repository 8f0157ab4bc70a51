"""The console as a part of the car: what people want, in; what the car does, out."""

from collections.abc import Callable, Collection
from typing import Any

from donkeycar.console.access import Auth
from donkeycar.console.served import ServedConsole
from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.message import BUTTONS
from donkeycar.driving.reasons import reason_for
from donkeycar.driving.telemetry import Telemetry
from donkeycar.errors import ConfigError
from donkeycar.safety.arbiter import Offer
from donkeycar.safety.drive_mode import MODES
from donkeycar.timing import Clock, RealClock

MAX_VIEWERS = 4

# The end of an order is seen a tick ahead, so that the motor is neutral in time: the interval of
# the loop and a little for jitter; a guess before the rate is measured; and never so much that no
# order lives.
TICK_MARGIN = 1.1
FIRST_TICK_S = 0.055
MAX_TICK_S = 0.1


class WebController(ServedConsole):
    """Serves the console, and hands the driver's order to the loop.

    The port is bound when this returns; pages are served once `update` runs.

    Args:
        port: TCP port; 0 picks a free one, see `port`.
        host: Address to listen at; ``"127.0.0.1"`` for this computer only.
        auth: ``"pair"``, or ``"none"`` to let everybody on the network drive.
        initial_mode: Drive mode at the start. In a pilot mode the car waits for Resume.
        max_throttle: The most the driver can set as limit for throttle, 0 to 1.
        first_limit: That limit at the start; ``None`` is `max_throttle`.
        car_name: Shown on the page.
        has_pilot: Whether pilot modes can be chosen.
        pilot_note: Why they cannot be chosen yet, until `run_threaded` is told; "" if they can.
        order_life_s: How long an order lives after the driver's last heartbeat, 0.1 to 1 s.
        max_viewers: How many video streams are served at a time.
        names: More names the car goes by; ``name:port`` if the port differs.
        halt: Stops the motor at once, in whichever thread a stop is heard: `Vehicle.halt`.
        clock: Source of time: the one of the loop.

    Raises:
        ConfigError: If an argument is out of range.
        DeviceError: If the port is not to be had.
    """

    def __init__(
        self,
        *,
        port: int = 8887,
        host: str = "0.0.0.0",  # noqa: S104 - phones come from other addresses
        auth: Auth = "pair",
        initial_mode: str = "user",
        max_throttle: float = 1.0,
        first_limit: float | None = None,
        car_name: str = "donkeycar",
        has_pilot: bool = False,
        pilot_note: str = "",
        order_life_s: float = 0.25,
        max_viewers: int = MAX_VIEWERS,
        names: Collection[str] = (),
        halt: Callable[[], object] = lambda: None,
        clock: Clock | None = None,
    ) -> None:
        if auth not in ("pair", "none"):
            raise ConfigError(f"`auth` must be 'pair' or 'none'. Received: auth={auth!r}")
        if initial_mode not in MODES:
            raise ConfigError(
                f"`initial_mode` must be one of {', '.join(MODES)}. "
                f"Received: initial_mode={initial_mode!r}"
            )
        if initial_mode != "user" and not has_pilot:
            raise ConfigError(
                "`initial_mode` (WEB_INIT_MODE) must be 'user' without a pilot. "
                f"Received: initial_mode={initial_mode!r}. Start with --model, or change it"
            )
        if not 0 <= max_throttle <= 1:
            raise ConfigError(
                f"`max_throttle` must be 0 to 1. Received: max_throttle={max_throttle}"
            )
        self._clock: Clock = RealClock() if clock is None else clock
        self._gamepad = Client("gamepad", kind="gamepad")
        self._rc = Client("rc", kind="rc")
        self._cockpit = Cockpit(
            mode=initial_mode,
            throttle_ceiling=max_throttle,
            max_throttle=first_limit,
            has_pilot=has_pilot,
            pilot_note=pilot_note,
            car_name=car_name,
            life_s=order_life_s,
            halt=halt,
            clock=self._clock,
        )
        super().__init__(
            self._cockpit,
            port=port,
            host=host,
            auth=auth,
            max_viewers=max_viewers,
            names=names,
            clock=self._clock,
        )

    def hear(self, kind: str, news: str) -> None:
        """Hear at once what a gamepad or a remote control cannot keep for the next tick.

        Args:
            kind: ``"gamepad"`` or ``"rc"``.
            news: See `Cockpit.hear`.
        """
        self._cockpit.hear(self._gamepad if kind == "gamepad" else self._rc, news)

    def run_threaded(
        self,
        image: Any = None,
        exposed_s: float | None = None,
        sequence: int | None = None,
        num_records: int | None = None,
        recorder_status: str | None = None,
        rate_hz: float | None = None,
        angle: float | None = None,
        throttle: float | None = None,
        pilot_angle: float | None = None,
        pilot_throttle: float | None = None,
        gamepad: Offer | None = None,
        rc: Offer | None = None,
        drivetrain_state: str | None = None,
        drivetrain_reason: str | None = None,
        late_ticks: int | None = None,
        camera_age_s: float | None = None,
        recorder_reason: str | None = None,
        power_reason: str | None = None,
        pilot_note: str | None = None,
    ) -> tuple[
        float, float, str, bool, float, str, bool, bool, bool, bool, bool, float, str,
        tuple[str, ...],
    ]:  # fmt: skip
        """Show the car's state to the people, and return what the one who drives wants.

        Args:
            image: The newest frame, ``uint8`` ``(height, width, 3)``.
            exposed_s: When it was exposed.
            sequence: Its number; a number seen before is not shown again.
            num_records: Records that are safely on disk.
            recorder_status: "" or what the recorder has to say.
            rate_hz: Measured rate of the loop.
            angle: What the steering was last told.
            throttle: What the motor was last told.
            pilot_angle: What the pilot says, if there is one.
            pilot_throttle: As `pilot_angle`.
            gamepad: What a gamepad in the car offers; ``None`` if the car reads none.
            rc: What a remote control offers.
            drivetrain_state: What the guardian of the motor does: ``"run"`` if it lets orders
                through; ``None`` if the car has none.
            drivetrain_reason: Why it does not, in a sentence; "" if it does.
            late_ticks: How many ticks of the loop were late so far. While there are many, the
                pages are told half as often.
            camera_age_s: How old frames are when the car has them.
            recorder_reason: Why nothing is recorded though recording is on; "" if it is.
            power_reason: What is wrong with the supply of the car's computer; "" if nothing is.
            pilot_note: Why pilot modes cannot be chosen yet; "" or ``None`` if they can.

        Returns:
            Angle, throttle, mode, recording, the moment the order ends (0.0: nobody may drive),
            why the car does not drive ("" if it does), whether each of the five buttons was
            pressed since the last call, the limit for throttle, who drives (``"web"``,
            ``"gamepad"``, ``"rc"`` or ``"none"``), and the actions for other parts since the last
            call (``"erase"``, ``"ai_launch"``).
        """
        cockpit = self._cockpit
        self._console.pace.heed(late_ticks)
        cockpit.telemetry = Telemetry(
            num_records, recorder_status or "", rate_hz, angle, throttle,
            pilot_angle, pilot_throttle, drivetrain_state, drivetrain_reason or "",
            camera_age_s, recorder_reason or "", power_reason or "", pilot_note or "",
        )  # fmt: skip
        if image is not None and exposed_s is not None and sequence is not None:
            self._console.frames.offer(image, exposed_s, sequence)
        for client, offer in ((self._gamepad, gamepad), (self._rc, rc)):
            if offer is not None:
                cockpit.take(client, offer)
        limit = cockpit.max_throttle
        tick_s = TICK_MARGIN / rate_hz if rate_hz else FIRST_TICK_S
        now_s = self._clock.monotonic()
        angle, throttle, expires_s, code = cockpit.order.at(now_s, tick_s=min(tick_s, MAX_TICK_S))
        throttle = min(max(throttle, -limit), limit)
        pressed = {cockpit.pressed.popleft() for _ in range(len(cockpit.pressed))}
        w1, w2, w3, w4, w5 = (button in pressed for button in BUTTONS)
        actions = tuple(cockpit.actions.popleft() for _ in range(len(cockpit.actions)))
        return (
            angle, throttle, cockpit.mode, cockpit.recording, expires_s,
            reason_for(code, cockpit.unready), w1, w2, w3, w4, w5, limit, cockpit.source, actions,
        )  # fmt: skip
