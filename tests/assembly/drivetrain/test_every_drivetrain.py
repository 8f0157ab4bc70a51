"""Every drivetrain that the settings accept, driven under a guardian; the hardware is the judge."""

from typing import NamedTuple

import pytest

from donkeycar.assembly.drivetrain import gone
from donkeycar.assembly.drivetrain.gone import DEAD_DRIVETRAINS, dead_drivetrain
from donkeycar.assembly.drivetrain.table import DRIVETRAINS
from donkeycar.errors import ConfigError
from donkeycar.guardian.guardian import Guardian, Reason, State
from donkeycar.guardian.motor_frame import ARM, MotorFrame
from donkeycar.settings.schema import SETTINGS

# 370 and 460 parts in 4096 of what a PCA9685 makes of 60 Hz, in us.
STOP_US, LEFT_US, RIGHT_US = 1509.6, 1876.8, 1183.2
BOARD = {11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 22: 25, 33: 13, 35: 19}


class Case(NamedTuple):
    """A drivetrain, and how to see at the hardware whether it drives."""

    kind: str
    family: dict
    drives: object  # hardware, output -> how much, 0.0 for standing still
    steers: object  # hardware, output -> below 0 for left; None if it does not say
    break_: object = None  # hardware -> makes it fail
    mend: object = None


def pin(number):
    return lambda hardware, output: hardware.header.values[f"GPIO{BOARD[number]}"]


def two_pins(forward, backward):
    return lambda h, o: pin(forward)(h, o) - pin(backward)(h, o)


def three_pins(forward, backward, power):
    return lambda h, o: (pin(forward)(h, o) - pin(backward)(h, o)) * pin(power)(h, o)


def pulse(read, centre_us, end_us):
    """Where a pulse lies between the centre (0) and an end (1); no pulse is 0."""

    def value(hardware, output):
        width_us = read(hardware, output)
        share = (width_us - centre_us) / (end_us - centre_us) if width_us else 0.0
        return 0.0 if abs(share) < 0.02 else share

    return value


def on_chip(channel):
    return lambda hardware, output: hardware.chip.pulse_us(channel)


def on_kernel(channel):
    return lambda hardware, output: hardware.tree.pulse_us(channel)


def on_header(name):
    return lambda hardware, output: hardware.header.values[name] * 1e6 / 60


def heard(read):
    def value(hardware, output):
        hardware.settle()
        return read(hardware)

    return value


def break_chip(hardware):
    hardware.chip.fail("nack")


def mend_chip(hardware):
    hardware.chip.fail()


def break_header(hardware):
    hardware.header.fails = True


def mend_header(hardware):
    hardware.header.fails = False


def break_tree(hardware):
    hardware.tree.fails = True


def mend_tree(hardware):
    hardware.tree.fails = False


STEERING_US = ((LEFT_US + RIGHT_US) / 2, RIGHT_US)
THROTTLE_US = (STOP_US, 2040.0)
SERVO_33 = pulse(on_header("GPIO13"), *STEERING_US)
CASES = {
    "PCA9685": Case(
        "PWM_STEERING_THROTTLE", {}, pulse(on_chip(0), *THROTTLE_US),
        pulse(on_chip(1), *STEERING_US), break_chip, mend_chip,
    ),
    "kernel": Case(
        "PWM_STEERING_THROTTLE",
        {"PWM_STEERING_PIN": "PWM.0.1", "PWM_THROTTLE_PIN": "PWM.0.0"},
        pulse(on_kernel(0), *THROTTLE_US), pulse(on_kernel(1), *STEERING_US),
        break_tree, mend_tree,
    ),
    "header": Case(
        "PWM_STEERING_THROTTLE",
        {"PWM_STEERING_PIN": "RPI_GPIO.BOARD.33", "PWM_THROTTLE_PIN": "RPI_GPIO.BCM.18"},
        pulse(on_header("GPIO18"), *THROTTLE_US), SERVO_33, break_header, mend_header,
    ),
    "I2C_SERVO": Case(
        "I2C_SERVO", {}, pulse(on_chip(0), *THROTTLE_US), pulse(on_chip(1), *STEERING_US),
        break_chip, mend_chip,
    ),
    "SERVO_ESC": Case(
        "SERVO_ESC", {}, pulse(on_chip(0), *THROTTLE_US), pulse(on_chip(1), *STEERING_US),
        break_chip, mend_chip,
    ),
    "SERVO_HBRIDGE_2PIN": Case(
        "SERVO_HBRIDGE_2PIN", {}, two_pins(18, 16), SERVO_33, break_header, mend_header
    ),
    "SERVO_HBRIDGE_3PIN": Case(
        "SERVO_HBRIDGE_3PIN", {}, three_pins(18, 16, 35), SERVO_33, break_header, mend_header
    ),
    "DC_STEER_THROTTLE": Case(
        "DC_STEER_THROTTLE", {}, two_pins(15, 13), two_pins(18, 16), break_header, mend_header
    ),
    "DC_TWO_WHEEL": Case(
        "DC_TWO_WHEEL", {}, two_pins(15, 13),
        lambda h, o: abs(two_pins(18, 16)(h, o)) - abs(two_pins(15, 13)(h, o)),
        break_header, mend_header,
    ),
    "DC_TWO_WHEEL_L298N": Case(
        "DC_TWO_WHEEL_L298N", {}, three_pins(15, 13, 11),
        lambda h, o: abs(three_pins(16, 18, 22)(h, o)) - abs(three_pins(15, 13, 11)(h, o)),
        break_header, mend_header,
    ),
    "MM1": Case(
        "MM1", {}, heard(lambda h: (h.robohat.throttle_us - 1500) / 500),
        heard(lambda h: (1500 - h.robohat.steering_us) / 500),
        lambda h: h.robohat.device.unplug(), lambda h: h.robohat.device.plug(),
    ),
    "VESC": Case(
        "VESC", {}, heard(lambda h: h.vesc.duty),
        heard(lambda h: (h.vesc.servo or 0.5) - 0.5),
        lambda h: h.vesc.device.unplug(), lambda h: h.vesc.device.plug(),
    ),
    "MOCK": Case(
        "MOCK", {}, pulse(lambda h, o: o.throttle_us, *THROTTLE_US),
        pulse(lambda h, o: o.steering_us, *STEERING_US),
    ),
    "SIM": Case(
        "SIM", {}, lambda h, o: o.world.car.forward_mps, lambda h, o: -o.world.car.body.yaw_rate
    ),
}  # fmt: skip
AT_ONCE = [name for name in CASES if name != "SIM"]  # a simulated car has mass
# The pulses of lgpio's thread cannot: it looks at no error of the kernel.
CAN_FAIL = [name for name, case in CASES.items() if case.break_ and name != "header"]


class Car:
    """A drivetrain under its guardian, ticked at 20 Hz."""

    def __init__(self, name, hardware):
        self.case = CASES[name]
        self.hardware = hardware
        self.output = hardware.make(self.case.kind, self.case.family)
        self.guardian = Guardian(self.output, clock=hardware.clock)
        self.seq = 0

    def tick(self, steering, throttle):
        self.seq += 1
        self.guardian.receive(MotorFrame(self.seq, steering, throttle, 0.25, ARM).encode())
        for _ in range(5):
            self.guardian.step()
            self.obey(0.01)

    def obey(self, wait_s=0.05):
        """Let the hardware take what it was told; a RoboHAT reads one order every 25 ms."""
        if self.case.kind == "MM1":
            self.hardware.robohat.device.settle()
        self.hardware.clock.advance(wait_s)

    def arm(self):
        for _ in range(12):
            self.tick(0.0, 0.0)
        assert self.guardian.state is State.RUN

    def drives(self):
        return self.case.drives(self.hardware, self.output)

    def steers(self):
        return self.case.steers(self.hardware, self.output)


@pytest.fixture
def car(hardware, request):
    return Car(request.param, hardware)


def every(names):
    return pytest.mark.parametrize("car", names, indirect=True)


def test_each_drivetrain_of_the_settings_is_in_the_table_and_has_a_case():
    choices = set(SETTINGS["DRIVE_TRAIN_TYPE"].choices)
    assert choices == set(DRIVETRAINS) == {case.kind for case in CASES.values()}
    assert set(SETTINGS["DRIVE_TRAIN_TYPE"].dead_choices) == set(DEAD_DRIVETRAINS)


@every(AT_ONCE)
def test_it_is_driven_for_100_ticks(car):
    car.arm()
    for _ in range(30):
        car.tick(-0.5, 0.4)
    assert car.drives() > 0.05
    assert car.steers() < -0.02
    for _ in range(30):
        car.tick(0.5, -0.4)
    assert car.drives() < -0.02
    assert car.steers() > 0.02
    for _ in range(28):
        car.tick(0.0, 0.0)
    assert abs(car.drives()) < 0.01


@every(["SIM"])
def test_the_simulated_car_is_driven_for_100_ticks(car):
    car.arm()
    for _ in range(30):
        car.tick(-0.5, 0.4)
    fast_mps = car.drives()
    assert fast_mps > 0.5
    assert car.steers() < -0.02
    for _ in range(58):
        car.tick(0.0, 0.0)
    assert car.drives() < fast_mps / 2


@every(["SIM"])
def test_the_simulated_car_coasts_when_nobody_writes_any_more(car):
    car.arm()
    for _ in range(30):
        car.tick(0.0, 0.4)
    fast_mps = car.drives()
    car.output.world.follow(car.hardware.clock.monotonic() + 0.9)
    assert car.drives() < fast_mps


@every(CASES)
def test_nothing_moves_before_it_is_armed(car):
    assert car.drives() == 0.0
    for _ in range(50):
        car.tick(0.5, 0.4)
        assert car.drives() == 0.0


@every(AT_ONCE)
def test_it_stands_within_50_ms_of_a_stop(car):
    car.arm()
    for _ in range(10):
        car.tick(0.2, 0.5)
    assert car.drives() > 0.05
    car.guardian.end()
    car.guardian.step()
    car.obey()
    assert car.drives() == 0.0
    for _ in range(300):
        car.hardware.clock.advance(0.01)
        car.guardian.step()
    assert car.guardian.done
    assert car.drives() == 0.0


def moved(hardware):
    """Everything on any wire that is neither neutral nor nothing."""
    hardware.settle()
    return [
        *(change for change in hardware.chip.trace.changes if change.ticks not in (0, 370, 375)),
        *(change for change in hardware.header.trace if change.value > 0),
        *(
            write
            for write in hardware.tree.trace
            if write.value and write.attribute.endswith(("duty_cycle", "polarity"))
        ),
        *(pulses for pulses in hardware.robohat.trace if pulses[1:] != (1500, 1500)),
        *(order for order in hardware.vesc.trace if order.what == "duty" and order.value),
    ]


@pytest.mark.parametrize("name", CASES)
def test_100_starts_put_nothing_on_a_wire_but_neutral_or_none(hardware, name):
    for _ in range(100):
        output = hardware.make(CASES[name].kind, CASES[name].family)
        Guardian(output, clock=hardware.clock).step()
        if line := getattr(output, "_line", None):
            line.close()
        hardware.kill()
        hardware.clock.advance(1.0)
    assert moved(hardware) == []


@every([name for name in CASES if name not in ("MOCK", "SIM")])
def test_to_make_it_once_more_stops_a_motor_whose_guardian_died(car):
    car.arm()
    for _ in range(10):
        car.tick(0.2, 0.5)
    assert car.drives() > 0.05
    # The kernel takes back what a dead process had open.
    car.hardware.kill()
    if line := getattr(car.output, "_line", None):
        line.close()
    car.hardware.make(car.case.kind, car.case.family)
    car.obey()
    assert car.drives() == 0.0


@every(CAN_FAIL)
def test_a_write_that_fails_is_tried_again_at_the_next_tick(car):
    car.arm()
    for _ in range(5):
        car.tick(0.2, 0.5)
    car.case.break_(car.hardware)
    car.tick(0.2, 0.3)
    car.tick(0.2, 0.3)
    car.case.mend(car.hardware)
    car.tick(0.2, 0.3)
    assert car.guardian.state is State.RUN
    assert car.drives() > 0.03


@every(CAN_FAIL)
def test_after_more_than_200_ms_of_failures_it_is_a_fault_and_the_first_write_is_neutral(car):
    car.arm()
    for _ in range(10):
        car.tick(0.2, 0.5)
    car.case.break_(car.hardware)
    for _ in range(6):
        car.tick(0.2, 0.5)
    assert (car.guardian.state, car.guardian.reason) == (State.SAFE, Reason.OUTPUT)
    car.case.mend(car.hardware)
    car.tick(0.2, 0.5)
    assert car.guardian.state is State.SAFE
    assert car.drives() == 0.0


@every(AT_ONCE)
@pytest.mark.parametrize("beyond", [7.0, float("inf")])
def test_what_is_out_of_range_is_cut(car, beyond):
    car.obey(0.2)
    car.output.write(1.0, 1.0)
    car.obey(0.2)
    full = car.drives(), car.steers()
    assert max(map(abs, full)) > 0.1
    car.output.write(beyond, beyond)
    car.obey(0.0)
    assert (car.drives(), car.steers()) == full


@every(AT_ONCE)
def test_what_is_no_number_is_neutral(car):
    nothing = float("nan")
    car.output.write(1.0, 1.0)
    car.obey(0.2)
    car.output.write(nothing, nothing)
    car.obey()
    assert car.drives() == 0.0
    assert abs(car.steers()) < 0.02


@pytest.mark.parametrize(
    ("kind", "instead"),
    [("PIGPIO_PWM", "PWM.0.1"), ("SERVO_HBRIDGE_PWM", "SERVO_HBRIDGE_2PIN")],
)
def test_a_drivetrain_of_the_past_names_what_replaces_it(hardware, kind, instead):
    with pytest.raises(ConfigError, match=f"{kind} does not exist any more. .*{instead}"):
        hardware.make(kind)


# What used to happen: every owner was told to write the pins that everybody had. With steering on
# 12 and the speed controller on 13, that put the servo's pulses on the speed controller.
@pytest.mark.parametrize(
    ("steering", "throttle", "pins"),
    [
        (None, None, ("PWM.0.1", "PWM.0.0")),
        (13, 18, ("PWM.0.1", "PWM.0.0")),
        (12, 13, ("PWM.0.0", "PWM.0.1")),
        (18, 19, ("PWM.0.0", "PWM.0.1")),
        (12, 18, ("RPI_GPIO.BCM.12", "RPI_GPIO.BCM.18")),  # one channel for both
        (5, 6, ("RPI_GPIO.BCM.5", "RPI_GPIO.BCM.6")),
    ],
)
def test_the_way_on_from_pigpio_has_the_pins_of_the_owner(steering, throttle, pins):
    owners = {"STEERING_PWM_PIN": steering, "THROTTLE_PWM_PIN": throttle}
    said = dead_drivetrain("PIGPIO_PWM", owners)
    assert f"{{'PWM_STEERING_PIN': {pins[0]!r}, 'PWM_THROTTLE_PIN': {pins[1]!r}}}" in said
    assert f"STEERING_PWM_PIN {steering or 13} and THROTTLE_PWM_PIN {throttle or 18}" in said
    assert ("dtoverlay=pwm-2chan" in said) == pins[0].startswith("PWM.")


def test_the_overlay_for_pigpio_pins_names_them_in_the_order_of_the_channels():
    said = dead_drivetrain("PIGPIO_PWM", {"STEERING_PWM_PIN": 13, "THROTTLE_PWM_PIN": 12})
    assert "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4 to /boot/firmware" in said


# What used to happen: on a Pi 5, too, the chip and the pins of a Pi 4 were named.
@pytest.mark.parametrize(
    ("steering", "throttle", "channels", "overlay", "moves"),
    [
        (12, 13, (0, 1), "pin=12,func=4,pin2=13,func2=4", []),
        (13, 12, (1, 0), "pin=12,func=4,pin2=13,func2=4", []),
        # Wires were moved that have a channel where they are, each pin one of its own.
        (None, None, (1, 2), "pin=13,func=4,pin2=18,func2=2", []),
        (18, 12, (2, 0), "pin=12,func=4,pin2=18,func2=2", []),
        (19, 18, (3, 2), "pin=18,func=2,pin2=19,func2=2", []),
        (5, 18, (0, 2), "pin=12,func=4,pin2=18,func2=2", ["steering from GPIO 5 to GPIO 12"]),
        (12, 12, (1, 0), "pin=12,func=4,pin2=13,func2=4", ["steering from GPIO 12 to GPIO 13"]),
        (
            5, 6, (0, 1), "pin=12,func=4,pin2=13,func2=4",
            ["steering from GPIO 5 to GPIO 12", "throttle from GPIO 6 to GPIO 13"],
        ),
    ],
)  # fmt: skip
def test_on_a_pi_5_nobody_gets_the_pulses_of_the_other(
    monkeypatch, tmp_path, steering, throttle, channels, overlay, moves
):
    (tmp_path / "compatible").write_bytes(b"raspberrypi,5-model-b\0brcm,bcm2712\0")
    monkeypatch.setattr(gone, "DEVICE_TREE", tmp_path)
    owners = {"STEERING_PWM_PIN": steering, "THROTTLE_PWM_PIN": throttle}
    said = dead_drivetrain("PIGPIO_PWM", owners)
    pins = [f"PWM.1f00098000.{channel}" for channel in channels]
    assert f"{{'PWM_STEERING_PIN': {pins[0]!r}, 'PWM_THROTTLE_PIN': {pins[1]!r}}}" in said
    assert said.count("Move the wire") == len(moves)
    assert all(f"Move the wire of the {move}: " in said for move in moves)
    assert f"dtoverlay=pwm-2chan,{overlay} to" in said


def test_the_way_on_from_pigpio_is_plain(hardware):
    with pytest.raises(ConfigError) as refusal:
        hardware.make("PIGPIO_PWM", STEERING_PWM_PIN=13, THROTTLE_PWM_PIN=18)
    assert str(refusal.value) == (
        "DRIVE_TRAIN_TYPE PIGPIO_PWM does not exist any more. Received: "
        "DRIVE_TRAIN_TYPE='PIGPIO_PWM'; it "
        "needs pigpio, which does not run on a Raspberry Pi 5. Instead of STEERING_PWM_PIN 13 "
        "and THROTTLE_PWM_PIN 18, write DRIVE_TRAIN_TYPE = 'PWM_STEERING_THROTTLE' and "
        "PWM_STEERING_THROTTLE = {'PWM_STEERING_PIN': 'PWM.0.1', 'PWM_THROTTLE_PIN': 'PWM.0.0'} "
        "into myconfig.py. Add dtoverlay=pwm-2chan,pin=18,func=2,pin2=13,func2=4 to "
        "/boot/firmware/config.txt and start the Pi again. Then calibrate again, because pigpio "
        "counted "
        "pulses in other units: donkey calibrate"
    )


def test_a_signal_that_was_upside_down_stays_so_on_the_way_from_pigpio():
    said = dead_drivetrain("PIGPIO_PWM", {"THROTTLE_PWM_INVERTED": True})
    assert "'PWM_THROTTLE_INVERTED': True" in said
    assert "STEERING_INVERTED" not in said


def test_the_way_on_from_servoblaster_has_the_pins_of_the_owner():
    said = dead_drivetrain("SERVO_HBRIDGE_PWM", {"HBRIDGE_PIN_FWD": 15, "HBRIDGE_PIN_BWD": 13})
    assert "{'FWD_DUTY_PIN': 'RPI_GPIO.BOARD.15', 'BWD_DUTY_PIN': 'RPI_GPIO.BOARD.13'}" in said


def test_an_unknown_drivetrain_is_refused(hardware):
    with pytest.raises(ConfigError, match="must be one of PWM_STEERING_THROTTLE.*'HOVER'"):
        hardware.make("HOVER")
