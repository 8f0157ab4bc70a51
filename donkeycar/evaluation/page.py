"""The report of an evaluation as one HTML page: tables first, then plots."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from donkeycar.evaluation import plots
from donkeycar.evaluation.agreement import RANGES, Agreement
from donkeycar.evaluation.bootstrap import Interval
from donkeycar.evaluation.evaluate import Evaluation, PilotEvaluation
from donkeycar.evaluation.tables import tables_of
from donkeycar.report.laps import driven_laps
from donkeycar.report.page import SVG, Picture, write_page
from donkeycar.sim.track import Track

MAX_SESSIONS = 12


def write_evaluation(path: Path, evaluation: Evaluation) -> Path:
    """Write the report.

    Args:
        path: The HTML file; its folder is made.
        evaluation: The evaluation to show.

    Raises:
        DeviceError: If matplotlib is not installed.
        OSError: If it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    names = ", ".join(pilot.name for pilot in evaluation.pilots)
    return write_page(
        path,
        title=f"Evaluation of {names}" if len(evaluation.pilots) <= 4 else "Evaluation of pilots",
        lead=_lead(evaluation),
        notes=evaluation.notes,
        tables=tables_of(evaluation),
        pictures=[*_beside_driver(evaluation), *_on_the_track(evaluation), *_speed(evaluation)],
    )


def _lead(evaluation: Evaluation) -> str:
    parts = []
    if evaluation.recordings is not None:
        tubs = ", ".join(str(path) for path in evaluation.recordings.tubs)
        parts.append(f"Compared with the driver in {len(evaluation.recordings)} records of {tubs}.")
    driven = [pilot.laps for pilot in evaluation.pilots if pilot.laps is not None]
    if driven:
        laps = driven[0]
        parts.append(f"Driven on {laps['track']} in the simulator, seed {laps['seed']}.")
    return " ".join(parts)


def _beside_driver(evaluation: Evaluation) -> list[Picture]:
    recordings = evaluation.recordings
    if recordings is None:
        return []
    compared = {
        pilot.name: pilot.agreement for pilot in evaluation.pilots if pilot.agreement is not None
    }
    steering = recordings.labels[:, 0]
    rows = plots.liveliest_stretch(steering, recordings.sessions)
    return [
        _dots(
            "Error", "Mean distance to the driver; the line is the 95 % interval.",
            ("steering", "throttle"), compared,
            lambda one: [one.angle.mae, one.throttle.mae],
        ),
        _dots(
            "Steering error by bend", "Where the driver steered left, straight on and right.",
            RANGES, compared, lambda one: [one.ranges[name].mae for name in RANGES],
        ),
        Picture(
            "Who turns how far",
            "The pilot's mean answer by what the driver did; on the dotted line they agree. A line "
            "flatter than that turns too little.",
            plots.response(steering, plots.steering_of(evaluation.answers)),
            kind=SVG,
        ),
        *_sessions(compared),
        Picture(
            "Driver and pilots",
            f"The liveliest {rows.stop - rows.start} records: "
            f"{recordings.name(rows.start)} and those after it.",
            plots.steering_over_time(steering[rows], plots.steering_of(evaluation.answers, rows)),
            kind=SVG,
            wide=True,
        ),
    ]  # fmt: skip


def _sessions(compared: dict[str, Agreement]) -> list[Picture]:
    names = list(next(iter(compared.values())).sessions)
    if len(names) < 2:
        return []
    shown = names[:MAX_SESSIONS]
    return [
        _dots(
            "Steering error by session", "Each with the interval that its own records give.",
            shown, compared, lambda one: [one.sessions[name].mae for name in shown],
        )
    ]  # fmt: skip


def _dots(
    title: str,
    caption: str,
    categories: Sequence[str],
    compared: dict[str, Agreement],
    figures: Any,
) -> Picture:
    series = {name: figures(one) for name, one in compared.items()}
    return Picture(title, caption, plots.dots(categories, series, "mean error"), kind=SVG)


def _on_the_track(evaluation: Evaluation) -> list[Picture]:
    """The line that each pilot drove."""
    track = evaluation.track
    if track is None:
        return []
    return [
        _line(pilot, pilot.laps, track) for pilot in evaluation.pilots if pilot.laps is not None
    ]


def _line(pilot: PilotEvaluation, laps: dict[str, Any], track: Track) -> Picture:
    picture = driven_laps(track, laps, width_px=900)
    # A floor with grain takes ten times less space this way, and each pilot has such a picture.
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as opened:
        opened.convert("RGB").save(buffer, format="WEBP", quality=80)
    return Picture(
        f"The line of {pilot.name}",
        "Where it drove, from the white dot on.",
        buffer.getvalue(),
        kind="image/webp",
    )


def _speed(evaluation: Evaluation) -> list[Picture]:
    """Time of an answer on one thread, which every car has free."""
    costs = {
        f"{pilot.name} {one.precision}".strip(): Interval(one.median_ms, one.min_ms, one.p95_ms)
        for pilot in evaluation.pilots
        for one in pilot.speed
        if one.num_threads == 1
    }
    if not costs:
        return []
    return [
        Picture(
            "Time of an answer, one thread",
            "The dot is the median, the line goes from the shortest to p95.",
            plots.dots(list(costs), {"time": list(costs.values())}, "milliseconds"),
            kind=SVG,
        )
    ]
