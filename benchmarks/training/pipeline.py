"""Input pipeline benchmark: pictures per second that are decoded, augmented and batched.

The goal is for the default training (FLIP, BRIGHTNESS and SHADOW on frames of 160x120 that were
decoded before), in two threads on two cores. Processor time is shown too, because other load on the
machine hardly changes it.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from donkeycar.keras_backend import import_keras
from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.pilots.transform import TRANSFORMS, Transforms
from donkeycar.rollout import record_expert
from donkeycar.training import Silent
from donkeycar.training.augmentation import AUGMENTATIONS, Augmentation
from donkeycar.training.records.frames import decode
from donkeycar.training.records.recordings import Recordings, gather
from donkeycar.training.records.samples import Samples

GOAL_IMAGES_S = 5000
BATCH_SIZE = 128
ROUNDS = 3
# Arguments of the transforms that have no defaults.
ARGUMENTS = {
    "TRAPEZE": {
        "upper_left_px": 20, "upper_right_px": 140, "lower_left_px": 0, "lower_right_px": 160,
        "top_px": 60, "bottom_px": 120,
    },
    "TRAPEZE_EDGE": {
        "upper_left_px": 20, "upper_right_px": 20, "lower_left_px": 0, "lower_right_px": 0,
        "top_px": 60, "bottom_px": 0,
    },
    "RESIZE": {"width_px": 80, "height_px": 60},
    "SCALE": {"width_factor": 0.5},
}  # fmt: skip
GREY_INPUT = ("GRAY2RGB", "GRAY2BGR")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure everything; return 0 if the goal is met."""
    parser = argparse.ArgumentParser(prog="pipeline", description=__doc__)
    parser.add_argument("--tub", type=Path, help="default: 1,500 simulated records")
    args = parser.parse_args(argv)
    import_keras()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if args.tub is None:
            record_expert(folder / "tub", num_records=1500)
        recordings = gather([args.tub or folder / "tub"])
        recordings, frames = decode(recordings, folder=folder, progress=Silent())
        print(f"{len(recordings)} records of {frames.shape[2]}x{frames.shape[1]}")
        step("decode a picture", recordings.image, len(recordings))
        for name in AUGMENTATIONS:
            augment(name, [name], frames, recordings, always=True)
        augment("usual changes", None, frames, recordings)
        augment("all changes", list(AUGMENTATIONS), frames, recordings)
        for name in TRANSFORMS:
            steps = [("RGB2GRAY", {})] if name in GREY_INPUT else []
            chain = Transforms([*steps, (name, ARGUMENTS.get(name, {}))])
            step(f"transform {name}", lambda row, chain=chain: chain(frames[row]), 500)
        return 0 if batches(recordings, frames, folder) else 1


def step(title: str, call: Callable[[int], object], count: int) -> None:
    """Print the calls per second on one core, in the best of several rounds."""
    best_s = min(processor_s(lambda: [call(row) for row in range(count)]) for _ in range(ROUNDS))
    print(
        f"{title:28} {count / best_s:8.0f} a processor second, {best_s / count * 1e6:6.0f} us each"
    )


def augment(
    title: str,
    names: Sequence[str] | None,
    frames: np.ndarray,
    recordings: Recordings,
    *,
    always: bool = False,
) -> None:
    """Print how many frames per second one core augments."""
    changes = {name: replace(AUGMENTATIONS[name], share=1.0) for name in names or () if always}
    chosen = Augmentation(names, changes=changes) if names else Augmentation()
    some, labels = frames[:BATCH_SIZE], recordings.labels[:BATCH_SIZE]

    def change() -> None:
        for batch in range(4):
            chosen(some, labels, np.random.default_rng(batch))

    best_s = min(processor_s(change) for _ in range(ROUNDS)) / (4 * len(some))
    print(f"{title:28} {1 / best_s:8.0f} a processor second, {best_s * 1e6:6.0f} us each")


def batches(recordings: Recordings, in_memory: np.ndarray, folder: Path) -> bool:
    """Print how many images per second are batched; return whether the goal is met."""
    from donkeycar.training.epochs.batches import Batches

    _, on_disk = decode(recordings, folder=folder, progress=Silent(), memory_budget_bytes=0)
    best = 0.0
    for place, frames in (("memory", in_memory), ("the disk", on_disk)):
        samples = Samples(pilot_type("linear"), {}, recordings, frames, Transforms())
        dealt = Batches(
            samples,
            samples.rows,
            batch_size=BATCH_SIZE,
            seed=0,
            augmentation=Augmentation(),
        )
        for threads in (1, 2):
            rate, busy = deal(dealt, threads)
            best = max(best, rate) if place == "memory" else best
            print(
                f"batches from {place:8}, {threads} thread{'s' if threads > 1 else ' '}  "
                f"{rate:8.0f} images a second, {busy:.1f} cores busy"
            )
    met = best >= GOAL_IMAGES_S
    print(f"Goal: {GOAL_IMAGES_S} images a second:", "reached" if met else "MISSED")
    return met


def deal(dealt: Sequence[object], threads: int) -> tuple[float, float]:
    """Images per second over several epochs, and the cores used, in the best round."""
    results = []
    with ThreadPoolExecutor(threads) as pool:
        for epoch in range(2 * ROUNDS):
            dealt.begin_epoch(epoch)  # type: ignore[attr-defined]
            started_s, started_cpu_s = time.perf_counter(), time.process_time()
            for _ in pool.map(dealt.__getitem__, range(len(dealt))):
                pass
            wall_s = time.perf_counter() - started_s
            busy = (time.process_time() - started_cpu_s) / wall_s
            results.append((dealt.num_rows / wall_s, busy))  # type: ignore[attr-defined]
    return max(results)


def processor_s(call: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    started_s = time.thread_time()
    call()
    return time.thread_time() - started_s


if __name__ == "__main__":
    raise SystemExit(main())
