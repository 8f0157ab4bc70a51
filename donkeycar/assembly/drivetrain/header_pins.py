"""GPIO pins of a Pi's header that a drivetrain needs, by their numbers in the processor."""

from donkeycar.assembly.drivetrain.context import Settings, shown
from donkeycar.assembly.drivetrain.table import DRIVETRAINS
from donkeycar.assembly.drivetrain.wiring import Piece, SerialPort, possible_pieces
from donkeycar.parts.drivetrain.header_uart import NAMES
from donkeycar.parts.drivetrain.pin_id import (
    I2C_PINS,
    SERIAL_PINS,
    GpioId,
    PCA9685Id,
    bcm_number,
)


def header_pins(kind: str, settings: Settings) -> dict[int, str]:
    """The purpose of each pin of the header; the pins of the kernel's PWM are not known.

    Args:
        kind: A word of `DRIVE_TRAIN_TYPE`.
        settings: All settings of the car, by name.

    Example:
        >>> pins = {"PWM_STEERING_PIN": "PCA9685.1:40.1", "FWD_DUTY_PIN": "RPI_GPIO.BOARD.18"}
        >>> header_pins("SERVO_HBRIDGE_2PIN", {"SERVO_HBRIDGE_2PIN": pins})
        {2: 'I2C bus 1', 3: 'I2C bus 1', 24: "SERVO_HBRIDGE_2PIN['FWD_DUTY_PIN']"}
    """
    row = DRIVETRAINS.get(kind)
    found = possible_pieces(row.wiring, settings) if row else {}
    uses = {
        bcm: f"I2C bus {piece.bus}" if isinstance(piece, PCA9685Id) else shown(settings, *place)
        for place, piece in found.items()
        for bcm in _numbers(piece)
    }
    return dict(sorted(uses.items()))


def _numbers(piece: Piece) -> tuple[int, ...]:
    if isinstance(piece, GpioId):
        bcm = bcm_number(piece.name)
        return () if bcm is None else (bcm,)
    if isinstance(piece, PCA9685Id):
        return I2C_PINS.get(piece.bus, ())
    return SERIAL_PINS if isinstance(piece, SerialPort) and piece.path in NAMES else ()
