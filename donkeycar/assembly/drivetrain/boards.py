"""Drivetrains with a motor controller on a serial line: RoboHAT and VESC."""

from typing import TYPE_CHECKING

from donkeycar.assembly.drivetrain.context import Context, Settings
from donkeycar.assembly.drivetrain.row import DrivetrainRow
from donkeycar.assembly.drivetrain.wiring import PortWiring
from donkeycar.errors import ConfigError
from donkeycar.guardian.guardian import Output
from donkeycar.guardian.pulse import PulseRange

if TYPE_CHECKING:
    from donkeycar.parts.drivetrain.calibration_points import CalibrationSheet

_MM1_NAMES = {
    "middle": "MM1_STEERING_MID", "reverse": "MM1_MAX_REVERSE", "stopped": "MM1_STOPPED_PWM",
    "forward": "MM1_MAX_FORWARD",
}  # fmt: skip


def _robohat(context: Context) -> Output:
    """A RoboHAT MM1 or an RC Hat."""
    from donkeycar.parts.drivetrain import robohat

    settings = context.settings
    steering, throttle = _robohat_pulses(settings)
    robohat.check(steering, throttle)
    return robohat.RoboHATOutput(
        context.serial(settings["MM1_SERIAL_PORT"], baud_rate=robohat.BAUD_RATE),
        steering=steering,
        throttle=throttle,
        clock=context.clock,
    )


def _robohat_pulses(settings: Settings) -> tuple[PulseRange, PulseRange]:
    """The pulses of the steering, whose ends are fixed, and of the motor."""
    from donkeycar.parts.drivetrain import robohat

    # On this board a longer pulse steers left.
    steering = PulseRange(robohat.LONGEST_US, settings["MM1_STEERING_MID"], robohat.SHORTEST_US)
    points = ("reverse", "stopped", "forward")
    return steering, PulseRange(*(settings[_MM1_NAMES[point]] for point in points))


def _robohat_sheet(settings: Settings) -> "CalibrationSheet":
    from donkeycar.parts.drivetrain import robohat
    from donkeycar.parts.drivetrain.calibration_points import CalibrationSheet, widened

    steering, throttle = _robohat_pulses(settings)
    pulses = dict(zip(("left", "middle", "right"), map(float, steering), strict=True))
    pulses |= zip(("reverse", "stopped", "forward"), map(float, throttle), strict=True)
    return CalibrationSheet(
        "",
        _MM1_NAMES,
        {**pulses, "start": pulses["stopped"]},
        dict.fromkeys(_MM1_NAMES, 1.0),
        steering=steering.check("steering"),
        throttle=widened(throttle.check("throttle"), robohat.SHORTEST_US, robohat.LONGEST_US),
    )


def _vesc(context: Context) -> Output:
    """A VESC."""
    from donkeycar.parts.drivetrain.vesc import VESCOutput

    settings = context.settings
    if not settings["VESC_MAX_SPEED_PERCENT"]:
        raise ConfigError(
            f"`{context.shown('VESC_MAX_SPEED_PERCENT')}` must be -1 to 1, not 0. Received: "
            "VESC_MAX_SPEED_PERCENT=0"
        )
    return VESCOutput(
        context.serial(settings["VESC_SERIAL_PORT"], baud_rate=settings["VESC_BAUDRATE"]),
        max_duty=settings["VESC_MAX_SPEED_PERCENT"],
        steering_scale=settings["VESC_STEERING_SCALE"],
        steering_offset=settings["VESC_STEERING_OFFSET"],
        heartbeat=settings["VESC_START_HEARTBEAT"],
        answer_s=settings["VESC_TIMEOUT"],
        clock=context.clock,
    )


ROWS = {
    "MM1": DrivetrainRow(
        _robohat, PortWiring("MM1_SERIAL_PORT"), has_esc=True, calibration=_robohat_sheet
    ),
    "VESC": DrivetrainRow(
        _vesc,
        PortWiring("VESC_SERIAL_PORT"),
        instead="set VESC_STEERING_OFFSET, VESC_STEERING_SCALE and VESC_MAX_SPEED_PERCENT, and the "
        "motor itself with VESC Tool",
    ),
}
