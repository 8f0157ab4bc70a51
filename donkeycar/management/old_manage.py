"""Recognise the manage.py of an earlier version, and name what the new one does not do."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import donkeycar
from donkeycar.gone import is_gone
from donkeycar.parts.finding import MISSING, OK, Finding

# Modules that a manage.py of donkeycar 5 and before imports first.
OLD_LIBRARIES = ("docopt",)

# Text in an old manage.py, text that is not in it, and its function. Source: templates of donkeycar
# 2.5 to 5.2.
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
    """Modules that a manage.py imports and that only earlier versions had, in order."""
    found: list[str] = []
    for module, names in _imports(source):
        found += [module, *(f"{module}.{name}" for name in names)]
    old = [name for name in found if is_gone(name) or name.partition(".")[0] in OLD_LIBRARIES]
    return list(dict.fromkeys(old))


def own_modules(source: str, folder: Path) -> list[str]:
    """Modules beside a manage.py that it imports: the owner's own parts."""
    tops = dict.fromkeys(module.partition(".")[0] for module, _ in _imports(source))
    return [top for top in tops if (folder / f"{top}.py").is_file() or (folder / top).is_dir()]


def own_parts(source: str) -> list[str]:
    """Modules below `donkeycar.parts` that no version of donkeycar had: the owner's own."""
    below = dict.fromkeys(
        module for module, _ in _imports(source) if module.startswith("donkeycar.parts.")
    )
    return [module for module in below if not is_gone(module) and not _is_here(module)]


def _is_here(module: str) -> bool:
    """Whether this version has a module; nothing is imported."""
    path = Path(donkeycar.__file__).parent.joinpath(*module.split(".")[1:])
    return path.is_dir() or path.with_suffix(".py").is_file()


def _imports(source: str) -> list[tuple[str, list[str]]]:
    """Modules that a program imports, each with the imported names."""
    found: list[tuple[str, list[str]]] = []
    for node in ast.walk(_tree(source) or ast.Module([], [])):
        if isinstance(node, ast.Import):
            found += [(alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.module, [alias.name for alias in node.names]))
    return found


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def lost_jobs(source: str, folder: Path, values: Mapping[str, Any]) -> list[str]:
    """Sentences about functions that a car loses with a new manage.py.

    Args:
        source: Text of the old manage.py.
        folder: Folder of the car.
        values: Settings of the car.
    """
    if _tree(source) is None:
        return [
            "The old manage.py is not a complete Python program, so donkeycar cannot tell what "
            "it did. Compare it with the new one yourself."
        ]
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
    own = own_parts(source)
    if own:
        sentences.append(
            f"The old manage.py uses {', '.join(own)}, which no donkeycar came with. Copy what is "
            "of your own beside manage.py, and add it to the new one, at 'A part of your own goes "
            "here'."
        )
    return sentences


def manage_file(path: Path) -> Finding:
    """Check whether a car has a manage.py of this version."""
    step = "donkey createcar --path . --overwrite (keeps the old one, and your settings)"
    try:
        source = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return Finding("manage.py", MISSING, f"{path}: {error.strerror}", step)
    old = old_imports(source)
    if old:
        return Finding("manage.py", MISSING, f"of an earlier version: it needs {old[0]}", step)
    return Finding("manage.py", OK, "of this version")
