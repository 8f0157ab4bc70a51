import errno
import stat

import pytest

from donkeycar.errors import ConfigError, DeviceError, DeviceReset
from donkeycar.parts.drivetrain.kernel_pwm import KernelFiles, KernelPwmPin
from donkeycar.parts.drivetrain.pi_board import pwm_overlay
from donkeycar.testing import FakeClock, PwmTree
from donkeycar.testing.pwm_tree import RULES


@pytest.fixture
def clock():
    return FakeClock(100.0)


@pytest.fixture(params=RULES)
def tree(tmp_path, request, clock):
    return PwmTree(tmp_path, kernel=request.param, clock=clock)


@pytest.fixture
def make(tree, clock):
    def make(channel=1, frequency_hz=60):
        return KernelPwmPin(
            "0", channel, frequency_hz=frequency_hz, root=tree.root, files=tree, clock=clock
        )

    return make


def attributes(tree):
    return [(write.attribute.removeprefix("pwmchip0/"), write.value) for write in tree.trace]


def test_a_new_channel_is_exported_and_stays_off(tree, make):
    # What used to happen: "Invalid argument" with the kernels of Bookworm, which refuse
    # everything, "disabled" too, before there is a period.
    make()
    assert attributes(tree) == [
        ("export", 1), ("pwm1/period", 16666667), ("pwm1/duty_cycle", 0), ("pwm1/enable", 1)
    ]  # fmt: skip
    assert tree.pulse_us(1) == 0.0


def test_a_channel_that_a_dead_program_left_running_is_off_before_anything_else(tree, make, clock):
    # What used to happen: it was disabled right behind its width, within the pulse of the frame
    # that was under way. What a pin does then is the chip's choice: it may stay high.
    make().set_us(2000)
    clock.advance(1.0)
    tree.trace.clear()
    make(frequency_hz=400)
    assert attributes(tree) == [
        ("pwm1/duty_cycle", 0), ("pwm1/period", 2500000), ("pwm1/enable", 1)
    ]  # fmt: skip
    assert tree.pulse_us(1) == 0.0


def test_a_channel_that_was_disabled_while_it_was_high_is_low_again(tree, make, clock):
    # What used to happen: it stayed disabled, so high.
    make().set_us(2000)
    clock.advance(1.0)
    tree.write(tree.root / "pwmchip0" / "pwm1" / "enable", "0")
    assert tree.pulse_us(1) == pytest.approx(1e6 / 60, abs=0.001)
    make()
    assert tree.pulse_us(1) == 0.0


def test_a_channel_that_another_program_turned_upside_down_is_turned_back(tree, make):
    # What used to happen: its neutral was 15 ms long.
    # And what is nothing the one way round is full power the other: it is turned first.
    make().set_us(1500)
    tree.write(tree.root / "pwmchip0" / "pwm1" / "polarity", "inversed")
    tree.trace.clear()
    pin = make()
    assert attributes(tree)[:2] == [("pwm1/polarity", 0), ("pwm1/duty_cycle", 0)]
    pin.set_us(1500)
    assert tree.pulse_us(1) == 1500.0


def test_100_widths_come_out_within_a_microsecond(tree, make):
    pin = make()
    for index in range(100):
        asked_us = 1000 + index * 1000 / 99
        pin.set_us(asked_us)
        assert tree.pulse_us(1) == pytest.approx(asked_us, abs=1.0)
    pin.set_us(1500)
    assert tree.pulse_us(1) == 1500.0


def test_a_pulse_is_written_in_nanoseconds(tree, make):
    make().set_us(1500.5)
    assert attributes(tree)[-2:] == [("pwm1/duty_cycle", 1500500), ("pwm1/enable", 1)]
    assert tree.pulse_us(1) == 1500.5


def test_a_pulse_longer_than_a_frame_is_the_whole_frame(tree, make):
    make().set_us(1e9)
    assert tree.pulse_us(1) == pytest.approx(1e6 / 60, abs=0.001)


@pytest.mark.parametrize("after_s", [0.0, 0.0001, 0.004, 0.02, 1.0])
def test_off_is_a_width_of_nothing_and_the_channel_stays_enabled(tree, make, clock, after_s):
    # What used to happen: it was disabled in the frame of its last pulse, and might stay high.
    pin = make()
    pin.set_us(1500)
    clock.advance(1.0)
    pin.set_us(1400)
    clock.advance(after_s)
    tree.trace.clear()
    pin.off()
    assert attributes(tree) == [("pwm1/duty_cycle", 0), ("pwm1/enable", 1)]
    assert tree.pulse_us(1) == 0.0


@pytest.mark.parametrize(
    ("attribute", "text"), [("period", "8000000"), ("period", "20000000"), ("polarity", "inversed")]
)
def test_a_channel_that_another_program_changed_is_set_up_anew_and_said(
    tree, make, clock, attribute, text
):
    # What used to happen: upside down, a stop was full power; in frames half as long, a motor had
    # twice the power. The widths went on to be written, and nobody said so.
    pin = make()
    pin.set_us(1500)
    clock.advance(0.2)
    if attribute == "polarity":
        tree.write(tree.root / "pwmchip0" / "pwm1" / "enable", "0")
    tree.write(tree.root / "pwmchip0" / "pwm1" / attribute, text)
    with pytest.raises(DeviceReset, match="Another program changed .* pwmchip0/pwm1"):
        pin.set_us(1500)
    clock.advance(0.2)
    assert tree.pulse_us(1) == 0.0
    pin.set_us(1500)
    clock.advance(0.2)
    assert tree.pulse_us(1) == 1500.0
    channel = tree.root / "pwmchip0" / "pwm1"
    assert (channel / "period").read_text() == "16666667\n"
    assert (channel / "polarity").read_text() == "normal\n"


def test_off_is_said_again_to_a_channel_that_somebody_disabled_while_it_was_high(tree, make, clock):
    pin = make()
    pin.set_us(1500)
    clock.advance(1.0)
    tree.write(tree.root / "pwmchip0" / "pwm1" / "enable", "0")
    pin.off()
    assert tree.pulse_us(1) == 0.0


def test_what_does_not_change_is_written_ten_times_a_second(tree, make, clock):
    pin = make()
    tree.trace.clear()
    for _ in range(100):
        pin.set_us(1500)
        clock.advance(0.01)
    assert 18 <= len(tree.trace) <= 20


def test_the_kernel_refusing_is_an_os_error(tree, make):
    pin = make()
    tree.fails = True
    with pytest.raises(OSError, match="Input/output"):
        pin.set_us(1500)


@pytest.mark.parametrize("num_forbidden", [0, 3])
def test_a_channel_that_another_program_gave_back_is_taken_again(
    tree, make, clock, monkeypatch, num_forbidden
):
    # What used to happen: every write failed for ever, so the car could not even end.
    pin = make()
    pin.set_us(1500)
    tree.write(tree.root / "pwmchip0" / "unexport", "1")
    with pytest.raises(OSError, match="No such file"):
        pin.set_us(1800)
    monkeypatch.setattr(tree, "_forbidden", num_forbidden)
    clock.sleeps.clear()
    for _ in range(num_forbidden):  # udev is not there yet
        with pytest.raises(OSError, match="Permission denied"):
            pin.set_us(1800)
    tree.trace.clear()
    pin.set_us(1800)
    assert attributes(tree)[-5:] == [
        ("pwm1/duty_cycle", 0), ("pwm1/period", 16666667), ("pwm1/enable", 1),
        ("pwm1/duty_cycle", 1800000), ("pwm1/enable", 1),
    ]  # fmt: skip
    assert tree.pulse_us(1) == 1800.0
    assert not clock.sleeps, "whoever waits here is the one who stops the motor"


def test_one_that_another_program_set_up_anew_gets_its_frequency_again(tree, make):
    pin = make()
    pin.set_us(1500)
    chip = tree.root / "pwmchip0"
    for name in ("unexport", "export"):
        tree.write(chip / name, "1")
    for name, text in (("enable", "0"), ("duty_cycle", "0"), ("period", "1000000")):
        tree.write(chip / "pwm1" / name, text)
    with pytest.raises(DeviceReset, match="Another program changed the frame"):
        pin.set_us(1800)
    pin.set_us(1800)
    assert (chip / "pwm1" / "period").read_text() == "16666667\n"
    assert tree.pulse_us(1) == 1800.0


def test_one_that_is_taken_again_while_it_shall_be_off_stays_off(tree, make):
    pin = make()
    tree.write(tree.root / "pwmchip0" / "unexport", "1")
    with pytest.raises(OSError, match="No such file"):
        pin.off()
    pin.off()
    assert tree.pulse_us(1) == 0.0


def test_it_waits_for_udev_to_hand_the_channel_over(tmp_path, clock):
    tree = PwmTree(tmp_path, forbidden=5)
    KernelPwmPin("0", 0, frequency_hz=60, root=tree.root, files=tree, clock=clock)
    assert sum(clock.sleeps) == pytest.approx(0.1)


def test_a_channel_that_is_never_handed_over_is_refused_after_a_second(tmp_path, clock):
    tree = PwmTree(tmp_path, forbidden=1000)
    with pytest.raises(DeviceError, match="Permission denied.*usermod -aG gpio"):
        KernelPwmPin("0", 0, frequency_hz=60, root=tree.root, files=tree, clock=clock)
    assert sum(clock.sleeps) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("compatible", "overlay", "names"),
    [
        (
            b"raspberrypi,5-model-b\0brcm,bcm2712\0",
            "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4 to",
            "PWM.1f00098000.0 (GPIO 12, pin 32) and PWM.1f00098000.1 (GPIO 13, pin 33)",
        ),
        (
            b"raspberrypi,model-zero-2-w\0brcm,bcm2837\0",
            "dtoverlay=pwm-2chan,pin=18,func=2,pin2=13,func2=4 and dtparam=audio=off",
            "PWM.0.0 (GPIO 18, pin 12; or GPIO 12, pin 32, by pin=12,func=4 in that line) and ",
        ),
    ],
    ids=["Pi 5", "Zero 2 W"],
)
def test_the_overlay_and_the_names_are_those_of_the_board(tmp_path, compatible, overlay, names):
    # What used to happen: one overlay for all, on a Pi 5 with the chip that another board has.
    (tmp_path / "compatible").write_bytes(compatible)
    assert overlay in pwm_overlay(tmp_path)
    assert names in pwm_overlay(tmp_path)


@pytest.mark.parametrize(("chip", "channel"), [("0", 7), ("3", 0), ("1f00098000", 0)])
def test_a_channel_that_is_not_there_says_how_to_switch_it_on(tree, clock, chip, channel):
    with pytest.raises(
        DeviceError, match=f"Channel {channel} of PWM chip {chip} does .*dtoverlay="
    ):
        KernelPwmPin(chip, channel, frequency_hz=60, root=tree.root, files=tree, clock=clock)


@pytest.mark.parametrize("addresses", [("1f00098000", "1f0009c000"), ("1f0009c000", "1f00098000")])
def test_a_chip_is_found_by_its_address_whatever_its_number(tmp_path, clock, addresses):
    tree = PwmTree(tmp_path, addresses=addresses)
    KernelPwmPin("1f00098000", 0, frequency_hz=60, root=tree.root, files=tree, clock=clock)
    number = addresses.index("1f00098000")
    assert {write.attribute.split("/")[0] for write in tree.trace} == {f"pwmchip{number}"}


@pytest.mark.parametrize("frequency_hz", [0, -1, 1, 24.9, 1e6, float("nan")])
def test_an_impossible_frequency_touches_nothing(tree, make, frequency_hz):
    # What used to happen: at 1 Hz a stop waited for the end of a frame, a second.
    with pytest.raises(ConfigError, match="must be 25 to 100000: a stop may .*Received: .*Take 60"):
        make(frequency_hz=frequency_hz)
    assert tree.trace == []


def test_real_files_are_written_in_one_go(tmp_path):
    attribute = tmp_path / "period"
    attribute.touch()
    KernelFiles().write(attribute, "16666667")
    assert attribute.read_text() == "16666667"
    with pytest.raises(FileNotFoundError):
        KernelFiles().write(tmp_path / "nothing", "1")
    assert stat.S_ISREG(attribute.stat().st_mode)


def test_a_channel_that_a_driver_of_the_kernel_has_says_how_to_find_out_which(tree, make):
    # What used to happen: the advice to add an overlay, whatever was wrong.
    class Busy:
        def write(self, path, text):
            raise OSError(errno.EBUSY, "Device or resource busy")

    with pytest.raises(DeviceError, match="Device or resource busy. A driver of the kernel has it"):
        KernelPwmPin("0", 1, frequency_hz=60, root=tree.root, files=Busy(), clock=FakeClock())


# The emulator itself.


def takes(tree, attribute, value):
    try:
        tree.write(tree.root / "pwmchip0" / "pwm0" / attribute, str(value))
    except OSError as error:
        assert error.errno == errno.EINVAL
        return False
    return True


@pytest.mark.parametrize("kernel", RULES)
def test_the_emulated_kernel_refuses_what_the_kernel_refuses(tmp_path, kernel):
    tree = PwmTree(tmp_path, kernel=kernel)
    tree.write(tmp_path / "pwmchip0" / "export", "0")
    assert not takes(tree, "enable", 1), "there is no period"
    assert takes(tree, "enable", 0) == (kernel != "6.6")
    assert takes(tree, "period", 10)
    # A disabled channel may hold any width, if the kernel is new.
    assert takes(tree, "duty_cycle", 11) == (kernel == "6.16")
    assert takes(tree, "duty_cycle", 10)
    assert takes(tree, "enable", 1)
    # 6.11 let through what it should have refused.
    assert takes(tree, "duty_cycle", 11) == (kernel == "6.11")
    with pytest.raises(OSError, match="busy"):
        tree.write(tmp_path / "pwmchip0" / "export", "0")
    tree.write(tmp_path / "pwmchip0" / "unexport", "0")
    assert tree.pulse_us(0) == 0.0
    with pytest.raises(OSError, match="No such device"):
        tree.write(tmp_path / "pwmchip0" / "unexport", "0")


def test_a_channel_that_was_given_back_is_silent_until_it_is_told_something_new(tree, make):
    # What used to happen: it was as new. Its files show what they did, and the same once more does
    # not reach the chip.
    make().set_us(1500)
    for name in ("unexport", "export"):
        tree.write(tree.root / "pwmchip0" / name, "1")
    folder = tree.root / "pwmchip0" / "pwm1"
    assert int((folder / "duty_cycle").read_text()) == 1500000
    tree.write(folder / "enable", "1")
    assert tree.pulse_us(1) == 0.0
    tree.write(folder / "duty_cycle", "1600000")
    assert tree.pulse_us(1) == 1600.0


@pytest.mark.parametrize("width_us", [0, 1500, 1800])
def test_a_channel_that_was_given_back_gives_the_pulse_that_is_asked_for(tree, make, width_us):
    pin = make()
    pin.set_us(width_us)
    for name in ("unexport", "export"):
        tree.write(tree.root / "pwmchip0" / name, "1")
    make().set_us(1500)
    assert tree.pulse_us(1) == 1500.0
