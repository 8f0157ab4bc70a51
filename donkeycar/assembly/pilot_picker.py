"""Adds the choice of another pilot of the car's folder, while it runs."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.config import Config
from donkeycar.errors import ConfigError, PilotError
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.parts.pilot import PilotPart
    from donkeycar.parts.pilot_picker import Choice
    from donkeycar.pilots.inference.later import LaterPilot

MAX_CHOICES = 100


def add_picker(
    car: Vehicle,
    cfg: Config,
    model: Path,
    part: "PilotPart",
    make: "Callable[[Path], LaterPilot]",
) -> None:
    """Add the picker, which replaces the pilot of `part` by one that `make` opens."""
    from donkeycar.parts.pilot_picker import PilotPicker

    folder = Path(cfg.MODELS_PATH)
    first = part.pilot
    needs = (tuple(first.vector_channels), first.kind.locate is None)

    def open_pilot(name: str) -> "LaterPilot":
        if name not in [choice.name for choice in choices_in(folder)]:
            raise PilotError(f"A pilot must be one of {folder}. Received: {name}")
        if cfg.AI_CAUTION > 0:
            raise ConfigError(
                "With AI_CAUTION the pilot is chosen at the start. Received: "
                f"AI_CAUTION={cfg.AI_CAUTION:g}. Start the car with --model {folder / name}"
            )
        later = make(folder / name)
        if (tuple(later.vector_channels), later.kind.locate is None) != needs:
            raise PilotError(
                f"This car was started for a pilot of type {first.kind.name}, which is connected "
                f"otherwise. Received: type {later.kind.name}. Start the car with --model "
                f"{folder / name}"
            )
        return later

    picker = PilotPicker(
        part,
        name=model.name.split(".")[0],
        find=lambda: choices_in(folder),
        open_pilot=open_pilot,
    )
    # Written by add_driver, which comes later: the presses are those of the tick before.
    car.mem["user/actions"] = ()
    car.add(
        picker,
        inputs=["user/actions", "user/mode"],
        outputs=["pilot/name", "pilot/choice_note", "pilot/choices"],
    )


def choices_in(folder: Path) -> "list[Choice]":
    """The pilots in `folder` that have a sidecar, the newest first."""
    from donkeycar.parts.pilot_picker import Choice
    from donkeycar.pilots.files.bundle import read_info
    from donkeycar.pilots.files.sidecar import has_sidecar

    found = []
    for sidecar in sorted(folder.glob("*.json"))[:MAX_CHOICES]:
        if not has_sidecar(sidecar):
            continue
        try:
            info = read_info(sidecar)
        except PilotError:
            continue  # `donkey doctor` names it
        error = info.metrics.get("validation", {}).get("angle", {}).get("mae")
        found.append(Choice(sidecar.stem, info.type, info.created_at, error))
    return sorted(found, key=lambda choice: -choice.created_at)
