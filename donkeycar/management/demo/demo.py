"""`donkey demo`: the whole loop on one machine, without any hardware.

It creates a car folder, lets the built-in expert record laps in the simulator, trains a pilot on
them, lets the pilot drive, writes a report, and serves the car. It uses results of an earlier run
again.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from donkeycar import commands
from donkeycar.errors import ConfigError, TubError
from donkeycar.management.createcar import create_car
from donkeycar.management.demo.report import MOVIE_EVERY, save_training_plots, write_report
from donkeycar.pilots.files.bundle import PilotFiles, PilotInfo, read_info
from donkeycar.training.progress import Bars
from donkeycar.words import count

TYPE = "linear"
EPOCHS = 8
RATE_HZ = 20


class _Bars(Bars):
    """Progress bars without advice about an option that only `donkey train` has."""

    def say(self, text: str) -> None:
        """Show a permanent line, if it is useful here."""
        if "--resume" not in text:
            super().say(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `donkey demo`."""
    parser.add_argument(
        "--path", type=Path, default=Path("demo"), help="folder of the car (default: %(default)s)"
    )
    parser.add_argument(
        "--track", default="warehouse",
        help="oval, warehouse or circuit_launch (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--records", type=int, default=4000, help="number of records to make (default: %(default)s)"
    )
    parser.add_argument(
        "--laps", type=int, default=3, help="laps that the pilot drives (default: %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=1,
        help="random seed: the same seed gives the same laps (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--phone", action="store_true",
        help="let phones of this network drive, too: the printed code is for them",
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
    bars = _Bars()
    num_records = _record(folder / "data", args, bars)
    files = PilotFiles.of(folder / "models" / "pilot.keras")
    info = _train(folder / "data", files, args.seed, num_records, bars)
    result = _drive(files, args, bars)
    rows = _rows(num_records, info, result, args.track)
    _print_table(rows)
    report = write_report(folder, files, result, rows)
    print(f"wrote {report}")
    failure = failure_of(result, args.laps)
    if failure:
        print(failure)
    command = [sys.executable, "manage.py", "drive", "--model", "models/pilot.keras"]
    if args.phone:
        command += ["--set", "WEB_HOST=0.0.0.0"]
    if args.no_serve:
        print(f"Next: {commands.drive(files.keras, folder=folder)}")
        return 1 if failure else 0
    return subprocess.run(command, cwd=folder).returncode


def _create(folder: Path, track: str, seed: int) -> None:
    if (folder / "manage.py").exists():
        return
    create_car(folder, template="sim")
    with (folder / "myconfig.py").open("a", encoding="utf-8") as myconfig:
        myconfig.write(f"\n# What `donkey demo` drove.\nSIM_TRACK = {track!r}\nSIM_SEED = {seed}\n")
        myconfig.write("# What you drive stays apart from what the expert drove.\n")
        myconfig.write('DATA_PATH = "practice"\n')
    print(f"Made a simulated car in {folder}")


def _record(tub: Path, args: argparse.Namespace, bars: Bars) -> int:
    """Let the expert drive, unless it already has; return the number of records."""
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
            print(f"Using the {count(len(reader), 'record')} in {tub}")
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
    """Train a pilot, unless one from these records with this seed exists."""
    if files.sidecar.exists():
        info = read_info(files.sidecar)
        made_of = (info.training.get("seed"), info.training.get("epochs"), info.data.get("records"))
        whole = info.training.get("ended") != "interrupted"
        if whole and made_of == (seed, EPOCHS, num_records):
            print(f"Using the pilot {files.keras}")
            return info
    from donkeycar.training import train

    result = train([tub], files.keras, type=TYPE, epochs=EPOCHS, seed=seed, progress=bars)
    if result.ended == "interrupted":  # Ctrl-C is meant to end the whole demo
        raise KeyboardInterrupt("stopped. The same command uses the recording again")
    save_training_plots(result)
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


def failure_of(result: Mapping[str, Any], laps: int) -> str:
    """Why the exit code is 1, in a sentence; "" if the pilot drove its laps on the track."""
    if result["off_track_count"] == 0 and result["laps_completed"] >= laps:
        return ""
    return "The pilot did not stay on the track for all its laps. More --records may teach it more."


def _print_table(rows: list[tuple[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _steps(advance: Callable[[int, str], None]) -> Callable[[int], None]:
    """Turn a total of finished steps into the increments that a progress bar needs."""
    done = 0

    def tell(total: int) -> None:
        nonlocal done
        advance(total - done, "")
        done = total

    return tell
