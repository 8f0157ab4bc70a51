"""Unintended motion test: no pulse before a throttle was seen at rest, the right pulses after it.

A trial opens one of the devices of `pad_models.py`, takes control by steering and lets the motor
be armed. It then moves the throttle without letting it come to rest, releases it, waits, and pushes
it. Everything from the reader's records to the guardian is the product's own, on one simulated
clock; below it is the emulated chip. The pulses decide: neutral until the throttle was released,
full in the right direction while it is pushed, neutral again, and never in the wrong direction.
Recording may follow the throttle, and nothing else may.
"""

import logging
import random
import sys
from collections.abc import Callable, Sequence

from benchmarks.cases import no_arguments
from benchmarks.controllers.gamepad_fuzz import ScriptedLine
from benchmarks.controllers.pad_models import MODELS
from benchmarks.safety.fuzz import Bench
from benchmarks.safety.hardware import FORWARD, NEUTRAL_TICKS, REVERSE, THROTTLE_CHANNEL
from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import Cockpit
from donkeycar.guardian.guardian import State
from donkeycar.guardian.motor_frame import ARM, MotorFrame
from donkeycar.parts.controller.codes import (
    AXES,
    BUTTONS,
    EV_ABS,
    EV_SYN,
    EVENT,
    SYN_REPORT,
    Identity,
)
from donkeycar.parts.controller.gamepad import GamepadController

STEP_S, STEPS_A_TICK = 0.01, 5
# Longer than any control must lie still to count as at rest.
LET_GO_S = 2.0
# The delay of a pulse: a tick of the loop, the guardian's ramp, and one more tick.
FOLLOWS_S = 0.25


class Trial:
    """One device in the hands of one person, and the car that it drives.

    Args:
        name: Name of the model.
        chance: Random numbers for the person's actions.
    """

    def __init__(self, name: str, chance: random.Random) -> None:
        self.model = model = MODELS[name]
        self.name, self.chance = name, chance
        self.bench = Bench()
        self.clock = self.bench.clock
        self.steps = 0
        self.part = GamepadController(
            kind=model.kind, bindings=model.bindings, throttle_limit=1.0, finder=list,
            clock=self.clock,
        )  # fmt: skip
        self.cockpit = Cockpit(
            mode="user", throttle_ceiling=1.0, has_pilot=False, car_name="", clock=self.clock
        )
        self.client = Client("gamepad", kind="gamepad")
        identity = Identity(name, *model.identity)
        self.line = ScriptedLine(identity, {AXES[n]: i for n, i in model.axes.items()}, [])
        if model.buttons is not None:
            first = BUTTONS[model.base]
            self.line.buttons = set(range(first, first + model.buttons))
        self.line.reported = model.first is None
        self.part._greet(self.line)
        self.at = {name: info.value for name, info in model.axes.items()}
        if model.first is not None:
            self.report(**model.first)

    def report(self, **values: int) -> None:
        """Let the device report the positions of axes."""
        self.at |= values
        data = b"".join(EVENT.pack(0, 0, EV_ABS, AXES[n], value) for n, value in values.items())
        self.part._take(self.line, data + EVENT.pack(0, 0, EV_SYN, SYN_REPORT, 0))

    def step(self) -> None:
        """Advance a hundredth of a second: the reader runs, and at each fifth the loop."""
        self.part._take(self.line, b"")
        if self.steps % STEPS_A_TICK == 0:
            self._tick()
        self.steps += 1
        self.bench.guardian.step()
        self.clock.advance(STEP_S)

    def move(self, axis: str, value: int, is_right: Callable[[int], bool], what: str) -> None:
        """Move an axis to `value` as a hand does, report by report."""
        began, steps = self.at[axis], self.chance.randrange(6, 50)
        for step in range(1, steps + 1):
            self.report(**{axis: round(began + (value - began) * step / steps)})
            self.expect(is_right, what)

    def wait(self, seconds: float, is_right: Callable[[int], bool], what: str) -> None:
        """Let time pass."""
        for _ in range(round(seconds / STEP_S)):
            self.expect(is_right, what)

    def expect(self, is_right: Callable[[int], bool], what: str) -> None:
        """Let a moment pass, and check the pulses."""
        self.step()
        ticks = self.bench.chip.ticks(THROTTLE_CHANNEL)
        if not is_right(ticks):
            raise AssertionError(f"{self.name}: a pulse of {ticks} ticks {what}")

    def _tick(self) -> None:
        offer = self.part.run_threaded(self.cockpit.max_throttle, "")
        if offer.recording is not bool(offer.throttle):
            raise AssertionError(f"{self.name}: {offer} records a car that stands, or not")
        self.cockpit.take(self.client, offer)
        now_s = self.clock.monotonic()
        angle, throttle, expires_s, _ = self.cockpit.order.at(now_s, tick_s=0.055)
        self.bench.seq += 1
        life_s = max(expires_s - now_s, 0.0)
        self.bench.guardian.receive(
            MotorFrame(self.bench.seq, angle, throttle, life_s, ARM if life_s else 0).encode()
        )


def is_neutral(ticks: int) -> bool:
    """Whether the motor stands."""
    return ticks in (0, NEUTRAL_TICKS)


def run(name: str, chance: random.Random) -> None:
    """Try a model once.

    Raises:
        AssertionError: If it drives before it was seen at rest, or drives wrongly after it.
    """
    trial = Trial(name, chance)
    model, axis = trial.model, trial.model.throttle
    full = FORWARD if model.sign > 0 else REVERSE
    steer(trial)
    if not axis:
        for axis, info in model.axes.items():
            trial.move(axis, info.maximum, is_neutral, "of an axis that is bound to nothing")
        return
    unrested = trial.part._pad is not None and trial.part._pad.unrested
    if unrested and not model.pulls:
        for _ in range(chance.randrange(3)):  # it is held, and played with
            value = round(trial.at[axis] * 0.7 + model.axes[axis].maximum * 0.15)
            trial.move(axis, value, is_neutral, "held")
    if model.pulls:
        trial.move(axis, model.full, is_neutral, "before it was seen to be a trigger")
    trial.move(axis, model.rest, is_neutral, "while it is let go of")
    trial.wait(LET_GO_S, is_neutral, "when it was let go of")

    def is_the_right_way(ticks: int) -> bool:
        return is_neutral(ticks) or (ticks > NEUTRAL_TICKS) == (model.sign > 0)

    for _ in range(2):
        trial.move(axis, model.full, is_the_right_way, "the wrong way")
        trial.wait(FOLLOWS_S, is_the_right_way, "the wrong way")
        trial.wait(0.1, lambda ticks: ticks == full, "of a full push")
        trial.move(axis, model.rest, is_the_right_way, "the wrong way")
        trial.wait(FOLLOWS_S, is_the_right_way, "the wrong way")
        trial.wait(0.1, is_neutral, "after it was let go of again")


def steer(trial: Trial) -> None:
    """Take control, and wait until the motor would run."""
    axis = "ABS_RX" if trial.model.kind == "xboxswapped" else "ABS_X"
    info = trial.model.axes[axis]
    for value in (info.maximum, info.value):
        trial.move(axis, value, is_neutral, "of steering")
    trial.wait(trial.chance.uniform(1.0, 3.0), is_neutral, "when it appears")
    if trial.bench.guardian.state is not State.RUN:
        raise AssertionError(f"{trial.name}: it was not armed, so nothing was tried")


def throttle_before_rest(cases: int, seed: int) -> int:
    """Run this many trials, print each failure, and return their number."""
    failed = 0
    names = list(MODELS)
    for case in range(cases):
        try:
            run(names[case % len(names)], random.Random(seed + case))
        except AssertionError as error:
            failed += 1
            print(f"case {case}: {error}", file=sys.stderr)
    return failed


def main(argv: Sequence[str] | None = None) -> int:
    """Try every model several times; return 1 if any trial fails."""
    no_arguments("pad_rests", __doc__, argv)
    logging.disable(logging.WARNING)
    failed = throttle_before_rest(5 * len(MODELS), 0)
    print(f"{len(MODELS)} models, 5 times each: {failed} wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
