#!/usr/bin/env python3
"""Your car, and how to start it.

python manage.py drive                        drive from the web page
python manage.py drive --model models/mypilot let a pilot drive
python manage.py train --model models/mypilot train a pilot on what is in data/

This file is yours to change. Each line of `drive` puts one part into the loop; a part runs once a
tick (one turn of the loop), in this order. Parts read and write channels, which are named in their
lines or in `donkeycar/assembly/`. Settings belong in myconfig.py.
"""

try:
    import donkeycar as dk
except ModuleNotFoundError:
    raise SystemExit(
        "manage.py: error: This Python has no donkeycar. Activate its environment."
    ) from None

from donkeycar.assembly import (
    add_camera,
    add_choices,
    add_console,
    add_controllers,
    add_drive_mode,
    add_driver,
    add_drivetrain,
    add_pilot,
    add_recorder,
    add_sensors,
    make_clock,
    make_cockpit,
    make_world,
)
from donkeycar.management.car import main


def drive(cfg, *, model=None, model_type=None, meta=()):
    """Put the car together and drive it until Ctrl-C.

    Args:
        cfg: Settings, see myconfig.py.
        model: Path of a pilot, or None to drive by hand.
        model_type: Only for models made elsewhere: what kind of network it is, e.g. "linear".
        meta: Pairs of name and value that are stored with everything recorded.
    """
    car = dk.Vehicle(clock=make_clock(cfg))
    world = make_world(cfg)  # None unless the camera or the wheels are simulated
    cockpit = make_cockpit(car, cfg)  # where drivers meet: page, gamepad, remote control

    add_camera(car, cfg, world)  # -> cam/image_array
    add_sensors(car, cfg)  # -> power/reason
    add_choices(car, cfg)  # buttons -> behavior/..., localizer/..., if the settings want them
    if model is not None:
        add_pilot(car, cfg, model, model_type)  # -> pilot/angle, pilot/throttle
    add_controllers(car, cfg, cockpit)  # gamepad, remote control -> gamepad/offer, rc/offer
    add_driver(car, cfg, cockpit)  # -> user/angle, user/throttle, user/mode, recording
    console = add_console(car, cfg, cockpit)  # the web page
    add_drive_mode(car, cfg)  # user and pilot -> angle, throttle, command
    add_recorder(car, cfg, meta)  # -> data/
    # A part of your own goes here (a pilot or a controller before add_driver), for example:
    # car.add(MyPart(), inputs=["angle"], outputs=["my/channel"])
    add_drivetrain(car, cfg, world)  # command -> wheels; last in, first to stop

    print(console.pairing.text)
    car.start(rate_hz=cfg.DRIVE_LOOP_HZ, max_loop_count=cfg.MAX_LOOPS)


if __name__ == "__main__":
    raise SystemExit(main(drive, __file__))
