"""Simulator benchmark: its speed, the driving of its expert, and whether a pilot can learn.

Speeds are in processor time, so that a busy machine gives nearly the figures of a quiet one.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.sim.ridge import RidgePilot
from donkeycar.rollout import evaluate_pilot, record_expert
from donkeycar.sim.camera import CameraModel
from donkeycar.sim.expert import Expert
from donkeycar.sim.physics import STEP_S
from donkeycar.sim.render import Renderer
from donkeycar.sim.track import load_track, track_names
from donkeycar.sim.world import World

GOAL_FPS = 1000
GOAL_STEPS = 1000
GOAL_START_S = 1.0
GOAL_EXPERT_CTE_M = 0.05
FRAME_S = 0.05


def main(argv: Sequence[str] | None = None) -> int:
    """Measure everything; return 0 if every goal is met."""
    parser = argparse.ArgumentParser(prog="sim", description=__doc__)
    parser.add_argument("--records", type=int, default=3000, help="for each pilot; default 3000")
    parser.add_argument("--laps", type=int, default=5, help="for each pilot; default 5")
    args = parser.parse_args(argv)
    met = [speed(), start(), repeatable(), *(expert(name) for name in track_names())]
    met += [pilot(name, args.records, args.laps) for name in track_names()]
    return 0 if all(met) else 1


def report(name: str, figures: str, met: bool) -> bool:
    """Print one line; return `met`."""
    print(f"{name:<32}{figures:<66}{'ok' if met else 'MISSED'}", flush=True)
    return met


def seconds_per_call(call: Callable[[int], object], count: int = 300, rounds: int = 5) -> float:
    """Processor seconds of one call, in the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        started_s = time.process_time()
        for index in range(count):
            call(index)
        best = min(best, (time.process_time() - started_s) / count)
    return best


def speed() -> bool:
    """Measure frames and steps per second on one core."""
    track = load_track("warehouse")
    renderer = Renderer(track, CameraModel())
    large = Renderer(track, CameraModel(width_px=320, height_px=240))
    poses = [track.point(0.16 * index) for index in range(300)]
    frame_s = seconds_per_call(lambda index: renderer.render(*poses[index]))
    large_s = seconds_per_call(lambda index: large.render(*poses[index]), count=100)
    world = World(track, seed=1)
    driver = Expert(world)
    physics_s = seconds_per_call(lambda index: world.step(*driver.drive(), FRAME_S))
    world.restart()

    def step(index: int) -> None:
        world.step(*driver.drive(), duration_s=FRAME_S)
        world.render()

    step_s = seconds_per_call(step)
    ok = report("frames 160x120", f"{1 / frame_s:.0f}/s (goal {GOAL_FPS})", 1 / frame_s >= GOAL_FPS)
    report("frames 320x240", f"{1 / large_s:.0f}/s", True)
    report(
        "expert, physics and rules",
        f"{physics_s * 1e6:.0f} us for {FRAME_S / STEP_S:.0f} steps",
        True,
    )
    figures = f"{1 / step_s:.0f}/s = {FRAME_S / step_s:.0f} x real time (goal {GOAL_STEPS}/s)"
    return report("expert, physics and frame", figures, 1 / step_s >= GOAL_STEPS) and ok


def start() -> bool:
    """Measure the time to the first frame, in a new process."""
    code = (
        "import time; start = time.process_time()\n"
        "from donkeycar.sim.track import load_track\n"
        "from donkeycar.sim.world import World\n"
        "World(load_track('warehouse'), seed=1).render()\n"
        "print(time.process_time() - start)"
    )
    seconds = float(subprocess.check_output([sys.executable, "-c", code]))
    figures = f"{seconds:.2f} s with all imports (goal {GOAL_START_S:.0f} s)"
    return report("first frame", figures, seconds <= GOAL_START_S)


def repeatable() -> bool:
    """Check that one seed gives equal states and frames in two processes."""
    code = "from benchmarks.sim.sim import digest; print(digest())"
    digests = {
        subprocess.check_output(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, text=True
        ).strip()
        for seed in ("1", "2")
    }
    figures = f"{len(digests)} digest of 2 processes, 700 frames: {min(digests)[:16]}"
    return report("same seed, same run", figures, len(digests) == 1)


def digest(ticks: int = 700) -> str:
    """Digest of states and frames while the expert drives."""
    world = World(load_track("warehouse"), seed=7)
    driver, sha = Expert(world), hashlib.sha256()
    for _ in range(ticks):
        world.step(*driver.drive(), duration_s=FRAME_S)
        sha.update(world.state_bytes() + world.render().tobytes())
    return sha.hexdigest()


def expert(name: str) -> bool:
    """Let the expert drive two laps."""
    world = World(load_track(name), seed=1)
    driver, errors = Expert(world), []
    while world.laps_completed < 2 and world.time_s < 200:
        world.step(*driver.drive(), duration_s=FRAME_S)
        errors.append(world.cte_m)
    rms_m = float(np.sqrt(np.mean(np.square(errors))))
    laps = ", ".join(f"{lap_s:.2f}" for lap_s in world.lap_times_s)
    figures = f"laps {laps} s, cte rms {100 * rms_m:.1f} cm, off-track {world.off_track_count}"
    met = len(world.lap_times_s) == 2 and rms_m < GOAL_EXPERT_CTE_M and not world.off_track_count
    return report(f"expert on {name}", figures, met)


def pilot(name: str, records: int, laps: int) -> bool:
    """Record the expert, fit a pilot, and let it drive by the camera alone."""
    with tempfile.TemporaryDirectory() as folder:
        tub = Path(folder) / "tub"
        started_s = time.perf_counter()
        record_expert(tub, name, records, seed=1)
        recorded_s = time.perf_counter() - started_s
        driver = RidgePilot.of_tub(tub)
        result = evaluate_pilot(driver, name, laps=laps, seed=2)
    figures = (
        f"{result['laps_completed']} laps in {result['wall_seconds']:.1f} s, "
        f"cte rms {100 * result['cte_rms']:.1f} cm, off-track {result['off_track_count']}, "
        f"{records / recorded_s:.0f} records/s"
    )
    met = result["laps_completed"] == laps and not result["off_track_count"]
    return report(f"ridge pilot on {name}", figures, met)


if __name__ == "__main__":
    sys.exit(main())
