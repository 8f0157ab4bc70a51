"""The chip as a car uses it, judged by the registers of the emulated one."""

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import donkeycar
from donkeycar.errors import ConfigError, DeviceError, DeviceReset
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.pca9685 import PCA9685, tick_us, write
from donkeycar.parts.drivetrain.pulse_output import PulseOutput
from donkeycar.testing import FakeClock, FakeI2C, PCA9685Chip

PACKAGE = str(Path(donkeycar.__file__).parents[1])


@pytest.fixture
def emulated():
    return PCA9685Chip()


@pytest.fixture
def bus(emulated):
    return FakeI2C(emulated)


@pytest.fixture
def clock():
    return FakeClock(50.0)


@pytest.fixture
def chip(bus, clock):
    return PCA9685(bus, clock=clock)


def leave_running(emulated, ticks=500):
    """As a program does that was killed at full throttle."""
    emulated.transfer(0x40, bytes([0xFE, 101]))
    emulated.transfer(0x40, bytes([0x00, 0x21]))
    emulated.transfer(0x40, bytes([0x06, 0, 0, ticks & 255, ticks >> 8]))


# Old settings.


@pytest.mark.parametrize("frequency_hz", [25, 50, 60, 90, 100, 333, 1526])
def test_every_old_count_comes_back_as_it_was(emulated, bus, clock, frequency_hz):
    pin = PCA9685(bus, frequency_hz=frequency_hz, clock=clock).pin(0)
    for ticks in range(0, 4096, 7):
        pin.set_us(ticks * tick_us(frequency_hz))
        assert emulated.ticks(0) == ticks


def test_60_hz_is_what_the_chip_makes_of_it(chip, emulated):
    assert emulated[0xFE] == 101
    assert chip.tick_us == tick_us(60) == 4.08


def test_a_measured_clock_corrects_pulses(bus, clock):
    # The copy of the chip runs at 27 MHz: a pulse of 1500 us is more ticks.
    assert tick_us(60, 27_000_000) == pytest.approx(1e6 * 110 / 27e6)


@pytest.mark.parametrize("frequency_hz", [0, -60, 1, 24.9, 2000])
def test_impossible_frequency(bus, emulated, frequency_hz):
    with pytest.raises(ConfigError, match=f"25 to 1526: .*Received: frequency_hz={frequency_hz}"):
        PCA9685(bus, frequency_hz=frequency_hz)
    assert bus.num_transfers == 0, "a refused setting must not touch the chip"


@pytest.mark.parametrize("channel", [-1, 16])
def test_impossible_channel(chip, channel):
    with pytest.raises(ConfigError, match=f"0 to 15. Received: channel={channel}"):
        chip.pin(channel)


# The start.


def test_starting_sends_no_pulse(chip, emulated):
    assert emulated.trace.changes == []
    assert emulated[0x00] & 0x30 == 0x20


def test_starting_after_a_crash_first_stops_what_was_left_running(emulated, bus, clock):
    leave_running(emulated)
    PCA9685(bus, clock=clock)
    assert [change.ticks for change in emulated.trace.changes] == [500, 0]


@pytest.mark.parametrize("mode1", [0x11, 0x31, 0x91, 0xB1])
def test_starting_does_not_wake_what_was_put_to_sleep(emulated, bus, clock, mode1):
    leave_running(emulated)
    emulated.transfer(0x40, bytes([0x00, mode1]))
    PCA9685(bus, clock=clock)
    assert [change.ticks for change in emulated.trace.changes] == [500, 0]


# Pulses.


def test_a_pulse_reaches_its_output_and_no_other(chip, emulated):
    chip.pin(5).set_us(1509.6)
    assert [emulated.ticks(n) for n in (4, 5, 6)] == [0, 370, 0]
    assert emulated.pulse_us(5) == pytest.approx(1509.6)


def test_100_widths_come_out_within_a_step(chip, emulated):
    for asked_us in (1000 + index * 1000 / 99 for index in range(100)):
        chip.pin(3).set_us(asked_us)
        assert emulated.pulse_us(3) == pytest.approx(asked_us, abs=chip.tick_us / 2)


def test_off_is_no_pulse(chip, emulated):
    pin = chip.pin(0)
    pin.set_us(1500)
    pin.off()
    assert emulated.ticks(0) == 0
    assert emulated[0x09] == 0x10


def test_the_longest_pulse_ends_before_the_frame(chip, emulated):
    chip.pin(0).set_us(100_000)
    assert emulated.ticks(0) == 4095


def test_an_unchanged_pulse_is_written_ten_times_a_second(chip, bus, clock):
    pin = chip.pin(0)
    pin.set_us(1500)
    before = bus.num_transfers
    for _ in range(100):
        clock.advance(0.01)
        pin.set_us(1500)
    # Each with one look at the chip's power, and one at its frequency.
    assert 27 <= bus.num_transfers - before <= 30


def test_a_changed_pulse_is_written_at_once_in_one_transfer(chip, bus, emulated):
    pin = chip.pin(0)
    pin.set_us(1500)
    before = bus.num_transfers
    pin.set_us(1600)
    assert bus.num_transfers - before == 1
    assert emulated.ticks(0) == round(1600 / 4.08)


def test_no_transition_passes_through_a_third_value(chip, emulated):
    rng = random.Random(18)
    pin = chip.pin(0)
    wanted = [round(rng.uniform(500, 2500)) for _ in range(2000)]
    for pulse_us in wanted:
        pin.set_us(pulse_us)
    ticks = [change.ticks for change in emulated.trace.changes]
    expected = [round(pulse_us / 4.08) for pulse_us in wanted]
    assert ticks == [n for n, before in zip(expected, [0, *expected], strict=False) if n != before]


# Faults.


@pytest.mark.parametrize("fault", ["nack", "stuck", "short"])
def test_a_fault_is_raised_and_the_next_write_is_made_whatever_its_value(chip, emulated, fault):
    pin = chip.pin(0)
    pin.set_us(1500)
    emulated.fail(fault, short_after=3)
    with pytest.raises(OSError):
        pin.set_us(1600)
    emulated.fail()
    pin.set_us(1500)
    assert emulated.ticks(0) == 368


def test_a_transfer_that_failed_is_made_good_by_the_next_call_and_not_before(chip, emulated, bus):
    # What used to happen: a second try at once, which a stuck bus blocks for as long again.
    pin = chip.pin(0)
    pin.set_us(1509.6)
    emulated.fail("short", short_after=4)
    before = bus.num_transfers
    with pytest.raises(OSError):
        pin.set_us(220 * 4.08)
    assert bus.num_transfers - before == 1
    emulated.fail()
    pin.set_us(220 * 4.08)
    assert [change.ticks for change in emulated.trace.changes] == [370, 476, 220]


def test_a_chip_that_lost_its_power_is_made_ready_again(chip, emulated, clock):
    pin = chip.pin(0)
    pin.set_us(1500)
    emulated.power_on()
    clock.advance(0.2)
    # The first call finds it asleep and wakes it.
    with pytest.raises(DeviceReset, match="had lost its power"):
        pin.set_us(1500)
    pin.set_us(1500)
    assert emulated.ticks(0) == 368
    assert emulated[0xFE] == 101


# What libraries write when they are made: ServoKit (50 Hz), the old Adafruit_PCA9685, Freenove's.
OTHERS = {
    "ServoKit": [(0x00, 0x00), (0x00, 0x10), (0xFE, 121), (0x00, 0x00), (0x00, 0xA0)],
    "Adafruit_PCA9685": [(0xFA, 0), (0xFC, 0), (0x01, 0x04), (0x00, 0x01), (0x00, 0x01)],
    "Freenove": [(0x00, 0x00), (0x00, 0x10), (0xFE, 121), (0x00, 0x00), (0x00, 0x80)],
    "another frequency": [(0x00, 0x30), (0xFE, 121), (0x00, 0x20)],
}


@pytest.mark.parametrize("other", OTHERS)
def test_another_program_that_sets_the_chip_up_anew_is_noticed(chip, emulated, clock, other):
    # What used to happen: a program that moves the camera set 50 Hz, as they all do. From then on
    # neutral was 1796 us, on which a car drives off, and nobody said so.
    pin = chip.pin(0)
    pin.set_us(1500)
    for register, value in OTHERS[other]:
        emulated.transfer(0x40, bytes([register, value]))
    clock.advance(0.1)
    with pytest.raises(DeviceReset, match="another program"):
        pin.set_us(1500)
    assert [emulated.ticks(channel) for channel in range(16)] == [0] * 16
    pin.set_us(1500)
    assert emulated.pulse_us(0) == pytest.approx(1500, abs=chip.tick_us / 2)


def test_another_frequency_is_said_in_hertz(chip, emulated, clock):
    chip.pin(0).set_us(1500)
    for register, value in OTHERS["another frequency"]:
        emulated.transfer(0x40, bytes([register, value]))
    clock.advance(0.1)
    with pytest.raises(DeviceReset, match="0x40 was set to 50 Hz by .* Here it is 60 Hz"):
        chip.pin(0).set_us(1500)


@pytest.mark.parametrize("register", [0x00, 0xFE])
def test_one_wrong_answer_is_noise(chip, emulated, clock, register):
    pin = chip.pin(0)
    pin.set_us(1500)
    clock.advance(0.1)
    transfer, spoilt = emulated.transfer, []

    def spoil_once(address, data, num_read=0):
        answer = transfer(address, data, num_read)
        if num_read and data[0] == register and not spoilt:
            spoilt.append(answer)
            return b"\xff"
        return answer

    emulated.transfer = spoil_once
    pin.set_us(1500)
    assert spoilt
    assert [change.ticks for change in emulated.trace.changes] == [368]


def test_nothing_at_the_address(bus):
    with pytest.raises(DeviceError, match="No PCA9685 answers at address 0x41"):
        PCA9685(bus, address=0x41)


def test_the_address_at_which_all_chips_answer_is_no_boards_own(bus, emulated):
    # What used to happen: "Check its wires and power", and from then on i2cdetect did not show that
    # address any more either.
    leave_running(emulated)
    with pytest.raises(DeviceError, match="0x70 is no board's own address.*Write the other one"):
        PCA9685(bus, address=0x70)
    assert emulated.ticks(0) == 0
    assert emulated.answers(0x40)


def test_a_board_whose_own_address_is_that_of_all_works(clock):
    emulated = PCA9685Chip(address=0x70)
    PCA9685(FakeI2C(emulated), address=0x70, clock=clock).pin(0).set_us(1500)
    assert emulated.ticks(0) == 368


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        (0x64, "Addresses are hexadecimal: 64 is 0x40"),
        (40, "Addresses are hexadecimal: write 0x40"),
    ],
)
def test_an_address_in_the_other_notation_is_told(bus, address, hint):
    with pytest.raises(DeviceError, match=f"{hint}$"):
        PCA9685(bus, address=address)


def test_a_chip_that_stops_answering_half_way(bus, emulated, monkeypatch):
    bus.writeto(0x40, bytes([0x00, 0x20]))
    writeto = bus.writeto

    def break_after_the_first(address, buffer, **options):
        writeto(address, buffer, **options)
        emulated.fail("nack")

    monkeypatch.setattr(bus, "writeto", break_after_the_first)
    with pytest.raises(DeviceError, match="No PCA9685 answers at address 0x40"):
        PCA9685(bus)


def test_a_missing_library_is_named_but_the_motor_is_stopped_first(bus, emulated, monkeypatch):
    leave_running(emulated)
    monkeypatch.setitem(sys.modules, "adafruit_pca9685", None)
    with pytest.raises(DeviceError, match=r"-m pip install '/.*\[pi\]'"):
        PCA9685(bus)
    assert emulated.ticks(0) == 0


class LgpioError(Exception):
    """As lgpio's own: an Exception and nothing else."""


@pytest.mark.parametrize("error", [LgpioError, RuntimeError, NotImplementedError, KeyError])
def test_a_library_that_fails_to_load_in_its_own_way_is_one_sentence(bus, monkeypatch, error):
    # What used to happen: after an update of the kernel, Python's traceback of an "lgpio.error: can
    # not open gpiochip", from five libraries below.
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "adafruit_pca9685":
                raise error("can not open gpiochip")

    monkeypatch.delitem(sys.modules, "adafruit_pca9685", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    with pytest.raises(DeviceError, match=r"pip install .*can not open gpiochip") as raised:
        PCA9685(bus)
    assert isinstance(raised.value.__cause__, ImportError), "no second try helps"


def test_waits_for_a_bus_that_another_thread_has(bus, emulated):
    assert bus.try_lock()
    thread = threading.Thread(target=write, args=(bus, 0x40, bytes([0x06, 0, 0, 114, 1])))
    thread.start()
    thread.join(0.05)
    assert thread.is_alive()
    bus.unlock()
    thread.join(2)
    assert emulated[0x08] == 370 & 255 or not emulated[0x00] & 0x20


def test_no_pulse_is_read_back(chip, emulated, clock):
    # A bus can say that all is well while the chip heard something else.
    pin = chip.pin(0)
    pin.set_us(2000)
    transfer, lost = emulated.transfer, []

    def lose_writes(address, data, num_read=0):
        if num_read == 0 and data[0] == 0x06:
            lost.append(data)
            return b""
        return transfer(address, data, num_read)

    emulated.transfer = lose_writes
    with pytest.raises(OSError, match="goes on with its pulse at output 0"):
        pin.off()
    assert lost
    emulated.transfer = transfer
    pin.off()
    assert emulated.ticks(0) == 0


@pytest.mark.parametrize("fault", ["low", "high"])
def test_a_held_line_is_not_taken_for_no_pulse(chip, emulated, fault):
    # What used to happen: SDA held low acknowledges every byte and reads as 0, which was taken for
    # an output that is off, while the chip went on with its pulse.
    pin = chip.pin(0)
    pin.set_us(2000)
    emulated.fail(fault)
    with pytest.raises(OSError, match="output 0"):
        pin.off()
    assert emulated.ticks(0) == 490
    emulated.fail()
    pin.off()
    assert emulated.ticks(0) == 0


@pytest.mark.parametrize("fault", ["low", "high"])
def test_a_held_line_is_no_chip(bus, emulated, fault):
    # What used to happen: it was opened, and whoever opened it in order to stop the motor was
    # content.
    leave_running(emulated)
    emulated.fail(fault)
    with pytest.raises(DeviceError, match="0x40: .*a line of the bus is held"):
        PCA9685(bus)


@pytest.mark.parametrize("fault", ["low", "high"])
def test_a_held_line_is_noticed_within_a_tenth_of_a_second(chip, emulated, clock, fault):
    pin = chip.pin(0)
    pin.set_us(1500)
    emulated.fail(fault)
    clock.advance(0.1)
    for _ in range(3):
        with pytest.raises(OSError):
            pin.set_us(1600)
    emulated.fail()
    pin.set_us(1600)
    assert emulated.ticks(0) == round(1600 / 4.08)


# Servo and speed controller.


@pytest.fixture
def output(chip):
    return PulseOutput(
        chip.pin(1),
        chip.pin(0),
        steering=PulseRange(460 * 4.08, 375 * 4.08, 290 * 4.08),
        throttle=PulseRange(220 * 4.08, 370 * 4.08, 500 * 4.08),
    )


@pytest.mark.parametrize(
    ("value", "ticks"), [((0, 0), (375, 370)), ((-1, 1), (460, 500)), ((1, -1), (290, 220))]
)
def test_values_become_pulses(output, emulated, value, ticks):
    output.write(*value)
    assert (emulated.ticks(1), emulated.ticks(0)) == ticks


def test_the_motor_comes_first(output, emulated):
    output.write(1.0, 0.0)
    output.off()
    assert [change.channel for change in emulated.trace.changes] == [0, 1, 0, 1]
    assert [emulated.ticks(0), emulated.ticks(1)] == [0, 0]


@pytest.mark.parametrize("name", ["steering", "throttle"])
def test_an_impossible_range_is_refused(chip, name):
    ranges = {"steering": PulseRange(1000, 1500, 2000), "throttle": PulseRange(1000, 1500, 2000)}
    ranges[name] = PulseRange(1000, 900, 2000)
    with pytest.raises(ConfigError, match=f"The pulses of the {name} must be"):
        PulseOutput(chip.pin(1), chip.pin(0), **ranges)


# The library on every Pi. It asks for gpiod, which its own metadata does not require.

IMPORT = """
import sys
{before}
from donkeycar.parts.drivetrain.pca9685 import PCA9685
from donkeycar.testing import FakeI2C, PCA9685Chip
chip = PCA9685Chip()
PCA9685(FakeI2C(chip)).pin(0).set_us(1509.6)
print(chip.ticks(0))
"""


def import_on(board, before=""):
    forced = {"BLINKA_FORCECHIP": "BCM2XXX", "BLINKA_FORCEBOARD": board}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT.format(before=before)],
        capture_output=True, text=True, check=False,
        env={**os.environ, **forced, "PYTHONPATH": PACKAGE},
    )  # fmt: skip


BOARDS = ["RASPBERRY_PI_3B_PLUS", "RASPBERRY_PI_4B", "RASPBERRY_PI_5", "RASPBERRY_PI_ZERO_2_W"]


@pytest.mark.parametrize("board", BOARDS)
def test_the_library_loads_on(board):
    done = import_on(board)
    assert done.stdout == "370\n", done.stderr


@pytest.mark.parametrize("board", BOARDS)
def test_without_gpiod_the_message_says_what_to_install_on(board):
    done = import_on(board, before="sys.modules['gpiod'] = None")
    assert "DeviceError: The PCA9685 needs adafruit-circuitpython-pca9685 and gpiod" in done.stderr
    assert "[pi]'. (" in done.stderr
