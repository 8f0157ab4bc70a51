"""Parts of the owner's in an old manage.py: where each comes from, and what it needs here."""

import ast
import sys
from collections.abc import Container, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from donkeycar.assembly.channels import CHANNELS
from donkeycar.gone import PACKAGES, way_on
from donkeycar.management.old_manage import own_modules, own_parts
from donkeycar.management.takeover.old_car import text_of_file

# Classes in the manage.py of a template. Source: templates of donkeycar 2.2 to 5.4.
DELIVERED = {
    "AiRecordingCondition", "AiRunCondition", "DriveMode", "LedConditionLogic", "MyController",
    "NoOdom", "PilotCondition", "Plotter", "PosStream", "RecordTracker", "ToggleRecording",
    "UserPilotCondition", "Vectorizer",
}  # fmt: skip
# Channels of earlier versions, and their names of today.
RENAMED = {
    "user/steering": "user/angle", "pilot/steering": "pilot/angle", "steering": "angle",
    "run_pilot": "user/mode",
}  # fmt: skip


class Use(NamedTuple):
    """One line that puts a part into the loop.

    Attributes:
        name: Name of the class, as it is written.
        line: The whole line.
        channels: The channels in it.
    """

    name: str
    line: str
    channels: list[str]


def parts_of(source: str, folder: Path, *, skip: Container[str] = ()) -> list[str]:
    """Sentences about each part of the owner's: its file, its line, and what it needs.

    Args:
        source: Text of an old manage.py.
        folder: Folder of the car.
        skip: Modules that something else replaces.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    mine = {*own_modules(source, folder), *own_parts(source)}
    homes = _homes(tree, {name for name in mine if name not in skip}, folder)
    told: list[str] = []
    seen: set[str] = set()
    for use in _uses(tree):
        home = homes.get(use.name.partition(".")[0])
        if home is None or use.name in seen:  # a template adds a controller in several branches
            continue
        seen.add(use.name)
        told.append(f"{use.name} ({home}) was put into the loop by: {use.line}")
        told += _renamed(use)
    used = sorted({home for home in homes.values() if home.endswith(".py")})
    for file in used:
        told += _needs(file, text_of_file(folder / file))
    return list(dict.fromkeys(told))


def _homes(tree: ast.Module, mine: set[str], folder: Path) -> dict[str, str]:
    """Names of the owner's classes, modules and parts in a manage.py, each with its file."""
    homes: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                if not mine.isdisjoint((each.name, each.name.partition(".")[0])):
                    name = each.asname or each.name.partition(".")[0]
                    homes[name] = _file_of(each.name, folder)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if not mine.isdisjoint((node.module, node.module.partition(".")[0])):
                for each in node.names:
                    homes[each.asname or each.name] = _file_of(node.module, folder)
        elif isinstance(node, ast.ClassDef) and node.name not in DELIVERED:
            homes[node.name] = "in manage.py"
    for node in ast.walk(tree):  # a part that was made first, and added by its name
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            home = homes.get(ast.unparse(node.value.func).partition(".")[0])
            for target in node.targets if home else ():
                if isinstance(target, ast.Name):
                    homes[target.id] = str(home)
    return homes


def _file_of(module: str, folder: Path) -> str:
    file = module.replace(".", "/") + ".py"
    if (folder / file).is_file():
        return file
    return file if not module.startswith("donkeycar.") else f"{module}, of your own donkeycar"


def _uses(tree: ast.Module) -> Iterator[Use]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr != "add" or not node.args:
            continue
        part = node.args[0]
        name = ast.unparse(part.func if isinstance(part, ast.Call) else part)
        channels = [
            each.value
            for item in node.keywords
            for each in ast.walk(item.value)
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        yield Use(name, " ".join(ast.unparse(node).split()), channels)


def _renamed(use: Use) -> Iterator[str]:
    for channel in use.channels:
        if channel in RENAMED:
            yield f"{use.name}: the channel {channel!r} is {RENAMED[channel]!r} now"
        elif "/" in channel and channel not in CHANNELS and _is_of_donkeycar(channel):
            yield f"{use.name}: no part of this version writes the channel {channel!r}"


def _is_of_donkeycar(channel: str) -> bool:
    """Whether earlier versions wrote a channel, by the first part of its name."""
    return channel.partition("/")[0] in (
        "cam", "ui", "user", "pilot", "tub", "records", "led", "modelfile", "behavior", "enc",
        "pos", "vel", "imu", "lidar", "perf", "fps", "gps", "cte", "map", "left", "right", "jpg",
    )  # fmt: skip


def _needs(file: str, source: str) -> Iterator[str]:
    """What a file of the owner's imports that is not there by itself."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield f"{file} is not a complete Python program"
        return
    gone: dict[str, dict[str, None]] = {}
    other: dict[str, None] = {}
    for module, name in _imports(tree):
        full = f"{module}.{name}" if name else module
        if module.partition(".")[0] == "donkeycar" or module.startswith(PACKAGES):
            if way := way_on(full) or way_on(module):
                gone.setdefault(way, {})[full] = None
        elif not _is_there(module.partition(".")[0], file):
            other[module.partition(".")[0]] = None
    if other:
        yield f"{file} needs {', '.join(other)}, which this Python does not have: install it"
    for way, names in gone.items():
        yield f"{file} uses {', '.join(names)}, which this version does not have. {way}"


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((each.name, "") for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.module, each.name) for each in node.names)


def _is_there(top: str, file: str) -> bool:
    """Whether a module is part of Python, installed, or a file beside; nothing is imported."""
    if top in sys.stdlib_module_names or top == Path(file).stem:
        return True
    try:
        return find_spec(top) is not None
    except (ImportError, ValueError):
        return False
