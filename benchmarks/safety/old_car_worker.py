"""Runs inside an earlier donkeycar: makes cars, and says which pulses they send.

python -I old_car_worker.py PACKAGE createcar TEMPLATE FOLDER
python -I old_car_worker.py PACKAGE pulses FOLDER GRID

`PACKAGE` is the folder in which that donkeycar lies. The classes of its drivetrains are the real
ones; below them are stand-ins for the libraries of the hardware, written from their documentation
(Adafruit_PCA9685, RPi.GPIO, pyserial, pyvesc). Any other library that is missing is an empty one.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import json
import logging
import math
import os
import re
import sys
import time
import types
from collections import namedtuple

logging.disable()
Version = namedtuple("Version", "major minor micro releaselevel serial")

# What the hardware does now: place -> pulse in microseconds, or share of the time.
STATE = {}


class EmptyType(type):
    """The type of names in an empty module: each may be called, inherited from, asked for more."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Empty


class Empty(metaclass=EmptyType):
    """Anything of a library that is missing."""

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        """Call what is missing."""
        return Empty()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Empty()


class EmptyModule(types.ModuleType):
    """A library that is missing."""

    __path__ = ()
    __all__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Empty


class MissingFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds an empty module for what donkeycar and its cars import and nobody else has."""

    def find_spec(self, name, path=None, target=None):
        """Find a module that donkeycar or a car asks for."""
        frame = sys._getframe(1)
        while frame is not None and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        importer = frame.f_globals.get("__name__", "") if frame is not None else ""
        is_theirs = importer.partition(".")[0] in ("donkeycar", "manage", "__main__")
        if name.partition(".")[0] == "donkeycar" or not is_theirs:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        """Make an empty module."""
        return EmptyModule(spec.name)

    def exec_module(self, module):
        """Nothing: it is empty."""


class PCA9685:
    """The chip, as the library sets it up: 25 MHz, rounded to the nearest prescaler."""

    def __init__(self, address=0x40, i2c=None, **kwargs):
        self.address, self.frame_us = address, 0.0

    def set_pwm_freq(self, frequency_hz):
        """Set the frequency of all channels."""
        prescale = math.floor(25_000_000 / 4096 / frequency_hz - 1 + 0.5)
        self.frame_us = (prescale + 1) * 4096 / 25

    def get_pwm_freq(self):
        """The frequency that the prescaler gives."""
        return 1e6 / self.frame_us

    def set_pwm(self, channel, on, off):
        """Set the counts of a channel; bit 12 is always on, or always off."""
        counts = 4096 if on & 4096 else 0 if off & 4096 else off - on
        STATE[f"pca9685 {self.address:#x} {channel}"] = counts / 4096 * self.frame_us


class GPIO:
    """Pins, by both ways of counting."""

    BOARD, BCM, OUT, IN, HIGH, LOW = "BOARD", "BCM", 0, 1, 1, 0
    PUD_OFF = PUD_DOWN = PUD_UP = RISING = FALLING = BOTH = 0
    mode = None

    def __getattr__(self, name):
        return lambda *args, **kwargs: None

    def setmode(self, mode):
        """Choose how pins are counted."""
        GPIO.mode = mode

    def getmode(self):
        """How pins are counted."""
        return GPIO.mode

    def output(self, pin, level):
        """Set a level."""
        STATE[f"pin {GPIO.mode} {pin}"] = float(level)

    def PWM(self, pin, frequency_hz):  # noqa: N802 - the library's name
        """A pin whose duty cycle is set in percent."""
        place = f"pin {GPIO.mode} {pin}"

        def set_duty(percent):
            STATE[place] = percent / 100

        return types.SimpleNamespace(
            start=set_duty, ChangeDutyCycle=set_duty, stop=lambda: set_duty(0)
        )


class Serial:
    """The line to a RoboHAT, which reads two pulses of four digits."""

    def __init__(self, *args, **kwargs):
        pass

    def write(self, data):
        """Take a line with two pulses."""
        found = re.match(rb"\s*(\d+),\s*(\d+)", data)
        if found:
            STATE["board_steering"], STATE["board_throttle"] = map(float, found.groups())


class VESC:
    """A VESC: position of its servo, and duty cycle of its motor."""

    def __init__(self, *args, **kwargs):
        pass

    def set_servo(self, position):
        """Set the servo; the firmware cuts it to 0 to 1 (vedderb/bldc, servo_simple.c)."""
        STATE["servo"] = min(max(position, 0.0), 1.0)

    def set_duty_cycle(self, duty):
        """Set the motor, -1 to +1."""
        STATE["duty"] = duty


def stand_in():
    """Put the stand-ins in the place of the libraries."""

    def module(name, **content):
        made = types.ModuleType(name)
        vars(made).update(content)
        sys.modules[name] = made
        return made

    i2c = module("Adafruit_GPIO.I2C")
    module("Adafruit_GPIO", I2C=i2c, __path__=[])
    module("Adafruit_PCA9685", PCA9685=PCA9685)
    pins = GPIO()
    sys.modules["RPi.GPIO"] = pins
    module("RPi", GPIO=pins, __path__=[])
    module("serial", Serial=Serial)
    module("pyvesc", VESC=VESC)
    # donkeycar 2 to 4 ask for their own version, which needs all libraries.
    mine = types.SimpleNamespace(version="2")
    module("pkg_resources", require=lambda name: [mine], get_distribution=lambda name: mine)
    sys.meta_path.append(MissingFinder())
    time.sleep = lambda seconds: None


def load_package():
    """Import donkeycar; 5.4 refuses Python 3.11, and is plain Python of that version."""
    try:
        import donkeycar
    except ValueError:  # its message about the version of Python
        import numpy  # noqa: F401, ICN001 - before the version is another one
        import PIL.Image  # noqa: F401

        real, sys.version_info = sys.version_info, Version(3, 13, 0, "final", 0)
        import donkeycar

        sys.version_info = real
    return donkeycar


def is_of_drivetrain(part):
    """Whether a part of the car moves something."""
    module = type(part).__module__
    return module.rpartition(".")[2] in ("actuator", "robohat", "kinematics")


def table_of(vehicle, grid):
    """What the hardware does for each steering and throttle."""
    entries = [entry for entry in vehicle.parts if is_of_drivetrain(entry["part"])]
    table = []
    for steering, throttle in grid:
        values = {
            "angle": steering, "steering": steering, "user/angle": steering,
            "throttle": throttle, "user/throttle": throttle,
        }  # fmt: skip
        for entry in entries:
            inputs = [values[name] for name in entry["inputs"]]
            outputs = entry["part"].run(*inputs)
            if entry["outputs"]:
                values.update(zip(entry["outputs"], outputs, strict=True))
        table.append(dict(STATE))
    return table


def pulses(folder, grid):
    """The table of a car, by its own manage.py."""
    dk = load_package()
    os.chdir(folder)
    sys.path.insert(0, folder)
    cfg = dk.load_config(os.path.join(folder, "config.py"))
    cfg.CAMERA_TYPE, cfg.USE_JOYSTICK_AS_DEFAULT = "MOCK", False
    spec = importlib.util.spec_from_file_location("manage", os.path.join(folder, "manage.py"))
    manage = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(manage)
    found = []

    class Vehicle(dk.vehicle.Vehicle):
        def start(self, *args, **kwargs):
            found.append(self)

    if hasattr(manage, "add_drivetrain"):
        vehicle = Vehicle()
        manage.add_drivetrain(vehicle, cfg)
        found.append(vehicle)
    else:
        dk.vehicle.Vehicle = Vehicle
        manage.drive(cfg)
    return table_of(found[0], grid)


def main():
    """Obey one order."""
    package, order, *words = sys.argv[1:]
    sys.path.insert(0, package)
    stand_in()
    sys.stdout.flush()
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # a banner is printed when the package is imported
    if order == "createcar":
        load_package()
        from donkeycar.management.base import CreateCar

        CreateCar().create_car(words[1], words[0])
        json.dump({}, answer)
    else:
        with open(words[1]) as file:
            grid = json.load(file)
        json.dump(pulses(words[0], grid), answer)


if __name__ == "__main__":
    main()
