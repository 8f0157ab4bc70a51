"""The drivetrain as the drive loop sees it: every order passes the guardian."""

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from donkeycar.driving.command import NEUTRAL, Command
from donkeycar.guardian.guardian import Guardian, Output, Reason, State
from donkeycar.guardian.motor_frame import ARM, STOP, MotorFrame
from donkeycar.guardian.switch_off import switch_off
from donkeycar.timing import Clock, RealClock

REASONS = {
    Reason.NONE: "",
    Reason.START: "The motor is not armed yet.",
    Reason.SILENT: "The drive loop stalled. The car goes on when it is steady again.",
    Reason.EXPIRED: "The order was too old.",
    Reason.GARBLED: "The drive loop sent nonsense. Let go of the throttle.",
    Reason.STOPPED: "The motor was stopped. Let go of the throttle.",
    Reason.OUTPUT: "The motor does not answer. Check its wires and power, let go of the throttle.",
    Reason.ENDED: "The car was shut down.",
    Reason.RESET: "The motor's board lost its power, or another program changed it. "
    "Let go of the throttle.",
}

# Where the pilot has a share in the order.
PILOT_MODES = ("local_angle", "local")

# After these the driver need not let go of the throttle: the order itself was void, or it is the
# loop that has to prove itself again. What the driver must do then is the console's rule.
RESUMED_BY_ITSELF = (Reason.START, Reason.SILENT, Reason.EXPIRED)

# No order is alive, and the pilot's part may know why.
VOID = (Reason.START, Reason.EXPIRED)

# How often, and how many times, the answer to a stop is looked for.
ANSWER_CHECK_S = 0.005
ANSWER_CHECKS = 10

# The same for the answer to each frame, where somebody follows.
FOLLOW_CHECK_S = 0.0005
FOLLOW_CHECKS = 10


class Link(Protocol):
    """The way to a guardian: `VehicleSide`, or `LocalGuardian`."""

    def send(self, frame: MotorFrame, /) -> None:
        """Hand a frame over, without waiting."""

    def status(self) -> MotorFrame | None:
        """The newest answer."""

    def halt(self) -> None:
        """Stop the motor, whichever thread calls it."""


class LocalGuardian:
    """A guardian in this process, for outputs that are simulated: it keeps the same rules.

    It acts when it is sent a frame. A loop that hangs takes it along.

    Args:
        guardian: On the clock of the simulation.
    """

    def __init__(self, guardian: Guardian) -> None:
        self._guardian = guardian

    def send(self, frame: MotorFrame) -> None:
        """Let the guardian judge a frame and write to the output."""
        self._guardian.receive(frame.encode())
        self._guardian.step()

    def status(self) -> MotorFrame:
        """What the guardian does now."""
        return self._guardian.status

    def halt(self) -> None:
        """Do nothing: what is simulated belongs to the loop's thread, whose next tick stops it."""


class GuardedDrivetrain:
    """A part that sends each tick's command to the guardian, with what is left of its life.

    Args:
        link: The way to the guardian.
        emergency_off: Called if the guardian is gone: switches the motor off without it, and makes
            sure of it. If it fails it is called again, until it does or the guardian is back.
        follower: Does in this process what the guardian lets through: the wheels of a simulated
            car. Each tick then waits for the guardian's answer, 5 ms at most.
        clock: Source of time.
    """

    def __init__(
        self,
        link: Link,
        *,
        emergency_off: Callable[[], object],
        follower: Output | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._link = link
        self._second_key = emergency_off
        self._follower = follower
        self._clock: Clock = RealClock() if clock is None else clock
        self._seq = 0
        self._knocks = False

    def run(
        self, command: Command | None, mode: str | None = None, pilot_reason: str | None = None
    ) -> tuple[str, str]:
        """Order one tick.

        Args:
            command: What the car should do. ``None``, or one whose life is over or whose numbers
                make no sense, is not an order.
            mode: Drive mode.
            pilot_reason: What is too slow if the pilot's answers come too late; in a pilot mode
                it takes the place of "The order was too old." and "not armed yet".

        Returns:
            The guardian's state: ``"boot"``, ``"safe"``, ``"run"`` or ``"off"``; and why it is not
            ``"run"``, "" if it is. Both as of its last answer.

        Raises:
            DeviceError: If the guardian is gone.
        """
        try:
            state, reason = self._order(command or NEUTRAL)
        except OSError:
            self._switch_off()
            raise
        if reason in VOID and pilot_reason and mode in PILOT_MODES:
            return state.name.lower(), pilot_reason
        return state.name.lower(), REASONS[reason]

    def halt(self) -> None:
        """Stop the motor at once, from any thread, without waiting for the next tick.

        It is neither an order nor a sign of life: those come from `run` alone. If the guardian is
        gone, the next tick finds out.
        """
        with suppress(OSError):
            self._link.halt()

    def neutral(self) -> None:
        """Stop the motor, whatever the order was, and make sure of it.

        It waits for the guardian's answer, 0.05 s at most; a guardian that is dying takes a frame
        and does nothing with it.
        """
        try:
            self._link.send(MotorFrame(self._seq, 0.0, 0.0, 0.0, STOP))
            for _ in range(ANSWER_CHECKS):
                if self._status()[0] is not State.RUN:
                    self._follow()
                    return
                self._clock.sleep(ANSWER_CHECK_S)
        except OSError:
            pass  # the guardian is gone: what follows is for that
        self._switch_off()

    def shutdown(self) -> None:
        """Stop the motor. Safe to call twice."""
        self.neutral()

    def _switch_off(self) -> None:
        switch_off(self._second_key, unless=self._is_stopped, clock=self._clock)

    def _is_stopped(self) -> bool:
        """Whether a guardian that was only late has stopped the motor after all."""
        try:
            return self._link.status() is not None and self._status()[0] is not State.RUN
        except OSError:
            return False

    def _order(self, command: Command) -> tuple[State, Reason]:
        if not (abs(command.angle) <= 1 and abs(command.throttle) <= 1):
            command = NEUTRAL
        life_s = command.expires_s - self._clock.monotonic()
        if not 0 < life_s < math.inf:
            life_s = 0.0
        state, reason = self._status()
        # The guardian arms on zero throttle only. An order that has just come to life has passed
        # the console's rules for that, so the zero is given on its behalf.
        if state is State.RUN:
            self._knocks = False
        elif life_s == 0.0 or reason in RESUMED_BY_ITSELF:
            self._knocks = True
        throttle = 0.0 if self._knocks else command.throttle
        self._send(command.angle, throttle, life_s, ARM if life_s else 0)
        self._follow()
        return state, reason

    def _follow(self) -> None:
        if self._follower is None:
            return
        for _ in range(FOLLOW_CHECKS):
            answer = self._link.status()
            if answer is not None and answer.seq == self._seq:
                break
            self._clock.sleep(FOLLOW_CHECK_S)
        if answer is None or answer.flags & 3 in (State.BOOT, State.OFF):
            self._follower.off()
        else:
            self._follower.write(answer.steering, answer.throttle)

    def _status(self) -> tuple[State, Reason]:
        status = self._link.status()
        if status is None:
            return State.BOOT, Reason.START
        return State(status.flags & 3), Reason(status.flags >> 2)

    def _send(self, angle: float, throttle: float, life_s: float, flags: int) -> None:
        self._seq = (self._seq + 1) % 65536
        self._link.send(MotorFrame(self._seq, angle, throttle, life_s, flags))
