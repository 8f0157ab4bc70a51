"""Chooses the precision that drives: float32, or int8 if float32 is too slow here.

The time is measured on this computer, with the network that would drive; nothing is guessed from
its name. An int8 file answers a little differently, so the log always says when it is chosen.
"""

import logging
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.files.bundle import PilotFiles, Precision, precision_of
from donkeycar.pilots.files.litert_file import read_litert
from donkeycar.pilots.inference.ensemble import LoadedPilot
from donkeycar.pilots.inference.load import load_pilot, vet
from donkeycar.sandbox.cancellation import Cancellation

logger = logging.getLogger(__name__)

Timer: TypeAlias = Callable[[], float]

QUICK: Precision = "int8"
# The share of the loop's interval that an answer may take, as camera, page and recorder need time.
# 5 ms at 20 Hz; a `linear` pilot takes 1 ms on a core of a PC, and ten times as much on a Pi 3.
MAX_SHARE = 0.1
# How many answers are timed: those of a fifth of a second, at least 3.
MEASURE_S = 0.2
MIN_ANSWERS = 3
# int8 must be faster by this factor to be chosen.
MAX_RATIO = 0.8


def load_quick_enough(
    path: Path, *, interval_s: float, timer: Timer = time.perf_counter, **wanted: Any
) -> LoadedPilot:
    """Open the float32 file of a pilot, or the int8 file if float32 is too slow.

    Args:
        path: As in `load_pilot`; a path with a precision is opened as it is.
        interval_s: Time from tick to tick of the loop.
        timer: Seconds since some moment.
        wanted: The other arguments of `load_pilot`.

    Raises:
        PilotError: As `load_pilot`; never because of the int8 file.
    """
    _vet_both(path, wanted.get("cancellation"))
    pilot = load_pilot(path, precision="float32", **wanted)
    is_named = path.suffix == ".tflite" and precision_of(path) is not None
    known = pilot.info is not None and QUICK in pilot.info.variants
    if is_named or not known:
        return pilot
    took_s, most_s = answer_s(pilot, timer), MAX_SHARE * interval_s
    if took_s <= most_s:
        return pilot
    too_slow = (
        f"float32 takes {1e3 * took_s:.1f} ms an answer on this computer, more than "
        f"{1e3 * most_s:.1f} ms"
    )
    try:
        quick = load_pilot(path, precision=QUICK, **wanted)
    except PilotError as error:
        logger.warning("%s is slow: %s, and int8 cannot drive: %s", path, too_slow, error)
        return pilot
    quick_s = answer_s(quick, timer)
    if quick_s > MAX_RATIO * took_s:
        return pilot
    logger.warning(
        "%s drives by its int8 file: %s; int8 takes %.1f ms%s. PILOT_PRECISION = 'float32' in "
        "myconfig.py forbids it, 'int8' says it without a look.",
        path, too_slow, 1e3 * quick_s, _difference(quick),
    )  # fmt: skip
    return quick


def _vet_both(path: Path, cancellation: Cancellation | None) -> None:
    """Let one child process open both files; faults are reported when they are opened here."""
    files = PilotFiles.of(path)
    both = [files.variant("float32"), files.variant(QUICK)]
    with suppress(PilotError):
        if files.sidecar.exists() and all(file.is_file() for file in both):
            for file in both:
                read_litert(file)
            vet(*both, cancellation=cancellation)


def answer_s(pilot: LoadedPilot, timer: Timer) -> float:
    """Median time of an answer on this computer; the pilot is reset afterwards.

    It is not the mean, because the loop may already run and delay an answer now and then.
    """
    frame = np.zeros(pilot.input_shape, np.uint8)
    beside = (np.zeros(pilot.vector_size, np.float32),) if pilot.vector_size else ()
    took_s: list[float] = []
    began_s = last_s = timer()
    while len(took_s) < MIN_ANSWERS or last_s - began_s < MEASURE_S:
        pilot.infer(frame, *beside)
        now_s = timer()
        took_s.append(now_s - last_s)
        last_s = now_s
    pilot.reset()
    return statistics.median(took_s)


def _difference(pilot: LoadedPilot) -> str:
    """Its mean difference in steering from float32, if that was measured."""
    info = pilot.info
    measured = {} if info is None else info.variants[QUICK].difference.get("angle", {})
    if "mean" not in measured:
        return ""
    return f", and steers {measured['mean']:.3f} differently on average"
