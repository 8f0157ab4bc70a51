"""From settings to wheels."""

import logging
import re

import pytest

from donkeycar.assembly.drivetrain.table import DRIVETRAINS, check_settings
from donkeycar.config import load_config
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.guardian.process import POLL_S
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.mock_output import MockOutput
from donkeycar.parts.drivetrain.order import LOWEST_FRAMES_HZ
from donkeycar.settings.check import check
from donkeycar.settings.schema import SETTINGS
from donkeycar.settings.text import config_text


@pytest.mark.parametrize(
    ("steering", "throttle", "counts"),
    [(-1, 1, (460, 500)), (1, -1, (290, 220)), (0, 0, (375, 370)), (0, 1, (375, 500))],
)
def test_the_counts_of_an_old_car_reach_the_chip_as_they_are(hardware, steering, throttle, counts):
    hardware.make("PWM_STEERING_THROTTLE").write(steering, throttle)
    assert (hardware.chip.ticks(1), hardware.chip.ticks(0)) == counts


FRAMES = {name: row for name, row in SETTINGS.items() if name.endswith("PWM_FREQUENCY")}


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("slow_hz", [1, 10, 24, 24.9])
def test_frames_that_a_stop_would_wait_for_are_refused(name, slow_hz):
    # What used to happen: MOTOR_PWM_FREQUENCY = 1 was accepted, and a motor on a PWM channel of the
    # kernel drove on for up to a second after every stop.
    defaults = {setting: row.default for setting, row in SETTINGS.items()}
    _, problems = check(defaults | {name: slow_hz})
    assert [problem.sentence for problem in problems] == [
        f"{name} must be a number from 25 to {FRAMES[name].high:g} (times per second). Received: "
        f"{name}={slow_hz}. A stop may have to wait for the end of a frame: take 60"
    ]
    assert check(defaults | {name: 25})[1] == []


def test_each_setting_of_frames_has_the_floor_of_the_drivers():
    assert set(FRAMES) == {"PWM_FREQUENCY", "MOTOR_PWM_FREQUENCY"}
    assert {row.low for row in FRAMES.values()} == {LOWEST_FRAMES_HZ}
    assert 1 / LOWEST_FRAMES_HZ + POLL_S <= 0.05


@pytest.mark.parametrize("frequency_hz", [50, 60, 100])
def test_counts_stay_what_they_are_at_every_frequency(hardware, frequency_hz):
    hardware.make(
        "PWM_STEERING_THROTTLE",
        {"STEERING_LEFT_PWM": 300, "STEERING_RIGHT_PWM": 480, "THROTTLE_REVERSE_PWM": 260},
        PWM_FREQUENCY=frequency_hz,
    ).write(1, -1)
    assert (hardware.chip.ticks(1), hardware.chip.ticks(0)) == (480, 260)


def test_a_scale_multiplies_the_pulse(hardware):
    hardware.make("PWM_STEERING_THROTTLE", {"PWM_THROTTLE_SCALE": 1.1}).write(0, 0)
    assert hardware.chip.ticks(0) == 407


def test_an_inverted_channel_is_low_for_the_pulse(hardware):
    wheels = hardware.make("PWM_STEERING_THROTTLE", {"PWM_THROTTLE_INVERTED": True})
    assert hardware.chip.ticks(0) == 0
    wheels.write(0, 0)
    assert hardware.chip.ticks(0) == 4096 - 370


def test_the_clock_of_the_chip_can_be_corrected(hardware):
    wheels = hardware.make("PWM_STEERING_THROTTLE", PCA9685_OSCILLATOR_HZ=26_000_000)
    wheels.write(0, 0)
    # In a chip whose clock is 4 % fast the pulse is what it is meant to be.
    assert hardware.chip.pulse_us(0) * 25 / 26 == pytest.approx(1509.6, abs=2.1)


OLD_CAR = """\
DRIVE_TRAIN_TYPE = "SERVO_ESC"
STEERING_CHANNEL = 1
STEERING_LEFT_PWM = 460
STEERING_RIGHT_PWM = 290
THROTTLE_CHANNEL = 0
THROTTLE_FORWARD_PWM = 450
THROTTLE_STOPPED_PWM = 370
THROTTLE_REVERSE_PWM = 220
"""


def test_the_settings_file_of_a_version_4_car_drives_it(hardware, tmp_path):
    (tmp_path / "config.py").write_text(config_text())
    (tmp_path / "myconfig.py").write_text(OLD_CAR)
    cfg = load_config(tmp_path / "config.py")
    hardware.make(cfg.DRIVE_TRAIN_TYPE, **cfg.to_dict()).write(-1, 1)
    assert (hardware.chip.ticks(1), hardware.chip.ticks(0)) == (460, 450)


def test_flat_names_of_an_old_car_win_over_the_dictionary(hardware):
    wheels = hardware.make(
        "I2C_SERVO", STEERING_CHANNEL=3, THROTTLE_CHANNEL=2, STEERING_LEFT_PWM=400,
        THROTTLE_FORWARD_PWM=450,
    )  # fmt: skip
    wheels.write(-1, 1)
    assert (hardware.chip.ticks(3), hardware.chip.ticks(2)) == (400, 450)
    wheels.write(1, -1)
    assert (hardware.chip.ticks(3), hardware.chip.ticks(2)) == (290, 220)


def test_the_bus_and_the_address_of_an_old_car_are_used(hardware):
    with pytest.raises(DeviceError, match="No PCA9685 answers at address 0x41"):
        hardware.make("I2C_SERVO", PCA9685_I2C_ADDR=0x41)


@pytest.mark.parametrize("kind", ["PWM_STEERING_THROTTLE", "SERVO_ESC"])
def test_everything_is_off_at_the_start_whatever_ran_before(hardware, kind):
    hardware.make(kind).write(0.3, 1.0)
    assert hardware.chip.ticks(0) == 500
    hardware.make(kind)
    assert (hardware.chip.ticks(0), hardware.chip.ticks(1)) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "family", "message"),
    [
        ("PWM_STEERING_THROTTLE", {"PWM_STEERING_PIN": "PIGPIO.BCM.13"}, "pigpio does not run"),
        ("PWM_STEERING_THROTTLE", {"PWM_STEERING_PIN": "PCA9685.1:40.0"}, "must be different pins"),
        ("PWM_STEERING_THROTTLE", {"STEERING_LEFT_PWM": 290}, "pulses of the steering"),
        ("PWM_STEERING_THROTTLE", {"THROTTLE_STOPPED_PWM": 510}, "pulses of the throttle"),
        ("SERVO_HBRIDGE_2PIN", {"FWD_DUTY_PIN": "RPI_GPIO.BOARD.16"}, "must be different pins"),
        ("SERVO_HBRIDGE_3PIN", {"STEERING_RIGHT_PWM": 4000}, "pulses of the steering"),
        ("DC_TWO_WHEEL", {"LEFT_FWD_DUTY_PIN": "13"}, r"DC_TWO_WHEEL\['LEFT_FWD_DUTY_PIN'\]` must"),
    ],
)
def test_a_wrong_setting_is_refused_before_any_hardware_is_touched(hardware, kind, family, message):
    num_transfers = hardware.board.open_bus(1).num_transfers
    with pytest.raises(ConfigError, match=message):
        hardware.make(kind, family)
    assert hardware.header.trace == []
    assert hardware.tree.trace == []
    assert hardware.board.open_bus(1).num_transfers == num_transfers


@pytest.mark.parametrize(
    ("kind", "family", "settings", "named"),
    [
        ("I2C_SERVO", {}, {"STEERING_CHANNEL": 0}, "`STEERING_CHANNEL (myconfig.py:7)` must be d"),
        ("SERVO_ESC", {}, {"STEERING_LEFT_PWM": 290}, "STEERING_LEFT_PWM (myconfig.py:7), PWM_ST"),
        (
            "PWM_STEERING_THROTTLE", {"THROTTLE_STOPPED_PWM": 510}, {},
            "PWM_STEERING_THROTTLE['THROTTLE_STOPPED_PWM'] (myconfig.py:7)",
        ),
        ("PWM_STEERING_THROTTLE", {"PWM_THROTTLE_PIN": "PCA9685.1:40.16"}, {}, "channels 0 to 15"),
        ("VESC", {}, {"VESC_MAX_SPEED_PERCENT": 0}, "VESC_MAX_SPEED_PERCENT (myconfig.py:7)` must"),
    ],
)  # fmt: skip
def test_settings_can_be_judged_without_any_hardware_by_the_names_that_the_owner_wrote(
    hardware, kind, family, settings, named
):
    settings = {**hardware.settings, **settings}
    settings |= {kind: {**settings[kind], **family}} if family else {}
    settings["written_in"] = dict.fromkeys(
        (
            "STEERING_CHANNEL",
            "STEERING_LEFT_PWM",
            "PWM_STEERING_THROTTLE",
            "VESC_MAX_SPEED_PERCENT",
        ),
        "myconfig.py:7",
    )
    with pytest.raises(ConfigError, match=re.escape(named)):
        check_settings(kind, settings)


@pytest.mark.parametrize("kind", DRIVETRAINS)
def test_possible_settings_pass_on_a_computer_without_any_hardware(hardware, kind):
    check_settings(kind, hardware.settings)


@pytest.mark.parametrize(
    ("kind", "settings", "where"),
    [
        ("I2C_SERVO", {"PCA9685_I2C_ADDR": 0x41}, "PCA9685_I2C_ADDR (myconfig.py:1) = 0x41"),
        (
            "PWM_STEERING_THROTTLE", {},
            "PWM_STEERING_THROTTLE['PWM_STEERING_PIN'] = 'PCA9685.1:41.1'",
        ),
        ("VESC", {"VESC_SERIAL_PORT": "/dev/none"}, "VESC_SERIAL_PORT = '/dev/none'"),
        ("MM1", {"MM1_SERIAL_PORT": "/dev/none"}, "MM1_SERIAL_PORT = '/dev/none'"),
    ],
)  # fmt: skip
def test_hardware_that_does_not_answer_is_named_with_the_setting_that_says_where_it_is(
    hardware, kind, settings, where
):
    pins = {"PWM_STEERING_PIN": "PCA9685.1:41.1", "PWM_THROTTLE_PIN": "PCA9685.1:41.0"}
    family = pins if kind == "PWM_STEERING_THROTTLE" else None
    with pytest.raises(DeviceError, match=re.escape(where)):
        hardware.make(kind, family, **settings, written_in={"PCA9685_I2C_ADDR": "myconfig.py:1"})


def test_mm1_refuses_its_settings_before_it_opens_the_line(hardware):
    with pytest.raises(ConfigError, match="pulses of the throttle"):
        hardware.make("MM1", MM1_STOPPED_PWM=2000, MM1_MAX_FORWARD=1900)
    assert hardware.robohat.trace == []


def test_motors_may_be_on_a_pca9685(hardware):
    names = ("LEFT_FWD_PIN", "LEFT_BWD_PIN", "LEFT_EN_DUTY_PIN", "RIGHT_FWD_PIN", "RIGHT_BWD_PIN",
             "RIGHT_EN_DUTY_PIN")  # fmt: skip
    family = {name: f"PCA9685.1:40.{channel}" for channel, name in enumerate(names)}
    hardware.make("DC_TWO_WHEEL_L298N", family).write(0.5, 1.0)
    assert [hardware.chip.ticks(channel) for channel in range(6)] == [4095, 0, 3686, 4095, 0, 1843]


def test_a_right_turn_of_a_steering_motor_is_on_the_pin_it_always_was_on(hardware):
    wheels = hardware.make("DC_STEER_THROTTLE")
    wheels.write(1.0, 0.0)
    assert hardware.header.values["GPIO24"] == pytest.approx(
        0.9, abs=1e-4
    )  # LEFT_DUTY_PIN, BOARD.18
    assert hardware.header.values["GPIO23"] == 0.0


def test_sim_without_a_world_is_refused():
    from donkeycar.assembly.drivetrain.table import make_output

    with pytest.raises(ConfigError, match="SIM needs a simulated world"):
        make_output("SIM", {})


def test_mock_shows_its_pulses_at_most_once_a_second(clock, caplog):
    wheels = MockOutput(
        steering=PulseRange(1000, 1500, 2000), throttle=PulseRange(1000, 1500, 2000), clock=clock
    )
    with caplog.at_level(logging.INFO):
        for step in range(300):
            wheels.write(0.0, step / 300)
            clock.sleep(0.01)
        for _ in range(200):
            wheels.off()
            clock.sleep(0.01)
    assert len(caplog.messages) == 4
    assert caplog.messages[0] == "steering 1500 us, throttle 1500 us"
    assert caplog.messages[-1] == "steering no pulse, throttle no pulse"


@pytest.mark.parametrize(
    ("kind", "pulses", "counts"),
    [
        (
            "PWM_STEERING_THROTTLE",
            {"THROTTLE_FORWARD_PWM": 2000, "THROTTLE_STOPPED_PWM": 1500,
             "THROTTLE_REVERSE_PWM": 1000},
            {"THROTTLE_FORWARD_PWM": 490, "THROTTLE_STOPPED_PWM": 368, "THROTTLE_REVERSE_PWM": 245},
        ),
        *(
            (
                kind, {"STEERING_LEFT_PWM": 1900, "STEERING_RIGHT_PWM": 1100},
                {"STEERING_LEFT_PWM": 466, "STEERING_RIGHT_PWM": 270},
            )
            for kind in ("PWM_STEERING_THROTTLE", "SERVO_HBRIDGE_2PIN", "SERVO_HBRIDGE_3PIN")
        ),
    ],
)  # fmt: skip
def test_pulses_in_microseconds_are_offered_as_counts(hardware, kind, pulses, counts):
    """What used to happen: the advice to wire the motor to a bridge."""
    with pytest.raises(ConfigError) as refusal:
        hardware.make(kind, pulses)
    text = str(refusal.value)
    assert text.endswith(f"If yours are microseconds, write {counts}")
    hardware.make(kind, counts)
