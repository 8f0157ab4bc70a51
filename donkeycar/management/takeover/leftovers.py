"""What stays in the folder of an old car, and why."""

from collections.abc import Iterable
from pathlib import Path

from donkeycar.assembly.controller import OLD_PAD
from donkeycar.management.takeover.gamepad import is_unused
from donkeycar.management.takeover.models import Model
from donkeycar.management.takeover.old_car import OldCar
from donkeycar.management.takeover.tubs import Recording

# Files of earlier versions -> what there is instead. Source: createcar of donkeycar 2.2 to 5.4.
KNOWN = {
    "manage.py": "the new car has its own",
    "config.py": "its values are in the new myconfig.py",
    "myconfig.py": "its values are in the new one",
    "train.py": "donkey train --tub data --model models/NAME trains now",
    "calibrate.py": "donkey calibrate does it now",
    "calibration_odometry.json": "no version reads it any more",
    OLD_PAD: "its bindings are in the new myconfig.py, or the new car has a copy of it",
    "logs": "logs of before",
    "__pycache__": "made again by itself",
}


def left_in(car: OldCar, recordings: Iterable[Recording], models: Iterable[Model]) -> list[str]:
    """A sentence for each entry of the old folder that was not copied.

    Args:
        car: The old car.
        recordings: Its recordings.
        models: Its models.
    """
    taken = {_top(each.old, car.folder) for each in recordings}
    taken |= {_top(path, car.folder) for model in models for path in model.files.values()}
    lines = []
    for path in sorted(car.folder.iterdir()):
        if path.name == OLD_PAD and is_unused(car):
            kind = car.layers.values["CONTROLLER_TYPE"]
            lines.append(f"{path.name}: the old car did not use it: CONTROLLER_TYPE = {kind!r}")
        elif path.name in KNOWN:
            lines.append(f"{path.name}: {KNOWN[path.name]}")
        elif path.name in taken or path.name.startswith("."):
            continue
        elif path.is_dir():
            if any(path.iterdir()):
                lines.append(f"{path.name}/: no recordings and no models; look through it yourself")
        else:
            lines.append(f"{path.name}: of your own; copy it if you need it")
    return lines


def _top(path: Path, folder: Path) -> str:
    """The entry of a folder in which a path lies."""
    return path.relative_to(folder).parts[0] if path.is_relative_to(folder) else ""
