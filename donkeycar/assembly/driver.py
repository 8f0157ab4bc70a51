"""Adds the cockpit, the driver part and the drive mode, which decide who drives."""

from pathlib import Path
from weakref import WeakKeyDictionary

from donkeycar.assembly.drivetrain.table import drivetrain_row
from donkeycar.assembly.recipe import written
from donkeycar.config import Config
from donkeycar.driving.cockpit import Cockpit
from donkeycar.errors import ConfigError
from donkeycar.vehicle import Vehicle

# Each car has exactly one cockpit, because a stop on a page with a second one would not last.
_COCKPITS: "WeakKeyDictionary[Vehicle, Cockpit]" = WeakKeyDictionary()


def make_cockpit(car: Vehicle, cfg: Config) -> Cockpit:
    """Make the cockpit, the one place where drivers meet: pages, a gamepad, a remote control.

    Returns:
        The cockpit of `car`, the same one each time.

    Raises:
        ConfigError: If a setting is impossible.
    """
    if car not in _COCKPITS:
        _COCKPITS[car] = Cockpit(
            mode=cfg.WEB_INIT_MODE,
            max_throttle=cfg.JOYSTICK_MAX_THROTTLE,
            car_name=Path(cfg.CAR_PATH).name,
            halt=car.halt,
            clock=car.clock,
        )
    return _COCKPITS[car]


def add_driver(car: Vehicle, cfg: Config, cockpit: Cockpit, *, reader: str = "add_driver") -> None:
    """Add the driver part and the programmable buttons.

    Add it after the pilot, so that the pilot modes can be chosen, and after the controllers, so
    that it hears them in the same tick.

    Args:
        car: The vehicle.
        cfg: The settings.
        cockpit: The place where drivers meet.
        reader: The line of manage.py that a message names if a pilot is added after it.

    Channels:
        Reads the offers of gamepad and remote control. Writes what the driver wants
        (``user/angle``, ``user/throttle``, ``user/mode``, ``recording``), until when the order is
        valid (``user/expires_s``), why the car does not drive (``stop/reason``), the driver's
        throttle limit (``user/max_throttle``), who drives (``user/source``: ``web``, ``gamepad``,
        ``rc`` or ``none``), actions for other parts (``user/actions``), and the five buttons
        (``web/w1`` to ``web/w5``), true for one tick. While a pilot is being loaded
        (``pilot/loading``), nobody can choose it.

    Raises:
        ConfigError: If the car is to start in a pilot mode and has no pilot.
    """
    from donkeycar.parts.driver import ButtonsPart, DriverPart

    pilot, _ = written(car, "pilot/angle", "pilot/throttle", reader=reader)
    cockpit.has_pilot = pilot is not None
    if cfg.WEB_INIT_MODE != "user" and not cockpit.has_pilot:
        raise ConfigError(
            "`WEB_INIT_MODE` must be 'user' without a pilot. "
            f"Received: WEB_INIT_MODE={cfg.WEB_INIT_MODE!r}. Start with --model, or change it"
        )
    # Set before the first tick, because a page may be quicker.
    (note,) = car.mem.get(["pilot/loading"])
    cockpit.pilot_note = note or ""
    car.add(
        DriverPart(cockpit, clock=car.clock),
        inputs=[
            *written(car, "gamepad/offer", "rc/offer", reader=reader),
            "loop/rate_hz",
            *written(car, "pilot/loading", reader=reader),
        ],
        outputs=[
            "user/angle", "user/throttle", "user/mode", "recording", "user/expires_s",
            "stop/reason", "user/max_throttle", "user/source", "user/actions",
        ],
    )  # fmt: skip
    buttons = [f"web/w{number}" for number in range(1, 6)]
    car.add(ButtonsPart(cockpit), outputs=buttons)


def _bound_own_pilot(car: Vehicle) -> None:
    """Limit the age of the orders of a pilot that does not say until when they are valid."""
    from donkeycar.parts.pilot_life import PilotLife

    wishes = {
        channel: entry.name
        for entry in car.entries
        for channel in entry.outputs
        if channel in ("pilot/angle", "pilot/throttle")
    }
    if not wishes or car.writes("pilot/expires_s"):
        return
    has_camera = car.writes("cam/image_array") or car.writes("cam/exposed_s")
    life = PilotLife(
        lambda: max(map(car.mem.age_s, wishes)),
        name=next(iter(wishes.values())),
        has_camera=has_camera,
        clock=car.clock,
    )
    exposed = ["cam/exposed_s" if car.writes("cam/exposed_s") else None]
    car.add(life, inputs=[*exposed, *wishes], outputs=["pilot/expires_s", "pilot/reason"])


def add_drive_mode(car: Vehicle, cfg: Config) -> None:
    """Add the drive mode, which decides who drives.

    Channels:
        Reads the wishes of driver and pilot; writes ``angle``, ``throttle`` and ``command``. If a
        pilot of the owner does not write them, also ``pilot/expires_s`` and ``pilot/reason``.
    """
    from donkeycar.driving.drive_mode import DriveMode

    _bound_own_pilot(car)
    car.add(
        DriveMode(throttle_scale=cfg.AI_THROTTLE_MULT, clock=car.clock),
        inputs=[
            "user/mode", "user/angle", "user/throttle", "user/expires_s", "user/max_throttle",
            *written(
                car, "pilot/angle", "pilot/throttle", "pilot/expires_s", reader="add_drive_mode"
            ),
        ],
        outputs=["angle", "throttle", "command"],
        prompt=True,
    )  # fmt: skip
    if drivetrain_row(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring()).has_esc:
        from donkeycar.parts.drivetrain.esc_reverse import EscReverse

        esc = EscReverse(brake_s=cfg.ESC_BRAKE_S, neutral_s=cfg.ESC_NEUTRAL_S, clock=car.clock)
        car.add(esc, inputs=["command"], outputs=["command"], prompt=True)
