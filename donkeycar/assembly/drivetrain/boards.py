"""Drivetrains that are a board on a serial line."""

from donkeycar.assembly.drivetrain.context import Context
from donkeycar.errors import ConfigError
from donkeycar.guardian.guardian import Output
from donkeycar.guardian.pulse import PulseRange


def robohat_board(context: Context) -> Output:
    """A RoboHAT MM1 or an RC Hat."""
    from donkeycar.parts.drivetrain import robohat

    settings = context.settings
    # On this board a longer pulse steers left.
    steering = PulseRange(robohat.LONGEST_US, settings["MM1_STEERING_MID"], robohat.SHORTEST_US)
    throttle = PulseRange(
        settings["MM1_MAX_REVERSE"], settings["MM1_STOPPED_PWM"], settings["MM1_MAX_FORWARD"]
    )
    robohat.check(steering, throttle)
    return robohat.RoboHATOutput(
        context.serial(settings["MM1_SERIAL_PORT"], baud_rate=robohat.BAUD_RATE),
        steering=steering,
        throttle=throttle,
        clock=context.clock,
    )


def vesc(context: Context) -> Output:
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
