"""`donkey createcar`: make the folder a car lives in."""

import argparse
import os
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.settings.text import myconfig_text

FOLDERS = ("data", "models", "logs")

# Template -> the values it puts into myconfig.py; everything else is the same car.
TEMPLATES: dict[str, dict[str, Any]] = {
    "complete": {},
    "sim": {"CAMERA_TYPE": "SIM", "DRIVE_TRAIN_TYPE": "SIM", "WEB_HOST": "127.0.0.1"},
}
WHY = {"complete": "", "sim": "This car lives in the simulator"}


def create_car(
    path: Path, *, template: str = "complete", overwrite: bool = False
) -> dict[Path, Path | None]:
    """Fill `path` with everything a car needs to drive.

    Whatever is there stays, unless `overwrite`; ``myconfig.py`` and recordings always stay. A file
    that is replaced although its owner changed it is kept beside the new one.

    Args:
        path: The folder; made if missing.
        template: ``"complete"``, a car on wheels, or ``"sim"``, one in the simulator.
        overwrite: Whether to replace manage.py and config.py.

    Returns:
        The files written, each with the copy that was made of the old one, or ``None``.

    Raises:
        ConfigError: If there is no such template, or `path` cannot be such a folder.
    """
    if template not in TEMPLATES:
        names = ", ".join(TEMPLATES)
        raise ConfigError(f"`--template` must be one of {names}. Received: {template}")
    _make_folders(path)
    written: dict[Path, Path | None] = {}
    for name, text in _files(template).items():
        target = path / name
        if target.exists():
            if name == "myconfig.py" or not overwrite:
                continue
            if target.read_text(encoding="utf-8", errors="replace") == text:
                continue
        backup = _keep(target)
        _write(target, text, executable=name == "manage.py")
        written[target] = backup
    return written


def _files(template: str) -> dict[str, str]:
    source = resources.files("donkeycar.templates")
    header = (source / "myconfig.py").read_text(encoding="utf-8")
    return {
        "manage.py": (source / "manage.py").read_text(encoding="utf-8"),
        "config.py": (source / "config_defaults.py").read_text(encoding="utf-8"),
        "myconfig.py": myconfig_text(header, TEMPLATES[template], WHY[template]),
    }


def _make_folders(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise ConfigError(f"`--path` must be a folder. Received: the file {path}")
    try:
        for folder in FOLDERS:
            (path / folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"`--path` must be a folder that can be written to. Received: {path} ({error.strerror})"
        ) from error


def _keep(target: Path) -> Path | None:
    """Copy an existing file to the first free name beside it."""
    if not target.exists():
        return None
    number = 1
    while (backup := target.with_name(f"{target.name}.bak{number}")).exists():
        number += 1
    backup.write_bytes(target.read_bytes())
    return backup


def _write(target: Path, text: str, *, executable: bool) -> None:
    """Write all of `text` or leave what was there."""
    try:
        real = target.resolve()
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=real.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o755 if executable else 0o644)
            Path(name).replace(real)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be written: {error.strerror}. Nothing was changed in it"
        ) from error


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("--path", type=Path, default=Path("~/mycar"), help="default: %(default)s")
    parser.add_argument(
        "--template", default="complete", help="complete (default) or sim, a simulated car"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace manage.py and config.py; myconfig.py always stays",
    )


def run(args: argparse.Namespace) -> None:
    """Make the car, say what was written and what comes next."""
    path = args.path.expanduser()
    had_own = (path / "myconfig.py").exists()
    tell(create_car(path, template=args.template, overwrite=args.overwrite))
    if had_own and TEMPLATES[args.template]:
        values = ", ".join(
            f"{name} = {value!r}" for name, value in TEMPLATES[args.template].items()
        )
        print(f"kept {path / 'myconfig.py'}; for template {args.template} put into it: {values}")
    print(f"Your car is in {path}. Next: cd {path} && python manage.py drive")


def tell(written: dict[Path, Path | None]) -> None:
    """Print each file written, and where its predecessor went."""
    for target, backup in written.items():
        print(f"wrote {target}" + (f" (the old one is {backup.name})" if backup else ""))
    if not written:
        print("everything was there already")
