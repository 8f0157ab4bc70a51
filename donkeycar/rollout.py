"""Whole drives in the simulator: the real loop, on a clock that does not wait."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from donkeycar.errors import SimError
from donkeycar.parts.camera.sim import SimCamera
from donkeycar.parts.drivetrain.sim import SimDrivetrain
from donkeycar.parts.pilot import PilotPart
from donkeycar.parts.recorder import TubRecorder
from donkeycar.safety.command import Command
from donkeycar.safety.drive_mode import DriveMode
from donkeycar.sim.camera import CameraModel
from donkeycar.sim.expert import Expert
from donkeycar.sim.metrics import TRAJECTORY_COLUMNS, Metrics
from donkeycar.sim.nudge import Nudge
from donkeycar.sim.seeds import random_stream
from donkeycar.sim.track import Track, load_track
from donkeycar.sim.world import Policy, World
from donkeycar.timing import SimulatedClock
from donkeycar.vehicle import Vehicle

Image: TypeAlias = npt.NDArray[np.uint8]
Infer: TypeAlias = Callable[[Image], tuple[float, float]]

RECORD_INPUTS = ("cam/image_array", "user/angle", "user/throttle", "user/mode")
RECORD_TYPES = ("image_array", "float", "float", "str")
CAMERA_OUTPUTS = ("cam/image_array", "cam/exposed_s", "cam/sequence")
# A pilot slower than this on average does not finish in time.
SLOWEST_MPS = 0.4
# A car that has not moved for this long will not move any more, in seconds.
STANDING_S = 10.0
STANDING_MPS = 0.02
# How often progress is reported, in ticks.
PROGRESS_TICKS = 20


class Pilot(Protocol):
    """What drives: turns a frame into angle and throttle."""

    def infer(self, image: Image, /) -> tuple[float, float]:
        """Look at a frame."""


def record_expert(
    tub_path: str | Path,
    track: str | Track = "warehouse",
    num_records: int = 4000,
    *,
    seed: int = 0,
    rate_hz: float = 20,
    speed_mps: float = 1.5,
    nudge: float = 1.0,
    camera: CameraModel | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Let the built-in driver drive and record it into a tub.

    The car is pushed off its line now and then; what is recorded is how the driver comes back.

    Args:
        tub_path: Folder of the tub; records are appended.
        track: A track, or the name or path of one.
        num_records: How many records to make, 1 or more.
        seed: Seed of the start, and of the pushes.
        rate_hz: Records a second.
        speed_mps: Speed of the driver on a straight.
        nudge: How hard it is pushed, 0 (not at all) to 2.
        camera: The camera.
        progress: Called with the number of records made so far.

    Returns:
        ``records``, ``laps_completed``, ``lap_times``, ``off_track_count``, ``sim_seconds`` and
        ``wall_seconds``.

    Raises:
        SimError: If an argument is out of range, or not everything could be written.
    """
    if num_records < 1:
        raise SimError(f"`num_records` must be 1 or more. Received: num_records={num_records}")
    if not 0 <= nudge <= 2:
        raise SimError(f"`nudge` must be 0 to 2. Received: nudge={nudge}")
    started_s = time.perf_counter()
    world = World(_track(track), seed=seed, camera=camera)
    driver = _ExpertDriver(world, speed_mps=speed_mps, nudge=nudge)
    metadata = {"simulator": "donkeycar", "track": world.track.name, "seed": seed}
    recorder = TubRecorder(
        tub_path,
        inputs=RECORD_INPUTS,
        types=RECORD_TYPES,
        metadata=metadata,
        lossless=True,
    )
    car = Vehicle(clock=SimulatedClock())
    car.add(SimCamera(world, clock=car.clock), outputs=CAMERA_OUTPUTS)
    car.add(driver, outputs=["user/angle", "user/throttle", "user/mode", "command"])
    car.add(recorder, inputs=RECORD_INPUTS, outputs=["tub/num_records", "tub/status"])
    if progress is not None:
        car.add(_Progress(progress))
    car.add(SimDrivetrain(world, clock=car.clock), inputs=["command"])
    car.start(rate_hz=rate_hz, max_loop_count=num_records)
    if recorder.status or recorder.queue_length:
        reason = recorder.status or f"{recorder.queue_length} records were still waiting."
        raise SimError(f"The recording is not complete. {reason}")
    if progress is not None:
        progress(num_records)
    return {
        "records": num_records,
        "laps_completed": world.laps_completed,
        "lap_times": world.lap_times_s,
        "off_track_count": world.off_track_count,
        "sim_seconds": world.time_s,
        "wall_seconds": time.perf_counter() - started_s,
    }


def evaluate_pilot(
    pilot: Pilot | Infer,
    track: str | Track = "warehouse",
    *,
    laps: int = 3,
    seed: int = 0,
    rate_hz: float = 20,
    policy: Policy = "respawn_on_centre",
    time_limit_s: float | None = None,
    max_age_s: float = 0.15,
    camera: CameraModel | None = None,
    car: str = "rc16",
    frame_every: int = 0,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Any]:
    """Let a pilot drive laps by its camera alone, and measure how well it does.

    The run ends with the last lap, after `time_limit_s`, or when the car stands still.

    Args:
        pilot: A pilot, or a function that turns a frame into angle and throttle.
        track: A track, or the name or path of one.
        laps: Laps to drive, 1 or more.
        seed: Seed of the start.
        rate_hz: Ticks a second.
        policy: What happens when the car leaves the lane or crashes, see `World`.
        time_limit_s: Simulated seconds; ``None`` is enough for a slow walk.
        max_age_s: How long an answer of the pilot holds.
        camera: The camera; ``None`` is one with the frame size of the pilot.
        car: The car, see `World`.
        frame_every: Keep every so many frames; 0 keeps none.
        progress: Called with the share of the run that is done, 0 to 1.

    Returns:
        The metrics of ``sim_eval/1`` (see ``docs/simulator.md``) and ``ended`` (``"laps"``,
        ``"time"`` or ``"standing"``), ``trajectory`` (one row for every tick),
        ``trajectory_columns``, and, if asked for, ``frames``. The same arguments give the same
        result, ``wall_seconds`` excepted.

    Raises:
        SimError: If an argument is out of range.
        PartFailed: If the pilot failed; the cause is chained.
    """
    if laps < 1:
        raise SimError(f"`laps` must be 1 or more. Received: laps={laps}")
    if frame_every < 0:
        raise SimError(f"`frame_every` must be 0 or more. Received: frame_every={frame_every}")
    loaded = _track(track)
    if time_limit_s is None:
        time_limit_s = laps * loaded.length_m / SLOWEST_MPS + STANDING_S
    if not time_limit_s > 0:
        raise SimError(f"`time_limit_s` must be greater than 0. Received: {time_limit_s=}")
    started_s = time.perf_counter()
    driver = pilot if hasattr(pilot, "infer") else _Function(pilot)
    world = World(loaded, seed=seed, camera=camera or _camera_of(pilot), car=car, policy=policy)
    vehicle = Vehicle(clock=SimulatedClock())
    judge = _Judge(vehicle, world, laps, time_limit_s, frame_every, progress)
    clock = vehicle.clock
    vehicle.add(SimCamera(world, clock=clock), outputs=CAMERA_OUTPUTS)
    vehicle.add(
        PilotPart(driver, max_age_s=max_age_s, clock=clock),
        inputs=["cam/image_array", "cam/exposed_s"],
        outputs=["pilot/angle", "pilot/throttle", "pilot/expires_s"],
    )
    # The examiner is at the wheel all the time, and lets the pilot drive.
    vehicle.mem["user/mode"] = "local"
    vehicle.mem["user/expires_s"] = float("inf")
    vehicle.add(
        DriveMode(clock=clock),
        inputs=[
            "user/mode", None, None, "user/expires_s", None,
            "pilot/angle", "pilot/throttle", "pilot/expires_s",
        ],
        outputs=["angle", "throttle", "command"],
    )  # fmt: skip
    vehicle.add(judge, inputs=["angle", "throttle", "cam/image_array"])
    vehicle.add(SimDrivetrain(world, clock=clock), inputs=["command"])
    vehicle.start(rate_hz=rate_hz)
    result = judge.metrics.result(wall_seconds=time.perf_counter() - started_s)
    result["ended"] = judge.ended
    result["trajectory"] = judge.metrics.trajectory
    result["trajectory_columns"] = list(TRAJECTORY_COLUMNS)
    if frame_every:
        result["frames"] = judge.frames
    return result


def _track(track: str | Track) -> Track:
    return load_track(track) if isinstance(track, str) else track


def _camera_of(pilot: object) -> CameraModel:
    """The usual camera, with the frame size the pilot wants."""
    shape = getattr(pilot, "input_shape", None)
    if shape is None:
        return CameraModel()
    return CameraModel(width_px=shape[1], height_px=shape[0])


class _Function:
    """Makes a pilot of a plain function."""

    def __init__(self, infer: Infer) -> None:
        self.infer = infer


class _ExpertDriver:
    """A part: the built-in driver, pushed off its line now and then."""

    def __init__(self, world: World, *, speed_mps: float, nudge: float) -> None:
        self._expert = Expert(world, speed_mps=speed_mps)
        self._nudge = Nudge(world, random_stream(world.seed, "driver"), strength=nudge)

    def run(self) -> tuple[float, float, str, Command]:
        """Answer, and what the wheels get instead."""
        angle, throttle = self._expert.drive()
        pushed = self._nudge.apply(angle)
        return angle, throttle, "user", Command(pushed, throttle, "user", float("inf"))


class _Progress:
    """A part: counts ticks and tells now and then."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell = tell
        self._ticks = 0

    def run(self) -> None:
        """Count."""
        self._ticks += 1
        if self._ticks % PROGRESS_TICKS == 0:
            self._tell(self._ticks)


class _Judge:
    """A part: measures, and ends the run."""

    def __init__(
        self,
        vehicle: Vehicle,
        world: World,
        laps: int,
        time_limit_s: float,
        frame_every: int,
        progress: Callable[[float], None] | None,
    ) -> None:
        self.metrics = Metrics(world, laps=laps)
        self.frames: list[Image] = []
        self.ended = ""
        self._vehicle = vehicle
        self._world = world
        self._laps = laps
        self._time_limit_s = time_limit_s
        self._frame_every = frame_every
        self._progress = progress
        self._moved_s = 0.0
        self._ticks = 0

    def run(self, angle: float, throttle: float, image: Image) -> None:
        """Look at one tick."""
        self.metrics.observe(angle, throttle, image)
        if self._frame_every and self._ticks % self._frame_every == 0:
            self.frames.append(image)
        self._ticks += 1
        if self._progress is not None and self._ticks % PROGRESS_TICKS == 0:
            self._progress(self.metrics.completion)
        self.ended = self._end()
        if self.ended:
            self._vehicle.on = False

    def _end(self) -> str:
        world = self._world
        if world.car.speed_mps > STANDING_MPS:
            self._moved_s = world.time_s
        if world.laps_completed >= self._laps:
            return "laps"
        if world.time_s >= self._time_limit_s:
            return "time"
        return "standing" if world.time_s - self._moved_s >= STANDING_S else ""
