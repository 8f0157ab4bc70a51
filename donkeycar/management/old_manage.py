"""What the manage.py of an earlier version is, and what it did that this version's does not."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from donkeycar.gone import is_gone
from donkeycar.management.doctor_probes import MISSING, OK, Finding

# What a manage.py of donkeycar 5 and before imports first.
OLD_LIBRARIES = ("docopt",)

# What is in a manage.py, what is not, and what it does. Source: templates of donkeycar 2.5 to 5.2.
JOBS: tuple[tuple[str, str, str], ...] = (
    (
        r"donkeycar\.parts\.path\b|\bCsvThrottlePath\b|\bPID_Pilot\b",
        "",
        "follows a recorded path (template path_follow)",
    ),
    (
        r"CV_CONTROLLER_|line_follower|\bLineFollower\b",
        "",
        "follows a line on the floor (template cv_control)",
    ),
    (
        r"\bDonkeyGymEnv\b",
        r"\bPiCamera\b",
        "drives in the external simulator (template simulator); a simulator is built in now: "
        "--template sim",
    ),
    (
        r"donkeycar\.parts\.simulation|\bSquareBoxCamera\b|\bMovingSquareTelemetry\b",
        "",
        "drives a square in made-up pictures (template square)",
    ),
    (r"\bArduinoFirmata\b|\bArdPWM\w*", "", "drives through an Arduino (template arduino_drive)"),
    (
        r"\bV(ehicle)?\.add\(",
        r"WebController|[Jj]oystick|RCReceiver|add_console|add_controllers",
        "drives by itself without anybody at the wheel (template just_drive)",
    ),
)


def old_imports(source: str) -> list[str]:
    """Modules that a manage.py imports and only earlier versions had, in order."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    old = [name for name in found if is_gone(name) or name.partition(".")[0] in OLD_LIBRARIES]
    return list(dict.fromkeys(old))


def own_modules(source: str, folder: Path) -> list[str]:
    """Modules beside a manage.py that it imports: parts of the owner's own."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    names = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    names += [
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    ]
    tops = dict.fromkeys(name.partition(".")[0] for name in names)
    return [top for top in tops if (folder / f"{top}.py").is_file() or (folder / top).is_dir()]


def lost_jobs(source: str, folder: Path, values: Mapping[str, Any]) -> list[str]:
    """Sentences about what a car did and will not do with a new manage.py.

    Args:
        source: Of the old one.
        folder: Of the car.
        values: Its settings.
    """
    jobs = [
        what
        for present, absent, what in JOBS
        if re.search(present, source) and not (absent and re.search(absent, source))
    ]
    if values.get("DONKEY_GYM") is True and not any("simulator" in job for job in jobs):
        jobs.append(
            "drives in the external simulator (DONKEY_GYM); a simulator is built in now: "
            'CAMERA_TYPE = DRIVE_TRAIN_TYPE = "SIM" in myconfig.py'
        )
    sentences = [
        f"The old manage.py {job}. The new one does not: it is driven by hand, or by a pilot that "
        "looks at its camera."
        for job in jobs
    ]
    sentences += [
        f"The old manage.py uses {name} of your own. Add it to the new one, at 'A part of your own "
        "goes here'."
        for name in own_modules(source, folder)
    ]
    return sentences


def manage_file(path: Path) -> Finding:
    """Whether a car has a manage.py, and one of this version."""
    step = "donkey createcar --path . --overwrite (keeps the old one, and your settings)"
    try:
        source = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return Finding("manage.py", MISSING, f"{path}: {error.strerror}", step)
    old = old_imports(source)
    if old:
        return Finding("manage.py", MISSING, f"of an earlier version: it needs {old[0]}", step)
    return Finding("manage.py", OK, "of this version")
