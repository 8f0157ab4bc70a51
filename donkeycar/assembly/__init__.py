"""Assembly: makes parts from settings; the only package that knows both.

Each `add_` function adds the part that the settings name to a vehicle. Tables give the class and
the arguments for each word in the settings; a module is imported only when it is needed.
"""

from typing import TYPE_CHECKING

from donkeycar.lazy import names_of

if TYPE_CHECKING:
    from donkeycar.assembly.camera import CAMERAS, add_camera, make_clock, make_world
    from donkeycar.assembly.check import check_car, problems_of
    from donkeycar.assembly.console import add_console
    from donkeycar.assembly.controller import CONTROLLERS, add_controllers
    from donkeycar.assembly.driver import add_drive_mode, add_driver, make_cockpit
    from donkeycar.assembly.drivetrain import add_drivetrain
    from donkeycar.assembly.pilot import add_choices, add_pilot
    from donkeycar.assembly.recorder import add_recorder, new_tub_path
    from donkeycar.assembly.sensors import SENSORS, add_sensors

__all__ = [
    "CAMERAS",
    "CONTROLLERS",
    "SENSORS",
    "add_camera",
    "add_choices",
    "add_console",
    "add_controllers",
    "add_drive_mode",
    "add_driver",
    "add_drivetrain",
    "add_pilot",
    "add_recorder",
    "add_sensors",
    "check_car",
    "make_clock",
    "make_cockpit",
    "make_world",
    "new_tub_path",
    "problems_of",
]

_HOMES = {
    "CAMERAS": "camera",
    "CONTROLLERS": "controller",
    "SENSORS": "sensors",
    "add_camera": "camera",
    "add_choices": "pilot",
    "add_console": "console",
    "add_controllers": "controller",
    "add_drive_mode": "driver",
    "add_driver": "driver",
    "add_drivetrain": "drivetrain",
    "add_pilot": "pilot",
    "add_recorder": "recorder",
    "add_sensors": "sensors",
    "check_car": "check",
    "make_clock": "camera",
    "make_cockpit": "driver",
    "make_world": "camera",
    "new_tub_path": "recorder",
    "problems_of": "check",
}

__getattr__ = names_of(__name__, _HOMES)
