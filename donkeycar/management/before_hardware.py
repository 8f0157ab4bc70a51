"""What must be free before a car takes its motor: the motor itself, and the port of its page."""

from donkeycar.assembly.drivetrain.hardware import hardware_of
from donkeycar.config import Config
from donkeycar.console.listener import bind
from donkeycar.guardian.claim import refuse_if_held


def check_free(cfg: Config, *, has_page: bool = True) -> None:
    """Refuse to start beside a program that has what this one needs; nothing is opened for long.

    The motor comes first: whoever is told of the port alone would choose another one, and be
    refused once more.

    Args:
        cfg: Settings of the car.
        has_page: Whether a page will be served.

    Raises:
        DeviceError: If somebody holds the motor (it says who), or the port.
    """
    refuse_if_held(hardware_of(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring()))
    if has_page:
        bind(cfg.WEB_HOST, cfg.WEB_CONTROL_PORT).close()
