"""`donkey demo`: the whole loop on one machine, without any hardware.

Creates a car folder, lets the built-in expert record laps in the simulator, trains a pilot on
them, lets the pilot drive, writes a report, and serves the car. What is there from an earlier run
is used again.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import ConfigError, TubError
from donkeycar.management.createcar import create_car
from donkeycar.pilots.bundle import PilotFiles, PilotInfo, read_info
from donkeycar.training.progress import Bars

TYPE = "linear"
EPOCHS = 12
# The movie in the report shows the start of the run, every second frame, at the speed it was driven.
MOVIE_FRAMES = 150
MOVIE_EVERY = 2
RATE_HZ = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `donkey demo`."""
    parser.add_argument(
        "--path", type=Path, default=Path("demo"), help="folder of the car (default: %(default)s)"
    )
    parser.add_argument(
        "--track", default="warehouse", help="oval, warehouse or circuit_launch (default: %(default)s)"
    )  # fmt: skip
    parser.add_argument(
        "--records", type=int, default=4000, help="records to make (default: %(default)s)"
    )
    parser.add_argument(
        "--laps", type=int, default=3, help="laps the pilot drives (default: %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="the same seed gives the same laps (default: %(default)s)"
    )  # fmt: skip
    parser.add_argument(
        "--no-serve", action="store_true", help="end after the report; do not start the car"
    )


def run(args: argparse.Namespace) -> int:
    """Run the demo.

    Returns:
        0 if the pilot drove its laps without leaving the track, 1 if it did not; or the exit code
        of the car, if it was served.
    """
    folder = args.path.expanduser().resolve()
    _create(folder, args.track, args.seed)
    bars = Bars()
    num_records = _record(folder / "data", args, bars)
    files = PilotFiles.of(folder / "models" / "pilot.keras")
    info = _train(folder / "data", files, args.seed, num_records, bars)
    result = _drive(files, args, bars)
    rows = _rows(num_records, info, result, args.track)
    _print_table(rows)
    report = _report(folder, files, info, result, rows, args.track)
    print(f"wrote {report}")
    command = [sys.executable, "manage.py", "drive", "--model", "models/pilot.keras"]
    if args.no_serve:
        print(f"Next: cd {folder} && {' '.join(['python', *command[1:]])}")
        good = result["off_track_count"] == 0 and result["laps_completed"] >= args.laps
        return 0 if good else 1
    return subprocess.run(command, cwd=folder).returncode


def _create(folder: Path, track: str, seed: int) -> None:
    if (folder / "manage.py").exists():
        return
    create_car(folder, template="sim")
    with (folder / "myconfig.py").open("a", encoding="utf-8") as myconfig:
        myconfig.write(f"\n# What `donkey demo` drove.\nSIM_TRACK = {track!r}\nSIM_SEED = {seed}\n")
    print(f"Made a simulated car in {folder}")


def _record(tub: Path, args: argparse.Namespace, bars: Bars) -> int:
    """Let the expert drive, unless it already did; return how many records there are."""
    from donkeycar.rollout import record_expert
    from donkeycar.tub import TubReader

    if (tub / "manifest.json").exists():
        reader = TubReader(tub)
        wanted = {"track": args.track, "seed": args.seed}
        made_with = {name: reader.manifest.metadata.get(name) for name in wanted}
        if made_with != wanted:
            raise ConfigError(
                f"{tub} was recorded with {made_with}. Received: {wanted}. "
                "Choose another --path, or delete that folder."
            )
        if len(reader) >= args.records:
            print(f"Using the {len(reader)} records in {tub}")
            return len(reader)
        raise TubError(
            f"{tub} holds {len(reader)} records of {args.records}: an earlier run was cut short. "
            "Delete that folder and start again."
        )
    with bars.task("Record laps", args.records) as advance:
        record_expert(
            tub, args.track, args.records, seed=args.seed, progress=_steps(advance)
        )  # fmt: skip
    return int(args.records)


def _train(tub: Path, files: PilotFiles, seed: int, num_records: int, bars: Bars) -> PilotInfo:
    """Train a pilot, unless there is one made of these records with this seed."""
    if files.sidecar.exists():
        info, _ = read_info(files.sidecar)
        made_of = (info.training.get("seed"), info.training.get("epochs"), info.data.get("records"))
        if made_of == (seed, EPOCHS, num_records):
            print(f"Using the pilot {files.keras}")
            return info
    from donkeycar.report.figures import loss_curve, prediction_over_time, prediction_scatter
    from donkeycar.training import train

    result = train([tub], files.keras, type=TYPE, epochs=EPOCHS, seed=seed, progress=bars)
    driver, pilot = result.validation_driver[:, 0], result.validation_pilot[:, 0]
    plots = {
        "loss": loss_curve(result.history, best_epoch=result.best_epoch),
        "steering": prediction_over_time(driver, pilot),
        "agreement": prediction_scatter(driver, pilot),
    }
    for name, png in plots.items():
        _plot_path(files, name).write_bytes(png)
    return result.info


def _drive(files: PilotFiles, args: argparse.Namespace, bars: Bars) -> dict[str, Any]:
    from donkeycar.pilots import load_pilot
    from donkeycar.rollout import evaluate_pilot

    with bars.task("Pilot drives", 100) as advance:
        tell = _steps(advance)
        return evaluate_pilot(
            load_pilot(files.litert),
            args.track,
            laps=args.laps,
            seed=args.seed,
            rate_hz=RATE_HZ,
            frame_every=MOVIE_EVERY,
            progress=lambda share: tell(round(100 * share)),
        )


def _rows(
    num_records: int, info: PilotInfo, result: dict[str, Any], track: str
) -> list[tuple[str, str]]:
    laps = ", ".join(f"{lap_s:.2f}" for lap_s in result["lap_times"])
    rows = [("track", track), ("records", str(num_records))]
    for part in ("train", "validation"):
        angle = info.metrics[part]["angle"]
        rows.append((f"steering error, {part}", f"{angle['mae']:.3f} (r = {angle['r']:.3f})"))
    return [
        *rows,
        ("laps completed by the pilot", str(result["laps_completed"])),
        ("lap times, s", laps or "none"),
        ("times off the track", str(result["off_track_count"])),
        ("cross-track error, m", f"{result['cte_rms']:.3f} rms, {result['cte_max']:.3f} max"),
        ("mean speed, m/s", f"{result['mean_speed']:.2f}"),
    ]


def _print_table(rows: list[tuple[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _report(
    folder: Path,
    files: PilotFiles,
    info: PilotInfo,
    result: dict[str, Any],
    rows: list[tuple[str, str]],
    track: str,
) -> Path:
    from donkeycar.report.figures import driven_line
    from donkeycar.report.movie import camera_movie
    from donkeycar.report.page import Picture, write_page
    from donkeycar.sim.topview import draw_topview
    from donkeycar.sim.track import load_track

    driven = np.array(result["trajectory"])
    column = {name: index for index, name in enumerate(result["trajectory_columns"])}
    loaded = load_track(track)
    view = draw_topview(loaded)
    high = view.low + np.array(view.pixels.shape[1::-1]) / view.pixels_per_m
    line = driven_line(
        view.pixels,
        (view.low[0], high[0], view.low[1], high[1]),
        driven[:, [column["x"], column["y"]]],
        np.abs(driven[:, column["cte"]]) > loaded.half_widths.min(),
    )
    shown = driven[::MOVIE_EVERY][:MOVIE_FRAMES]
    movie = camera_movie(
        result["frames"][: len(shown)], shown[:, column["angle"]], shown[:, column["throttle"]],
        rate_hz=RATE_HZ / MOVIE_EVERY,
    )  # fmt: skip
    (folder / "movie.webp").write_bytes(movie)
    plots = {
        name: _plot_path(files, name).read_bytes() for name in ("loss", "steering", "agreement")
    }
    pictures = [
        Picture("The driven line", "Where the pilot drove, over the track.", line),
        Picture(
            "What the camera saw", "The bars show steering (bottom) and throttle (right).", movie,
            kind="image/webp",
        ),
        Picture(
            "Training", "The error on records it learns from, and on records it never saw. The "
            "weights of the marked epoch were kept.", plots["loss"],
        ),
        Picture(
            "Agreement", "Each dot is one validation record: on the line, pilot and driver agree.",
            plots["agreement"],
        ),
        Picture(
            "Pilot and driver", "Steering on the validation records, in the order of driving.",
            plots["steering"], wide=True,
        ),
    ]  # fmt: skip
    (folder / "report.json").write_text(
        json.dumps({name: value for name, value in result.items() if name != "frames"}),
        encoding="utf-8",
    )
    return write_page(
        folder / "report.html",
        title=f"A pilot on {track}",
        lead="An expert with a map drove and was recorded. The pilot was trained on those records "
        "and then drove by its camera alone.",
        rows=rows,
        pictures=pictures,
        commands=[
            f"cd {folder.name}",
            "python manage.py drive --model models/pilot.keras",
            "python manage.py train --tubs data --model models/second.keras",
        ],
    )


def _plot_path(files: PilotFiles, name: str) -> Path:
    return files.keras.with_name(f"{files.keras.stem}_{name}.png")


def _steps(advance: Callable[[int, str], None]) -> Callable[[int], None]:
    """Turn "so many are done" into the steps that a progress bar wants."""
    done = 0

    def tell(total: int) -> None:
        nonlocal done
        advance(total - done, "")
        done = total

    return tell
