"""Mock and simulated drivetrains, which move no real hardware."""

from donkeycar.assembly.drivetrain.context import Context
from donkeycar.assembly.drivetrain.counts import dead_us, steering_pulses, throttle_pulses
from donkeycar.assembly.drivetrain.pulsed import servo_and_esc_sheet
from donkeycar.assembly.drivetrain.row import DrivetrainRow
from donkeycar.errors import ConfigError
from donkeycar.guardian.guardian import Output


def _mock(context: Context) -> Output:
    """Shows the pulses of a servo and a speed controller."""
    from donkeycar.parts.drivetrain.mock_output import MockOutput

    family = context.settings["PWM_STEERING_THROTTLE"]
    return MockOutput(
        steering=steering_pulses(context, family),
        throttle=throttle_pulses(context, family),
        dead_us=dead_us(context, family),
        clock=context.clock,
    )


def _simulated(context: Context) -> Output:
    """The wheels of the simulated car."""
    from donkeycar.parts.drivetrain.sim_output import SimOutput

    if context.world is None:
        raise ConfigError(
            "`DRIVE_TRAIN_TYPE` SIM needs a simulated world. Received: world=None. Run the car "
            'with CAMERA_TYPE = "SIM"'
        )
    return SimOutput(context.world, clock=context.clock)


ROWS = {
    "MOCK": DrivetrainRow(_mock, wiring=None, calibration=servo_and_esc_sheet),
    "SIM": DrivetrainRow(
        _simulated, wiring=None, in_world=True, instead="the simulated car is calibrated"
    ),
}
