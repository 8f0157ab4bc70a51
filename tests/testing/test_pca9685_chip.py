"""The emulated chip against the tables of the data sheet."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import donkeycar
from donkeycar.testing import FakeI2C, PCA9685Chip

PACKAGE = str(Path(donkeycar.__file__).parents[1])
AWAKE = bytes([0x00, 0x21])


@pytest.fixture
def chip():
    return PCA9685Chip()


@pytest.fixture
def awake(chip):
    chip.transfer(0x40, AWAKE)
    return chip


def set_pwm(channel, on, off):
    return bytes([6 + 4 * channel, on & 255, on >> 8, off & 255, off >> 8])


# Data sheet table 4 to 8: values at power-on.
POWER_ON = {
    0x00: 0x11, 0x01: 0x04, 0x02: 0xE2, 0x03: 0xE4, 0x04: 0xE8, 0x05: 0xE0, 0xFE: 0x1E,
    **{6 + 4 * n + k: 0x10 if k == 3 else 0 for n in range(16) for k in range(4)},
}  # fmt: skip


@pytest.mark.parametrize("cause", ["new", "power", "software reset"])
def test_registers_after_power_on(chip, cause):
    if cause != "new":
        chip.transfer(0x40, AWAKE)
        chip.transfer(0x40, bytes([0xFA, 1, 2, 3, 4]))
    if cause == "power":
        chip.power_on()
    if cause == "software reset":
        chip.transfer(0x00, b"\x06")
    assert {register: chip[register] for register in POWER_ON} == POWER_ON
    assert [chip.pulse_us(n) for n in range(16)] == [0.0] * 16


def test_a_pulse_is_off_minus_on(awake):
    awake.transfer(0x40, set_pwm(3, 0, 370))
    assert awake.ticks(3) == 370
    awake.transfer(0x40, set_pwm(3, 4000, 274))
    assert awake.ticks(3) == 370


@pytest.mark.parametrize(
    ("on", "off", "ticks"), [(0, 4096, 0), (4096, 0, 4096), (4096, 4096, 0), (0, 0, 0)]
)
def test_full_on_and_full_off(awake, on, off, ticks):
    awake.transfer(0x40, set_pwm(0, on, off))
    assert awake.ticks(0) == ticks


def test_prescale_makes_the_frame(chip):
    chip.transfer(0x40, bytes([0xFE, 101]))
    chip.transfer(0x40, AWAKE)
    chip.transfer(0x40, set_pwm(0, 0, 370))
    assert chip.frame_s == pytest.approx(1 / 59.84, rel=1e-4)
    assert chip.pulse_us(0) == pytest.approx(1509.6)


def test_prescale_is_locked_while_awake(awake):
    awake.transfer(0x40, bytes([0xFE, 101]))
    assert awake[0xFE] == 0x1E


def test_prescale_is_3_at_least(chip):
    chip.transfer(0x40, bytes([0xFE, 0]))
    assert chip[0xFE] == 3


def test_without_auto_increment_all_bytes_land_in_one_register(chip):
    chip.transfer(0x40, bytes([0x06, 0, 0, 0x80, 0x01]))
    assert [chip[r] for r in range(6, 10)] == [1, 0, 0, 0x10]


def test_auto_increment_rolls_over_from_the_last_output_to_the_first_register(awake):
    awake.transfer(0x40, bytes([0x45, 0x01, 0x22]))
    assert awake[0x45] == 0x01
    assert awake[0x00] == 0x22


def test_auto_increment_rolls_over_from_the_prescaler_to_the_first_register(chip):
    # What used to happen: it went on to 0xFF, the test mode, which is not to be written.
    chip.transfer(0x40, bytes([0x00, 0x31]))  # asleep, so that the prescaler takes a value
    chip.transfer(0x40, bytes([0xFE, 101, 0x21]))
    assert (chip[0xFE], chip[0x00], chip[0xFF]) == (101, 0x21, 0)


def test_all_led_registers_reach_every_output_and_read_zero(awake):
    awake.transfer(0x40, bytes([0xFA, 0, 0, 0x72, 0x01]))
    assert {awake.ticks(n) for n in range(16)} == {370}
    assert awake.transfer(0x40, b"\xfa", 4) == bytes(4)


def test_reading(awake):
    awake.transfer(0x40, set_pwm(2, 0x123, 0x456))
    assert awake.transfer(0x40, bytes([6 + 8]), 4) == bytes([0x23, 0x01, 0x56, 0x04])
    awake.transfer(0x40, bytes([0x00, 0x01]))
    assert awake.transfer(0x40, bytes([6 + 8]), 2) == bytes([0x23, 0x23])


def test_the_upper_bits_of_high_bytes_are_reserved(awake):
    awake.transfer(0x40, bytes([0x09, 0xFF]))
    assert awake[0x09] == 0x1F


@pytest.mark.parametrize("address", [0x40, 0x70])
def test_all_call_is_answered_after_power_on(chip, address):
    chip.transfer(address, AWAKE)
    assert chip[0] == 0x21


def test_all_call_can_be_switched_off(chip):
    chip.transfer(0x40, bytes([0x00, 0x20]))
    assert not chip.answers(0x70)


@pytest.mark.parametrize(("bit", "address"), [(0x08, 0x71), (0x04, 0x72), (0x02, 0x74)])
def test_sub_addresses_are_answered_when_asked_for(chip, bit, address):
    assert not chip.answers(address)
    chip.transfer(0x40, bytes([0x00, 0x20 | bit]))
    assert chip.answers(address)


def test_the_general_call_knows_one_byte_only(chip):
    with pytest.raises(OSError, match="Remote I/O error"):
        chip.transfer(0x00, b"\x04")


def test_sleep_stops_the_pulses_and_restart_brings_them_back(awake):
    awake.transfer(0x40, set_pwm(0, 0, 370))
    awake.transfer(0x40, bytes([0x00, 0x31]))
    assert awake.ticks(0) == 0
    assert awake[0x00] == 0xB1
    awake.transfer(0x40, AWAKE)
    assert awake.ticks(0) == 0
    awake.transfer(0x40, bytes([0x00, 0xA1]))
    assert awake.ticks(0) == 370
    assert awake[0x00] == 0x21


def test_a_write_to_an_output_also_restarts(awake):
    awake.transfer(0x40, set_pwm(0, 0, 370))
    awake.transfer(0x40, bytes([0x00, 0x31]))
    awake.transfer(0x40, AWAKE)
    awake.transfer(0x40, set_pwm(1, 0, 300))
    assert [awake.ticks(0), awake.ticks(1)] == [370, 300]


def test_sleep_without_pulses_needs_no_restart(awake):
    awake.transfer(0x40, bytes([0x00, 0x31]))
    assert awake[0x00] == 0x31


def test_output_enable(awake):
    awake.transfer(0x40, set_pwm(0, 0, 370))
    awake.output_enabled = False
    assert awake.ticks(0) == 0
    awake.output_enabled = True
    assert awake.ticks(0) == 370
    assert [change.ticks for change in awake.trace.changes] == [370, 0, 370]


@pytest.mark.parametrize(("register", "value"), [(0x01, 0x14), (0x01, 0x0C), (0x00, 0x61)])
def test_what_is_not_modelled_is_refused(chip, register, value):
    with pytest.raises(NotImplementedError, match="is not modelled"):
        chip.transfer(0x40, bytes([register, value]))


# Faults.


@pytest.mark.parametrize(
    ("fault", "number"), [("nack", errno.EREMOTEIO), ("stuck", errno.ETIMEDOUT)]
)
def test_a_broken_bus_changes_nothing(awake, fault, number):
    awake.fail(fault)
    with pytest.raises(OSError) as error:
        awake.transfer(0x40, set_pwm(0, 0, 370))
    assert error.value.errno == number
    assert awake.ticks(0) == 0
    awake.fail()
    awake.transfer(0x40, set_pwm(0, 0, 370))
    assert awake.ticks(0) == 370


def test_a_transfer_that_breaks_off_leaves_half_a_value(awake):
    awake.transfer(0x40, set_pwm(0, 0, 370))
    awake.fail("short", short_after=4)
    with pytest.raises(OSError) as error:
        awake.transfer(0x40, set_pwm(0, 0, 220))
    assert error.value.errno == errno.EIO
    # Neutral to reverse by way of 81 % forward: why one write is retried at once.
    assert awake.ticks(0) == 476


def test_nobody_answers_at_another_address(chip):
    with pytest.raises(OSError, match="Remote I/O error"):
        chip.transfer(0x41, AWAKE)


# The trace.


def test_the_trace_notes_every_change_once(awake):
    for off in (370, 370, 500):
        awake.transfer(0x40, set_pwm(0, 0, off))
    assert [(c.channel, c.ticks, c.pid) for c in awake.trace.changes] == [
        (0, 370, os.getpid()), (0, 500, os.getpid()),
    ]  # fmt: skip
    times = [change.time_s for change in awake.trace.changes]
    assert times == sorted(times)


def test_a_change_of_four_registers_is_one_change(awake):
    awake.transfer(0x40, set_pwm(0, 0, 370))
    awake.transfer(0x40, set_pwm(0, 0, 220))
    assert [change.ticks for change in awake.trace.changes] == [370, 220]


def test_the_pulse_train_follows_with_the_next_frame(awake):
    awake.transfer(0x40, set_pwm(0, 0, 370))
    awake.transfer(0x40, set_pwm(0, 0, 220))
    first, second = awake.trace.changes
    frame_s = awake.frame_s
    train = list(
        awake.trace.pulses(
            0, first.time_s - frame_s, second.time_s + 2.5 * frame_s, frame_s=frame_s
        )
    )
    assert [time_s - first.time_s for time_s, _ in train[:1]] == pytest.approx([0.0], abs=1e-6)
    assert {round(width_us) for _, width_us in train} == {round(220 * 1.24), round(370 * 1.24)}
    assert train[-1][1] == second.pulse_us


def test_no_pulses_while_off(awake):
    awake.transfer(0x40, set_pwm(0, 0, 4096))
    assert list(awake.trace.pulses(0, 0.0, 1.0, frame_s=0.02)) == []


# Files.

OTHER_PROCESS = """
import sys
from pathlib import Path
from donkeycar.testing import PCA9685Chip
chip = PCA9685Chip(Path(sys.argv[1]))
chip.transfer(0x40, bytes([0x00, 0x21]))
chip.transfer(0x40, bytes([0x06, 0, 0, 0xF4, 0x01]))
"""


def test_registers_and_trace_outlast_a_process(tmp_path):
    path = tmp_path / "chip"
    subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, path], check=True, env={"PYTHONPATH": PACKAGE}
    )
    chip = PCA9685Chip(path)
    assert chip.ticks(0) == 500
    (change,) = chip.trace.changes
    assert change[2:4] == (0, 500)
    assert change.pid != os.getpid()
    chip.close()
    chip.close()


def test_a_fault_reaches_everybody_who_opened_the_chip(tmp_path):
    one, other = PCA9685Chip(tmp_path / "chip"), PCA9685Chip(tmp_path / "chip")
    one.fail("nack")
    with pytest.raises(OSError, match="Remote I/O error"):
        other.transfer(0x40, AWAKE)
    one.close()
    other.close()


# The bus.


def test_a_bus_carries_several_chips(chip):
    other = PCA9685Chip(address=0x41)
    bus = FakeI2C(chip, other)
    bus.writeto(0x41, AWAKE)
    assert (chip[0], other[0]) == (0x11, 0x21)
    bus.writeto(0x70, AWAKE)
    assert chip[0] == 0x21
    with pytest.raises(OSError, match="Remote I/O error"):
        bus.writeto(0x42, AWAKE)
    assert bus.num_transfers == 3


def test_a_bus_reads_and_writes_parts_of_buffers(chip):
    bus = FakeI2C(chip)
    bus.writeto(0x40, b"??" + AWAKE + b"??", start=2, end=4)
    buffer = bytearray(4)
    bus.writeto_then_readfrom(0x40, b"?\x00?", buffer, out_start=1, out_end=2, in_start=1, in_end=3)
    assert buffer == bytes([0, 0x21, 0x04, 0])
    bus.readfrom_into(0x40, buffer, start=1, end=2)
    assert buffer == bytes([0, 0, 0x04, 0])


def test_a_bus_is_taken_by_one_at_a_time(chip):
    bus = FakeI2C(chip)
    assert bus.try_lock()
    assert not bus.try_lock()
    bus.unlock()
    assert bus.try_lock()
    bus.deinit()
