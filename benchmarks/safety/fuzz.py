"""Fuzz tests of `safety.py` that need no second process: many cases on a simulated clock."""

import random

from benchmarks.safety.hardware import FORWARD, NEUTRAL_TICKS, REVERSE, STRAIGHT, THROTTLE_CHANNEL
from donkeycar.guardian.guardian import Guardian, State
from donkeycar.guardian.motor_frame import ARM, STOP, MotorFrame
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.pca9685 import PCA9685, tick_us
from donkeycar.parts.drivetrain.pulse_output import PulseOutput
from donkeycar.testing import FakeClock, FakeI2C, PCA9685Chip

# Steering at each of twenty ticks, the motor ten times, ten looks at the chip's power, and the
# ramps of 10 ms steps.
MOST_WRITES_PER_S = 60


class Bench:
    """A guardian on an emulated chip, in this process."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.chip = PCA9685Chip()
        self.bus = FakeI2C(self.chip)
        driver = PCA9685(self.bus, clock=self.clock)
        us = tick_us()
        self.output = PulseOutput(
            driver.pin(1),
            driver.pin(0),
            steering=PulseRange(460 * us, STRAIGHT * us, 290 * us),
            throttle=PulseRange(REVERSE * us, NEUTRAL_TICKS * us, FORWARD * us),
        )
        self.guardian = Guardian(self.output, clock=self.clock)
        self.seq = 0

    def tick(self, throttle: float, *, step_s: float = 0.01) -> None:
        """Run one tick of a car that drives, and the guardian's steps until the next tick."""
        self.seq = (self.seq + 1) % 65536
        steering = random.uniform(-0.1, 0.1)
        self.guardian.receive(MotorFrame(self.seq, steering, throttle, 0.25, ARM).encode())
        for _ in range(5):
            self.guardian.step()
            self.clock.advance(step_s)

    def arm(self) -> None:
        """Send zero throttle until the guardian is armed."""
        while self.guardian.state is not State.RUN:
            self.tick(0.0)


def transitions(cases: int) -> int:
    """Send random pulses; count the changes that passed through a third value."""
    chip = PCA9685Chip()
    pin = PCA9685(FakeI2C(chip), clock=FakeClock()).pin(0)
    wanted = [0]
    while len(wanted) <= cases:
        ticks = random.randrange(4096)
        if ticks != wanted[-1]:
            wanted.append(ticks)
            pin.set_us(ticks * tick_us())
    seen = [0, *(change.ticks for change in chip.trace.changes)]
    pairs = zip(seen, wanted, strict=False)
    return sum(a != b for a, b in pairs) + abs(len(seen) - len(wanted))


def retries(cases: int) -> int:
    """Cause random bus faults; count those with too many writes, or a motor that runs on."""
    wrong = 0
    for _ in range(cases):
        bench = Bench()
        bench.arm()
        before = bench.bus.num_transfers
        for _ in range(20):
            bench.tick(0.5)
        wrong += bench.bus.num_transfers - before > MOST_WRITES_PER_S
        fault_ticks = random.randrange(1, 12)
        bench.chip.fail(random.choice(["nack", "stuck"]))
        for _ in range(fault_ticks):
            bench.tick(0.5)
        bench.chip.fail()
        bench.guardian.step()
        ran_on = bench.chip.ticks(THROTTLE_CHANNEL) != NEUTRAL_TICKS
        wrong += ran_on != (fault_ticks <= 4)
    return wrong


def frames(cases: int) -> int:
    """Random packets; count those after which the motor is not neutral without a valid arming.

    The packets are noise, good frames with one bit changed, and good frames that may not arm: they
    have no arm bit, no validity, a stop, an old number, or throttle.
    """
    bench = Bench()
    wrong = 0
    for _ in range(cases):
        bench.clock.advance(random.choice([0.0, 0.001, 0.05, 0.5]))
        bench.guardian.receive(_packet(bench))
        bench.guardian.step()
        wrong += bench.chip.ticks(THROTTLE_CHANNEL) not in (0, NEUTRAL_TICKS)
        wrong += bench.guardian.state is State.RUN
    return wrong


def _packet(bench: Bench) -> bytes:
    bench.seq = (bench.seq + 1) % 65536
    throttle = random.choice([-1.0, 1.0, 0.001, random.uniform(-1, 1) or 1.0])
    kind = random.randrange(7)
    if kind == 0:
        return random.randbytes(random.randrange(30))
    if kind == 1:
        packet = bytearray(MotorFrame(bench.seq, 0.0, 0.0, 0.25, ARM).encode())
        packet[random.randrange(12)] ^= 1 << random.randrange(8)
        return bytes(packet)
    if kind == 2:
        return MotorFrame(bench.seq, 0.0, 0.0, 0.25, random.randrange(128) << 1).encode()
    if kind == 3:
        return MotorFrame(bench.seq, 0.0, 0.0, 0.0, ARM).encode()
    if kind == 4:
        return MotorFrame(bench.seq, 0.0, 0.0, 0.25, ARM | STOP).encode()
    if kind == 5:
        return MotorFrame((bench.seq - 5000) % 65536, 0.0, 0.0, 0.25, ARM).encode()
    return MotorFrame(bench.seq, random.uniform(-1, 1), throttle, 9.0, ARM).encode()
