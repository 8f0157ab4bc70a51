"""What pilots answer to the frames of tubs, for formats that show it beside the drive."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from donkeycar.management.pilot.seen_through import CONFIG, car_transforms

if TYPE_CHECKING:
    from donkeycar.formats.drive_commands import Answers


def pilot_answers(
    models: Iterable[Path],
    tubs: Sequence[Path],
    *,
    type: str | None = None,
    config: Path = CONFIG,
) -> "list[Answers]":
    """Let pilots answer the records of tubs that are not deleted; progress goes to a terminal.

    Args:
        models: Files or folders of pilots.
        tubs: Folders of tubs.
        type: Type of models that do not say it.
        config: Settings of the car, for models that do not name their image transforms.

    Raises:
        PilotError: If one of them cannot drive, or takes frames of another kind.
        TrainingError: If it can answer no record.
    """
    from donkeycar.explain.prediction import predict
    from donkeycar.formats.drive_commands import Answers, Command, number
    from donkeycar.pilots import load_pilot
    from donkeycar.pilots.files.names import title_of
    from donkeycar.training.progress import Bars, Silent
    from donkeycar.tub.format import INDEX

    bars = Bars() if sys.stderr.isatty() else Silent()
    found = []
    for model in models:
        pilot = load_pilot(model, type=type, transforms=car_transforms(config))
        told = predict(pilot, list(tubs), limit=0, progress=bars)
        rows = zip(told.recordings.sources, told.pilot.tolist(), strict=True)
        commands = {
            (tub.path, record[INDEX]): Command(number(angle), number(throttle))
            for (tub, record), (angle, throttle) in rows
        }
        found.append(Answers(title_of(model), commands))
    return found
