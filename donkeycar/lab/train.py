"""Train page: trains pilots in jobs, and lists those that there are."""

import math
import threading
from pathlib import Path
from typing import Any

from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.lab.action import JSON, Get, Post
from donkeycar.lab.data.tubs import tub_path
from donkeycar.lab.lab import Lab
from donkeycar.lab.settings import field_of
from donkeycar.settings.check import check
from donkeycar.settings.rows.training import NETWORKS, PILOT_TYPES, TRAINING
from donkeycar.settings.schema import SETTINGS

TYPE = "DEFAULT_MODEL_TYPE"
# Shown before the others.
FIRST = ("MAX_EPOCHS", "LEARNING_RATE", "BATCH_SIZE", "EARLY_STOP_PATIENCE")
# What has no effect on the pilot, or needs an option that the page does not offer.
LEFT_OUT = (
    TYPE, "FREEZE_LAYERS", "NUM_LAST_LAYERS_TO_TRAIN", "TENSORBOARD", "SHOW_PLOT", "VERBOSE_TRAIN",
    "PRINT_MODEL_SUMMARY",
)  # fmt: skip
KINDS = ("int", "float", "bool", "str")

_starting = threading.Lock()


def choices(lab: Lab) -> JSON:
    """What can be chosen.

    Returns:
        ``types`` and ``type`` (types of pilot, and the one that is used without a choice);
        ``first`` and ``rest``: settings with their rule, value and default, as the settings page
        has them.
    """
    values = _values(lab)
    rows = [
        row
        for row in (*TRAINING.settings, *NETWORKS.settings)
        if row.status == "active" and row.name not in LEFT_OUT and row.value_kind in KINDS
    ]
    fields = {row.name: field_of(row, values[row.name]) for row in rows}
    return {
        "types": list(PILOT_TYPES),
        "type": str(values[TYPE]).removeprefix("tflite_"),
        "first": [fields[name] for name in FIRST],
        "rest": [field for name, field in fields.items() if name not in FIRST],
    }


def start(
    lab: Lab, *, tubs: list[str], type: str, settings: dict[str, Any], comment: str = ""
) -> JSON:
    """Train a pilot, in a job.

    Args:
        lab: The lab.
        tubs: Names of tubs, at least one.
        type: A type of `choices`.
        settings: The values that differ from the present ones, by name.
        comment: A note that is kept with the pilot.

    Returns:
        The ID of the job.

    Raises:
        ConfigError: If something is not allowed, or a training runs already.
    """
    if lab.is_car:
        raise ConfigError(
            "Training needs a PC: this computer drives the car. Run `donkey console` there"
        )
    if type not in PILOT_TYPES:
        raise ConfigError(
            f"`type` must be one of {', '.join(PILOT_TYPES)}. Received: type={type[:60]!r}"
        )
    _check(lab, settings)
    words = ["train", "--tub", *_paths(lab, tubs), "--type", type]
    for name, value in settings.items():
        words += ["--set", f"{name}={value if isinstance(value, str) else repr(value)}"]
    words += [f"--comment={comment}"] if comment else []
    # Two at a time would choose the same name for their pilots.
    with _starting:
        for job in trainings(lab):
            if job["state"] == "running":
                raise ConfigError(
                    f"One training at a time. Received: a second one beside {job['title']}. Wait "
                    "for its end, or stop it"
                )
        return {"id": lab.jobs.start(f"{type} from {', '.join(tubs)}", words)}


def trainings(lab: Lab) -> JSON:
    """The trainings of this page, the newest first: jobs, as `Jobs.list` has them.

    ``progress`` is what `ProgressFile` writes.
    """
    return [job for job in lab.jobs.list() if job["words"][:1] == ["train"]]


def report(lab: Lab, *, tubs: list[str]) -> JSON:
    """Check records before a training on them, in a job whose output is the data report."""
    words = ["tub", "report", *_paths(lab, tubs)]
    return {"id": lab.jobs.start(f"Data report of {', '.join(tubs)}", words)}


def job(lab: Lab, *, id: str) -> JSON:  # noqa: A002 - the name in the address
    """A job of this page, as `Jobs.state` has it."""
    return lab.jobs.state(id)


def stop(lab: Lab, *, id: str) -> JSON:  # noqa: A002 - as above
    """End a training; after its first epoch, the best epoch becomes the pilot."""
    return lab.jobs.stop(id)


def pilots(lab: Lab) -> JSON:
    """The pilots of the folder, the newest first, as `donkey models` lists them.

    What a training writes while it runs is no pilot yet, and no interrupted one.
    """
    from donkeycar.training.registry import pilots_in

    folder = lab.folder / Path(_values(lab)["MODELS_PATH"]).expanduser()
    if not folder.is_dir():
        return []
    began_s = [job["started_s"] for job in trainings(lab) if job["state"] == "running"]
    unfinished_from_s = min(began_s, default=math.inf)
    rows = [row for row in pilots_in(folder) if row.type or row.made_at < unfinished_from_s]
    return [row._asdict() for row in reversed(rows)]


ACTIONS = (
    Get("choices", choices), Get("trainings", trainings), Get("job", job), Get("pilots", pilots),
    Post("start", start), Post("report", report), Post("stop", stop),
)  # fmt: skip


def _values(lab: Lab) -> dict[str, Any]:
    """The settings of the car of this folder; the defaults if it is none."""
    config = lab.folder / "config.py"
    if config.exists():
        return load_config(config, command="train").to_dict()
    return {name: row.default for name, row in SETTINGS.items()} | {"MODELS_PATH": "models"}


def _paths(lab: Lab, tubs: list[str]) -> list[str]:
    if not tubs:
        raise ConfigError("`tubs` must name at least one tub. Received: none. Choose one")
    names = [lab.name_of(tub_path(lab, name)) for name in tubs]
    # A name that begins with a hyphen would be an option of the command.
    return [f"./{name}" if name.startswith("-") else name for name in names]


def _check(lab: Lab, settings: dict[str, Any]) -> None:
    told = choices(lab)
    known = {field["name"] for field in (*told["first"], *told["rest"])}
    for name in settings:
        if name not in known:
            raise ConfigError(
                f"A setting of a training must be one of {', '.join(sorted(known))}. Received: "
                f"{name[:60]!r}"
            )
    _, problems = check({**_values(lab), **settings})
    for names, sentence in problems:
        if any(name in settings for name in names):
            raise ConfigError(sentence)
