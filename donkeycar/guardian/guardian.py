"""Guardian: the state machine that decides what reaches the motor.

| state | the outputs carry       | the state ends                                              |
| ----- | ----------------------- | ----------------------------------------------------------- |
| BOOT  | nothing                 | with the first good frame that is not a stop: SAFE          |
| SAFE  | neutral                 | armed: RUN; without a good frame for 2 s: OFF               |
| RUN   | what the driver orders  | on any reason to stop: SAFE, at once                        |
| OFF   | nothing                 | in the same way as BOOT                                     |

The reasons to stop are: no good frame for 150 ms, an order that has expired, a burst of bad frames,
a stop, outputs that fail for 200 ms or were reset, the end of the vehicle process. The guardian
arms after 500 ms of good frames, with a frame that has not expired, has the arm bit and asks for
zero throttle.

A frame with the stop bit is only a stop, whatever its number: it is neither an order nor a good
frame.
"""

import math
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from donkeycar.errors import DeviceReset, text_of
from donkeycar.guardian.motor_frame import ARM, STOP, MotorFrame, decode, is_newer
from donkeycar.timing import Clock, RealClock

DEADLINE_S = 0.15
MAX_ORDER_LIFE_S = 1.0
BAD_BURST = 5
MAX_FAULT_S = 0.2
STEADY_S = 0.5
# Steering is held for this long after a stop: a car that coasts should not also swerve.
CENTRE_AFTER_S = 1.0
OFF_AFTER_S = 2.0
# Shortest time from one end of the range to the other.
SLEW_S = 0.1

NO_ORDER = MotorFrame(0, 0.0, 0.0, 0.0, 0)


class State(IntEnum):
    """What the guardian lets through."""

    BOOT = 0
    SAFE = 1
    RUN = 2
    OFF = 3


class Reason(IntEnum):
    """Why it is not RUN."""

    NONE = 0
    START = 1
    SILENT = 2
    EXPIRED = 3
    GARBLED = 4
    STOPPED = 5
    OUTPUT = 6
    ENDED = 7
    RESET = 8


class Output(Protocol):
    """The output to the servo and the motor. Both methods may raise ``OSError``."""

    def write(self, steering: float, throttle: float, /) -> None:
        """Send both values, -1 to +1; called a hundred times a second, mostly without a change."""

    def off(self) -> None:
        """Send no pulses: servos go limp, a speed controller notices that its signal is gone."""


class Guardian:
    """Decides, from frames and time alone, what the output carries.

    Args:
        output: The servo and the motor. It is switched off at once.
        clock: Source of time.
        tell: Takes a sentence about hardware that was reset.

    Attributes:
        state: The present state.
        reason: Why it is not RUN.
        steering: The steering that is sent to the output, -1 to +1.
        throttle: The throttle that is sent to the output, -1 to +1.
        fault: The last error of the output; ``None`` while it works.
    """

    def __init__(
        self,
        output: Output,
        *,
        clock: Clock | None = None,
        tell: Callable[[str], object] = lambda text: None,
    ) -> None:
        self._output = output
        self._tell = tell
        self._clock: Clock = RealClock() if clock is None else clock
        self.state = State.BOOT
        self.reason = Reason.START
        self.steering = self.throttle = 0.0
        self._order = NO_ORDER
        self._void_s = self._heard_s = -math.inf
        self._steady_since_s = self._safe_since_s = self._stepped_s = self._clock.monotonic()
        self._failing_since_s: float | None = None
        self.fault: OSError | None = None
        self._bad_frames = 0
        self._ended = False
        self.step()

    @property
    def done(self) -> bool:
        """Whether the vehicle process is gone and the output is off."""
        quiet = self.state in (State.BOOT, State.OFF) and self.fault is None
        return self._ended and quiet

    @property
    def status(self) -> MotorFrame:
        """The answer to the vehicle: number of the last frame, present output, state and reason."""
        flags = self.state | self.reason << 2
        return MotorFrame(self._order.seq, self.steering, self.throttle, 0.0, flags)

    def receive(self, packet: bytes) -> None:
        """Check one packet of the vehicle process, and act on it."""
        if self._ended:
            return
        now_s = self._clock.monotonic()
        self._check(now_s)
        frame = decode(packet)
        if frame is not None and frame.flags & STOP:
            # It may come from any thread, with any number, so it does not count as a sign of life.
            self._distrust(Reason.STOPPED, now_s)
            return
        unheard = self._heard_s == -math.inf
        if frame is None or not (unheard or is_newer(frame.seq, self._order.seq)):
            self._bad_frames += 1
            if self._bad_frames >= BAD_BURST:
                self._distrust(Reason.GARBLED, now_s)
            return
        if now_s - self._heard_s >= DEADLINE_S:
            self._steady_since_s = now_s
        self._bad_frames = 0
        self._order, self._heard_s = frame, now_s
        self._void_s = now_s + min(frame.life_s, MAX_ORDER_LIFE_S)
        if self._may_arm(frame, now_s):
            self.state, self.reason = State.RUN, Reason.NONE
        elif self.state is not State.RUN:
            self.state = State.SAFE

    def end(self) -> None:
        """Go safe for ever: the vehicle process is gone, or a signal asked for the end."""
        self._distrust(Reason.ENDED, self._clock.monotonic())
        self._ended = True

    def step(self) -> None:
        """Notice what is overdue, and write to the output. Call every 10 ms."""
        now_s = self._clock.monotonic()
        self._check(now_s)
        self._follow(now_s)
        try:
            if self.state in (State.BOOT, State.OFF):
                self._output.off()
            else:
                self._output.write(self.steering, self.throttle)
            self._failing_since_s = self.fault = None
        except OSError as fault:
            self.fault = fault
            if self._failing_since_s is None:
                self._failing_since_s = now_s
            if isinstance(fault, DeviceReset):
                self._hear_of_reset(fault, now_s)
            elif now_s - self._failing_since_s > MAX_FAULT_S:
                self._distrust(Reason.OUTPUT, now_s)

    def _hear_of_reset(self, fault: DeviceReset, now_s: float) -> None:
        # A speed controller on the same supply starts anew, too: it must see neutral first.
        if self.reason is not Reason.RESET:
            self._tell(f"{text_of(fault)}. The motor is stopped until the throttle is let go of.")
        self._distrust(Reason.RESET, now_s)

    def _may_arm(self, frame: MotorFrame, now_s: float) -> bool:
        asks = frame.flags & ARM and frame.throttle == 0.0 and frame.life_s > 0.0
        return bool(asks and now_s - self._steady_since_s >= STEADY_S)

    def _check(self, now_s: float) -> None:
        if self.state is State.RUN and now_s - self._heard_s >= DEADLINE_S:
            self._distrust(Reason.SILENT, now_s)
        if self.state is State.RUN and now_s >= self._void_s:
            # The vehicle works, only the driver fell silent: it need not prove itself again.
            self._leave_run(Reason.EXPIRED, now_s)
        last_s = self._safe_since_s if self._ended else max(self._heard_s, self._safe_since_s)
        if self.state is State.SAFE and now_s - last_s >= OFF_AFTER_S:
            self.state = State.OFF

    def _distrust(self, reason: Reason, now_s: float) -> None:
        self._steady_since_s = now_s
        self._leave_run(reason, now_s)

    def _leave_run(self, reason: Reason, now_s: float) -> None:
        if self.state is State.RUN:
            self.state, self._safe_since_s, self.throttle = State.SAFE, now_s, 0.0
        self.reason = reason

    def _follow(self, now_s: float) -> None:
        most = 2.0 * (now_s - self._stepped_s) / SLEW_S
        self._stepped_s = now_s
        if self.state is State.RUN:
            self.steering = _towards(self.steering, self._order.steering, most)
            # Less throttle is never delayed; more throttle, and a change of direction, are.
            target = self._order.throttle
            kept = min(max(self.throttle, min(target, 0.0)), max(target, 0.0))
            self.throttle = _towards(kept, target, most)
        elif now_s - self._safe_since_s >= CENTRE_AFTER_S:
            self.steering = 0.0


def _towards(value: float, target: float, most: float) -> float:
    return value + min(max(target - value, -most), most)
