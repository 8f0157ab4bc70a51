"""``database.json``: the list of pilots in a car's `models` folder, as in donkeycar 5.x."""

import json
import time
from pathlib import Path
from typing import Any

from donkeycar.errors import TrainingError, text_of
from donkeycar.files import write_atomically
from donkeycar.json_text import parse_json
from donkeycar.pilots.files.names import name_of

FILE = "database.json"


def next_model_path(folder: Path) -> Path:
    """Unique name for a new pilot, such as ``pilot_26-02-21_3.keras``.

    Args:
        folder: The `models` folder of a car; it need not exist.
    """
    numbers = [entry.get("Number", -1) for entry in read_database(folder)]
    number = max((n for n in numbers if isinstance(n, int)), default=-1) + 1
    while any(folder.glob(f"pilot_*_{number}.*")):
        number += 1
    return folder / f"pilot_{time.strftime('%y-%m-%d')}_{number}.keras"


def read_database(folder: Path) -> list[dict[str, Any]]:
    """Read the entries; empty if there is no list yet.

    Raises:
        TrainingError: If the file is damaged.
    """
    path = folder / FILE
    try:
        entries = parse_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise TrainingError(
            f"The list of pilots {path} cannot be read: {text_of(error)}. Move it away; a new "
            "one is written then."
        ) from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise TrainingError(f"{path} must be a list of pilots. Move it away.")
    return entries


def add_entry(
    model: Path,
    *,
    class_name: str,
    type: str,
    tubs: list[str],
    history: dict[str, list[float]],
    settings: dict[str, Any],
    transfer: Path | None = None,
    comment: str = "",
) -> None:
    """Add a trained pilot to the list; it replaces a pilot of the same name.

    Args:
        model: Path of the pilot, in the folder of the list.
        class_name: Name of its type in donkeycar 5.x, such as ``KerasLinear``.
        type: Name of its type.
        tubs: The tubs of its training.
        history: Values measured in training, one per epoch.
        settings: Settings of its training.
        transfer: Pilot whose weights it began with, ``None`` if it began with random weights.
        comment: The owner's comment.

    Raises:
        TrainingError: If the list is damaged; it then stays unchanged.
        OSError: If the disk does not take it; the old list is then still there.
    """
    folder = model.parent
    entries = read_database(folder)
    same = [entry for entry in entries if entry.get("Name") == name_of(model)]
    others = [entry for entry in entries if entry.get("Name") != name_of(model)]
    numbers = [entry["Number"] for entry in same or entries if isinstance(entry.get("Number"), int)]
    number = (numbers[0] if same and numbers else max(numbers, default=-1) + 1) if numbers else 0
    others.append(
        {
            "Number": number,
            "Name": name_of(model),
            "Pilot": class_name,
            "Type": type,
            "Tubs": ",".join(tubs),
            "Time": time.time(),
            "History": history,
            "Transfer": name_of(transfer) if transfer else None,
            "Comment": comment or None,
            "Config": settings,
        }
    )
    write_atomically(folder / FILE, json.dumps(others, indent=4))
