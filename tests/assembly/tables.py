"""Is every table complete? One sentence for each word, row, file or folder that was forgotten.

`python tests/assembly/tables.py` says it of the package that Python finds.
"""

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import donkeycar
from donkeycar.assembly.camera import CAMERAS
from donkeycar.assembly.channels import CHANNELS
from donkeycar.assembly.controller import CONTROLLERS
from donkeycar.assembly.drivetrain.hardware import hardware_of
from donkeycar.assembly.drivetrain.table import DRIVETRAINS, check_settings
from donkeycar.assembly.recipe import Recipe
from donkeycar.assembly.sensors import SENSORS
from donkeycar.config import Config, UnknownSetting
from donkeycar.console import calibrate, server
from donkeycar.console.guard import PAGES
from donkeycar.errors import DonkeyError
from donkeycar.formats.exporting.table import FORMATS as EXPORTED
from donkeycar.formats.importing.table import FORMATS as IMPORTED
from donkeycar.lab import table as lab
from donkeycar.lazy import named
from donkeycar.management.cli import COMMANDS
from donkeycar.management.tub.tub import ACTIONS
from donkeycar.pilots.kinds.registry import NETWORKS, PILOT_TYPES
from donkeycar.pilots.transform.table import TRANSFORMS
from donkeycar.settings.rows.camera import CAMERA_WORDS
from donkeycar.settings.rows.controller import CONTROLLER_WORDS
from donkeycar.settings.rows.drivetrain import DRIVETRAIN_WORDS
from donkeycar.settings.schema import SETTINGS
from donkeycar.timing import RealClock
from donkeycar.training.augmentation import AUGMENTATIONS
from donkeycar.tub.format import TYPES

PACKAGE = Path(donkeycar.__file__).parent
# Only files outside the package mention them: a car's folder, an owner's own parts, tests.
FOR_OTHERS = ("donkeycar.templates.", "donkeycar.parts.throttle_filter", "donkeycar.testing.")

# The setting whose words are chosen from a table, and the table.
CHOSEN = (
    ("CAMERA_TYPE", CAMERAS),
    ("CAMERA_TYPE", CAMERA_WORDS),
    ("DRIVE_TRAIN_TYPE", DRIVETRAINS),
    ("DRIVE_TRAIN_TYPE", DRIVETRAIN_WORDS),
    ("CONTROLLER_TYPE", CONTROLLERS),
    ("CONTROLLER_TYPE", CONTROLLER_WORDS),
    ("AUGMENTATIONS", AUGMENTATIONS),
    ("TRANSFORMATIONS", TRANSFORMS),
    ("POST_TRANSFORMATIONS", TRANSFORMS),
    ("DEFAULT_MODEL_TYPE", {*PILOT_TYPES, *(f"tflite_{name}" for name in PILOT_TYPES)}),
)


def problems() -> list[str]:
    """Everything that is missing, a sentence each."""
    looks = (
        _words, _recipes, _drivetrains, _networks, _channels, _pages, _lab_pages, _commands,
        _formats, _unmentioned,
    )  # fmt: skip
    return [sentence for look in looks for sentence in look()]


def _words() -> Iterator[str]:
    for setting, table in CHOSEN:
        words = set(SETTINGS[setting].choices)
        for word in words - {*table}:
            yield f"{setting} offers {word}, and no row of its table has that word"
        for word in {*table} - words:
            yield f"{word} is a row, and {setting} does not offer it"


def _recipes() -> Iterator[str]:
    recipes: list[Recipe] = [*CONTROLLERS.values(), *(row.recipe for row in SENSORS.values())]
    recipes += [recipe for row in CAMERAS.values() for recipe in (row.recipe, row.probe) if recipe]
    places = [recipe.home for recipe in recipes]
    for place in (*places, *(row.libraries for row in CAMERAS.values() if row.libraries)):
        try:
            named(place)
        except DonkeyError as error:
            yield str(error)
    cfg = Config({name: row.default for name, row in SETTINGS.items()})
    for recipe in recipes:
        for setting in {*recipe.settings.values()} - {*SETTINGS}:
            yield f"{recipe.home} names {setting}, which is no setting"
        try:
            recipe.arguments(cfg, RealClock(), None)
        except UnknownSetting as error:
            yield f"{recipe.home} reads what is no setting: {error}"
    for name, row in SENSORS.items():
        try:
            row.is_wanted(cfg)
        except UnknownSetting as error:
            yield f"The sensor {name} reads what is no setting: {error}"


def _drivetrains() -> Iterator[str]:
    defaults = {name: row.default for name, row in SETTINGS.items()}
    for word, row in DRIVETRAINS.items():
        try:
            check_settings(word, defaults)
            hardware = hardware_of(word, defaults)
        except (ImportError, KeyError, DonkeyError) as error:
            yield f"The drivetrain {word} cannot be built: {error!r}"
            continue
        if word in DRIVETRAIN_WORDS and DRIVETRAIN_WORDS[word].moves != bool(hardware):
            yield f"{word} is wired to {hardware}, and `moves` of its word says otherwise"
        if row.calibration is not None:
            sheet = row.calibration(defaults)
            if row.has_esc != (row.is_real and sheet.throttle is not None):
                yield f"{word} has pulses for a motor without `has_esc`, or the other way round"


def _networks() -> Iterator[str]:
    for kind in PILOT_TYPES.values():
        try:
            import_module(f"{NETWORKS}.{kind.module}").build  # noqa: B018 - whether there is one
        except (ImportError, AttributeError) as error:
            yield f"The pilot type {kind.name} has no network: {error}"


def _channels() -> Iterator[str]:
    rows = [("add_sensors", row.channels) for row in SENSORS.values()]
    rows += [("add_camera", row.channels) for row in CAMERAS.values()]
    channels = [(line, name, channel) for line, own in rows for name, channel in own.items()]
    for line, name, channel in channels:
        if channel.tub_type and channel.tub_type not in TYPES:
            yield f"{name} has the type {channel.tub_type!r}, which no column of a tub has"
        if line not in channel.writers:
            yield f"{name} is in a row of {line}, which writes it, and not {channel.writers}"
        if channel.tub_type and "add_recorder" not in channel.readers:
            yield f"{name} is recorded, so add_recorder reads it"
        if any(other != channel for _, each, other in channels if each == name):
            yield f"{name} is another channel in another row"
        if CHANNELS.get(name) != channel:
            yield f"{name} is in the table of all channels already"


def _pages() -> Iterator[str]:
    served = {
        Path(arguments["path"]).name
        for _, _, arguments in (*server.ROUTES, *calibrate.ROUTES)
        if "path" in arguments
    }
    code = "".join(path.read_text(encoding="utf-8") for path in PAGES.parent.glob("*.py"))
    there = {path.name for path in PAGES.iterdir() if (path / "page.html").is_file()}
    for name in served - there - {"static"}:
        yield f"The page {name} has a route, and no {name}/page.html"
    for name in there:
        if name not in served and f'"{name}"' not in code:
            yield f"The page {name} has no route"


def _lab_pages() -> Iterator[str]:
    folders = {path.parent.name for path in (PACKAGE / "lab" / "pages").glob("*/page.html")}
    for name in folders - {*lab.PAGES}:
        yield f"The page {name} of the lab has no row"
    for name, row in lab.PAGES.items():
        if name not in folders:
            yield f"The page {name} of the lab has no {name}/page.html"
        try:
            import_module(row.actions).ACTIONS  # noqa: B018 - whether there is one
        except (ImportError, AttributeError) as error:
            yield f"The page {name} of the lab has no actions: {error}"


def _commands() -> Iterator[str]:
    modules = {name: command.module for name, command in COMMANDS.items()}
    modules |= {f"tub {name}": f"tub.{action.module}" for name, action in ACTIONS.items()}
    for name, dotted in modules.items():
        try:
            module = import_module(f"donkeycar.management.{dotted}")
        except ImportError as error:
            yield f"donkey {name} has no module: {error}"
            continue
        for needed in {"add_arguments", "run"} - {*vars(module)}:
            yield f"donkey {name} has no `{needed}`"
    folder = PACKAGE / "management"
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        is_command = "\ndef run(" in text and re.search(r"^(def )?add_arguments\b", text, re.M)
        name = ".".join(path.relative_to(folder).with_suffix("").parts)
        if is_command and name not in modules.values():
            yield f"donkeycar.management.{name} is a command, and no row of COMMANDS or ACTIONS"
    for name, action in ACTIONS.items():
        if not action.help:
            yield f"donkey tub {name} has no help"


def _formats() -> Iterator[str]:
    for package, table in (("exporting", EXPORTED), ("importing", IMPORTED)):
        for word, row in table.items():
            dotted = f"donkeycar.formats.{package}.{row.module}"
            if find_spec(dotted) is None:
                yield f"The format {word} has no module {dotted}"


def _unmentioned() -> Iterator[str]:
    """Modules that nothing imports and no table names: they do nothing, and nobody is told."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    mentions = {path: {*_mentioned(text)} for path, text in texts.items()}
    for path in texts:
        dotted = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        if path.name in ("__init__.py", "__main__.py") or dotted.startswith(FOR_OTHERS):
            continue
        # In the folder of a table, and in the one above it, the name alone is enough.
        short = {path.stem, f"{path.parent.name}.{path.stem}"}
        near = (path.parent, path.parent.parent)
        if not any(
            dotted in found or (other.parent in near and short & found)
            for other, found in mentions.items()
            if other != path
        ):
            yield f"Nothing mentions {dotted}: no row of a table, and no import"


def _mentioned(text: str) -> Iterable[str]:
    yield from re.findall(r"\bdonkeycar(?:\.\w+)+", text)
    for package, names in re.findall(r"from (donkeycar[\w.]*) import (\([^)]*\)|[^\n]*)", text):
        for name in re.findall(r"\w+", names):
            yield f"{package}.{name}"
    yield from re.findall(r'"([\w.]+)[":]', text)


if __name__ == "__main__":
    for sentence in problems():
        print(sentence)
