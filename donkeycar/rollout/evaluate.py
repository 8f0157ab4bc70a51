"""Closed-loop evaluation: a pilot drives laps in the simulator, and is measured."""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from donkeycar.driving.drive_mode import DriveMode
from donkeycar.errors import SimError
from donkeycar.parts.answer_life import MAX_LIFE_S
from donkeycar.parts.camera.latency import Latency
from donkeycar.parts.camera.sim import SimCamera
from donkeycar.parts.drivetrain.sim import SimDrivetrain
from donkeycar.parts.pilot import PilotPart
from donkeycar.pilots.protocol import Pilot, reset
from donkeycar.rollout.monitor import STANDING_S, RunMonitor
from donkeycar.sim.camera import CameraModel
from donkeycar.sim.metrics import TRAJECTORY_COLUMNS
from donkeycar.sim.track import Track, find_track
from donkeycar.sim.world import Policy, World
from donkeycar.timing import SimulatedClock
from donkeycar.vehicle import Vehicle

Image: TypeAlias = npt.NDArray[np.uint8]
Infer: TypeAlias = Callable[[Image], tuple[float, float]]
# A pilot whose average speed is below this does not finish in time, in metres per second.
SLOWEST_MPS = 0.4


def evaluate_pilot(
    pilot: Pilot | Infer,
    track: str | Track = "warehouse",
    *,
    laps: int = 3,
    seed: int = 0,
    rate_hz: float = 20,
    policy: Policy = "respawn_on_centre",
    time_limit_s: float | None = None,
    max_age_s: float = MAX_LIFE_S,
    latency: Latency | None = None,
    camera: CameraModel | None = None,
    vector: Sequence[float] | None = None,
    car: str = "rc16",
    frame_every: int = 0,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Any]:
    """Let a pilot drive laps with the camera alone, and measure how well it drives.

    The run ends with the last lap, after `time_limit_s`, or when the car stands still.

    Args:
        pilot: A pilot, or a function that turns a frame into angle and throttle.
        track: A track, or its name or path.
        laps: Laps to drive, 1 or more.
        seed: Seed of the start.
        rate_hz: Ticks per second.
        policy: What happens when the car leaves the lane or crashes, see `World`.
        time_limit_s: Simulated seconds; ``None`` allows enough time for a slow walk.
        max_age_s: How long an answer of the pilot is valid at most.
        latency: Age of a frame when the pilot gets it; ``None`` is as on a Pi, drawn with the seed.
        camera: The camera; ``None`` takes one with the pilot's frame size.
        vector: The constant second input of a pilot that needs more than the frame, for example
            the behavior to drive with.
        car: The car, see `World`.
        frame_every: Keep every n-th frame; 0 keeps none.
        progress: Called with the share of the run that is done, 0 to 1.

    Returns:
        The metrics of ``sim_eval/1`` (see ``docs/simulator.md``) and ``ended`` (``"laps"``,
        ``"time"`` or ``"standing"``), ``trajectory`` (one row for every tick),
        ``trajectory_columns``, and, if requested, ``frames``. The same arguments give the same
        result, except ``wall_seconds``.

    Raises:
        SimError: If an argument is out of range.
        PartFailed: If the pilot failed; the cause is chained.
    """
    if laps < 1:
        raise SimError(f"`laps` must be 1 or more. Received: laps={laps}")
    if frame_every < 0:
        raise SimError(f"`frame_every` must be 0 or more. Received: frame_every={frame_every}")
    loaded = find_track(track)
    if time_limit_s is None:
        time_limit_s = laps * loaded.length_m / SLOWEST_MPS + STANDING_S
    if not time_limit_s > 0:
        raise SimError(f"`time_limit_s` must be greater than 0. Received: {time_limit_s=}")
    channels = getattr(pilot, "vector_channels", ())
    if channels and vector is None:
        raise SimError(
            f"This pilot needs {', '.join(channels)}, which the simulator does not have. "
            "Received: vector=None"
        )
    started_s = time.perf_counter()
    driver = pilot if hasattr(pilot, "infer") else _Function(pilot)
    world = World(loaded, seed=seed, camera=camera or _camera_of(pilot), car=car, policy=policy)
    vehicle = Vehicle(clock=SimulatedClock())
    monitor = RunMonitor(vehicle, world, laps, time_limit_s, frame_every, progress)
    clock = vehicle.clock
    reset(pilot)
    knows_places = getattr(getattr(pilot, "kind", None), "locate", None) is not None
    locations = ["pilot/loc"] if knows_places else []
    vehicle.add(
        SimCamera(world, latency=latency, clock=clock),
        outputs=["cam/image_array", "cam/exposed_s", "cam/sequence"],
    )
    vehicle.add(
        PilotPart(driver, max_age_s=max_age_s, clock=clock),
        inputs=["cam/image_array", "cam/exposed_s", *(["examiner/vector"] if channels else [])],
        outputs=["pilot/angle", "pilot/throttle", "pilot/expires_s", *locations],
    )
    vehicle.mem["examiner/vector"] = vector
    # The examiner is the driver all the time, and lets the pilot drive.
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
    vehicle.add(monitor, inputs=["angle", "throttle", "cam/image_array"])
    vehicle.add(SimDrivetrain(world, clock=clock), inputs=["command"])
    vehicle.start(rate_hz=rate_hz)
    result = monitor.metrics.result(wall_seconds=time.perf_counter() - started_s)
    result["ended"] = monitor.ended
    result["trajectory"] = monitor.metrics.trajectory
    result["trajectory_columns"] = list(TRAJECTORY_COLUMNS)
    if frame_every:
        result["frames"] = monitor.frames
    return result


def _camera_of(pilot: object) -> CameraModel:
    """The usual camera, with the frame size of the pilot."""
    shape = getattr(pilot, "input_shape", None)
    if shape is None:
        return CameraModel()
    return CameraModel(width_px=shape[1], height_px=shape[0])


class _Function:
    """Wraps a plain function as a pilot."""

    def __init__(self, infer: Infer) -> None:
        self.infer = infer
