"""`donkey sim`: evaluate a pilot in the simulator, or let the expert record there."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from donkeycar import commands
from donkeycar.errors import ConfigError
from donkeycar.management.pilot.seen_through import A_KIND, A_PILOT
from donkeycar.parts.camera.latency import MAX_LATENCY_S, PI_JITTER_S, PI_LATENCY_S, Latency
from donkeycar.words import count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    commands = parser.add_subparsers(metavar="what", dest="what", required=True)

    evaluate = commands.add_parser("eval", help="let a pilot drive laps and measure it")
    evaluate.add_argument("--model", type=Path, required=True, help=f"a pilot: {A_PILOT}")
    evaluate.add_argument(
        "--type", dest="model_type", help=f"{A_KIND}; only needed for models made elsewhere"
    )
    evaluate.add_argument("--laps", type=int, default=3, help="default: %(default)s")
    evaluate.add_argument(
        "--policy", default="respawn_on_centre",
        help="when it leaves the lane: respawn_on_centre, reset or continue (default: %(default)s)",
    )  # fmt: skip
    evaluate.add_argument("--json", action="store_true", help="print JSON instead of a table")
    evaluate.add_argument(
        "--trajectory", action="store_true", help="with --json: where the car was, tick by tick"
    )
    _add_common(evaluate)

    record = commands.add_parser("record", help="record the built-in expert into a tub")
    record.add_argument("--tub", type=Path, required=True, help="folder to record into")
    record.add_argument("--records", type=int, default=4000, help="default: %(default)s")
    record.add_argument("--json", action="store_true", help="print JSON instead of a sentence")
    _add_common(record)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--track", default="warehouse",
        help="oval, warehouse, circuit_launch or a .json file (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument(
        "--rate", type=float, default=20, help="ticks a second (default: %(default)s)"
    )
    parser.add_argument(
        "--camera-latency", type=float, default=PI_LATENCY_S, metavar="SECONDS",
        help="age of a frame when the car gets it, in seconds (default: %(default)s, as on a Pi)",
    )  # fmt: skip
    parser.add_argument(
        "--camera-jitter", type=float, default=PI_JITTER_S, metavar="SECONDS",
        help="standard deviation of that age (default: %(default)s)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> None:
    """Run the chosen action, and print the result."""
    if not args.rate > 0:
        raise ConfigError(f"`--rate` must be greater than 0. Received: --rate {args.rate:g}")
    if args.what == "eval":
        _evaluate(args)
    else:
        _record(args)


def _latency(args: argparse.Namespace) -> Latency:
    for option, value in (("latency", args.camera_latency), ("jitter", args.camera_jitter)):
        if not 0 <= value <= MAX_LATENCY_S:
            raise ConfigError(
                f"`--camera-{option}` must be 0 to {MAX_LATENCY_S:g} seconds. "
                f"Received: --camera-{option} {value:g}"
            )
    return Latency(args.camera_latency, jitter_s=args.camera_jitter, seed=args.seed)


def _evaluate(args: argparse.Namespace) -> None:
    from donkeycar.management.pilot.seen_through import CONFIG, car_transforms
    from donkeycar.pilots import load_pilot
    from donkeycar.rollout import evaluate_pilot

    if args.trajectory and not args.json:
        raise ConfigError("`--trajectory` is part of the JSON output. Add --json.")
    pilot = load_pilot(args.model, type=args.model_type, transforms=car_transforms(CONFIG))
    result = evaluate_pilot(
        pilot, args.track, laps=args.laps, seed=args.seed, rate_hz=args.rate, policy=args.policy,
        latency=_latency(args),
    )  # fmt: skip
    if not args.trajectory:
        del result["trajectory"], result["trajectory_columns"]
    if args.json:
        json.dump({"model": str(args.model), **result}, sys.stdout, indent=2, allow_nan=False)
        print()
    else:
        print(table(result))


def _record(args: argparse.Namespace) -> None:
    from donkeycar.rollout import record_expert

    result = record_expert(
        args.tub, args.track, args.records, seed=args.seed, rate_hz=args.rate,
        latency=_latency(args),
    )  # fmt: skip
    if args.json:
        json.dump({"tub": str(args.tub), **result}, sys.stdout, indent=2, allow_nan=False)
        print()
        return
    print(
        f"Recorded {count(result['records'], 'record')}, "
        f"{count(result['laps_completed'], 'lap')}, into {args.tub}. "
        f"Next: {commands.donkey('train', '--tub', args.tub)}"
    )


def table(result: dict[str, Any]) -> str:
    """The figures of a run as a table.

    Args:
        result: The result of `donkeycar.rollout.evaluate_pilot`.
    """
    endings = {"laps": "all laps driven", "time": "out of time", "standing": "the car stood still"}
    laps = ", ".join(f"{lap_s:.2f}" for lap_s in result["lap_times"])
    rows = [
        ("track", f"{result['track']}, seed {result['seed']}"),
        ("end", endings[result["ended"]]),
        ("laps", f"{result['laps_completed']} of {result['laps']}"),
        ("lap times", f"{laps} s" if laps else "none"),
        ("off-track", f"{result['off_track_count']} times"),
        ("collisions", f"{result['collisions']}"),
        ("put back", f"{result['interventions']} times"),
        ("speed", f"{result['mean_speed']:.2f} m/s, at most {result['max_speed']:.2f} m/s"),
        ("beside the line", f"{100 * result['cte_rms']:.1f} cm rms, "
                            f"at most {100 * result['cte_max']:.1f} cm"),
        ("driving score", f"{result['driving_score']:.1f} of 100"),
        ("time", f"{result['sim_seconds']:.1f} s driven in {result['wall_seconds']:.1f} s"),
    ]  # fmt: skip
    return "\n".join(f"{name:<16}{value}" for name, value in rows)
