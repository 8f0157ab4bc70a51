"""Safety benchmark: whether the car stops; the tables of SAFETY.md, one row for each goal.

A row of the first table is a fault, with the time from it to the first neutral pulse; a row of the
second is what must never happen. Goals are for a quiet machine; `--factor 1.5` is for a shared one.
"""

import argparse
import logging
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, product

from benchmarks.cases import failures
from benchmarks.controllers import (
    gamepad_fuzz,
    gamepad_stop,
    pad_records,
    pad_rests,
    rc_fuzz,
    stop_bindings,
)
from benchmarks.controllers.pad_models import MODELS
from benchmarks.safety import (
    camera_age,
    camera_loss,
    ended_threads,
    lease,
    link_loss,
    old_cars,
    stop_rule,
    two_programs,
    unread_output,
)
from benchmarks.safety.fuzz import frames, retries, transitions
from benchmarks.safety.hardware import HARDWARE
from benchmarks.safety.table import COUNTED_HEAD, TIMED_HEAD, Counted, Timed
from benchmarks.safety.trial import (
    LEFT_OVER,
    bus_away,
    inner_fault,
    signal_to,
    start,
    two_faults,
)
from benchmarks.safety.verdict import Verdict
from benchmarks.web import web_fuzz

# Number of parallel trials, for those that mostly wait.
BESIDE = 4
KILL, FREEZE = signal.SIGKILL, signal.SIGSTOP
# Goals in milliseconds, of 99 of 100 trials and of all.
OF_A_DEAD_VEHICLE = (20, 250)
OF_A_DEAD_GUARDIAN, OF_A_FROZEN_GUARDIAN = (100, 150), (350, 400)
# For each row: first victim and signal, second victim and signal, the delay, and the goals.
DOUBLE_FAULTS = (
    (
        "guardian and vehicle killed at once",
        ("guardian", KILL), ("vehicle", KILL), 0.0, OF_A_DEAD_GUARDIAN,
    ),
    (
        "vehicle hangs, guardian killed 50 ms later",
        ("vehicle", FREEZE), ("guardian", KILL), 0.05, OF_A_DEAD_GUARDIAN,
    ),
    (
        "guardian hangs, vehicle killed 300 ms later",
        ("guardian", FREEZE), ("vehicle", KILL), 0.3, OF_A_FROZEN_GUARDIAN,
    ),
    (
        "watchdog killed, guardian killed 5 ms later",
        ("watchdog", KILL), ("guardian", KILL), 0.005, OF_A_DEAD_GUARDIAN,
    ),
)  # fmt: skip
ENDS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


def turns(*probes: Callable[[], Verdict]) -> Callable[[int, int], list[Verdict]]:
    """Run trials with two real processes, with each of `probes` in turn."""

    def trials(number: int, seed: int) -> list[Verdict]:
        random.seed(seed)
        return [probes[index % len(probes)]() for index in range(number)]

    return trials


def few(probe: Callable[[], Verdict]) -> Callable[[int, int], list[Verdict]]:
    """Run slow trials in parallel: one for every ten of the others."""

    def trials(number: int, seed: int) -> list[Verdict]:
        random.seed(seed)
        with ThreadPoolExecutor(BESIDE) as pool:
            return list(pool.map(lambda _: probe(), range(max(1, number // 10))))

    return trials


def double(
    name: str,
    first: tuple[str, int],
    second: tuple[str, int],
    apart_s: float,
    goal_ms: tuple[float, float],
) -> Timed:
    """A row of two faults."""
    return Timed(name, turns(partial(two_faults, first, second, apart_s)), *goal_ms)


def stops(way: str, hardware: str = "") -> Timed:
    """A row for one way in which a person stops; without a kind of hardware, on the PCA9685."""
    goal = gamepad_stop.WAYS[way]

    def trials(number: int, seed: int) -> list[Verdict]:
        kind = hardware or "pca9685"
        return gamepad_stop.trials(goal, number, random.Random(seed), gamepad_stop.RATE_HZ, kind)

    name = way.replace("S11", f"S11 {HARDWARE[hardware].title}:") if hardware else way
    most = {"max_ms": goal.goal_ms} if goal.for_all else {}
    return Timed(name, trials, goal.goal_ms, hardware=hardware, **most)


def on(hardware: str) -> tuple[Timed, ...]:
    """The rows that are measured on each kind of hardware."""
    made = HARDWARE[hardware]

    def row(goal: str, name: str, goal_ms: tuple[float, float], *probes: Callable) -> Timed:
        trials = turns(*(partial(probe, hardware=hardware) for probe in probes))
        return Timed(f"{goal}{made.title}: {name}", trials, *goal_ms, hardware=hardware)

    away = [partial(bus_away, fault, (0.4, 0.4)) for fault in made.faults]
    orphaned = [partial(bus_away, fault, (0.0, 2.0), "guardian") for fault in made.faults]
    return (
        row(
            "S4 ", "vehicle killed (SIGKILL)", OF_A_DEAD_VEHICLE,
            partial(signal_to, "vehicle", KILL),
        ),
        row("S4 ", "vehicle segfaults", OF_A_DEAD_VEHICLE, partial(inner_fault, "segfault")),
        row("S4 ", "vehicle exits", OF_A_DEAD_VEHICLE, partial(inner_fault, "exit")),
        row("S4 ", "vehicle closes the link", OF_A_DEAD_VEHICLE, partial(inner_fault, "close")),
        row(
            "S5 ", "TERM, HUP, INT, QUIT to the guardian, the vehicle, both", (100, 100),
            *(partial(signal_to, *each) for each in product(("guardian", "vehicle", "both"), ENDS)),
        ),
        row("S9 ", f"{made.trouble} for 400 ms, from its end", (50, 50), *away),
        row("", f"guardian killed, {made.trouble} for 0 to 2 s, from its end", (50, 50), *orphaned),
        row(
            "", "guardian killed (SIGKILL)", OF_A_DEAD_GUARDIAN,
            partial(signal_to, "guardian", KILL),
        ),
        row(
            "", "guardian stopped (SIGSTOP)", OF_A_FROZEN_GUARDIAN,
            partial(signal_to, "guardian", FREEZE),
        ),
        *(stops(way, hardware) for way in gamepad_stop.WAYS if way.startswith("S11")),
    )  # fmt: skip


def unread(kind: str) -> Timed:
    """A row about the ticks of a car whose output nobody reads."""
    return Timed(
        f"S15 from tick to tick, the output a full {kind} that nobody reads",
        lambda number, seed: unread_output.drive_unread(kind, number),
        unread_output.MAX_PERIOD_MS,
        unread_output.MAX_PERIOD_MS,
        unit="s15_s",
    )


def starts(cases: int, seed: int) -> int:
    """Count the starts that sent a pulse other than neutral."""
    left_over = list(LEFT_OVER)
    return sum(not start(left_over[index % len(left_over)]) for index in range(cases))


def seeded(campaign: Callable[[int], int]) -> Callable[[int, int], int]:
    """A campaign that uses the random numbers of the whole process."""

    def violations(cases: int, seed: int) -> int:
        random.seed(seed)
        return campaign(cases)

    return violations


TIMED: tuple[Timed, ...] = (
    *chain.from_iterable(on(hardware) for hardware in HARDWARE),
    Timed(
        "S6 vehicle stopped (SIGSTOP)",
        turns(partial(signal_to, "vehicle", signal.SIGSTOP)),
        200,
        250,
    ),
    Timed(
        "S6 vehicle hangs, sleeping or spinning",
        turns(partial(inner_fault, "hang"), partial(inner_fault, "spin")),
        200,
        250,
    ),
    Timed("S7 a part raises", turns(partial(inner_fault, "raise")), 100, 100),
    Timed("S1 the driver falls silent", turns(partial(inner_fault, "silent driver")), 300, 300),
    *(
        Timed(f"S1 the page's connection {what}", partial(link_loss.lose_links, kind), 250, 300)
        for kind, what in (
            ("close", "is closed"), ("reset", "is reset"), ("silence", "carries nothing more"),
        )
    ),
    *(
        Timed(f"S8 the camera {kind}, a pilot drives", partial(camera_loss.lose_cameras, kind), 250)
        for kind in ("raises", "hangs", "repeats")
    ),
    *(stops(way) for way in gamepad_stop.WAYS if not way.startswith("S11")),
    Timed("S13 Stop on the page of somebody who does not drive", lease.stop_another, 100, 100),
    Timed(
        "flood of garbage, replayed or half frames",
        turns(*(partial(inner_fault, kind) for kind in ("garbage", "replay", "half"))),
        200,
        250,
    ),
    Timed(
        "vehicle killed while the bus is stuck for 11.5 s, from its end",
        few(partial(bus_away, "stuck", (11.5, 11.5), "vehicle")),
        50,
        50,
    ),
    *(double(*faults) for faults in DOUBLE_FAULTS),
    *(unread(kind) for kind in unread_output.KINDS),
)  # fmt: skip

COUNTED: tuple[Counted, ...] = (
    Counted(
        "two programs on one motor: the second sends a pulse, or does not say who has it",
        len(two_programs.PAIRS), two_programs.disturbed,
    ),
    Counted("S17 a start sends anything but neutral or nothing", 100, starts),
    Counted("S18 an output passes through a third value", 100_000, seeded(transitions)),
    Counted(
        "S9 more than 60 transfers in a second, or not neutral after a fault", 100, seeded(retries)
    ),
    Counted(
        "S2 a black-out of the link: an old order moves the car, or it moves before Resume, or "
        "does not go on", 500, link_loss.black_out,
    ),
    Counted(
        "S11 a stop is not obeyed, from any source in any mode and state",
        len(stop_rule.EVERY), stop_rule.disobediences,
    ),
    Counted("S13 somebody who does not drive changes anything", 10_000, lease.intruded),
    Counted("S13 the wheel is not free after 2 s of silence, or before", 10_000, lease.misplaced),
    Counted(
        "S12 a hostile message ends the console, or causes an error, a leak or any throttle",
        100_000, web_fuzz.hostile_messages,
    ),
    Counted(
        "noise from a gamepad is out of range, or ends its thread",
        100_000, partial(failures, gamepad_fuzz.run_case),
    ),
    Counted(
        "pulses of a remote control are out of range, or a lost channel drives",
        100_000, partial(failures, rc_fuzz.run_case),
    ),
    *(
        Counted(
            f"a pilot stands for 0.5 % of a minute, or S1 or S8 is missed, {how}: camera 0 to 120 "
            "ms old, 20 to 60 Hz, `linear` and `efficient`",
            24, partial(camera_age.standing, share),
        )
        for share, how in ((1.0, "on a whole computer"), (0.15, "at 15 % of a core"))
    ),
    Counted(
        "guardian frames: the motor moves without an armed order", 100_000, seeded(frames)
    ),
    Counted(
        "S1 the thread of a part ends, in any of seven ways, and the car goes on",
        700, ended_threads.drove_on,
    ),
    Counted(
        "a controller gives throttle before it was seen at rest, or the wrong one after it",
        20 * len(MODELS), pad_rests.throttle_before_rest,
    ),
    Counted(
        "S11 the stop of a recorded gamepad is not where the guide has it, or another button is",
        len(pad_records.RECORDS), pad_records.wrong_stops,
    ),
    Counted(
        "S11 a binding leaves a gamepad without its stop", len(stop_bindings.EVERY),
        stop_bindings.takes_stop_away,
    ),
    Counted(
        "an old car drives with other wiring than its owner wrote, or an upgrade changes a pulse",
        2000, old_cars.changed_by_an_upgrade,
    ),
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser(prog="scripts/bench safety", description=__doc__)
    command.add_argument("--trials", type=int, default=300, help="of each fault")
    command.add_argument("--s15-s", type=int, default=600, help="seconds of the rows of S15")
    command.add_argument(
        "--cases", type=int, default=100_000, help="of each fuzz list; others have their share"
    )
    command.add_argument("--factor", type=float, default=1.0, help="on the limits of time")
    command.add_argument("--burners", type=int, default=0, help="busy loops beside it")
    command.add_argument(
        "--hardware", choices=HARDWARE, help="only the rows of this kind, of those that have one"
    )
    command.add_argument("--only", default="", help="rows whose name contains this")
    command.add_argument("--seed", type=int, default=None)
    return command


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables; return 1 if a goal is missed."""
    args = parser().parse_args(argv)
    logging.disable(logging.WARNING)  # otherwise each failing camera writes a line
    seed = random.randrange(2**32) if args.seed is None else args.seed
    burners = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(args.burners)
    ]
    started_s, missed = time.monotonic(), []
    try:
        print(TIMED_HEAD)
        for timed in TIMED:
            wanted = args.hardware in (None, timed.hardware) and args.only in timed.name
            if wanted and not timed.measure(getattr(args, timed.unit), seed, args.factor):
                missed.append(timed.name)
        print(f"\n{COUNTED_HEAD}")
        for counted in COUNTED:
            wanted = args.hardware is None and args.only in counted.name
            if wanted and not counted.measure(args.cases, seed):
                missed.append(counted.name)
    finally:
        logging.disable(logging.NOTSET)
        for burner in burners:
            burner.kill()
            burner.wait()
    print(f"\nseed {seed}, {args.burners} busy loops, {time.monotonic() - started_s:.0f} s")
    for name in missed:
        print(f"MISSED: {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
