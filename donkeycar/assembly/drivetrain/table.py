"""Settings to wheels: what stands behind each word of `DRIVE_TRAIN_TYPE`.

Everything made here is the output of a guardian, and off when it is made. To make it once more is
therefore how a motor is stopped whose guardian died.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from donkeycar.assembly.drivetrain.context import (
    Context,
    NoPins,
    NoWheels,
    Settings,
    says_where,
    shown,
)  # fmt: skip
from donkeycar.assembly.drivetrain.gone import dead_drivetrain
from donkeycar.errors import ConfigError
from donkeycar.guardian.guardian import Output
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.pca9685 import PulsePin, tick_us
from donkeycar.parts.drivetrain.pin_id import PinId
from donkeycar.parts.drivetrain.pins import Board, Pins, named_pins
from donkeycar.timing import Clock

if TYPE_CHECKING:
    from donkeycar.sim.world import World


def make_output(
    kind: str,
    settings: Settings,
    *,
    board: Board | None = None,
    clock: Clock | None = None,
    world: "World | None" = None,
    opened: ExitStack | None = None,
) -> Output:
    """Open the hardware of a drivetrain; nothing of it moves.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.
        board: What pins are wired to; ``None`` is this computer's own.
        clock: Source of time.
        world: The simulated world, for ``SIM``.
        opened: Shall let go of the hardware one day; ``None``: it is held for good.

    Raises:
        ConfigError: If the word is unknown or of the past, or a setting is impossible. Nothing has
            been opened then, unless the hardware itself refused the setting.
        DeviceError: If the hardware does not answer.

    Example:
        >>> settings = {"PWM_FREQUENCY": 60, "PWM_STEERING_THROTTLE": {
        ...     "STEERING_LEFT_PWM": 460, "STEERING_RIGHT_PWM": 290,
        ...     "PWM_STEERING_SCALE": 1.0, "PWM_THROTTLE_SCALE": 1.0, "THROTTLE_FORWARD_PWM": 500,
        ...     "THROTTLE_STOPPED_PWM": 370, "THROTTLE_REVERSE_PWM": 220}}
        >>> wheels = make_output("MOCK", settings)
        >>> wheels.write(0.0, 1.0)
        >>> round(wheels.throttle_us)
        2040
    """
    make = _maker(kind, settings)
    with ExitStack() as unfinished, says_where(kind, settings):
        output = make(Context(settings, board or Board(), clock, world, unfinished))
        finished = unfinished.pop_all()
    if opened is not None:
        opened.push(finished)
    return output


def check_settings(kind: str, settings: Settings) -> None:
    """Refuse settings from which no drivetrain can be made; no hardware is touched.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Raises:
        ConfigError: As `make_output`.
    """
    make = _maker(kind, settings)
    if kind != "SIM":  # it needs a world, and nothing else
        make(Context(settings, None, None, None, ExitStack()))


def _maker(kind: str, settings: Settings) -> Callable[[Context], Output]:
    if gone := dead_drivetrain(kind, settings):
        raise ConfigError(
            f"{shown(settings, 'DRIVE_TRAIN_TYPE')} {kind} does not exist any more. Received: "
            f"DRIVE_TRAIN_TYPE={kind!r}; {gone}"
        )
    if kind not in DRIVETRAINS:
        raise ConfigError(
            f"`DRIVE_TRAIN_TYPE` must be one of {', '.join(DRIVETRAINS)}. "
            f"Received: DRIVE_TRAIN_TYPE={kind!r}"
        )
    return DRIVETRAINS[kind]


def _servo_and_esc(context: Context) -> Output:
    family = "PWM_STEERING_THROTTLE"
    return _pulsed(context, context.settings[family], context.named_pins(family), family)


def _channels(context: Context) -> Output:
    """Cars from before donkeycar 5 name channels, and have no dictionary."""
    settings = context.settings
    family = dict(settings["PWM_STEERING_THROTTLE"])
    for name in PULSE_NAMES:
        if settings.get(name) is not None:
            family[name] = settings[name]
    # Where donkeycar 4 looked if it was not told: `PCA9685_I2C_BUSNUM` None.
    bus = 1 if settings["PCA9685_I2C_BUSNUM"] is None else settings["PCA9685_I2C_BUSNUM"]
    chip = f"PCA9685.{bus}:{settings['PCA9685_I2C_ADDR']:x}"
    names = {
        context.shown(name): f"{chip}.{settings[name]}"
        for name in ("STEERING_CHANNEL", "THROTTLE_CHANNEL")
    }
    pins = dict(
        zip(("PWM_STEERING_PIN", "PWM_THROTTLE_PIN"), named_pins(names).values(), strict=True)
    )
    return _pulsed(context, family, pins, "")


NO_SPEED_CONTROLLER = (
    ". A motor on a bridge has no speed controller and needs no such pulses: use "
    "DRIVE_TRAIN_TYPE = 'SERVO_HBRIDGE_2PIN', with pins such as 'PCA9685.1:40.1' "
    "(docs/drivetrains.md)"
)


def _pulsed(context: Context, family: Settings, pins: dict[str, PinId], name: str) -> Output:
    from donkeycar.parts.drivetrain.pulse_output import PulseOutput

    steering = _steering(context, family).check(f"steering, {context.pulse_names(name, STEERING)},")
    throttle = _throttle(context, family).check(
        f"throttle, {context.pulse_names(name, THROTTLE)},", advice=NO_SPEED_CONTROLLER
    )
    opener = context.pins()
    output = PulseOutput(
        opener.pulse(pins["PWM_STEERING_PIN"], inverted=family["PWM_STEERING_INVERTED"]),
        opener.pulse(pins["PWM_THROTTLE_PIN"], inverted=family["PWM_THROTTLE_INVERTED"]),
        steering=steering,
        throttle=throttle,
        dead_us=_dead_us(context, family),
    )
    output.off()
    return output


def _steering(context: Context, family: Settings) -> PulseRange:
    counts = [family["STEERING_LEFT_PWM"], family["STEERING_RIGHT_PWM"]]
    if family.get("STEERING_MID_PWM") is not None:
        counts.insert(1, family["STEERING_MID_PWM"])
    return context.pulses(*counts, scale=family["PWM_STEERING_SCALE"])


def _dead_us(context: Context, family: Settings) -> float:
    counts: float = (family.get("THROTTLE_DEAD_PWM") or 0) * family["PWM_THROTTLE_SCALE"]
    return counts * tick_us(context.settings["PWM_FREQUENCY"])


def _throttle(context: Context, family: Settings) -> PulseRange:
    return context.pulses(
        family["THROTTLE_REVERSE_PWM"],
        family["THROTTLE_STOPPED_PWM"],
        family["THROTTLE_FORWARD_PWM"],
        scale=family["PWM_THROTTLE_SCALE"],
    )


def _servo_and_two_pins(context: Context) -> Output:
    from donkeycar.parts.drivetrain.motor import TwoPinMotor
    from donkeycar.parts.drivetrain.motor_output import ServoMotorOutput

    family, pins = context.settings["SERVO_HBRIDGE_2PIN"], context.named_pins("SERVO_HBRIDGE_2PIN")
    names = context.pulse_names("SERVO_HBRIDGE_2PIN", STEERING)
    steering = _steering(context, family).check(f"steering, {names},")
    opener = context.pins()
    motor = TwoPinMotor(
        opener.duty(pins["FWD_DUTY_PIN"]),
        opener.duty(pins["BWD_DUTY_PIN"]),
        max_duty=context.settings["MOTOR_MAX_DUTY"],
    )
    return ServoMotorOutput(_servo(opener, family, pins), motor, steering=steering)


def _servo_and_three_pins(context: Context) -> Output:
    from donkeycar.parts.drivetrain.motor import ThreePinMotor
    from donkeycar.parts.drivetrain.motor_output import ServoMotorOutput

    family, pins = context.settings["SERVO_HBRIDGE_3PIN"], context.named_pins("SERVO_HBRIDGE_3PIN")
    names = context.pulse_names("SERVO_HBRIDGE_3PIN", STEERING)
    steering = _steering(context, family).check(f"steering, {names},")
    opener = context.pins()
    motor = ThreePinMotor(
        opener.level(pins["FWD_PIN"]),
        opener.level(pins["BWD_PIN"]),
        opener.duty(pins["DUTY_PIN"]),
        max_duty=context.settings["MOTOR_MAX_DUTY"],
    )
    return ServoMotorOutput(_servo(opener, family, pins), motor, steering=steering)


def _servo(opener: Pins | NoPins, family: Settings, pins: dict[str, PinId]) -> PulsePin:
    return opener.pulse(pins["PWM_STEERING_PIN"], inverted=family["PWM_STEERING_INVERTED"])


def _steering_motor(context: Context) -> Output:
    from donkeycar.parts.drivetrain.motor import TwoPinMotor
    from donkeycar.parts.drivetrain.motor_output import SteerMotorOutput

    # A positive angle puts power on LEFT_DUTY_PIN. The name says otherwise, but so it has always
    # been, and the wires of every such car are right for it.
    pins, opener = context.named_pins("DC_STEER_THROTTLE"), context.pins()
    steering, driving = (
        TwoPinMotor(
            opener.duty(pins[forward]),
            opener.duty(pins[backward]),
            max_duty=context.settings["MOTOR_MAX_DUTY"],
        )
        for forward, backward in (
            ("LEFT_DUTY_PIN", "RIGHT_DUTY_PIN"),
            ("FWD_DUTY_PIN", "BWD_DUTY_PIN"),
        )
    )
    return SteerMotorOutput(steering, driving)


def _two_wheels(context: Context) -> Output:
    from donkeycar.parts.drivetrain.motor import TwoPinMotor
    from donkeycar.parts.drivetrain.motor_output import TwoWheelOutput

    pins, opener = context.named_pins("DC_TWO_WHEEL"), context.pins()
    left, right = (
        TwoPinMotor(
            opener.duty(pins[f"{side}_FWD_DUTY_PIN"]),
            opener.duty(pins[f"{side}_BWD_DUTY_PIN"]),
            max_duty=context.settings["MOTOR_MAX_DUTY"],
        )
        for side in ("LEFT", "RIGHT")
    )
    return TwoWheelOutput(left, right)


def _two_wheels_three_pins(context: Context) -> Output:
    from donkeycar.parts.drivetrain.motor import ThreePinMotor
    from donkeycar.parts.drivetrain.motor_output import TwoWheelOutput

    pins, opener = context.named_pins("DC_TWO_WHEEL_L298N"), context.pins()
    left, right = (
        ThreePinMotor(
            opener.level(pins[f"{side}_FWD_PIN"]),
            opener.level(pins[f"{side}_BWD_PIN"]),
            opener.duty(pins[f"{side}_EN_DUTY_PIN"]),
            max_duty=context.settings["MOTOR_MAX_DUTY"],
        )
        for side in ("LEFT", "RIGHT")
    )
    return TwoWheelOutput(left, right)


def _robohat(context: Context) -> Output:
    from donkeycar.parts.drivetrain import robohat

    settings = context.settings
    # On this board a longer pulse steers left.
    steering = PulseRange(robohat.LONGEST_US, settings["MM1_STEERING_MID"], robohat.SHORTEST_US)
    throttle = PulseRange(
        settings["MM1_MAX_REVERSE"], settings["MM1_STOPPED_PWM"], settings["MM1_MAX_FORWARD"]
    )
    robohat.check(steering, throttle)
    if context.board is None:
        return NoWheels()
    return robohat.RoboHATOutput(
        context.serial(settings["MM1_SERIAL_PORT"], baud_rate=robohat.BAUD_RATE),
        steering=steering,
        throttle=throttle,
        clock=context.clock,
    )


def _vesc(context: Context) -> Output:
    from donkeycar.parts.drivetrain.vesc import VESCOutput

    settings = context.settings
    if not settings["VESC_MAX_SPEED_PERCENT"]:
        raise ConfigError(
            f"`{context.shown('VESC_MAX_SPEED_PERCENT')}` must be -1 to 1, not 0. Received: "
            "VESC_MAX_SPEED_PERCENT=0"
        )
    if context.board is None:
        return NoWheels()
    return VESCOutput(
        context.serial(settings["VESC_SERIAL_PORT"], baud_rate=settings["VESC_BAUDRATE"]),
        max_duty=settings["VESC_MAX_SPEED_PERCENT"],
        steering_scale=settings["VESC_STEERING_SCALE"],
        steering_offset=settings["VESC_STEERING_OFFSET"],
        heartbeat=settings["VESC_START_HEARTBEAT"],
        answer_s=settings["VESC_TIMEOUT"],
        clock=context.clock,
    )


def _mock(context: Context) -> Output:
    from donkeycar.parts.drivetrain.mock_output import MockOutput

    family = context.settings["PWM_STEERING_THROTTLE"]
    return MockOutput(
        steering=_steering(context, family),
        throttle=_throttle(context, family),
        dead_us=_dead_us(context, family),
        clock=context.clock,
    )


def _sim(context: Context) -> Output:
    from donkeycar.parts.drivetrain.sim_output import SimOutput

    if context.world is None:
        raise ConfigError(
            "`DRIVE_TRAIN_TYPE` SIM needs a simulated world. Received: world=None. Run the car "
            'with CAMERA_TYPE = "SIM"'
        )
    return SimOutput(context.world, clock=context.clock)


STEERING = ("STEERING_LEFT_PWM", "STEERING_RIGHT_PWM")
THROTTLE = ("THROTTLE_FORWARD_PWM", "THROTTLE_STOPPED_PWM", "THROTTLE_REVERSE_PWM")
# What cars from before donkeycar 5 have outside of any dictionary.
PULSE_NAMES = (*STEERING, *THROTTLE, "STEERING_MID_PWM", "THROTTLE_DEAD_PWM")

DRIVETRAINS: dict[str, Callable[[Context], Output]] = {
    "PWM_STEERING_THROTTLE": _servo_and_esc,
    "I2C_SERVO": _channels,
    "SERVO_ESC": _channels,
    "SERVO_HBRIDGE_2PIN": _servo_and_two_pins,
    "SERVO_HBRIDGE_3PIN": _servo_and_three_pins,
    "DC_STEER_THROTTLE": _steering_motor,
    "DC_TWO_WHEEL": _two_wheels,
    "DC_TWO_WHEEL_L298N": _two_wheels_three_pins,
    "MM1": _robohat,
    "VESC": _vesc,
    "MOCK": _mock,
    "SIM": _sim,
}
