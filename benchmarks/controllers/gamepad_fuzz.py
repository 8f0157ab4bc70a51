"""Fuzz test of gamepads: no bytes may push a command out of range, or end the thread.

Each case is a new gamepad of a random model and kind, and a list of writes to it: random bytes,
records cut in half, codes and values beyond every range, floods, an early end. The seed of each
case is its number; ``--first`` repeats one.
"""

import argparse
import logging
import random
import sys
import time
from collections.abc import Sequence

from benchmarks.cases import failures
from donkeycar.parts.controller.codes import AXES, BUTTONS, EV_ABS, EV_KEY, EVENT, AbsInfo, Identity
from donkeycar.parts.controller.gamepad import ABSENT, GamepadController
from donkeycar.parts.controller.mappings import EXCEPTIONS, KINDS
from donkeycar.parts.controller.pad import MAX_PRESSES
from donkeycar.testing import FakeClock

CODES = [*BUTTONS.values(), *AXES.values(), 0x2FF, 0x3F, 0xFFFF]
VALUES = [0, 1, -1, 2, 127, 128, 255, 1023, 32767, -32768, 65535, 2**31 - 1, -(2**31)]
RANGES = [(0, 255), (-32768, 32767), (0, 65535), (0, 1023), (-1, 1), (5, 5), (9, -9)]


class ScriptedLine:
    """A device that sends scripted bytes, and then disappears."""

    def __init__(self, identity: Identity, axes: dict[int, AbsInfo], writes: list[bytes]) -> None:
        self.identity, self.axes, self.held = identity, axes, set[int]()
        self.buttons: set[int] | None = None
        self.reported = True
        self._writes = writes

    def read(self, timeout_s: float) -> bytes | None:
        """Return the next bytes; raise when there are none."""
        if not self._writes:
            raise OSError(19, "No such device")
        return self._writes.pop(0)

    def refresh(self) -> None:
        """Do nothing: this device has no other state."""

    def close(self) -> None:
        """Do nothing: no file is open."""


def device(seed: random.Random) -> tuple[Identity, dict[int, AbsInfo]]:
    """A gamepad with random axes, ranges and makers."""
    (bus, vendor, product), _ = seed.choice(EXCEPTIONS)
    identity = Identity(
        "fuzz", bus or seed.choice((3, 5)), vendor, product or seed.randrange(65536)
    )
    axes = {}
    for code in seed.sample(sorted(AXES.values()), seed.randrange(len(AXES))):
        low, high = seed.choice(RANGES)
        value, flat = seed.choice([low, high, 0, 10**9]), seed.choice([0, 0, 15, 4095, 10**6])
        axes[code] = AbsInfo(value, low, high, 0, flat)
    return identity, axes


def writes(seed: random.Random) -> list[bytes]:
    """The bytes that the device sends, piece by piece."""
    stream = b""
    for _ in range(seed.randrange(60)):
        roll = seed.random()
        if roll < 0.1:
            stream += seed.randbytes(seed.randrange(1, 64))
        else:
            kind = seed.choice((EV_KEY, EV_ABS, EV_ABS, 0, 4, 0x15))
            time_back = seed.choice((0, 2**62))
            value = seed.choice(VALUES) if roll < 0.7 else seed.randrange(-(2**31), 2**31)
            code = seed.choice(CODES) if roll < 0.9 else seed.randrange(2**16)
            stream += EVENT.pack(time_back, 0, kind, code, value)
    if seed.random() < 0.05:
        stream *= 50
    pieces = []
    while stream:
        size = seed.choice((1, 7, 24, 240, 4096))
        pieces.append(stream[:size])
        stream = stream[size:]
    return pieces


def run_case(number: int) -> None:
    """Run one case.

    Raises:
        AssertionError: If an offer is out of range.
    """
    seed = random.Random(number)
    identity, axes = device(seed)
    kind = seed.choice(sorted(KINDS))
    bindings = {"ABS_X": "steering", "ABS_Y": "throttle"} if kind in ("custom", "evdev") else {}
    clock = FakeClock(1.0)
    part = GamepadController(
        kind=kind, bindings=bindings, deadzone=seed.choice((0, 0.01, 0.9)),
        steering_scale=seed.choice((1.0, 3.0, -1.0)), finder=list, clock=clock,
    )  # fmt: skip
    line = ScriptedLine(identity, axes, writes(seed))
    if seed.random() < 0.5:
        line.buttons = set(seed.sample(CODES, seed.randrange(len(CODES))))
    line.reported = seed.random() < 0.7
    part._greet(line)
    rest = b""
    while True:
        try:
            rest = part._take(line, rest + (line.read(0) or b""))
        except OSError:
            break
        clock.advance(0.001)
        if seed.random() < 0.2:
            check_offer(part, number)
    check_offer(part, number)
    if len(rest) >= EVENT.size:
        raise AssertionError(f"case {number}: {len(rest)} bytes pile up")
    clock.advance(1.0)
    if part.run_threaded(1.0, "") is not ABSENT:
        raise AssertionError(f"case {number}: a silent reader still offers")


def check_offer(part: GamepadController, number: int) -> None:
    """Check an offer as the car does."""
    offer = part.run_threaded(1.0, "")
    if not (-1 <= offer.angle <= 1 and -1 <= offer.throttle <= 1):
        raise AssertionError(f"case {number}: {offer} is out of range")
    if len(offer.actions) > MAX_PRESSES:
        raise AssertionError(f"case {number}: {len(offer.actions)} actions in a tick")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the cases; return 1 if any fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    args = parser.parse_args(argv)
    logging.disable(logging.WARNING)  # what each gamepad lacks
    started_s = time.monotonic()
    failed = failures(run_case, args.cases, args.first)
    took_s = time.monotonic() - started_s
    print(f"gamepad bytes: {args.cases} cases, {failed} failures, {took_s:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
