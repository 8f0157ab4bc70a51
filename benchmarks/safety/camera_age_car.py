"""The whole cars of `camera_age`: two processes, a pilot, a person, an old camera that can hang.

python -m benchmarks.safety.camera_age_car FOLDER COMMAND...    guards its emulated chip, runs a car
"""

import contextlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import ROOT
from benchmarks.loop.cpu_share import CpuShare
from benchmarks.safety.car import guardian
from benchmarks.safety.hardware import NEUTRAL_TICKS, THROTTLE_CHANNEL
from benchmarks.safety.unread_output import free_port
from benchmarks.web.console_client import Socket
from donkeycar.testing import PCA9685Chip

SHAPE = (120, 160, 3)
THROTTLE = 0.4
PATIENCE_S = 90.0
# The same value as in `drive_link.js`.
HEARTBEAT_S = 0.04
MARK = "    # A part of your own goes here"
SABOTEUR = "    from benchmarks.safety.camera_age_car import Saboteur\n    car.add(Saboteur(car))\n"
FAULT, BLIND = "fault", "blind"


class Run(NamedTuple):
    """The properties of one car.

    Attributes:
        type: Type of the pilot.
        rate_hz: Rate of the loop and of the camera.
        age_s: Age of the camera's frames.
        share: Share of a core that the car gets.
    """

    type: str
    rate_hz: int
    age_s: float
    share: float

    def __str__(self) -> str:
        held = "a whole computer" if self.share >= 1 else f"{self.share:.0%} of a core"
        return f"{self.type:9} {self.rate_hz} Hz, {1000 * self.age_s:3.0f} ms, {held}"


class Saboteur:
    """An owner's part that makes the camera hang when there is a file `FAULT`."""

    def __init__(self, car: Any) -> None:
        self._camera = car.entries[0].part
        self._is_done = False

    def run(self) -> None:
        """Look for the file."""
        if not self._is_done and Path(FAULT).exists():
            self._is_done = True
            self._camera.picture = self._hang

    def _hang(self) -> None:
        """Record when the last frame was exposed, in the camera's thread, and never return."""
        Path(f"{BLIND}.new").write_text(repr(self._camera._latest[1]))
        Path(f"{BLIND}.new").rename(BLIND)
        threading.Event().wait()


class Person:
    """Has the page open, watches, and lets the pilot drive."""

    def __init__(self, port: int, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.is_silent = False
        self.beat_s = 0.0
        self.reasons: set[str] = set()
        self._page = Socket(port, "/wsDrive", headers)
        self._viewer = Socket(port, "/wsVideo", headers)
        for one in (self._page, self._viewer):
            one.raw.settimeout(PATIENCE_S)
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=body, daemon=True)
            for body in (self._hear, self._beat, self._watch)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Close the page, whether the car has ended or not."""
        self._ended.set()
        for one in (self._page, self._viewer):
            with contextlib.suppress(OSError):
                one.raw.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in (self._page, self._viewer):
            one.close()

    def _hear(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                self._page.hear_until("tick")
                state = self._page.state
                self.reasons |= {state.get("reason", ""), state.get("drivetrain_reason", "")}

    def _beat(self) -> None:
        with contextlib.suppress(OSError):
            first: dict[str, Any] = {"take": True, "drive_mode": "local", "max_throttle": 1.0}
            is_chosen = False
            while not self._ended.wait(HEARTBEAT_S):
                if "tick" in self._page.state and not self.is_silent:
                    self.beat_s = time.monotonic()
                    self._page.beat(angle=0.0, throttle=0.0, **first)
                    # The pilot may have to be loaded first.
                    is_chosen = is_chosen or self._page.state.get("driveMode") == "local"
                    if is_chosen:
                        first = {"resume": True} if self._page.state.get("can_resume") else {}

    def _watch(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while self._viewer.receive()[0] == 2:
                self._viewer.send("ack")


def make_pilots(folder: Path, types: Iterable[str]) -> None:
    """Make missing pilots of `types`: random weights, and always the same throttle."""
    from donkeycar.keras_backend import import_keras

    missing = [type for type in types if not (folder / f"{type}.json").exists()]
    if not missing:
        return
    import_keras()
    import numpy as np

    from donkeycar.pilots import PilotInfo
    from donkeycar.pilots.files.bundle import PilotFiles
    from donkeycar.pilots.kinds.registry import pilot_type
    from donkeycar.training.export.save import save_pilot

    frames = np.random.default_rng(0).integers(0, 256, (50, *SHAPE), dtype=np.uint8)
    for type in missing:
        model = pilot_type(type).build(SHAPE, seed=1)
        layer = model.get_layer("n_outputs1")
        weights, bias = layer.get_weights()
        layer.set_weights([np.zeros_like(weights), np.full_like(bias, THROTTLE)])
        save_pilot(
            PilotFiles.of(folder / type), PilotInfo(type, SHAPE), model,
            inputs={"img_in": frames}, frames=frames,
        )  # fmt: skip


def make_car(folder: Path, run: Run, port: int) -> None:
    """Make a car whose camera frames have the requested age, and whose camera can hang."""
    from donkeycar.management.createcar import create_car

    create_car(folder)
    text = (folder / "manage.py").read_text()
    (folder / "manage.py").write_text(text.replace(MARK, SABOTEUR + MARK))
    jitter_s = 0.015 if run.age_s else 0.0
    (folder / "myconfig.py").write_text(
        f'CAMERA_TYPE = DRIVE_TRAIN_TYPE = "MOCK"\nWEB_CONTROL_PORT = {port}\n'
        f'WEB_HOST = "127.0.0.1"\nDRIVE_LOOP_HZ = CAMERA_FRAMERATE = {run.rate_hz}\n'
        f"CAMERA_LATENCY_S = {run.age_s}\nCAMERA_JITTER_S = {jitter_s}\n"
    )


class Car:
    """One running car.

    Attributes:
        chip: Its emulated servo board.
    """

    def __init__(self, folder: Path, run: Run, pilots: Path, held: CpuShare) -> None:
        self.folder = folder / "car"
        self.chip = PCA9685Chip(folder / "chip")
        self.port = free_port()
        make_car(self.folder, run, self.port)
        words = ["manage.py", "drive", "--model", str(pilots.absolute() / run.type)]
        with (folder / "said").open("w") as said:
            self.process = held.start(
                [sys.executable, "-m", "benchmarks.safety.camera_age_car", str(folder),
                 sys.executable, "-u", *words],
                cwd=self.folder, stdout=said, stderr=subprocess.STDOUT,
                env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
            )  # fmt: skip
        self._said = folder / "said"

    @property
    def said(self) -> str:
        """Its output."""
        return self._said.read_text()

    def wait_for(self, condition: Any) -> Any:
        """Wait until `condition()` is true, and return it.

        Raises:
            SystemExit: If that takes too long, or the car ends.
        """
        end_s = time.monotonic() + PATIENCE_S
        while not (found := condition()):
            if self.process.poll() is not None or time.monotonic() > end_s:
                raise SystemExit(f"the car did not drive:\n{self.said}")
            time.sleep(0.01)
        return found

    def neutral_s(self, since_s: float) -> float:
        """When the motor's pulse was first neutral after a moment; infinite if it never was."""
        return min(
            (at_s for at_s, is_neutral in self.phases() if is_neutral and at_s >= since_s),
            default=float("inf"),
        )

    def phases(self) -> list[tuple[float, bool]]:
        """Moments at which the motor's pulse became neutral, or stopped being neutral."""
        return [
            (change.time_s, change.ticks in (0, NEUTRAL_TICKS))
            for change in self.chip.trace.changes
            if change.channel == THROTTLE_CHANNEL
        ]

    def drives(self) -> bool:
        """Whether the motor turns."""
        return self.chip.ticks(THROTTLE_CHANNEL) not in (0, NEUTRAL_TICKS)

    def neutral_share(self, from_s: float, to_s: float) -> float:
        """Share of the time between two moments in which the motor's pulse was neutral."""
        total_s, neutral_since_s = 0.0, from_s
        was_neutral = True
        for at_s, is_neutral in [*self.phases(), (to_s, not was_neutral)]:
            at_s = min(max(at_s, from_s), to_s)
            if was_neutral:
                total_s += at_s - neutral_since_s
            was_neutral, neutral_since_s = is_neutral, at_s
        return total_s / (to_s - from_s)


@contextlib.contextmanager
def running(run: Run, pilots: Path) -> Iterator[Car]:
    """Start a car, and clean up after it."""
    with tempfile.TemporaryDirectory() as name, CpuShare(run.share) as held:
        car = Car(Path(name), run, pilots, held)
        try:
            yield car
        finally:
            car.chip.close()


if __name__ == "__main__":
    sys.exit(guardian("pca9685", Path(sys.argv[1]), sys.argv[2:]))
