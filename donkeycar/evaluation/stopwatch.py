"""Times LiteRT files in a process of their own: run with ``python -m``, prints JSON.

A process that has already loaded TensorFlow or another pilot gives a wrong figure for memory and
an unreliable one for time; therefore each measurement gets a fresh process. Several files are
those of pilots that answer together; they run one after the other.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter

WARM_UP = 20
# Enough for a 95th percentile; a network that would exceed the time limit gets fewer.
MEASURED = 300
LIMIT_S = 3.0
FEWEST = 20
NUM_FRAMES = 8
STATM = Path("/proc/self/statm")


def measure(paths: Sequence[Path], num_threads: int) -> dict[str, Any]:
    """Open networks and time them on noise.

    Args:
        paths: LiteRT files; several files must take the same inputs.
        num_threads: Threads per inference.

    Returns:
        ``num_threads``; ``median_ms``, ``p95_ms`` and ``min_ms`` of one inference by all of them;
        ``memory_mb``, which the process holds afterwards; and ``added_mb``, the part that LiteRT
        and the networks added. The last two are ``None`` where the system does not report memory.

    Raises:
        PilotError: If one is not a LiteRT file.
    """
    before_mb = resident_mb()
    interpreters = [LiteRTInterpreter(path, num_threads=num_threads) for path in paths]
    times_ms = np.array(_times_s(interpreters)) * 1e3
    after_mb = resident_mb()
    return {
        "num_threads": num_threads,
        "median_ms": float(np.median(times_ms)),
        "p95_ms": float(np.percentile(times_ms, 95)),
        "min_ms": float(np.min(times_ms)),
        "memory_mb": after_mb,
        "added_mb": None if after_mb is None or before_mb is None else after_mb - before_mb,
    }


def resident_mb() -> float | None:
    """Resident memory of this process, in MB; ``None`` where the system does not report it."""
    try:
        pages = int(STATM.read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _times_s(interpreters: Sequence[LiteRTInterpreter]) -> list[float]:
    """Time of every inference after the warm-up."""
    first = interpreters[0]
    noise = np.random.default_rng(0)
    shape = (NUM_FRAMES, *first.image.shape[1:])
    frames = noise.integers(0, 256, shape, dtype=np.uint8)
    vector = next((np.zeros(one.shape[1:]) for one in first.vectors.values()), None)
    times_s: list[float] = []
    ends_s = time.perf_counter() + LIMIT_S
    for number in range(WARM_UP + MEASURED):
        inputs = first.arrays(frames[number % NUM_FRAMES], vector)
        started_s = time.perf_counter()
        for interpreter in interpreters:
            interpreter.run(inputs)
        ended_s = time.perf_counter()
        if number >= WARM_UP:
            times_s.append(ended_s - started_s)
        if ended_s > ends_s and len(times_s) >= FEWEST:
            break
    return times_s


def main() -> None:
    """Measure what the command line names, and print it."""
    num_threads, *paths = sys.argv[1:]
    try:
        found = measure([Path(path) for path in paths], int(num_threads))
    except PilotError as error:
        found = {"refused": str(error)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
