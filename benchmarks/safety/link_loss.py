"""Link loss: how soon the throttle is neutral when the phone is gone, and whether the car stays.

A real console, drive loop and drive mode run on this computer. In each trial a driver holds 60 %
throttle over a websocket and is then lost: the connection is closed, reset, or merely silent. The
time counts from the last heartbeat that the car accepted to the first tick with a neutral motor.

Then follow black-outs on a simulated clock: the link holds back everything for 0.3 to 10 s and then
delivers it at once. Nothing older than 300 ms may be applied. After 1 s nothing may move before
Resume.

Goals: p99 at most 250 ms, maximum 300 ms; 0 old orders applied, 0 motions before Resume, and after
a shorter loss the car goes on by itself.
"""

import argparse
import random
import time

from benchmarks.safety.verdict import Verdict, figures
from benchmarks.web.console_car import ConsoleCar
from benchmarks.web.console_client import Socket
from donkeycar.driving.client import Client
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.message import Message
from donkeycar.testing import FakeClock

KINDS = ("close", "reset", "silence")
THROTTLE = 0.6
MAX_P99_MS = 250.0
MAX_MS = 300.0
MAX_ECHO_AGE_S = 0.300


def lose(page: Socket, kind: str) -> None:
    """Close or reset the connection of `page`, or just stop sending."""
    if kind == "close":
        page.close()
    elif kind == "reset":
        page.reset()


def trial(car: ConsoleCar, page: Socket, kind: str, chance: random.Random) -> Verdict:
    """Drive, lose the link, and measure how long the throttle stayed up after it."""
    page.drive(0.1 + chance.uniform(0, 0.05), throttle=THROTTLE)
    deadline_s = time.monotonic() + 1
    while car.motor.throttle != THROTTLE:
        page.drive(0.05, throttle=THROTTLE)
        if time.monotonic() > deadline_s:
            raise SystemExit("the car did not take the order")
    lose(page, kind)
    time.sleep(0.6)
    beat_s = car.served.controller._cockpit.order.beat_s
    if beat_s is None:
        raise SystemExit("the car forgot its driver within 0.6 s")
    after = [note for note in car.motor.notes if note.at_s > beat_s]
    stopped = [note for note in after if note.throttle == 0.0]
    if not stopped:
        return Verdict(float("inf"), runaway=True)
    runaway = any(note.throttle != 0.0 for note in after if note.at_s > stopped[0].at_s)
    return Verdict(1000 * (stopped[0].at_s - beat_s), runaway)


def lose_links(kind: str, num_trials: int, seed: int) -> list[Verdict]:
    """Lose the link in the way of `kind`, this many times."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    verdicts = []
    with ConsoleCar() as car:
        seq = 0
        for _ in range(num_trials):
            page = car.served.socket("/wsDrive?page=phone")
            page.seq = seq
            page.hear_until("tick")
            verdicts.append(trial(car, page, kind, chance))
            seq = page.seq
            page.close()
    return verdicts


class Blackouts:
    """A driver behind a link that holds messages back, and a check of what comes out."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - not a secret
        self.clock = FakeClock(1000.0)
        self.cockpit = Cockpit(
            mode="user", throttle_ceiling=1, has_pilot=True, car_name="", clock=self.clock
        )
        self.client = Client("phone")
        self.seq = 0
        self.tick = 0
        self.old_applied = 0
        self.early_motions = 0
        self.never_again = 0
        self.issued_s: dict[int, float] = {}

    def message(self, *, deaf: bool = False, **fields: object) -> Message:
        """The next message of the phone; its echo is the newest tick unless the phone is `deaf`."""
        self.seq += 1
        self.tick = self.tick if deaf else self.cockpit.issue_tick()
        self.issued_s.setdefault(self.tick, self.clock.now_s)
        return Message(seq=self.seq, echo=self.tick, **fields)  # type: ignore[arg-type]

    def deliver(self, message: Message) -> None:
        """Hand a message to the car; note it if it was old and still had an effect."""
        before = self.cockpit.order
        self.cockpit.handle(self.client, message)
        age_s = self.clock.now_s - self.issued_s[message.echo or 0]
        if age_s > MAX_ECHO_AGE_S and self.cockpit.order.beat_s != before.beat_s:
            self.old_applied += self.cockpit.order.beat_s is not None

    @property
    def moves(self) -> bool:
        """Whether the motor turns."""
        return self.cockpit.order.at(self.clock.now_s)[1] != 0.0

    def drive(self, seconds: float, **fields: object) -> bool:
        """Send heartbeats at 25 Hz; return whether the car moved."""
        moved = False
        for _ in range(round(seconds * 25)):
            self.deliver(self.message(**fields))
            moved |= self.moves
            self.clock.advance(0.04)
        return moved

    def run(self) -> None:
        """Run one black-out: everything sent during it arrives together at its end."""
        # After a short loss the car goes on by itself; after a long one Resume was pressed.
        self.never_again += not self.drive(0.5, throttle=0.5)
        lost_s = self.chance.uniform(0.3, 10)
        # Either nothing gets through, or only the phone's messages are held up.
        deaf = self.chance.random() < 0.5
        held = []
        for _ in range(int(lost_s / 0.04)):
            held.append(self.message(throttle=0.5, deaf=deaf))
            self.clock.advance(0.04)
        latched = self.clock.now_s - (self.cockpit.order.beat_s or 0) >= 1.0
        for message in held:
            self.deliver(message)
        if latched:
            self.early_motions += self.moves
            self.early_motions += self.drive(0.6, throttle=0.5)
            self.early_motions += self.drive(0.6, throttle=0.0)
            self.cockpit.handle(self.client, self.message(throttle=0.0, resume=True))


def black_out(number: int, seed: int) -> int:
    """Lose and restore the link `number` times; count the cars that violated S2."""
    blackouts = Blackouts(seed)
    for _ in range(number):
        blackouts.run()
    return blackouts.old_applied + blackouts.early_motions + blackouts.never_again


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench link_loss", description=__doc__)
    parser.add_argument("--trials", type=int, default=100, help="of each kind")
    parser.add_argument("--blackouts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    missed = False
    for kind in KINDS:
        seen = figures(lose_links(kind, args.trials, args.seed))
        missed |= seen.p99_ms > MAX_P99_MS or seen.max_ms > MAX_MS or seen.runaways > 0
        print(f"{kind}: {seen}")
    violations = black_out(args.blackouts, args.seed)
    print(f"{args.blackouts} black-outs: {violations} violations")
    return 1 if missed or violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
