"""The folder of an old car, read as data: no file in it is run, and none is changed."""

import ast
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.errors import ConfigError
from donkeycar.settings.layers import FAMILY, KIND, Layers
from donkeycar.settings.owner.carried import effective
from donkeycar.settings.owner.file import OwnerFile
from donkeycar.settings.owner.unread import Unread
from donkeycar.settings.owner.unrun import MAX_BYTES, read_unrun
from donkeycar.settings.rows.drivetrain import FLAT_KINDS, HARMLESS
from donkeycar.settings.schema import SETTINGS

SETTINGS_FILES = ("config.py", "myconfig.py")
# How many folders down a car is looked for in a folder that is no car itself.
_DEEPEST = 2
_SIM = {"CAMERA_TYPE": "SIM", "DRIVE_TRAIN_TYPE": "SIM"}


class Program(NamedTuple):
    """What an old manage.py means for the settings, besides what the files of settings say.

    Attributes:
        values: Settings that stand for what it did.
        why: Why they are not those of the old files, as a sentence; "" if they are.
        job: Words of the sentence in `lost_jobs` that says the same; "" if none does.
    """

    values: Mapping[str, Any] = {}
    why: str = ""
    job: str = ""


class OldCar(NamedTuple):
    """An old car.

    Attributes:
        folder: Its folder, an absolute path.
        layers: Its effective settings, as its own program used them.
        names: The place of each name that its files give a value, in the order of the files.
        unread: Names whose value cannot be known without running the files.
        manage: Text of its manage.py, "" if it has none.
        program: What that means for the settings.
        replaced: Settings that got another value, each with the reason.
    """

    folder: Path
    layers: Layers
    names: dict[str, str]
    unread: dict[str, Unread]
    manage: str
    program: Program
    replaced: dict[str, str]

    def replace(self, values: Mapping[str, Any], *, source: str, why: str) -> None:
        """Give settings the values that stand for what the old car did."""
        for name, value in values.items():
            self.layers.values[name], self.layers.sources[name] = value, source
            self.layers.owned.add(name)
            self.replaced[name] = why


def read_old_car(folder: Path, overrides: Iterable[str] = ()) -> OldCar:
    """Read the settings and the program of an old car.

    Args:
        folder: The folder with its ``config.py`` or ``myconfig.py``.
        overrides: ``"NAME=VALUE"`` for names that cannot be read.

    Raises:
        ConfigError: If it is not the folder of a car, or a file is not Python.
    """
    folder = _checked(folder)
    names: dict[str, str] = {}
    unread: dict[str, Unread] = {}

    kinds: list[Any] = []

    def read(path: Path) -> OwnerFile:
        file = read_unrun(path, unread)
        kinds.extend([file.values[KIND]] if KIND in file.values else [])
        names.update({name: f"{path.name}:{line}" for name, line in file.lines.items()})
        return file

    layers = effective(folder, with_config=True, read=read)
    names.update({name: each.place for name, each in unread.items()})
    manage = text_of_file(folder / "manage.py")
    _undo_guess(layers, kinds, names, manage)
    for text in overrides:
        layers.add_override(text)
        name, _, entry = text.partition("=")[0].strip().partition(".")
        # Of a dictionary that cannot be read at all, one entry is not enough.
        for given in [f"{name}.{entry}"] if entry else [*unread]:
            if given == name or given.startswith(f"{name}."):
                unread.pop(given, None)
                names.pop(given, None)
        names[name] = "--set"
    _make_absolute(layers)
    # The new car gets a myconfig.py of its own: nothing of the old one stays in place.
    layers.own = set()
    program = _program(manage, layers.values)
    car = OldCar(folder, layers, names, unread, manage, program, {})
    car.replace(program.values, source="manage.py", why=program.why)
    return car


def _undo_guess(layers: Layers, kinds: list[Any], names: Mapping[str, str], manage: str) -> None:
    """Take the drivetrain that the files name, if the old program went by that.

    In a folder that is upgraded in place, channels and pulses outside of a dictionary stand for
    another one: their owner wants them. What the old car did is another question.
    """
    is_guessed = layers.sources.get(KIND, "").startswith("deduced")
    if kinds and is_guessed and _goes_by(manage, kinds[-1], has_family=FAMILY in names):
        layers.values[KIND], layers.sources[KIND] = kinds[-1], names[KIND]
        layers.owned.add(KIND)


def _make_absolute(layers: Layers) -> None:
    """Make paths out of the car, such as ``../data``, absolute: the new car is elsewhere."""
    for name, setting in SETTINGS.items():
        value = layers.values[name]
        if setting.value_kind != "path" or not isinstance(value, str | Path) or not str(value):
            continue
        path = Path(os.path.abspath(layers.folder / Path(value).expanduser()))
        if ".." in Path(value).parts and not path.is_relative_to(layers.folder):
            layers.values[name] = str(path)


def folder_of(car: OldCar, name: str) -> Path:
    """The folder that a setting of an old car names, as an absolute path.

    Args:
        car: The old car.
        name: ``"DATA_PATH"`` or ``"MODELS_PATH"``.

    Raises:
        ConfigError: If it is no path.
    """
    value = car.layers.values[name]
    if not isinstance(value, str | Path) or not str(value):
        place = car.names.get(name, "default")
        raise ConfigError(
            f"{name} must be a path. Received: {name}={value!r} ({place}). Run this again with "
            f"--set {name}=FOLDER"
        )
    # Without "..": what only looks as if it were in the folder must not count as in it.
    return Path(os.path.abspath(car.folder / Path(value).expanduser()))


def text_of_file(path: Path) -> str:
    """A text file as far as it is one; "" if it is missing or much too long."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _checked(folder: Path) -> Path:
    if re.match(r"[a-z+]+:/|git@", str(folder)):
        raise ConfigError(
            f"`--from` must be a folder on this computer. Received: {folder}. Get it first, with "
            "git clone"
        )
    folder = folder.expanduser().absolute()
    if folder.is_file() and folder.name in (*SETTINGS_FILES, "manage.py"):
        folder = folder.parent
    if not folder.is_dir():
        raise ConfigError(f"`--from` must be the folder of a car. Received: {folder}, no folder")
    if not any((folder / name).is_file() for name in SETTINGS_FILES):
        inside = list(cars_in(folder))
        way = f". Name one of: {', '.join(map(str, inside))}" if inside else ""
        raise ConfigError(
            "`--from` must be the folder of a car, with its config.py or myconfig.py. Received: "
            f"{folder}, which has neither{way}"
        )
    return folder.resolve()


def cars_in(folder: Path, depth: int = _DEEPEST) -> list[Path]:
    """Folders below this one that look like a car."""
    found: list[Path] = []
    try:
        inner = sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")
    except OSError:
        return []
    for path in inner:
        if (path / "manage.py").is_file() and (path / "config.py").is_file():
            found.append(path)
        elif depth > 1 and not path.is_symlink():
            found += cars_in(path, depth - 1)
    return found


def _program(source: str, values: Mapping[str, Any]) -> Program:
    """What an old manage.py means for the settings. Source: templates of donkeycar 2.2 to 5.4."""
    kind = values[KIND]
    if values["DONKEY_GYM"] is True and kind != "SIM":
        return Program(
            _SIM,
            "The old car drove in the external simulator (DONKEY_GYM): the new one drives in the "
            "simulator that is built in.",
            "drives in the external simulator",
        )
    if re.search(r"\bMovingSquareTelemetry\b|\bSquareBoxCamera\b", source):
        return Program(
            _SIM,
            "The old car drove a square in made-up pictures: the new one drives in the simulator "
            "that is built in.",
            "drives a square",
        )
    if re.search(r"\bArduinoFirmata\b|\bArdPWM\w*", source):
        return Program(
            {KIND: "MOCK"},
            "The old car drove through an Arduino with Firmata, which no version drives any more: "
            "the new one moves nothing (DRIVE_TRAIN_TYPE = 'MOCK') until you wire and name another "
            "drivetrain (docs/drivetrains.md).",
            "drives through an Arduino",
        )
    if _takes_channels_always(source) and kind not in (*FLAT_KINDS, *HARMLESS):
        return Program(
            {KIND: FLAT_KINDS[0]},
            f"The old manage.py drove by channels and pulses outside of a dictionary, whatever "
            f"DRIVE_TRAIN_TYPE said ({kind}): that is DRIVE_TRAIN_TYPE = {FLAT_KINDS[0]!r}.",
        )
    return Program()


def _takes_channels_always(source: str) -> bool:
    """Whether a manage.py opens a PCA9685 on `STEERING_CHANNEL` without asking for a drivetrain.

    The templates donkey2, basic and just_drive do so.
    """
    if not re.search(r"\bPCA9685\(\s*cfg\.STEERING_CHANNEL", source):
        return False
    asked = drivetrains_of(source)
    return asked is not None and asked <= {"MOCK"}


def drivetrains_of(source: str) -> set[str] | None:
    """The words of `DRIVE_TRAIN_TYPE` that a manage.py asks for; ``None`` if it cannot be told."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return {
        word.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and KIND in ast.unparse(node.left)
        for word in node.comparators
        if isinstance(word, ast.Constant) and isinstance(word.value, str)
    }


def chose_drivetrain(car: OldCar) -> bool:
    """Whether it is known which drivetrain the old program drove.

    Wiring of other drivetrains had no effect then, so that the new car needs none of it.
    """
    kind = car.layers.values[KIND]
    if KIND in car.replaced or _takes_channels_always(car.manage):
        return kind in FLAT_KINDS
    return KIND in car.names and _goes_by(car.manage, kind, has_family=FAMILY in car.names)


def _goes_by(manage: str, kind: Any, *, has_family: bool) -> bool:
    """Whether a manage.py drives the drivetrain `kind` if the settings say so.

    Args:
        manage: Text of the manage.py.
        kind: The word of `DRIVE_TRAIN_TYPE`.
        has_family: Whether the car has the dictionary of donkeycar 4.4 and later. Then the program
            of the package, which some templates use, had it, too.
    """
    if kind in (drivetrains_of(manage) or ()):
        return True
    shared = re.search(r"donkeycar\.templates\.complete import[^#]*\badd_drivetrain\b", manage)
    return has_family and shared is not None
