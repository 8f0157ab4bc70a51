"""Drivetrain part of the drive loop: it sends every order through the guardian."""

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

# Modes in which the pilot gives a part of the order.
PILOT_MODES = ("local_angle", "local")

# After these reasons the driver need not release the throttle: the order itself was void, or the
# loop has to prove itself again. The console decides what the driver must do then.
RESUMED_BY_ITSELF = (Reason.START, Reason.SILENT, Reason.EXPIRED)

# No order is valid, and the pilot's part may know why.
VOID = (Reason.START, Reason.EXPIRED)

# How often, and how many times, `neutral` looks for the answer to a stop.
ANSWER_CHECK_S = 0.005
ANSWER_CHECKS = 10

# The same for the answer to each frame, if there is a follower.
FOLLOW_CHECK_S = 0.0005
FOLLOW_CHECKS = 10


class Link(Protocol):
    """The connection to a guardian: `VehicleSide`, or `LocalGuardian`."""

    def send(self, frame: MotorFrame, /) -> None:
        """Hand a frame over, without waiting."""

    def status(self) -> MotorFrame | None:
        """The newest answer."""

    def halt(self) -> None:
        """Stop the motor; safe to call from any thread."""


class LocalGuardian:
    """A guardian in this process, for simulated outputs; it follows the same rules.

    It acts only when it gets a frame: if the loop hangs, this guardian hangs too.

    Args:
        guardian: The guardian, on the clock of the simulation.
    """

    def __init__(self, guardian: Guardian) -> None:
        self._guardian = guardian

    def send(self, frame: MotorFrame) -> None:
        """Let the guardian check a frame and write to the output."""
        self._guardian.receive(frame.encode())
        self._guardian.step()

    def status(self) -> MotorFrame:
        """The guardian's state now."""
        return self._guardian.status

    def halt(self) -> None:
        """Do nothing: the simulation belongs to the loop's thread, and its next tick stops it."""


class GuardedDrivetrain:
    """A part that sends each tick's command to the guardian, with the time it remains valid.

    Args:
        link: The connection to the guardian.
        emergency_off: Called if the guardian is gone: it switches the motor off by itself, and
            makes sure of it. If it fails, it is called again until it succeeds or the guardian is
            back.
        follower: Carries out in this process what the guardian lets through, for example the
            wheels of a simulated car. Each tick then waits for the guardian's answer, 5 ms at most.
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
        """Send the order of one tick.

        Args:
            command: What the car should do. ``None``, an expired command and a command with
                invalid numbers are not orders.
            mode: Drive mode.
            pilot_reason: Says what is too slow if the pilot's answers come too late; in a pilot
                mode it replaces "The order was too old." and "not armed yet".

        Returns:
            The guardian's state: ``"boot"``, ``"safe"``, ``"run"`` or ``"off"``; and the reason if
            it is not ``"run"``, else "". Both come from the guardian's last answer.

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

        This is neither an order nor a sign of life: only `run` sends those. If the guardian is
        gone, the next tick notices it.
        """
        with suppress(OSError):
            self._link.halt()

    def neutral(self) -> None:
        """Stop the motor, whatever the last order was, and make sure of it.

        It waits for the guardian's answer, 0.05 s at most, because a guardian that is dying accepts
        a frame without acting on it.
        """
        try:
            self._link.send(MotorFrame(self._seq, 0.0, 0.0, 0.0, STOP))
            for _ in range(ANSWER_CHECKS):
                if self._status()[0] is not State.RUN:
                    self._follow()
                    return
                self._clock.sleep(ANSWER_CHECK_S)
        except OSError:
            pass  # the guardian is gone; the lines below handle that
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
        # The guardian arms on zero throttle only. An order that has just become valid has passed
        # the console's rules for arming, so the zero is sent for it.
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
