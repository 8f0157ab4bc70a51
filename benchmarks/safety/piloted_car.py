"""A car whose pilot gives throttle while its camera can be lost.

A real car runs at 20 Hz: camera, pilot in its thread, the arbiter, and the guardian of a motor that
records its commands; the guardian runs every 10 ms as the real one does. The driver's link stays
alive.
"""

import threading
import time

import numpy as np

from benchmarks.safety.rigs.light import Light
from benchmarks.safety.rigs.made import OwnRig
from benchmarks.safety.rigs.rig import Rig
from donkeycar.assembly.camera import CAMERAS
from donkeycar.driving.drive_mode import DriveMode
from donkeycar.errors import PartFailed
from donkeycar.guardian.guardian import Guardian
from donkeycar.guardian.motor_frame import MotorFrame
from donkeycar.guardian.process import POLL_S
from donkeycar.parts.drivetrain.guarded import GuardedDrivetrain
from donkeycar.parts.pilot import PilotPart
from donkeycar.timing import RealClock
from donkeycar.vehicle import Vehicle

RATE_HZ = 20.0
THROTTLE = 0.5
STOP_S = 3.0
# A guardian arms after half a second without a late order, which may take long on a busy machine.
START_S = 30.0

CAMERA_OUTPUTS = ["cam/image_array", "cam/exposed_s", "cam/sequence"]
PILOT_OUTPUTS = ["pilot/angle", "pilot/throttle", "pilot/expires_s"]
DRIVE_INPUTS = [
    "user/mode", "user/angle", "user/throttle", "user/expires_s", "user/max_throttle",
    *PILOT_OUTPUTS,
]  # fmt: skip


class Motor:
    """Records its commands.

    Attributes:
        notes: Moments, and the throttle from each moment on.
    """

    def __init__(self) -> None:
        self.notes: list[tuple[float, float]] = [(0.0, 0.0)]

    @property
    def throttle(self) -> float:
        """The present throttle."""
        return self.notes[-1][1]

    def neutral_share(self, from_s: float, to_s: float) -> float:
        """Share of the time between two moments in which the motor stood still."""
        ends_s = [at_s for at_s, _ in self.notes[1:]] + [to_s]
        neutral_s = sum(
            max(0.0, min(end_s, to_s) - max(at_s, from_s))
            for (at_s, throttle), end_s in zip(self.notes, ends_s, strict=True)
            if throttle == 0.0
        )
        return neutral_s / (to_s - from_s)

    def write(self, steering: float, throttle: float) -> None:
        """Record a command."""
        if throttle != self.throttle:
            self.notes.append((time.monotonic(), throttle))

    def off(self) -> None:
        """Record a stop."""
        self.write(0.0, 0.0)


class Watch:
    """The guardian of a motor, in a thread that runs as often as the process would."""

    def __init__(self, motor: Motor) -> None:
        self._guardian = Guardian(motor)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def send(self, frame: MotorFrame) -> None:
        """Hand the guardian a frame."""
        with self._lock:
            self._guardian.receive(frame.encode())
            self._guardian.step()

    def status(self) -> MotorFrame:
        """The present state of the guardian."""
        return self._guardian.status

    def halt(self) -> None:
        """Do nothing: nobody stops this car."""

    def end(self) -> None:
        """End the thread."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(POLL_S):
            with self._lock:
                self._guardian.step()


class StraightOn:
    """A pilot that always gives throttle, as fast as a small network."""

    def infer(self, image: np.ndarray) -> tuple[float, float]:
        """Answer for a frame."""
        time.sleep(0.01)
        return 0.0, THROTTLE


class Stood(Exception):
    """The car stopped before the fault, as a busy machine starved its camera or its loop."""


class PilotedCar:
    """A car in mode `local`, driving in a thread.

    Args:
        rig: Its camera; a class of the owner's own if omitted.
        age_s: How old each frame is when the camera hands it over.
        rate_hz: Frames and ticks a second.
        seed: Of what the camera sees.
        paced: Whether the frames begin the ticks, as `LOOP_PACE` "camera" has it.
    """

    def __init__(
        self,
        rig: Rig | None = None,
        *,
        age_s: float,
        rate_hz: float = RATE_HZ,
        seed: int = 1,
        paced: bool = False,
    ) -> None:
        self.light = Light(
            rig or OwnRig("OWN", RealClock()), age_s=age_s, rate_hz=rate_hz, seed=seed
        )
        self.camera = self.light.camera
        self._rate_hz = rate_hz
        self.motor = Motor()
        self.error = ""
        self._watch = Watch(self.motor)
        self._car = car = Vehicle()
        more = CAMERAS[self.light.rig.word].channels if self.light.rig.word in CAMERAS else ()
        car.add(self.camera, outputs=[*CAMERA_OUTPUTS, *more], threaded=True, prompt=True)
        if paced:
            car.pace_by(self.camera)
        pilot = PilotPart(StraightOn())
        car.add(pilot, inputs=CAMERA_OUTPUTS[:2], outputs=PILOT_OUTPUTS, threaded=True, prompt=True)
        rule = DriveMode()
        car.add(rule, inputs=DRIVE_INPUTS, outputs=["angle", "throttle", "command"], prompt=True)
        wheels = GuardedDrivetrain(self._watch, emergency_off=self.motor.off)
        outputs = ["drivetrain/state", "drivetrain/reason"]
        car.add(wheels, inputs=["command"], outputs=outputs, prompt=True)
        car.mem["user/mode"], car.mem["user/expires_s"] = "local", float("inf")
        car.mem["user/angle"] = car.mem["user/throttle"] = 0.0
        car.mem["user/max_throttle"] = 1.0
        self._thread = threading.Thread(target=self._drive, daemon=True)
        self._thread.start()

    def wait_until_it_drives(self) -> None:
        """Return once the pilot turns the wheels."""
        deadline_s = time.monotonic() + START_S
        while self.motor.throttle < THROTTLE:
            if time.monotonic() > deadline_s or not self._thread.is_alive():
                self.end()
                raise Stood(self.error or "the pilot did not drive")
            time.sleep(0.005)

    def wait_until_it_stops(self, timeout_s: float) -> None:
        """Return once it stops by itself, or after a while."""
        deadline_s = time.monotonic() + timeout_s
        while self._car.on and time.monotonic() < deadline_s:
            time.sleep(0.005)

    def end(self) -> None:
        """Release a hanging camera, and stop everything that still runs."""
        self.light.end()
        self._car.on = False
        self._thread.join(STOP_S)
        self._watch.end()
        self.light.close()

    def _drive(self) -> None:
        try:
            self._car.start(rate_hz=self._rate_hz)
        except PartFailed as error:
            self.error = str(error)
