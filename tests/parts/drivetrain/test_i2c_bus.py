"""The computer's own bus: real smbus2, with the kernel's side of it played by the emulated chip."""

import errno
import os
import sys

import pytest

from donkeycar.errors import DeviceError
from donkeycar.guardian.guardian import Guardian, State
from donkeycar.guardian.motor_frame import ARM, MotorFrame
from donkeycar.guardian.pulse import PulseRange
from donkeycar.guardian.watchdog import MAX_STALL_S
from donkeycar.parts.drivetrain.i2c_bus import LinuxI2C, open_bus
from donkeycar.parts.drivetrain.pca9685 import PCA9685
from donkeycar.parts.drivetrain.pulse_output import PulseOutput
from donkeycar.testing import FakeClock, I2CAdapter, PCA9685Chip


@pytest.fixture
def emulated():
    return PCA9685Chip()


@pytest.fixture
def clock():
    return FakeClock(50.0)


@pytest.fixture(params=[True, False], ids=["BCM2835", "RP1"])
def kernel(request, emulated, clock):
    adapter = I2CAdapter(emulated, number=7, clock=clock, is_bcm2835=request.param)
    with adapter.installed():
        yield adapter


@pytest.fixture
def bus(kernel):
    bus = LinuxI2C(7)
    yield bus
    bus.deinit()
    bus.deinit()


def test_writes_a_part_of_a_buffer(bus, emulated):
    bus.writeto(0x40, b"?\x00\x21?", start=1, end=3)
    assert emulated[0x00] == 0x21


def test_reads_into_a_part_of_a_buffer(bus):
    buffer = bytearray(b"????")
    bus.readfrom_into(0x40, buffer, start=1, end=3)
    assert buffer == b"?\0\0?"


def test_writes_and_reads_in_one_transfer(bus):
    bus.writeto(0x40, b"\x00\x21")
    buffer = bytearray(b"????")
    bus.writeto_then_readfrom(0x40, b"?\x00?", buffer, out_start=1, out_end=2, in_start=1, in_end=3)
    assert buffer == b"?\x21\x04?"


def test_carries_the_driver(bus, emulated):
    PCA9685(bus).pin(0).set_us(1509.6)
    assert emulated.ticks(0) == 370


def test_a_fault_on_the_wire_is_an_os_error(bus, emulated):
    emulated.fail("stuck")
    with pytest.raises(OSError, match="timed out"):
        bus.writeto(0x40, b"\x00\x21")


def test_a_stuck_bus_takes_20_ms_of_whoever_asks(bus, kernel, emulated, clock):
    # What used to happen: a second, in which a guardian neither stops nor is known to live.
    emulated.fail("stuck")
    before_s = clock.now_s
    with pytest.raises(OSError, match="timed out"):
        bus.writeto(0x40, b"\x00\x21")
    assert clock.now_s - before_s == pytest.approx(0.02)
    assert kernel.retries == 0


def test_a_bus_that_was_opened_again_has_its_time_out(bus, kernel):
    bus.deinit()
    kernel.timeout_s, kernel.retries = 1.0, 3  # another adapter is in the socket
    bus.writeto(0x40, b"\x00\x21")
    assert (kernel.timeout_s, kernel.retries) == (0.02, 0)


def test_another_device_may_hold_the_clock_for_a_moment(bus, kernel, emulated):
    kernel.held_s = 0.015
    bus.writeto(0x40, b"\x00\x21")
    assert emulated[0x00] == 0x21


class Guarded:
    """A guardian of a servo and a speed controller on the chip, and a vehicle that drives."""

    def __init__(self, bus, clock):
        self.clock, self.seq, self.longest_step_s = clock, 0, 0.0
        chip = PCA9685(bus, clock=clock)
        ranges = {
            "steering": PulseRange(1000, 1500, 2000),
            "throttle": PulseRange(1000, 1500, 2000),
        }
        self.guardian = Guardian(PulseOutput(chip.pin(1), chip.pin(0), **ranges), clock=clock)
        while self.guardian.state is not State.RUN:
            self.drive(0.05, throttle=0.0)
        self.drive(0.2)

    def drive(self, lasts_s, throttle=0.5, steering=0.1):
        end_s = self.clock.now_s + lasts_s
        while self.clock.now_s < end_s:
            self.seq += 1
            steering = -steering  # so that both outputs have something to write
            self.guardian.receive(MotorFrame(self.seq, steering, throttle, 0.25, ARM).encode())
            before_s = self.clock.now_s
            self.guardian.step()
            self.longest_step_s = max(self.longest_step_s, self.clock.now_s - before_s)
            self.clock.advance(0.01)


@pytest.mark.parametrize("fault", ["nack", "stuck", "short", "low", "high"])
def test_a_fault_of_a_moment_does_not_end_the_drive(bus, kernel, emulated, clock, fault):
    # What used to happen: a stuck bus held the guardian for two seconds and more, and its watchdog
    # ended the drive, as of one that hangs.
    car = Guarded(bus, clock)
    emulated.fail(fault, short_after=3)
    car.drive(0.1)
    emulated.fail()
    car.drive(0.1)
    assert car.guardian.state is State.RUN
    assert emulated.ticks(0) == round(1750 / 4.08)
    assert car.longest_step_s < MAX_STALL_S / 5


@pytest.mark.parametrize("after", range(1, 21))
def test_a_line_that_is_let_go_while_the_chip_is_made_ready(bus, kernel, emulated, clock, after):
    # What used to happen: the chip was put to sleep and woken, and took up its throttle once more.
    car = Guarded(bus, clock)
    emulated.fail("low")
    transfer, asked = emulated.transfer, []

    def let_go_between_two(*words):
        if car.guardian.state is State.SAFE:
            asked.append(words)
            if len(asked) == after:
                emulated.fail()
        return transfer(*words)

    emulated.transfer = let_go_between_two
    car.drive(1.0)
    motor = [change.ticks for change in emulated.trace.changes if change.channel == 0]
    assert car.guardian.state is State.SAFE
    assert set(motor[motor.index(429) + 1 :]) <= {0, 368}
    assert motor[-1] == 368


@pytest.mark.parametrize("fault", ["nack", "stuck", "short", "low", "high"])
def test_neutral_follows_a_longer_fault_within_50_ms(bus, kernel, emulated, clock, fault):
    car = Guarded(bus, clock)
    emulated.fail(fault, short_after=3)
    car.drive(0.4)
    assert car.guardian.state is State.SAFE
    emulated.fail()
    car.drive(0.03)
    assert emulated.ticks(0) == round(1500 / 4.08)


def test_is_taken_by_one_thread_at_a_time(bus):
    assert bus.try_lock()
    assert not bus.try_lock()
    bus.unlock()
    assert bus.try_lock()


def test_a_bus_that_is_not_there(kernel):
    with pytest.raises(DeviceError, match="I2C bus 3 does not open.*raspi-config"):
        LinuxI2C(3)


def test_a_bus_that_is_closed_to_you(kernel, monkeypatch):
    # What used to happen: the advice to switch it on, though it was.
    def refuse(path, flags):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    monkeypatch.setattr("smbus2.smbus2.os.open", refuse)
    with pytest.raises(DeviceError, match="I2C bus 7 does not open.*sudo usermod -aG i2c"):
        LinuxI2C(7)


def test_an_adapter_that_was_unplugged_is_opened_again(bus, emulated, monkeypatch):
    # What used to happen: the file of an adapter on a USB plug never worked again, so that nobody
    # in this process could switch the motor off.
    transfer, gone = emulated.transfer, [True, True]

    def unplugged(*args):
        if gone:
            gone.pop()
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return transfer(*args)

    emulated.transfer = unplugged
    for _ in range(2):
        with pytest.raises(OSError, match="No such device"):
            bus.writeto(0x40, b"\x00\x21")
    bus.writeto(0x40, b"\x00\x21")
    assert emulated[0x00] == 0x21


def test_one_bus_for_everybody(kernel):
    open_bus.cache_clear()
    assert open_bus(7) is open_bus(7)
    open_bus(7).deinit()
    open_bus.cache_clear()


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "smbus2", None)
    with pytest.raises(DeviceError, match=r"-m pip install '/.*\[pi\]'"):
        LinuxI2C(1)
