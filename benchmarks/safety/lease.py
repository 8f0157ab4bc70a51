"""Control lease: with two phones only one of them drives, and both of them can stop the car.

On a simulated clock, a page that does not drive sends everything in the protocol except a stop, and
nothing of the car may change; a driver falls silent, and the control must be free two seconds later
and not before. In two real processes, somebody who does not drive stops the car, as seen in the
trace of the emulated chip.

Goals: 0 of 10,000 orders of somebody else do anything; the stop of anybody is neutral in 100 ms.
"""

import argparse
import json
import random
import time

from benchmarks.controllers.gamepad_stop import RATE_HZ, car, drive
from benchmarks.controllers.stop_people import PagePerson
from benchmarks.safety.verdict import Verdict, figures
from donkeycar.driving.arbiter import Offer
from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.drive_mode import MODES
from donkeycar.driving.lease import FREE_AFTER_S
from donkeycar.driving.message import BUTTONS, parse_message
from donkeycar.testing import FakeClock

MAX_STOP_MS = 100.0
BEAT_S = 0.04

# What a gamepad can wish, but for a stop.
WISHES = (
    "mode", *(f"mode_{mode}" for mode in MODES), "record", "erase", "limit_up", "limit_down",
    "resume", "ai_launch", *BUTTONS,
)  # fmt: skip


class Phones:
    """A car on a simulated clock, its driver, and other people who try to drive."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - not a secret
        self.clock = FakeClock(1000.0)
        self.cockpit = Cockpit(
            mode="user", throttle_ceiling=1.0, has_pilot=True, car_name="", clock=self.clock
        )
        self.driver, self.other = Client("driver"), Client("other")
        self.pad, self.rc = Client("gamepad", kind="gamepad"), Client("rc", kind="rc")
        self.seq = 0

    def say(self, client: Client, **fields: object) -> None:
        """Send a message as a page does: as JSON, numbered, with the newest tick as its echo."""
        self.seq += 1
        said = {"seq": self.seq, "echo": self.cockpit.issue_tick(), **fields}
        self.cockpit.handle(client, parse_message(json.dumps(said)))

    def drives(self, client: Client) -> bool:
        """Whether `client` holds the lease."""
        return bool(self.cockpit.state(client)["you_drive"])

    def intrude(self) -> None:
        """Send a command of somebody who does not drive."""
        chance = self.chance
        if chance.random() < 0.25:
            hand = chance.choice([self.pad, self.rc])
            self.cockpit.take(
                hand,
                Offer(
                    angle=chance.uniform(-1, 1), throttle=chance.choice([0.0, 1.0, -1.0]),
                    expires_s=self.clock.now_s + 0.25, moved=True, recording=chance.random() < 0.5,
                    actions=tuple(chance.sample(WISHES, chance.randrange(3))),
                ),
            )  # fmt: skip
            return
        fields = {
            "angle": chance.uniform(-1, 1), "throttle": chance.choice([0, 1, -1, 0.5]),
            "drive_mode": chance.choice(MODES), "recording": chance.random() < 0.5,
            "buttons": {chance.choice(BUTTONS): True}, "max_throttle": chance.random(),
            "resume": True, "take": True, "give": True, "bye": True, "ping": 1,
        }  # fmt: skip
        names = chance.sample(sorted(fields), chance.randrange(1, len(fields)))
        self.say(self.other, **{name: fields[name] for name in names})

    @property
    def commanded(self) -> tuple[object, ...]:
        """Everything that a driver decides."""
        cockpit = self.cockpit
        decided = (cockpit.order, cockpit.mode, cockpit.recording, cockpit.max_throttle)
        return (*decided, cockpit.source, *cockpit.pressed, *cockpit.actions)


def intruded(cases: int, seed: int) -> int:
    """Send this many commands of somebody who does not drive; count those with an effect."""
    phones = Phones(seed)
    phones.say(phones.driver, throttle=0.5)
    wrong = 0
    for _ in range(cases):
        phones.say(phones.driver, throttle=0.5, angle=phones.chance.uniform(-1, 1))
        before = phones.commanded
        phones.intrude()
        wrong += phones.commanded != before or not phones.drives(phones.driver)
        phones.clock.advance(BEAT_S)
    return wrong


def misplaced(cases: int, seed: int) -> int:
    """Let drivers fall silent; count how often the lease ended too late or too soon."""
    wrong = 0
    for case in range(cases):
        phones = Phones(seed + case)
        phones.say(phones.driver, throttle=phones.chance.choice([0, 0.5]))
        silent_s = phones.chance.choice([phones.chance.uniform(0, 4), 1.999, 2.001])
        phones.clock.advance(silent_s)
        phones.say(phones.other, throttle=0)
        wrong += phones.drives(phones.other) != (silent_s >= FREE_AFTER_S)
    return wrong


def stop_another(num_trials: int, seed: int) -> list[Verdict]:
    """Stop the car from a second page while the first one drives, this many times."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    verdicts = []
    with car(RATE_HZ) as driven:
        driver, other = driven.join(PagePerson), driven.join(PagePerson)
        for _ in range(num_trials):
            drive(driven, driver)
            time.sleep(chance.uniform(0.1, 0.2))
            verdicts.append(driven.stop(other.stop))
    return verdicts


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench lease", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    did, lost = intruded(args.cases, args.seed), misplaced(args.cases, args.seed)
    print(f"{args.cases} orders of somebody who does not drive: {did} did something")
    print(f"{args.cases} drivers who fell silent: the wheel was misplaced {lost} times")
    seen = figures(stop_another(args.trials, args.seed))
    print(f"stop on another page: {seen}")
    return 1 if did or lost or seen.runaways or seen.max_ms > MAX_STOP_MS else 0


if __name__ == "__main__":
    raise SystemExit(main())
