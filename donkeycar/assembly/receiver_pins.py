"""The pins of a receiver: its channels drive them, so nothing else may be wired to them."""

from donkeycar.assembly.controller import controllers_of
from donkeycar.assembly.drivetrain.context import shown
from donkeycar.assembly.drivetrain.header_pins import header_pins
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.pin_id import BOARD_BY_BCM
from donkeycar.settings.rows.controller import CONTROLLER_WORDS


def check_receiver_pins(cfg: Config) -> None:
    """Refuse a pin that two have: a receiver's pulses on a motor's pin would drive the motor.

    Raises:
        ConfigError: If a channel is on a pin of the drivetrain, or of another channel.
    """
    pins = [name for kind in controllers_of(cfg) for name in CONTROLLER_WORDS[kind].pins]
    if not pins:
        return
    settings = {**cfg.to_wiring(), **{name: cfg[name] for name in pins}}
    taken = header_pins(cfg.DRIVE_TRAIN_TYPE, settings)
    for name in pins:
        bcm = cfg[name]
        if bcm in taken:
            raise ConfigError(
                f"`{shown(settings, name)}` must be a GPIO of its own: GPIO {bcm}, pin "
                f"{BOARD_BY_BCM[bcm]} of the header, is that of {taken[bcm]}. Received: "
                f"{name}={bcm}. Write a free one, e.g. {_free({*taken, *map(cfg.get, pins)})}, "
                "and move the wire of that channel to it"
            )
        taken[bcm] = shown(settings, name)


def _free(taken: set[object]) -> int:
    """Not among those that are pulled high, or have another use on most cars."""
    return next(bcm for bcm in (26, 20, 21, 16, 19, 17, 27, 22, 23, 24, 25) if bcm not in taken)
