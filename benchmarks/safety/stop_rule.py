"""Exhaustive test of the stop rule: after a stop from any source there is no throttle.

Every source of a stop is combined with every drive mode and every state that people can bring a car
into, on a simulated clock; after the stop everybody pushes every stick and asks for the pilot.
Goal:
in no case any throttle until somebody resumes, never backwards, and the pilot no longer drives.
"""

import itertools
import random
import sys
from collections.abc import Sequence
from typing import Any

from benchmarks.cases import no_arguments
from donkeycar.driving.arbiter import Offer
from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.command import Command
from donkeycar.driving.drive_mode import MODES, DriveMode
from donkeycar.driving.driver_link import HUNG
from donkeycar.driving.message import Message
from donkeycar.testing import FakeClock

SOURCES = (
    "web", "page that watches", "gamepad", "rc", "gamepad that goes", "gamepad between ticks",
    "rc between ticks",
)  # fmt: skip
STATES = (
    "nobody", "page drives", "gamepad drives", "rc drives", "page reverses", "gamepad reverses",
    "stopped", "silent", "lost", "left", "start", "handed over", "gone",
    "hung",
)  # fmt: skip
EVERY = tuple(itertools.product(SOURCES, MODES, STATES))

TICK_S = 0.05
OFFER_LIFE_S = 0.25


class Hand:
    """A gamepad or a remote control."""

    def __init__(self, cockpit: Cockpit, clock: FakeClock, kind: str) -> None:
        self.cockpit, self.clock = cockpit, clock
        self.client = Client(kind, kind=kind)

    def offer(
        self, throttle: float = 0.0, angle: float = 0.0, *, moved: bool = False,
        actions: tuple[str, ...] = (), recording: bool | None = None,
    ) -> "Hand":  # fmt: skip
        """Offer these values at one tick."""
        expires_s = self.clock.monotonic() + OFFER_LIFE_S
        offer = Offer(angle, throttle, expires_s, moved, recording, actions)
        self.cockpit.take(self.client, offer)
        return self

    def press(self, *actions: str) -> "Hand":
        """Press buttons for one tick."""
        return self.offer(moved=True, actions=actions)

    def gone(self) -> None:
        """Be unplugged."""
        self.cockpit.take(self.client, Offer())

    def hold(self, seconds: float, **offer: Any) -> None:
        """Offer the same values for a while."""
        for _ in range(round(seconds / TICK_S)):
            self.offer(**offer)
            self.clock.advance(TICK_S)
        self.offer(**offer)


class Page:
    """A page that drives or tries to."""

    def __init__(self, cockpit: Cockpit, clock: FakeClock, name: str = "page") -> None:
        self.cockpit, self.clock = cockpit, clock
        self.client = Client(name)

    def send(self, **fields: Any) -> dict[str, Any]:
        """Send a message with a fresh echo."""
        return self.cockpit.handle(self.client, Message(echo=self.cockpit.issue_tick(), **fields))

    def hold(self, seconds: float, **fields: Any) -> None:
        """Send the same for a while."""
        for _ in range(round(seconds / TICK_S)):
            self.send(**fields)
            self.clock.advance(TICK_S)
        self.send(**fields)


class Situation:
    """A car in a chosen state, with the stop rule in front of its wheels."""

    def __init__(self, mode: str, state: str) -> None:
        self.clock = clock = FakeClock(100.0)
        self.cockpit = Cockpit(
            mode=mode if state == "start" else "user", throttle_ceiling=1.0, has_pilot=True,
            car_name="c", clock=clock,
        )  # fmt: skip
        self.page = Page(self.cockpit, clock)
        self.pad = Hand(self.cockpit, clock, "gamepad")
        self.rc = Hand(self.cockpit, clock, "rc")
        self._rule = DriveMode(clock=clock)
        self._enter(mode, state)
        self.command()

    def command(self) -> Command:
        """The command of one tick; the pilot always gives throttle."""
        cockpit, now_s = self.cockpit, self.clock.monotonic()
        angle, throttle, expires_s, _ = cockpit.order.at(now_s)
        return self._rule.run(
            cockpit.mode, angle, throttle, expires_s, cockpit.max_throttle, 0.4, 0.7, now_s + 1
        )[2]

    def stop(self, source: str) -> None:
        """Stop, and ask for everything else at the same time."""
        if source == "web":
            wish = Message(stop=True, throttle=-1.0, drive_mode="local")
            self.cockpit.handle(self.page.client, wish)
        elif source == "page that watches":
            self.cockpit.handle(Client("visitor"), Message(stop=True))
        elif source == "gamepad that goes":
            self.cockpit.take(self.pad.client, Offer(actions=("stop",)))
        elif source.endswith("between ticks"):
            hand = self.pad if source.startswith("gamepad") else self.rc
            self.cockpit.hear(hand.client, "stop")
        else:
            hand = self.pad if source == "gamepad" else self.rc
            hand.offer(-1.0, moved=True, actions=("mode_local", "stop", "resume"), recording=True)

    def push(self, throttle: float) -> None:
        """For one tick everybody gives throttle and selects the pilot."""
        self.page.send(angle=0.0, throttle=throttle, drive_mode="local")
        self.pad.offer(throttle, moved=True, actions=("mode_local",))
        self.rc.offer(throttle, moved=True, actions=("mode_local",))
        self.clock.advance(TICK_S)

    def _enter(self, mode: str, state: str) -> None:
        sign = -1 if "reverses" in state else 1
        if state.startswith("gamepad") or state == "gone":
            self.pad.offer(0.6 * sign, 0.5, moved=True, actions=(f"mode_{mode}",))
            if state == "gone":
                self.pad.gone()
        elif state.startswith("rc"):
            self.rc.offer(0.6, moved=True, actions=(f"mode_{mode}",))
        elif state not in ("nobody", "start"):
            self.page.send(angle=0.5, throttle=0.6 * sign, drive_mode=mode)
            if state == "stopped":
                self.cockpit.stop()
            elif state in ("silent", "lost"):
                self.clock.advance(0.3 if state == "silent" else 1.5)
            elif state == "left":
                self.cockpit.leave(self.page.client)
            elif state == "hung":
                self.cockpit.hold(HUNG)
            elif state == "handed over":
                Page(self.cockpit, self.clock, "other").send(take=True)
                self.page.send(give=True)


def disobeyed(source: str, mode: str, state: str) -> str:
    """How a stop was disobeyed; "" if it was obeyed."""
    car = Situation(mode, state)
    car.stop(source)
    if car.command().throttle != 0.0:
        return f"it ordered {car.command()}"
    if car.cockpit.mode != "user":
        return f"its mode stayed {car.cockpit.mode}"
    for throttle in (1.0, -1.0, 0.5):
        for _ in range(10):
            car.push(throttle)
            if car.command().throttle != 0.0 or car.command().source != "none":
                return f"it did not last: {car.command()}"
    return ""


def disobediences(cases: int, seed: int) -> int:
    """Try this many of `EVERY`, shuffled by the seed; print and count those not obeyed."""
    chosen = random.Random(seed).sample(EVERY, min(cases, len(EVERY)))  # noqa: S311 - no secret
    wrong = 0
    for case in chosen:
        if what := disobeyed(*case):
            wrong += 1
            print(f"{case}: {what}", file=sys.stderr)
    return wrong


def main(argv: Sequence[str] | None = None) -> int:
    """Try all; return 1 if any was not obeyed."""
    no_arguments("stop_rule", __doc__, argv)
    wrong = disobediences(len(EVERY), 1)
    print(f"{len(EVERY)} pairs of source, mode and state: {wrong} stops were not obeyed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
