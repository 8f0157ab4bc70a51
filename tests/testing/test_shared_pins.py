"""Pins that several real processes use: what a process did stays when it is killed."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.safety.hardware import BACKWARD_PIN, FORWARD_PIN, HARDWARE, bridged
from benchmarks.safety.shared_pins import ALWAYS_ON, SharedHeader, SharedLgpio
from donkeycar.testing.lgpio_library import LgpioError
from donkeycar.testing.pulse_trace import Change, PulseTrace

ROOT = Path(__file__).parents[2]


@pytest.fixture
def child(tmp_path):
    """Runs lines in another process; they print when they are done, and it stays until killed."""
    started = []

    def run(*lines):
        code = "\n".join(
            [
                "import sys; from pathlib import Path; from benchmarks.safety.shared_pins import *",
                "folder = Path(sys.argv[1]); trace = PulseTrace(folder / 'trace')",
                *lines,
                "print('ready', flush=True); sys.stdin.read()",
            ]
        )
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code, tmp_path], cwd=ROOT, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
        assert started[-1].stdout.readline() == "ready\n"
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def pin_levels(folder):
    return [change.ticks for change in PulseTrace(folder / "trace").changes]


def test_a_pin_is_held_by_a_process_and_keeps_its_level_when_that_is_killed(tmp_path, child):
    holder = child(
        "lgpio = SharedLgpio(SharedHeader(folder, trace))",
        "lgpio.gpio_claim_output(lgpio.gpiochip_open(0), 24, 1)",
    )
    lgpio = SharedLgpio(SharedHeader(tmp_path, PulseTrace(tmp_path / "trace")))
    chip = lgpio.gpiochip_open(0)
    with pytest.raises(LgpioError, match="busy"):
        lgpio.gpio_claim_output(chip, 24, 0)
    holder.kill()
    holder.wait()
    assert pin_levels(tmp_path) == [ALWAYS_ON], "nobody set it low"
    lgpio.gpio_claim_output(chip, 24, 0)
    assert pin_levels(tmp_path) == [ALWAYS_ON, 0]


def test_pulses_of_a_pin_come_by_themselves_and_end_with_their_process(tmp_path, child):
    holder = child(
        "lgpio = SharedLgpio(SharedHeader(folder, trace))",
        "chip = lgpio.gpiochip_open(0); lgpio.gpio_claim_output(chip, 24, 0)",
        "lgpio.tx_pulse(chip, 24, 2000, 2000)",
        "while len(trace.changes) < 9: time.sleep(0.001)",
    )
    holder.kill()
    holder.wait()
    levels = pin_levels(tmp_path)
    assert levels == [ALWAYS_ON * (number % 2) for number in range(len(levels))]
    assert pin_levels(tmp_path) == levels


def test_the_kernels_pulses_go_on_when_their_process_is_killed(tmp_path, child):
    holder = child(
        "from donkeycar.parts.drivetrain.kernel_pwm import KernelPwmPin",
        "tree = SharedTree(folder, trace)",
        "KernelPwmPin('0', 0, frequency_hz=60, root=tree.root, files=tree).set_us(1800)",
    )
    holder.kill()
    holder.wait()
    hardware = HARDWARE["kernel_pwm"](tmp_path)
    assert hardware.motor.speed == 1
    with hardware.wired() as board:
        assert board.pwm_files.pulse_us(0) == 1800.0
    hardware.close()


@pytest.mark.parametrize("name", ["kernel_pwm", "gpio"])
def test_what_refuses_refuses_every_process(tmp_path, name):
    one, other = HARDWARE[name](tmp_path), HARDWARE[name](tmp_path)
    one.fail("refused")
    with other.wired() as board, pytest.raises((OSError, LgpioError)):
        if board.pwm_files is None:
            import lgpio

            lgpio.gpio_claim_output(lgpio.gpiochip_open(0), 24, 0)
        else:
            board.pwm_files.write(board.pwm_root / "pwmchip0" / "export", "0")
    for each in (one, other):
        each.close()


class Told:
    """A trace of pins that were set at given times."""

    def __init__(self, *changes):
        self.changes = [Change(time_s, 1, pin, ticks, 0.0) for time_s, pin, ticks in changes]


FRAMES = [(1.0 + 0.02 * n / 2, FORWARD_PIN, ALWAYS_ON * (1 - n % 2)) for n in range(10)]


def test_a_motor_that_rests_in_each_frame_is_driven_until_its_last_power():
    motor = bridged(Told(*FRAMES))
    assert [sent.speed for sent in motor.sent] == [0, 1, 0]
    assert motor.stopped(1.045) == (FRAMES[-1][0], False)


def test_who_is_hit_while_it_rests_and_gets_no_more_power_stands_at_once():
    motor = bridged(Told(*FRAMES))
    assert motor.stopped(FRAMES[-1][0] + 0.005) == (FRAMES[-1][0] + 0.005, False)
    assert motor.drove(FRAMES[-1][0] + 0.005)
    assert not motor.drove(FRAMES[-1][0] + 0.5)


def test_power_after_a_stop_is_seen():
    motor = bridged(Told(*FRAMES, (1.4, FORWARD_PIN, ALWAYS_ON), (1.41, FORWARD_PIN, 0)))
    assert motor.stopped(1.045) == (FRAMES[-1][0], True)
    assert motor.stopped(1.405) == (1.41, False)


@pytest.mark.parametrize("hit_s", [1.045, 1.15, 1.2])
def test_a_thread_that_comes_late_with_its_next_pulse_has_stopped_nothing(hit_s):
    # What used to happen: a rest of 60 ms was a stop, and the next pulse a motor that runs away.
    motor = bridged(Told(*FRAMES, (1.19, FORWARD_PIN, ALWAYS_ON), (1.21, FORWARD_PIN, 0)))
    assert motor.stopped(hit_s) == (1.21, False)


def test_a_pin_that_stays_high_is_no_stop():
    assert bridged(Told(*FRAMES[:-1])).stopped(1.045) == (None, False)


def test_power_the_other_way_round_is_seen():
    assert bridged(Told((1.0, BACKWARD_PIN, ALWAYS_ON))).speed == -1
