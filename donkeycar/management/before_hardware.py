"""Check before a car opens its hardware: the motor and the port of its page must be free."""

from donkeycar.assembly.drivetrain.hardware import hardware_of
from donkeycar.config import Config
from donkeycar.console.listener import bind
from donkeycar.guardian.claim import refuse_if_held


def check_free(cfg: Config, *, has_page: bool = True) -> None:
    """Refuse to start if another program holds the motor or the port; neither stays open.

    The motor is checked first: an owner who is told only of the port would choose another one, and
    be refused again.

    Args:
        cfg: Settings of the car.
        has_page: Whether a page will be served.

    Raises:
        DeviceError: If another program holds the motor (the message names it), or the port.
    """
    refuse_if_held(hardware_of(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring()))
    if has_page:
        bind(cfg.WEB_HOST, cfg.WEB_CONTROL_PORT).close()
