"""Report of `donkey demo`: how the pilot was trained, and how it drove."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar import commands
from donkeycar.pilots.files.bundle import PilotFiles

if TYPE_CHECKING:
    from donkeycar.report.page import Picture
    from donkeycar.training.result import TrainingResult

# The movie shows the start of the run, every second frame, at the original speed.
MOVIE_FRAMES = 150
MOVIE_EVERY = 2

PLOTS = ("loss", "steering", "agreement")


def save_training_plots(result: "TrainingResult") -> None:
    """Draw the plots that need the training's data beside the pilot, also for later reports."""
    from donkeycar.report.figures import loss_curve, prediction_over_time, prediction_scatter

    driver, pilot = result.validation_driver[:, 0], result.validation_pilot[:, 0]
    plots = (
        loss_curve(result.history, best_epoch=result.best_epoch),
        prediction_over_time(driver, pilot),
        prediction_scatter(driver, pilot),
    )
    for name, png in zip(PLOTS, plots, strict=True):
        _plot_path(result.files, name).write_bytes(png)


def write_report(
    folder: Path, files: PilotFiles, result: dict[str, Any], rows: list[tuple[str, str]]
) -> Path:
    """Write ``report.html``, ``report.json`` and ``movie.webp`` into the car's folder.

    Args:
        folder: The car.
        files: The pilot; its training plots are beside it.
        result: The result of `donkeycar.rollout.evaluate_pilot`, with frames.
        rows: Names and figures of the table.

    Returns:
        The path of the page.
    """
    from donkeycar.report.page import write_page

    line, movie = _driven(result)
    (folder / "movie.webp").write_bytes(movie)
    numbers = {name: value for name, value in result.items() if name != "frames"}
    (folder / "report.json").write_text(json.dumps(numbers), encoding="utf-8")
    second = files.keras.with_name("second.keras")
    return write_page(
        folder / "report.html",
        title=f"A pilot on {result['track']}",
        lead="An expert with a map drove and was recorded. The pilot was trained on those records "
        "and then drove by its camera alone.",
        rows=rows,
        pictures=_pictures(files, line, movie),
        commands=[
            commands.drive(files.keras, folder=folder),
            commands.donkey("train", "--tub", folder / "data", "--model", second),
        ],
    )


def _driven(result: dict[str, Any]) -> tuple[bytes, bytes]:
    """Draw the pilot's path (PNG), and a movie of its camera at the start (WebP)."""
    import numpy as np

    from donkeycar.report.laps import driven_laps
    from donkeycar.report.movie import camera_movie
    from donkeycar.sim.track import load_track

    driven = np.array(result["trajectory"])
    column = {name: index for index, name in enumerate(result["trajectory_columns"])}
    line = driven_laps(load_track(result["track"]), result, width_px=1400)
    shown = driven[::MOVIE_EVERY][:MOVIE_FRAMES]
    movie = camera_movie(
        result["frames"][: len(shown)],
        shown[:, column["angle"]],
        shown[:, column["throttle"]],
        rate_hz=1 / (shown[1, column["time"]] - shown[0, column["time"]]),
    )
    return line, movie


def _pictures(files: PilotFiles, line: bytes, movie: bytes) -> "list[Picture]":
    """The pictures of the page, each with its caption."""
    from donkeycar.report.page import Picture

    loss, steering, agreement = (_plot_path(files, name).read_bytes() for name in PLOTS)
    return [
        Picture(
            "What the camera saw",
            "The start of the run. The bars show steering (bottom) and throttle (right).",
            movie,
            kind="image/webp",
        ),
        Picture(
            "The driven line", "Where the pilot drove, from the white dot on.", line, wide=True
        ),
        Picture(
            "Training",
            "The error on training and on validation records. The weights of "
            "the marked epoch were kept.",
            loss,
        ),
        Picture(
            "Agreement",
            "Each dot is one validation record: on the line, pilot and driver agree.",
            agreement,
        ),
        Picture(
            "Pilot and driver",
            "Steering on the validation records, in the order they were driven.",
            steering,
            wide=True,
        ),
    ]


def _plot_path(files: PilotFiles, name: str) -> Path:
    return files.keras.with_name(f"{files.keras.stem}_{name}.png")
