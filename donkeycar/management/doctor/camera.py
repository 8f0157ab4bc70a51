"""Camera check of the doctor: whether it answers, its libraries, and the age of its frames."""

import re
import statistics
import threading
from collections.abc import Iterator

from donkeycar.assembly.camera import CAMERAS, make_camera
from donkeycar.assembly.stereo import OF_B, halves
from donkeycar.config import Config
from donkeycar.errors import DonkeyError
from donkeycar.parts.answer_life import USUAL_AGE_S
from donkeycar.parts.finding import MISSING, OK, WARNING, Finding
from donkeycar.parts.needs import Runner
from donkeycar.timing import RealClock

WHAT = "camera age"

# The first frames do not count: the camera still adjusts its exposure.
SKIPPED, MEASURED = 5, 20
TIMEOUT_S = 8.0
END_S = 3.0


def camera(cfg: Config, *, run: Runner) -> Iterator[Finding]:
    """Look for the camera of `CAMERA_TYPE` without opening it.

    If the camera answers, open it and measure the age of its frames.

    Args:
        cfg: Settings of a car. The check of the settings reports a word that `CAMERAS` lacks.
        run: Runs a command.
    """
    row = CAMERAS.get(cfg.CAMERA_TYPE)
    if row is None:
        return
    if row.probe is None:
        yield Finding("camera", OK, f"CAMERA_TYPE {cfg.CAMERA_TYPE} needs no hardware")
    else:
        is_missing = False
        for name, half in halves(cfg).items():
            finding: Finding = row.probe.make(half, RealClock(), None, run=run)
            if name:
                step = _named_for(name, finding.step)
                finding = finding._replace(what=f"camera {name}", step=step)
            if finding.state == MISSING:
                found = f"CAMERA_TYPE is {cfg.CAMERA_TYPE}, but {finding.found}"
                finding = finding._replace(found=found)
                is_missing = True
            yield finding
        if is_missing:
            return
    yield camera_age(cfg)


def _named_for(name: str, step: str) -> str:
    """The next step, with the settings of that camera of a pair."""
    if name != "B":
        return step
    for of_a, of_b in OF_B.items():
        step = re.sub(rf"\b{of_a}\b", of_b, step)
    return step


def libraries(cfg: Config) -> dict[str, str]:
    """The libraries of the camera: by module, the line that installs it."""
    row = CAMERAS.get(cfg.CAMERA_TYPE)
    return {
        library.module: "; ".join(filter(None, (library.install, library.hint)))
        for library in (row.needed() if row else ())
    }


def camera_age(cfg: Config, *, timeout_s: float = TIMEOUT_S) -> Finding:
    """Measure how old the frames of `CAMERA_TYPE` are when the car gets them.

    Args:
        cfg: Settings of a car whose camera answers.
        timeout_s: How long the measurement may take.
    """
    if not CAMERAS[cfg.CAMERA_TYPE].is_real:
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
    """Ages of frames, in the order of their arrival."""
    clock = RealClock()
    camera = make_camera(cfg, clock)
    ages_s: list[float] = []
    done = threading.Event()

    def came() -> None:
        frame = camera.run_threaded()
        if frame is not None:
            ages_s.append(clock.monotonic() - frame[1])
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
