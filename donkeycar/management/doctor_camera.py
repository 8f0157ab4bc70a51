"""How old the camera is: opened for a moment, as the car would, and measured."""

import statistics
import threading

from donkeycar.assembly.camera import CAMERAS
from donkeycar.assembly.recipe import build
from donkeycar.config import Config
from donkeycar.errors import DonkeyError
from donkeycar.management.doctor_probes import OK, WARNING, Finding
from donkeycar.parts.answer_life import USUAL_AGE_S
from donkeycar.vehicle import Vehicle

WHAT = "camera age"
SIMULATED = ("SIM", "TUB", "MOCK", "IMAGE_LIST")

# The first frames of a camera come as its exposure is found: they do not count.
SKIPPED, MEASURED = 5, 20
TIMEOUT_S = 8.0
END_S = 3.0


def camera_age(cfg: Config, *, timeout_s: float = TIMEOUT_S) -> Finding:
    """Measure how old the frames of `CAMERA_TYPE` are when the car has them.

    Args:
        cfg: Settings of a car whose camera answers.
        timeout_s: How long it may take.
    """
    if cfg.CAMERA_TYPE in SIMULATED:
        latency_ms, jitter_ms = 1000 * cfg.CAMERA_LATENCY_S, 1000 * cfg.CAMERA_JITTER_S
        return Finding(
            WHAT, OK,
            f"The camera is {latency_ms:.0f} ms old, give or take {jitter_ms:.0f}, as "
            "CAMERA_LATENCY_S says",
        )  # fmt: skip
    try:
        ages_s = _ages_s(cfg, timeout_s)
    except DonkeyError as error:
        return Finding(WHAT, WARNING, f"not measured: {error}", "if the car runs, stop it first")
    if len(ages_s) < MEASURED:
        return Finding(WHAT, WARNING, f"not measured: {len(ages_s)} frames in {timeout_s:g} s")
    age_s = statistics.median(ages_s)
    found = (
        f"The camera is {1000 * age_s:.0f} ms old ({1000 * min(ages_s):.0f} to "
        f"{1000 * max(ages_s):.0f})"
    )
    if age_s <= USUAL_AGE_S:
        return Finding(WHAT, OK, found)
    return Finding(
        WHAT, WARNING, f"{found}: a pilot drives well with up to {1000 * USUAL_AGE_S:.0f} ms",
        "more light shortens the exposure; raise CAMERA_FRAMERATE; see docs/cameras.md",
    )  # fmt: skip


def _ages_s(cfg: Config, timeout_s: float) -> list[float]:
    """Ages of frames, in the order in which they came."""
    car = Vehicle()
    camera, _ = build(CAMERAS, "CAMERA_TYPE", car, cfg, None)
    ages_s: list[float] = []
    done = threading.Event()

    def came() -> None:
        frame = camera.run_threaded()
        if frame is not None:
            ages_s.append(car.clock.monotonic() - frame[1])
        if len(ages_s) == SKIPPED + MEASURED:
            done.set()

    camera.wake = came
    thread = threading.Thread(target=camera.update, name="camera of the doctor", daemon=True)
    thread.start()
    done.wait(timeout_s)
    camera.wake = lambda: None
    camera.shutdown()
    thread.join(END_S)
    return ages_s[SKIPPED : SKIPPED + MEASURED]
