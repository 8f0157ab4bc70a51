"""`donkey createcar`: make the folder of a car."""

import argparse
import os
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar import __version__, commands
from donkeycar.errors import ConfigError
from donkeycar.management.gone_words import TEMPLATES as OLD_TEMPLATES
from donkeycar.management.old_manage import lost_jobs, old_imports
from donkeycar.management.update.kept import remember_template
from donkeycar.settings.owner.carried import block, effective, lost_settings
from donkeycar.settings.owner.edit import literal, write_text
from donkeycar.settings.text import myconfig_text

FOLDERS = ("data", "models", "logs")

# Template -> the values it puts into myconfig.py; the templates do not differ otherwise.
TEMPLATES: dict[str, dict[str, Any]] = {
    "complete": {},
    "sim": {
        "CAMERA_TYPE": "SIM",
        "DRIVE_TRAIN_TYPE": "SIM",
        "WEB_HOST": "127.0.0.1",
        # A first lap that stays on the track: the page has a button for more.
        "JOYSTICK_MAX_THROTTLE": 0.25,
    },
}
WHY = {"complete": "", "sim": "This car lives in the simulator"}


class Made(NamedTuple):
    """The result of `create_car`.

    Attributes:
        written: The files written, each with the copy of the old one, or ``None``.
        carried: Value and place, by name, of the settings that only the old ``config.py`` held;
            they are at the end of ``myconfig.py`` now.
        lost: Sentences about the functions of the old ``manage.py`` that the new one lacks.
    """

    written: dict[Path, Path | None]
    carried: dict[str, tuple[Any, str]]
    lost: list[str]


def create_car(
    path: Path, *, template: str = "complete", overwrite: bool = False, manage: str | None = None
) -> Made:
    """Fill `path` with everything that a car needs to drive.

    Existing files stay, unless `overwrite`; ``myconfig.py`` and recordings always stay. If a file
    that its owner changed is replaced, a copy of it is kept beside the new one. The effective
    settings do not change: values that only the old ``config.py`` held go to the end of
    ``myconfig.py``.

    Args:
        path: The folder; made if missing.
        template: ``"complete"`` for a car on wheels, or ``"sim"`` for one in the simulator.
        overwrite: Whether to replace manage.py and config.py.
        manage: Another text for manage.py than that of the template.

    Raises:
        ConfigError: If there is no such template, `path` cannot be such a folder, or the settings
            of an existing car cannot be read or kept. Its files are unchanged then.
    """
    if template not in TEMPLATES:
        names = ", ".join(TEMPLATES)
        way = f". {OLD_TEMPLATES[template]}" if template in OLD_TEMPLATES else ""
        raise ConfigError(f"`--template` must be one of {names}. Received: {template}{way}")
    if not overwrite:
        _refuse_another_program(path)
    _make_folders(path)
    files = files_of(template)
    pristine = files["manage.py"]
    if manage is not None:
        files["manage.py"] = manage
    replaced = {
        name
        for name, text in files.items()
        if overwrite and name != "myconfig.py" and _differs(path / name, text)
    }
    carried: dict[str, tuple[Any, str]] = {}
    lost: list[str] = []
    written: dict[Path, Path | None] = {}
    mine = path / "myconfig.py"
    had_own = mine.exists()
    if "manage.py" in replaced and files["manage.py"] == pristine:
        lost = _lost(path)
    if "config.py" in replaced:
        # A new myconfig.py holds the values of the template; an existing one does not get them.
        chosen = {} if had_own else TEMPLATES[template]
        carried = _carry(path, files["myconfig.py"], chosen=chosen)
    if carried and not had_own:
        written[mine] = None
    for name, text in files.items():
        target = path / name
        if target.exists() and name not in replaced:
            continue
        backup = _keep(target)
        write_text(target, text, mode=0o755 if name == "manage.py" else 0o644)
        written[target] = backup
    if manage is not None or path / "manage.py" in written:
        remember_template(path, pristine)
    return Made(written, carried, lost)


def _differs(target: Path, text: str) -> bool:
    return target.exists() and target.read_text(encoding="utf-8", errors="replace") != text


def _carry(path: Path, empty: str, *, chosen: dict[str, Any]) -> dict[str, tuple[Any, str]]:
    """Put values that only the old config.py holds at the end of myconfig.py, or change nothing."""
    mine = path / "myconfig.py"
    try:
        before, after = (effective(path, with_config=old) for old in (True, False))
        lost = {
            name: value
            for name, value in lost_settings(before, after).items()
            if name not in chosen
        }
        if not lost:
            return {}
        text = mine.read_bytes().decode("utf-8") if mine.exists() else None
    except (ConfigError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The settings of the car in {path} cannot be compared with those of a new one: "
            f"{error}. Mend that, or move the file away; nothing was changed"
        ) from error
    start = empty if text is None else text
    newline = "\r\n" if "\r\n" in start else "\n"
    gap = newline if start.endswith(("\n", "\r")) else 2 * newline
    added = block(lost, version=__version__, sources=before.sources)
    write_text(mine, start + gap + added.replace("\n", newline))
    now = effective(path, with_config=False)
    still = [name for name in lost_settings(before, now) if name not in chosen]
    if still:
        if text is None:
            mine.unlink()
        else:
            write_text(mine, text)
        raise ConfigError(
            f"The settings of the old config.py must stay what they are. Received: "
            f"{', '.join(still)}. They cannot be kept. Move them into myconfig.py yourself; "
            "nothing was changed"
        )
    return {name: (value, before.sources.get(name, "config.py")) for name, value in lost.items()}


def _lost(path: Path) -> list[str]:
    source = (path / "manage.py").read_text(encoding="utf-8", errors="replace")
    try:
        values = effective(path, with_config=True).values
    except ConfigError:
        values = {}
    return lost_jobs(source, path, values)


def files_of(template: str) -> dict[str, str]:
    """The text of each file of a template."""
    source = resources.files("donkeycar.templates")
    header = (source / "myconfig.py").read_text(encoding="utf-8")
    return {
        "manage.py": (source / "manage.py").read_text(encoding="utf-8"),
        "config.py": (source / "config_defaults.py").read_text(encoding="utf-8"),
        "myconfig.py": myconfig_text(header, TEMPLATES[template], WHY[template]),
    }


def _refuse_another_program(path: Path) -> None:
    """Refuse a manage.py that is not a car's: other software uses that name, too."""
    manage = path / "manage.py"
    if not os.path.isfile(manage) or "donkeycar" in manage.read_text("utf-8", "replace"):
        return
    raise ConfigError(
        f"`--path` must be the folder of a car, or a new one. Received: {path}, whose manage.py is "
        "not a car's. Choose another folder, or add --overwrite: the old manage.py is kept beside "
        "the new one"
    )


def _make_folders(path: Path) -> None:
    try:
        if path.exists() and not path.is_dir():
            raise ConfigError(f"`--path` must be a folder. Received: the file {path}")
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--path",
        type=Path,
        default=Path("~/mycar"),
        help="folder of the car (default: %(default)s)",
    )
    parser.add_argument("--template", help="complete (default), or sim for a simulated car")
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace manage.py and config.py; myconfig.py stays, and settings that only the old "
        "config.py had are added at its end",
    )
    old = parser.add_argument_group("a new car of an old one (donkeycar 2 to 5)")
    old.add_argument(
        "--from", type=Path, dest="old", metavar="OLD_CAR",
        help="folder of the old car; it is only read: its settings, recordings and models go into "
        "the new folder, and a report says what became of each",
    )  # fmt: skip
    old.add_argument(
        "--tubs", choices=("copy", "leave"), default="copy",
        help="copy its recordings (default), or leave them where they are",
    )  # fmt: skip
    old.add_argument(
        "--trust", action="store_true",
        help="also open its .h5 files and SavedModels, because you know who made them",
    )  # fmt: skip
    old.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="overrides",
        help="a setting of the old car that cannot be read; may be repeated",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Make the car, and say what was written and what to do next."""
    path = args.path.expanduser()
    if args.old is not None:
        _take_over(args, path)
        return
    _refuse_alone(args)
    template = args.template or "complete"
    had_own = os.path.exists(path / "myconfig.py")  # False in a folder that may not be read
    made = create_car(path, template=template, overwrite=args.overwrite)
    tell(made)
    if had_own and TEMPLATES[template]:
        values = ", ".join(f"{name} = {value!r}" for name, value in TEMPLATES[template].items())
        print(f"kept {path / 'myconfig.py'}; for template {template} put into it: {values}")
    source = (path / "manage.py").read_text(encoding="utf-8", errors="replace")
    if old_imports(source):
        print("note: Its manage.py is of an earlier version. Run this again with --overwrite")
    is_upgrade = any(made.written.values())
    step = commands.donkey("doctor", "--path", path) if is_upgrade else commands.drive(folder=path)
    print(f"Your car is in {path.resolve()}. Next: {step}")


def _take_over(args: argparse.Namespace, path: Path) -> None:
    from donkeycar.management.takeover.report import FILE
    from donkeycar.management.takeover.takeover import Request, take_over

    if args.overwrite or args.template is not None:
        word = "--overwrite" if args.overwrite else "--template"
        raise ConfigError(
            f"`--from` makes a new folder of the kind that the old car is. Received: {word} beside "
            "it. Leave that out"
        )
    request = Request(
        args.old, path, tuple(args.overrides), copies=args.tubs == "copy", trust=args.trust
    )
    for line in take_over(request, make=create_car, say=print):
        print(line)
    new = path.resolve()
    print(f"wrote {new / FILE}, which says what became of everything")
    print(f"Your new car is in {new}; {args.old} is as it was. Next: ", end="")
    print(commands.donkey("doctor", "--path", new))


def _refuse_alone(args: argparse.Namespace) -> None:
    """Refuse options that mean nothing without an old car."""
    given = {"--trust": args.trust, "--set": args.overrides, "--tubs": args.tubs != "copy"}
    for word, is_given in given.items():
        if is_given:
            raise ConfigError(
                f"`{word}` belongs to `--from OLD_CAR`. Received: {word} without it. Leave it out, "
                "or name the old car"
            )


def tell(made: Made) -> None:
    """Print each file written, the copy of the old one, and what of it was kept or lost."""
    for target, backup in made.written.items():
        print(f"wrote {target}" + (f" (the old one is {backup.name})" if backup else ""))
    for name, (value, source) in made.carried.items():
        print(f"kept {name} = {literal(value)} ({source}): it is at the end of myconfig.py now")
    for sentence in made.lost:
        print(f"note: {sentence}")
    if not made.written:
        print("nothing to do: everything was there already")
