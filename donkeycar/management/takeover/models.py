"""Models of an old car: pilots are made of them where that is possible, others are copied."""

import json
import shutil
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from donkeycar.assembly.pilot_options import OLD_THROTTLE_RANGE
from donkeycar.errors import DonkeyError, PilotError
from donkeycar.management.takeover.old_car import text_of_file
from donkeycar.management.takeover.tubs import copy_file
from donkeycar.pilots.files.names import Kind, ending_of, kind_of, name_of
from donkeycar.pilots.files.next_step import TRUSTED, conversion_command
from donkeycar.pilots.files.sidecar import has_sidecar
from donkeycar.training.database import FILE

# The first of these that an old pilot has becomes the new one: from the first three come all files.
BEST: tuple[Kind, ...] = ("keras", "saved_model", "hdf5", "litert")
# Prefixes of types of donkeycar 3 and 4, which named the file's format, too.
_PREFIXES = ("tflite_", "tensorrt_", "coral_")


class Model(NamedTuple):
    """The files of one old pilot.

    Attributes:
        name: What their names have in common.
        files: Its models by format.
        type: Type of pilot as far as the old car says it; ``None`` if not.
        is_ours: Whether it is a pilot of this version already.
    """

    name: str
    files: dict[Kind, Path]
    type: str | None
    is_ours: bool


def models_of(folder: Path) -> list[Model]:
    """The models in a folder; a link does not count.

    Args:
        folder: `MODELS_PATH` of an old car.
    """
    types = _types(folder)
    found: dict[str, dict[Kind, Path]] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        kind = "" if path.is_symlink() or path.name.startswith(".") else kind_of(path)
        if kind:
            found.setdefault(name_of(path), {}).setdefault(kind, path)
    return [
        Model(name, files, types.get(name), any(map(has_sidecar, files.values())))
        for name, files in found.items()
    ]


def others_in(folder: Path, models: Iterable[Model]) -> list[str]:
    """Sentences about files in a folder of models that no model and no pilot's plot are."""
    taken = {path for model in models for path in model.files.values()}
    names = {model.name for model in models}
    return [
        f"{path.name}: no model that this version knows; left in the old folder"
        for path in (sorted(folder.iterdir()) if folder.is_dir() else ())
        if path not in taken
        and path.name != FILE
        and not path.name.startswith(".")
        and name_of(path) not in names
    ]


def _types(folder: Path) -> dict[str, str]:
    """The type of each pilot in the list that donkeycar 5 keeps."""
    try:
        entries = json.loads(text_of_file(folder / FILE))
        pairs = [(entry.get("Name"), entry.get("Type")) for entry in entries]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return {name: kind for name, kind in pairs if isinstance(name, str) and isinstance(kind, str)}


def take_model(
    model: Model,
    folder: Path,
    *,
    settings: Mapping[str, Any],
    changes: Sequence[str],
    trust: bool,
    say: Callable[[str], None],
) -> list[str]:
    """Make a pilot of an old model, or copy its files as they are.

    Args:
        model: The old model.
        folder: Folder of the new car's pilots.
        settings: Settings of the car.
        changes: Settings that changed the frames which it saw: see `changes_of`.
        trust: Whether the owner trusts formats that can carry code.
        say: Called with what takes its time.

    Returns:
        Sentences about what became of it.
    """
    kinds = [kind for kind in BEST if kind in model.files and (trust or kind not in TRUSTED)]
    why = _why_as_it_is(model, settings, changes)
    if not why and not kinds:
        why = "its format can carry code, so it was only copied. If you know who made it: {command}"
    if not why:
        for kind in kinds:
            old = model.files[kind]
            try:
                return _converted(model, old, folder, settings, say)
            except (DonkeyError, OSError) as error:
                why = f"no pilot could be made of it: {str(error).rstrip('.')}"
                # A file that is no model stays none; a library can be installed.
                is_lasting = isinstance(error, PilotError) and "install" not in str(error)
                why += "" if is_lasting else ". Then: {command}"
                for left in folder.glob(".convert-*"):
                    shutil.rmtree(left, ignore_errors=True)
    files = _copy(model, folder)
    first = next(folder / model.files[kind].name for kind in BEST if kind in model.files)
    return [
        f"{model.name}: {', '.join(files)}; {why.replace('{command}', conversion_command(first))}"
    ]


def _why_as_it_is(model: Model, settings: Mapping[str, Any], changes: Sequence[str]) -> str:
    """Why a model is copied unchanged; "" if a pilot is to be made of it."""
    if model.is_ours:
        return "a pilot of this version"
    if not changes:
        return ""
    word = model.type or settings.get("DEFAULT_MODEL_TYPE") or "linear"
    told = f"copied as it is, because {', '.join(changes)} changed the frames that it saw. "
    if "litert" in model.files:
        return told + f"Its .tflite file drives with --type {word}, and sees them in the same way"
    return told + (
        "In the folder of the new car, a conversion takes them from its settings: {command}"
    )


def changes_of(settings: Mapping[str, Any], names: Container[str]) -> list[str]:
    """Settings by which an old car changed its frames before a pilot saw them.

    Args:
        settings: Settings of the car.
        names: The names that its files give a value.
    """
    steps = ("TRANSFORMATIONS", "POST_TRANSFORMATIONS")
    found = [name for name in steps if settings.get(name)]
    if settings.get("IMAGE_DEPTH") == 1:
        found.append("IMAGE_DEPTH")
    if not any(step in names for step in steps):  # donkeycar 3 and 4 cut without being asked
        cuts = ("ROI_CROP_TOP", "ROI_CROP_BOTTOM", "ROI_CROP_LEFT", "ROI_CROP_RIGHT")
        found += [name for name in cuts if name in names and settings.get(name)]
    return found


def _converted(
    model: Model,
    old: Path,
    folder: Path,
    settings: Mapping[str, Any],
    say: Callable[[str], None],
) -> list[str]:
    from donkeycar.conversion.convert import convert_model
    from donkeycar.conversion.describe import ConversionRequest

    say(f"making a pilot of {old} ...")
    kind = _known_type(model.type)
    request = ConversionRequest(old=old, type=kind, options=_options(kind, settings))
    try:
        files, info = convert_model(request, folder / model.name, trust=True)
    except PilotError:
        if kind is not None or not request.options:
            raise
        # Nobody says the type, and its throttle has no bins that the option is about.
        files, info = convert_model(request._replace(options={}), folder / model.name, trust=True)
    made = ", ".join(path.name for path in files.every() if path.exists())
    return [f"{model.name}: a {info.type} pilot of {old.name}: {made}"]


def _known_type(word: str | None) -> str | None:
    """A type as this version names it; ``None`` to infer it from the model."""
    from donkeycar.pilots.kinds.registry import PILOT_TYPES

    plain = word or ""
    for prefix in _PREFIXES:
        plain = plain.removeprefix(prefix)
    return plain if plain in PILOT_TYPES else None


def _options(kind: str | None, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Options that no model says: those of the settings it was trained with.

    Args:
        kind: Its type; for an unknown one, only an option that is not the default is given.
        settings: Settings of the car.
    """
    from donkeycar.pilots.kinds.bins import OLD_TOP
    from donkeycar.pilots.kinds.registry import PILOT_TYPES

    top = settings.get("MODEL_CATEGORICAL_MAX_THROTTLE_RANGE")
    has_bins = kind is not None and "throttle_range" in PILOT_TYPES[kind].options
    is_changed = kind is None and top != OLD_THROTTLE_RANGE
    if not isinstance(top, int | float) or not (has_bins or is_changed):
        return {}
    return {"throttle_range": [0.0, top * OLD_TOP]}


def copy_list(old: Path, new: Path) -> None:
    """Copy the list of pilots that donkeycar 5 keeps: `donkey models` shows what stands in it."""
    if _types(old) and not (new / FILE).exists():
        copy_file(old / FILE, new / FILE)


def _copy(model: Model, folder: Path) -> list[str]:
    """Copy the files of a model, with the small ones beside them; return their names."""
    copied: list[str] = []
    paths = [*model.files.values()]
    paths += [
        path
        for path in sorted(next(iter(model.files.values())).parent.iterdir())
        if path.is_file()
        and not path.is_symlink()
        and path not in paths
        and name_of(path) == model.name
        and ending_of(path)
    ]
    for path in paths:
        if path.is_dir():
            for inner in sorted(path.rglob("*")):
                if inner.is_file() and not inner.is_symlink():
                    copy_file(inner, folder / path.name / inner.relative_to(path))
        elif not (folder / path.name).exists():
            copy_file(path, folder / path.name)
        copied.append(path.name)
    return copied
