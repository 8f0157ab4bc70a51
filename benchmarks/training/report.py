"""Tables of the training campaign, from the results of its cells."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.training.cells import AHEAD, CANDIDATES, PEER, WINDOW
from donkeycar.training.validation import agreement

Cell = dict[str, Any]
# From this number of pilots of one kind on, the table also has the mean of their answers.
ENSEMBLE = 5
# If other programs used a larger share of the processors, the times of a cell are not used.
MAX_OTHERS_SHARE = 0.05
# The targets of the study, as shares of 5.3's figures; a goal where the study has a stricter one.
MAE_SHARE, MAE_GOAL = 1.0, 0.9
TIME_SHARE, TIME_GOAL = 1 / 2, 1 / 3
SPEED_SHARE, SPEED_GOAL = 1.3, 2.0
EFFICIENT_SHARE, LATENCY_SHARE, SAME_ERROR = 0.93, 0.5, 1.01


class Line(NamedTuple):
    """Mean of some cells.

    Attributes:
        cells: What it is the mean of.
        mae: Steering error.
        r: Steering correlation.
        throttle: Throttle error.
    """

    cells: list[Cell]
    mae: float
    r: float
    throttle: float


def report(results: Path) -> int:
    """Print the tables of every tub; return 1 if a goal is missed."""
    missed = 0
    for folder in sorted(path for path in results.iterdir() if path.is_dir()):
        groups = _groups(folder)
        if groups:
            lines = {name: _line(cells) for name, cells in groups.items()}
            _print_quality(folder.name, lines)
            _print_labels(groups)
            _print_time(lines)
            missed += _print_goals(lines)
    return 1 if missed else 0


def _groups(folder: Path) -> dict[str, list[Cell]]:
    """Cells by candidate, in the order of `CANDIDATES`."""
    groups: dict[str, list[Cell]] = {}
    for name in CANDIDATES:
        paths = sorted(folder.glob(f"{name}-[0-9]*.json"))
        cells = [json.loads(path.read_text()) for path in paths]
        if cells:
            groups[name] = cells
    return groups


def _line(cells: list[Cell]) -> Line:
    """Mean of each cell's agreement with its driver."""
    each = [agreement(_driver(cell), np.array(cell["answers"])) for cell in cells]
    return Line(
        cells,
        float(np.mean([one["angle"]["mae"] for one in each])),
        float(np.mean([one["angle"]["r"] or 0 for one in each])),
        float(np.mean([one["throttle"]["mae"] for one in each])),
    )


def _driver(cell: Cell) -> np.ndarray:
    return np.array(cell["driver"])


def _ensemble(cells: list[Cell]) -> Cell:
    """An ensemble: the mean of the predictions of several pilots."""
    answers = np.mean([cell["answers"] for cell in cells[:ENSEMBLE]], axis=0)
    return {**cells[0], "answers": answers}


def _print_quality(tub: str, lines: dict[str, Line]) -> None:
    """Print how closely each pilot's predictions match the driver."""
    cells = next(iter(lines.values())).cells
    print(
        f"\n{tub}: {cells[0]['teaching']} records for training, "
        f"the last {len(cells[0]['driver'])} for validation"
    )
    print(f"{'':34}         steering                           throttle   LiteRT")
    print(f"{'':34} seeds   error  from - to       r    of 5.3   error      ms")
    peer = lines.get(PEER)
    for name, line in lines.items():
        errors = [_line([cell]).mae for cell in line.cells]
        latencies = [cell["latency_ms"] for cell in line.cells if "latency_ms" in cell]
        _print_row(
            CANDIDATES[name].about, len(line.cells), line, peer,
            spread=f"{min(errors):.3f} - {max(errors):.3f}",
            latency=f"{min(latencies):6.2f}" if latencies else "",
        )  # fmt: skip
        if len(line.cells) >= ENSEMBLE:
            together = _line([_ensemble(line.cells)])
            _print_row(f"  ensemble of {ENSEMBLE} of them", 1, together, peer)


def _print_row(
    about: str, count: int, line: Line, peer: Line | None, *, spread: str = "", latency: str = ""
) -> None:
    share = f"{line.mae / peer.mae:5.0%}" if peer else ""
    print(
        f"{about:34} {count:5}   {line.mae:.4f} {spread:13}  {line.r:.3f}  {share:>6}   "
        f"{line.throttle:.4f}  {latency}"
    )


def _print_labels(groups: dict[str, list[Cell]]) -> None:
    """Steering error against the labels as recorded, filtered, and one step ahead."""
    labels: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "as recorded": lambda labels: labels,
        f"mean of {WINDOW}": _filtered,
        f"{AHEAD} later": lambda labels: np.concatenate((labels[AHEAD:], labels[-AHEAD:])),
    }
    print("\nsteering error against labels" + "".join(f"{name:>14}" for name in labels))
    for name, cells in groups.items():
        errors = [
            np.mean([np.abs(np.array(c["answers"])[:, 0] - label(_driver(c)[:, 0])) for c in cells])
            for label in labels.values()
        ]
        about = CANDIDATES[name].about
        print(f"{about:29}" + "".join(f"{error:14.4f}" for error in errors))


def _filtered(labels: np.ndarray) -> np.ndarray:
    """Moving average of the labels; the window is shorter at both ends."""
    ones = np.ones(WINDOW)
    return np.convolve(labels, ones, "same") / np.convolve(np.ones(len(labels)), ones, "same")


def _print_time(lines: dict[str, Line]) -> None:
    """Print the training times, beside 5.3 in the same campaign."""
    peer = lines.get(PEER)
    print("\n                              epochs  whole s  to 5.3's error s  images/s")
    for name, line in lines.items():
        reached = [_seconds_to(cell, peer.mae) for cell in line.cells] if peer else []
        known = [seconds for seconds in reached if seconds is not None]
        plain = name in ("linear", "efficient")
        words = f"{np.mean(known):.0f} ({len(known)} of {len(reached)})" if known and plain else ""
        busy = sum(cell["others_share"] > MAX_OTHERS_SHARE for cell in line.cells)
        print(
            f"{CANDIDATES[name].about:29} {np.mean([_epochs(c) for c in line.cells]):6.0f} "
            f"{np.mean([c['duration_s'] for c in line.cells]):8.0f}  {words:>16}  "
            f"{_speed(line):8.0f}"
            + (f"   {busy} of {len(line.cells)} on a busy machine" if busy else "")
        )


def _epochs(cell: Cell) -> int:
    return len(cell["history"]["val_loss"])


def _speed(line: Line) -> float:
    """Training images per second, without the first epoch, which builds the graph."""
    return float(np.median([s for c in line.cells for s in c["history"]["images_per_s"][1:]]))


def _seconds_to(cell: Cell, mae: float) -> float | None:
    """When a training first reached this validation error; ``None`` if never."""
    history = cell["history"]
    for seconds, error in zip(history["seconds"], history.get("val_angle_mae", []), strict=False):
        if error <= mae:
            return float(seconds)
    return None


def _print_goals(lines: dict[str, Line]) -> int:
    """Print the goals, and count the missed ones."""
    missed = 0

    def check(what: str, share: float, most: float, goal: float | None = None) -> None:
        nonlocal missed
        good = share <= most
        missed += not good
        better = goal is not None and share <= goal
        word = ("reached, the goal too" if better else "reached") if good else "MISSED"
        more = "" if goal is None else f", goal {goal:.2f}"
        print(f"{what}: {share:.2f}, at most {most:.2f}{more}: {word}")

    peer, linear, efficient = (lines.get(name) for name in (PEER, "linear", "efficient"))
    print()
    if peer and linear:
        check("linear's steering error by 5.3's", linear.mae / peer.mae, MAE_SHARE, MAE_GOAL)
        quiet = not any(c["others_share"] > MAX_OTHERS_SHARE for c in peer.cells + linear.cells)
        reached = [_seconds_to(cell, peer.mae) for cell in linear.cells]
        if not quiet:
            print("time and images a second: not comparable, the machine was busy")
        elif None in reached:
            missed += 1
            print(f"5.3's error was not reached by {reached.count(None)} of {len(reached)}: MISSED")
        else:
            whole = np.mean([cell["duration_s"] for cell in peer.cells])
            share = float(np.mean([seconds or 0.0 for seconds in reached]) / whole)
            check("time to 5.3's error by its whole time", share, TIME_SHARE, TIME_GOAL)
        if quiet:
            share = _speed(peer) / _speed(linear)
            check("5.3's images a second by ours", share, 1 / SPEED_SHARE, 1 / SPEED_GOAL)
    if linear and efficient:
        missed += _print_efficient(linear, efficient)
    return missed


def _print_efficient(linear: Line, efficient: Line) -> int:
    """Whether the pilot is better by the required margin, or as good in half the time."""
    error = efficient.mae / linear.mae
    latency = min(c["latency_ms"] for c in efficient.cells) / min(
        c["latency_ms"] for c in linear.cells
    )
    better, faster = error <= EFFICIENT_SHARE, latency <= LATENCY_SHARE and error <= SAME_ERROR
    word = "reached, the goal too" if better and faster else "reached"
    print(
        f"efficient by linear: error {error:.2f} (at most {EFFICIENT_SHARE}), latency "
        f"{latency:.2f} (or at most {LATENCY_SHARE} with the same error): "
        + (word if better or faster else "MISSED")
    )
    return 0 if better or faster else 1
