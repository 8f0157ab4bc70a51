"""Adds the drive page."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from donkeycar.assembly.controller import controllers_of
from donkeycar.assembly.driver import add_driver, make_cockpit
from donkeycar.assembly.recipe import written
from donkeycar.assembly.sensors import add_sensors
from donkeycar.config import Config
from donkeycar.driving.cockpit import Cockpit
from donkeycar.driving.telemetry import TELEMETRY
from donkeycar.errors import ConfigError
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.console.announcer import Announcer
    from donkeycar.console.forward import LabPages
    from donkeycar.console.pairing_file import PairingFile
    from donkeycar.console.web_console import WebConsole

# Channels that the page shows if the car has them; parts before and after the page write them.
OF_LATER_PARTS = (
    "tub/num_records", "tub/status", "tub/reason", "tub/undoable", "drivetrain/state",
    "drivetrain/reason", "drivetrain/age_p50_s", "drivetrain/age_p99_s", "motion/speed_m_s",
    "lap/time_s", "lap/best_s", "lap/count", "map/track", "map/place", "map/put_backs",
)  # fmt: skip
OF_EARLIER_PARTS = (
    "pilot/angle", "pilot/throttle", "pilot/name", "pilot/choice_note", "pilot/choices",
    "cam/age_s", "power/reason",
)  # fmt: skip


class NoPairing(NamedTuple):
    """The text that is printed instead of a link."""

    text: str = "This car has no web page (WEB_CONTROL = False). Drive it by what you plugged in."


class NoConsole(NamedTuple):
    """Takes the place of the page in a car without one."""

    pairing: NoPairing = NoPairing()


# An environment variable: "0" announces no car that this program or its children start.
ANNOUNCE_VARIABLE = "DONKEYCAR_ANNOUNCE"


def add_console(
    car: Vehicle, cfg: Config, cockpit: Cockpit | None = None
) -> "WebConsole | NoConsole":
    """Add the web page, which shows the car and takes orders; nothing if `WEB_CONTROL` is off.

    Args:
        car: The vehicle.
        cfg: The settings.
        cockpit: The place where drivers meet. ``None`` in an older manage.py without a line for
        it: then this function also adds the driver (`add_driver`) and the sensors.

    Channels:
        Shows the frame and the telemetry of the car: `telemetry.TELEMETRY`.

    Returns:
        The part; its `pairing` says how to pair.

    Raises:
        ConfigError: If nobody could drive or stop this car.
        DeviceError: If the port is not available.
    """
    if cockpit is None:
        cockpit = make_cockpit(car, cfg)
        _tell_of_owners(car, cockpit)
        if not car.writes("power/reason"):
            add_sensors(car, cfg)
        if not car.writes("user/expires_s"):  # only that line writes it
            add_driver(car, cfg, cockpit, reader="add_console")
    if not cfg.WEB_CONTROL:
        check_drivable(cfg)
        return NoConsole()
    from donkeycar.console.web_console import WebConsole

    console = WebConsole(
        cockpit,
        port=cfg.WEB_CONTROL_PORT,
        host=cfg.WEB_HOST,
        auth=cfg.WEB_AUTH,
        foxglove=cfg.WEB_FOXGLOVE,
        pairing_file=pairing_file(cfg),
        announcer=_announcer(cfg),
        lab=lab_pages(cfg),
        clock=car.clock,
    )
    for channel in OF_LATER_PARTS:
        if not car.writes(channel):
            car.mem[channel] = None  # "not known", in a car without that part
    car.add(
        console,
        inputs=[
            "cam/image_array", "cam/exposed_s", "cam/sequence", "loop/late_ticks",
            *(
                written(car, name, reader="add_console")[0] if name in OF_EARLIER_PARTS else name
                for name in TELEMETRY
            ),
        ],
        threaded=True,
    )  # fmt: skip
    return console


def pairing_file(cfg: Config) -> "PairingFile | None":
    """Where the pairings of this car are stored; ``None`` if they end with each run."""
    from donkeycar.console.pairing_file import PairingFile

    return PairingFile(Path(cfg.CAR_PATH)) if cfg.WEB_REMEMBER else None


def lab_pages(cfg: Config) -> "LabPages | None":
    """The pages beside the drive page; ``None`` if the owner wants none."""
    if not cfg.WEB_LAB or sys.platform == "win32":
        return None
    from donkeycar.console.forward import LabPages
    from donkeycar.console.worker import Worker
    from donkeycar.lab.command import worker_command
    from donkeycar.lab.table import titles

    return LabPages(titles("car"), Worker(worker_command(Path(cfg.CAR_PATH), is_car=True)))


def _announcer(cfg: Config) -> "Announcer | None":
    if not cfg.WEB_ANNOUNCE or os.environ.get(ANNOUNCE_VARIABLE) == "0":
        return None
    from donkeycar.console.announcer import Announcer
    from donkeycar.console.pairing_file import PairingFile

    folder = Path(cfg.CAR_PATH)
    car_id = PairingFile(folder).car_id
    return Announcer(car_name=folder.resolve().name, car_id=car_id, auth=cfg.WEB_AUTH)


def _tell_of_owners(car: Vehicle, cockpit: Cockpit) -> None:
    """In such a manage.py, let a controller of the owner report a stop at once."""
    for entry in car.entries:
        for client in (cockpit.gamepad, cockpit.rc):
            if f"{client.kind}/offer" in entry.outputs and hasattr(entry.part, "tell"):
                entry.part.tell = partial(cockpit.hear, client)


def check_drivable(cfg: Config) -> None:
    """Refuse a car that nobody could drive or stop.

    Raises:
        ConfigError: If it has no web page and no device to drive with.
    """
    if not cfg.WEB_CONTROL and not controllers_of(cfg):
        raise ConfigError(
            "`WEB_CONTROL` must be True for a car without a gamepad or a remote control: nobody "
            "could drive or stop it. Received: WEB_CONTROL=False. Set "
            "USE_JOYSTICK_AS_DEFAULT = True or USE_RC = True in myconfig.py, or WEB_CONTROL = "
            "True; with a controller of your own, also take the lines with `console` out of "
            "manage.py"
        )
