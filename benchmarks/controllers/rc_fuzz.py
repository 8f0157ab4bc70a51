"""Fuzz test of RC receivers: the result of any input is in range, or the link counts as lost.

Each case is a receiver with random settings and a list of inputs: pulses of 0, 1 and 65,535 us,
with jitter, of channels that do not exist; edges on pins, some missing, on a clock that wraps at 32
bits of microseconds; lines of a RoboHAT, whole, cut or noise. The oracle records independently when
each channel last had a pulse of 800 to 2200 us: without one of steering and one of throttle in the
last 100 ms there must be no throttle at all. Half of the cases begin with the pulses of a
transmitter that nobody touches: with them there must be a command. A pulse with both its edges is
measured with its own length or not at all, wherever the clock wraps. The seed of each case is its
number; ``--first`` repeats one.
"""

import argparse
import logging
import os
import pty
import random
import sys
import time
import tty
from collections.abc import Callable, Sequence
from contextlib import closing
from types import SimpleNamespace

from benchmarks.cases import failures
from donkeycar.parts.controller.mappings import RECEIVERS
from donkeycar.parts.controller.rc_channel import PROOF
from donkeycar.parts.controller.rc_input import GpioInput, RoboHATInput
from donkeycar.parts.controller.rc_receiver import PulseInput, RCReceiver, Travel
from donkeycar.testing import FakeClock

STEERING, THROTTLE = 1, 2
SHORTEST_US, LONGEST_US, LOST_AFTER_S = 800, 2200, 0.1
WIDTHS_US = [
    0, 1, 799, 800, 801, 1000, 1499, 1500, 1501, 2000, 2199, 2200, 2201, 20_000, 65_535, 2**32 - 1,
    -1, -1500,
]  # fmt: skip
STEPS_S = [0.0, 0.001, 0.02, 0.02, 0.02, 0.099, 0.1, 0.101, 1.0]
WRAP_US = 2**32
PINS = [26, 20, 19]
UP, DOWN = "up", "down"


class Pins:
    """The GPIO library: hands out the edges that were put in, with the ticks of a 32-bit clock."""

    EdgeEvent = SimpleNamespace(Type=SimpleNamespace(RISING_EDGE=UP))
    line = SimpleNamespace(Direction=SimpleNamespace(INPUT=0), Edge=SimpleNamespace(BOTH=0))

    def __init__(self) -> None:
        self.edges: list[SimpleNamespace] = []

    def LineSettings(self, **settings: object) -> object:  # noqa: N802 - the library's name
        """Accept the settings of a line."""
        return settings

    def request_lines(self, chip: str, **settings: object) -> "Pins":
        """Hand out the lines."""
        return self

    def wait_edge_events(self, timeout_s: float) -> bool:
        """Whether there are any edges."""
        return bool(self.edges)

    def read_edge_events(self) -> list[SimpleNamespace]:
        """Return them."""
        edges, self.edges = self.edges, []
        return edges

    def release(self) -> None:
        """Take the lines back."""


class PulseSource:
    """Passes pulses on unchanged."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def send(self, channel: int, width_us: float) -> list[tuple[int, float]]:
        """Return what the receiver gets for a pulse."""
        return [(channel, width_us)]

    def close(self) -> None:
        """There is nothing to close."""


class EdgeSource:
    """Turns pulses into edges on pins."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._pins = Pins()
        self._input = GpioInput(PINS, chip="/dev/gpiochip0", gpiod=self._pins)
        self._now_us = chance.choice([0, WRAP_US - 3000, chance.randrange(WRAP_US)])

    def send(self, channel: int, width_us: float) -> list[tuple[int, float]]:
        """Raise and lower a pin; now and then an edge is missed, or comes twice."""
        pin = PINS[channel % len(PINS)]
        rise_us, fall_us = self._now_us, self._now_us + max(int(width_us), 0)
        for kind, at_us in ((UP, rise_us), (DOWN, fall_us)):
            edge = SimpleNamespace(
                line_offset=pin, event_type=kind, timestamp_ns=at_us % WRAP_US * 1000
            )
            self._pins.edges += [edge] * self._chance.choice([0, 1, 1, 1, 1, 1, 1, 2])
        is_whole = [edge.event_type for edge in self._pins.edges] == [UP, DOWN]
        self._now_us = fall_us + self._chance.randrange(20_000)
        pulses = self._input.read(0.0)
        for _, length_us in pulses:
            is_pulse = SHORTEST_US <= length_us <= LONGEST_US
            if is_whole and is_pulse and length_us != fall_us - rise_us:
                raise AssertionError(f"{fall_us - rise_us} us were taken for {length_us} us")
        return pulses

    def close(self) -> None:
        """Give the pins back."""
        self._input.close()


class LineSource:
    """Turns pulses into lines of a RoboHAT, sent through a pseudo-terminal like a serial port."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._near, far = pty.openpty()
        tty.setraw(self._near)
        self._input = RoboHATInput(os.ttyname(far))
        os.close(far)

    def send(self, channel: int, width_us: float) -> list[tuple[int, float]]:
        """Send a line; it may be cut, or be noise."""
        chance = self._chance
        other_us = chance.choice(WIDTHS_US)
        pair = (width_us, other_us) if channel == STEERING else (other_us, width_us)
        text = b"%d, %d\r\n" % pair
        roll = chance.random()
        if roll < 0.1:
            text = text[: chance.randrange(len(text))]
        elif roll < 0.2:
            text = chance.randbytes(chance.randrange(1, 40))
        os.write(self._near, text)
        return self._input.read(0.01)

    def close(self) -> None:
        """Close both ends."""
        self._input.close()
        os.close(self._near)


# Lines go through the kernel: they take most of the time and need the fewest cases.
SOURCES: list[Callable[[random.Random], PulseSource | EdgeSource | LineSource]] = [
    *[PulseSource] * 6, *[EdgeSource] * 5, LineSource,
]  # fmt: skip


class Oracle:
    """Records for each channel when it last had a pulse."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._heard_s: dict[int, float] = {}

    def hear(self, pulses: list[tuple[int, float]]) -> None:
        """Record the pulses that the receiver gets."""
        for channel, width_us in pulses:
            if SHORTEST_US <= width_us <= LONGEST_US:
                self._heard_s[channel] = self._clock.now_s

    @property
    def age_s(self) -> float:
        """Time since the last pulse of steering or of throttle, whichever is the older one."""
        never_s = float("-inf")
        oldest_s = min(self._heard_s.get(channel, never_s) for channel in (STEERING, THROTTLE))
        return self._clock.now_s - oldest_s


def never() -> PulseInput:
    """Prevent the receiver's thread from starting: inputs are handed over case by case."""
    raise OSError("no device")


def receiver(chance: random.Random, clock: FakeClock) -> RCReceiver:
    """A receiver with random settings."""
    ends_us = [1000.0, 2000.0]
    chance.shuffle(ends_us)
    middle_us = chance.choice([1500.0, 1100.0, 1999.0])
    return RCReceiver(
        never,
        bindings=chance.choice([RECEIVERS["MM1"], RECEIVERS["pigpio_rc"]]),
        steering=Travel(ends_us[0], middle_us, ends_us[1]),
        throttle=Travel(800.0, chance.choice([900.0, 1500.0]), 2200.0),
        deadzone=chance.choice([0.0, 0.025, 0.9]),
        inverted=chance.random() < 0.5,
        throttle_limit=chance.random(),
        clock=clock,
    )


def run_case(number: int) -> None:
    """Run one case.

    Raises:
        AssertionError: If an offer is out of range, or a lost channel drives.
    """
    chance, clock = random.Random(number), FakeClock(1.0)
    part, oracle = receiver(chance, clock), Oracle(clock)
    with closing(chance.choice(SOURCES)(chance)) as source:
        if chance.random() < 0.5:
            at_rest = [(STEERING, 1500), (THROTTLE, 1500)] * PROOF
            part.take(at_rest)
            oracle.hear(at_rest)
            if part.run_threaded().expires_s <= clock.now_s:
                raise AssertionError("it is lost, though both channels are heard")
        for _ in range(chance.randrange(1, 12)):
            for _ in range(chance.randrange(4)):
                width_us = chance.choice(WIDTHS_US)
                if chance.random() < 0.6:
                    width_us = round(chance.gauss(1500, 30))
                pulses = source.send(chance.choice([STEERING, THROTTLE, 3, 0, 99]), width_us)
                part.take(pulses)
                oracle.hear(pulses)
            clock.advance(chance.choice(STEPS_S))
            limit = chance.choice([None, chance.random()])
            offer = part.run_threaded(limit)
            if not (-1 <= offer.angle <= 1 and abs(offer.throttle) <= (limit or 1.0)):
                raise AssertionError(f"{offer} is out of range")
            is_order = offer.expires_s > clock.now_s
            if oracle.age_s >= LOST_AFTER_S and (offer.throttle or is_order):
                raise AssertionError(f"{offer} comes from a lost channel")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the cases; return 1 if any fails."""
    parser = argparse.ArgumentParser(prog="scripts/bench rc_fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    args = parser.parse_args(argv)
    logging.disable(logging.WARNING)  # sticks that were never at rest
    started_s = time.monotonic()
    failed = failures(run_case, args.cases, args.first)
    took_s = time.monotonic() - started_s
    print(f"pulses of a remote control: {args.cases} cases, {failed} failures, {took_s:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
