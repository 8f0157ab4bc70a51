"""Makes a new car of an old one: settings, recordings, models, and a report of all of it."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from donkeycar.config import load_config
from donkeycar.drafts import TAKEOVER, abandoned, clear, draft_folder
from donkeycar.errors import ConfigError
from donkeycar.management.old_manage import lost_jobs
from donkeycar.management.takeover.gamepad import is_unused, keep_untranslated, translate
from donkeycar.management.takeover.leftovers import left_in
from donkeycar.management.takeover.models import (
    Model,
    changes_of,
    copy_list,
    models_of,
    others_in,
    take_model,
)
from donkeycar.management.takeover.old_car import OldCar, folder_of, read_old_car
from donkeycar.management.takeover.own_parts import parts_of
from donkeycar.management.takeover.report import (
    FILE,
    Section,
    screen_of,
    settings_sections,
    text_of,
)
from donkeycar.management.takeover.settings import Carried, carry, differences, myconfig_of
from donkeycar.management.takeover.tubs import (
    Copied,
    Recording,
    check_room,
    copy_recording,
    reach_disk,
    recordings_of,
    size_of,
    state_of,
)
from donkeycar.settings.owner.edit import write_text

Say = Callable[[str], None]


class Request(NamedTuple):
    """What a takeover is asked to do.

    Attributes:
        old: Folder of the old car.
        new: Folder of the new one; it must not exist, or be empty.
        overrides: ``"NAME=VALUE"`` for settings that cannot be read.
        copies: Whether recordings are copied; if not, they stay where they are.
        trust: Whether the owner trusts models of formats that can carry code.
    """

    old: Path
    new: Path
    overrides: tuple[str, ...] = ()
    copies: bool = True
    trust: bool = False


def take_over(request: Request, make: Callable[[Path], object], say: Say) -> list[str]:
    """Make a new car of an old one. The old folder is only read, and no file in it is run.

    The new folder appears with all its files and recordings, or not at all; only pilots are made
    in it afterwards.

    Args:
        request: What to do.
        make: Makes the folder of a new car, with its manage.py and config.py.
        say: Called with what takes its time.

    Returns:
        Lines for the screen; the new car has a longer report.

    Raises:
        ConfigError: If the old folder is not a car, something of it cannot be taken over without a
            risk, or the new folder cannot be made. Nothing is left of that then.
    """
    car = read_old_car(request.old, request.overrides)
    new = _free(request.new, car.folder)
    gamepad = translate(car)
    carried = carry(car)
    data, model_folder = folder_of(car, "DATA_PATH"), folder_of(car, "MODELS_PATH")
    recordings = recordings_of(car.folder, data)
    check_room(size_of(recordings) if request.copies else 0, new)
    for sentence in clear(abandoned(new.parent, new.name, [TAKEOVER])):
        say(sentence)
    with _beside(new) as draft:
        make(draft)
        _write_settings(car, carried, draft)
        keep_untranslated(car, draft)
        copied = [copy_recording(each, draft, say) for each in recordings if request.copies]
        if copied:
            reach_disk()
        _put(draft, new)
    models = models_of(model_folder)
    sections = [
        *_first(new),
        *settings_sections(carried.keys),
        Section("Gamepad", gamepad),
        Section("Recordings", [*_outside(car, data), *_tubs(copied, recordings, new, request)]),
        Section("Pilots", _models(models, car, new, request, say)),
        Section("What the old program did", _program(car)),
        Section("Parts of your own", parts_of(car.manage, car.folder, skip=_needless(car))),
        Section("Left in the old folder", left_in(car, recordings, models), short=()),
    ]
    sections = [section for section in sections if section.lines]
    write_text(new / FILE, text_of(sections, car.folder, carried.keys))
    return screen_of(sections, carried.keys)


@contextmanager
def _beside(new: Path) -> Iterator[Path]:
    """A folder for a draft of the new car, on the same disk; it is gone at the end of the block."""
    with ExitStack() as stack:
        try:
            new.parent.mkdir(parents=True, exist_ok=True)
            folder = stack.enter_context(draft_folder(new, TAKEOVER))
        except OSError as error:
            raise ConfigError(
                f"`--path` must be a folder that can be written to. Received: {new} "
                f"({error.strerror})"
            ) from error
        yield folder / new.name


def _free(new: Path, old: Path) -> Path:
    """The path of the new car, if nothing is there."""
    new = Path(os.path.abspath(new.expanduser()))
    if new == old or new.is_relative_to(old) or old.is_relative_to(new):
        raise ConfigError(
            f"`--path` must be a new folder outside of the old car. Received: {new}. Choose "
            f"another, such as {old.with_name(old.name + '_6')}"
        )
    if new.exists() and (not new.is_dir() or any(new.iterdir())):
        raise ConfigError(
            f"`--path` must be a new folder. Received: {new}, which has something in it. Choose "
            f"another, such as {new.with_name(new.name + '_6')}"
        )
    return new


def _write_settings(car: OldCar, carried: Carried, draft: Path) -> None:
    """Write myconfig.py, and compare every effective value with the old car's.

    Raises:
        ConfigError: If one differs.
    """
    header = (resources.files("donkeycar.templates") / "myconfig.py").read_text(encoding="utf-8")
    text = myconfig_of(header, carried, car.layers.sources, car.folder.name)
    write_text(draft / "myconfig.py", text)
    replaced = [k.name for k in carried.keys if k.state in ("renamed", "code", "no effect")]
    replaced = [name for name in replaced if name not in car.replaced]
    wrong = differences(car, draft, replaced)
    if wrong:
        raise ConfigError(
            "Every setting of the old car must stay what it is. Received: "
            f"{', '.join(wrong)}, which cannot be kept. Give each by --set NAME=VALUE; nothing was "
            "made"
        )


def _put(draft: Path, new: Path) -> None:
    try:
        if new.exists():
            new.rmdir()  # it is empty
        draft.rename(new)
    except OSError as error:
        raise ConfigError(
            f"`--path` must be a folder that can be written to. Received: {new} ({error.strerror})"
        ) from error


def _first(new: Path) -> list[Section]:
    """What stops the new car from driving as it is."""
    try:
        cfg = load_config(new / "config.py", command="drive")
    except ConfigError as error:
        return [Section("Before it drives", str(error).splitlines())]
    notices = [line for line in cfg.notices if "drive" in line or "DRIVE_TRAIN" in line]
    return [Section("To know before it drives", notices, short=())]


def _tubs(
    copied: Iterable[Copied], recordings: list[Recording], new: Path, request: Request
) -> list[str]:
    if request.copies:
        return [line for each in copied for line in state_of(each, new)]
    return [f"{each.old}: left there; --tub {each.old} names it" for each in recordings]


def _outside(car: OldCar, data: Path) -> list[str]:
    if data.is_relative_to(car.folder):
        return []
    return [f"DATA_PATH {data} is outside of the old folder: both cars record there"]


def _models(models: list[Model], car: OldCar, new: Path, request: Request, say: Say) -> list[str]:
    old = folder_of(car, "MODELS_PATH")
    if not old.is_relative_to(car.folder):
        return [f"MODELS_PATH {old} is outside of the old folder: both cars use it"]
    folder = new / old.relative_to(car.folder)
    values = car.layers.values
    changes = changes_of(values, car.names)
    copy_list(old, folder)
    lines = [
        line
        for model in models
        for line in take_model(
            model, folder, settings=values, changes=changes, trust=request.trust, say=say
        )
    ]
    return lines + others_in(old, models)


def _program(car: OldCar) -> list[str]:
    lines = [car.program.why] if car.program.why else []
    if car.manage:
        lines += lost_jobs(car.manage, car.folder, {**car.layers.values, "DONKEY_GYM": False})
    told = [f" uses {name} of your own" for name in _needless(car)]
    told += [car.program.job] if car.program.job else []
    return [line for line in lines if line == car.program.why or not any(t in line for t in told)]


def _needless(car: OldCar) -> tuple[str, ...]:
    """Modules of the owner's that settings replace, or that the old program did not use."""
    is_needless = "CONTROLLER_BINDINGS" in car.replaced or is_unused(car)
    return ("my_joystick",) if is_needless else ()
