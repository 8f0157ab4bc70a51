"""Data collection in the simulator: the built-in driver drives, and is recorded."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from donkeycar.driving.command import Command
from donkeycar.errors import SimError, TubError
from donkeycar.parts.camera.latency import Latency
from donkeycar.parts.camera.sim import SimCamera
from donkeycar.parts.drivetrain.sim import SimDrivetrain
from donkeycar.parts.recorder import TubRecorder
from donkeycar.sim.camera import CameraModel
from donkeycar.sim.expert import Expert
from donkeycar.sim.nudge import Nudge
from donkeycar.sim.seeds import random_stream
from donkeycar.sim.track import Track, find_track
from donkeycar.sim.world import World
from donkeycar.timing import SimulatedClock, wall_time
from donkeycar.tub import TubReader
from donkeycar.tub.format import TIMESTAMP
from donkeycar.vehicle import Vehicle

INPUTS = ("cam/image_array", "user/angle", "user/throttle", "user/mode", "cam/exposed_s")
TYPES = ("image_array", "float", "float", "str", "float")
# How often progress is reported, in ticks.
PROGRESS_TICKS = 20
# A time of a record farther ahead than this is no time of a recording.
DAY_S = 86_400
# Between two recordings in one tub.
GAP_S = 1.0


def record_expert(
    tub_path: str | Path,
    track: str | Track = "warehouse",
    num_records: int = 4000,
    *,
    seed: int = 0,
    rate_hz: float = 20,
    speed_mps: float = 1.5,
    nudge: float = 1.0,
    latency: Latency | None = None,
    camera: CameraModel | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Let the built-in driver drive and record it into a tub.

    The car is pushed off its line now and then, and the recording shows how the driver returns.
    Each record has the time of day at which the recording began, and the simulated time since then.

    Args:
        tub_path: Folder of the tub; records are appended.
        track: A track, or its name or path.
        num_records: How many records to make, 1 or more.
        seed: Seed of the start, and of the pushes.
        rate_hz: Records per second.
        speed_mps: Speed of the driver on a straight.
        nudge: Strength of the pushes, 0 (none) to 2.
        latency: Age of a frame when it is recorded; ``None`` is as on a Pi, drawn with the seed.
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
    world = World(find_track(track), seed=seed, camera=camera)
    driver = _ExpertDriver(world, speed_mps=speed_mps, nudge=nudge)
    metadata = {"simulator": "donkeycar", "track": world.track.name, "seed": seed}
    clock = SimulatedClock()
    recorder = TubRecorder(
        tub_path,
        inputs=INPUTS,
        types=TYPES,
        metadata=metadata,
        lossless=True,
        wall_s=wall_time(clock, begin_s=_begin_s(tub_path)),
    )
    car = Vehicle(clock=clock)
    car.add(
        SimCamera(world, latency=latency, clock=car.clock),
        outputs=["cam/image_array", "cam/exposed_s", "cam/sequence"],
    )
    car.add(driver, outputs=["user/angle", "user/throttle", "user/mode", "command"])
    car.add(recorder, inputs=INPUTS, outputs=["tub/num_records", "tub/status"])
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


def _begin_s(tub_path: str | Path) -> float:
    """When the recording begins: now, or after an earlier one in this tub, if that ends later.

    Minutes of simulated time take seconds. The records of two recordings, one right after the
    other, would overlap in time.
    """
    now_s = time.time()
    times: list[Any] = []
    with contextlib.suppress(TubError, OSError):  # there is no tub yet, or the recorder says why
        times = [row.get(TIMESTAMP) for row in TubReader(tub_path).records(include_deleted=True)]
    latest_ms = 1000 * (now_s + DAY_S)
    ends_s = [ms / 1000 + GAP_S for ms in times if type(ms) is int and 0 <= ms < latest_ms]
    return max([now_s, *ends_s])


class _ExpertDriver:
    """A part: the built-in driver, pushed off its line now and then."""

    def __init__(self, world: World, *, speed_mps: float, nudge: float) -> None:
        self._expert = Expert(world, speed_mps=speed_mps)
        self._nudge = Nudge(world, random_stream(world.seed, "driver"), strength=nudge)

    def run(self) -> tuple[float, float, str, Command]:
        """The driver's answer, and the command that the wheels get instead."""
        angle, throttle = self._expert.drive()
        pushed = self._nudge.apply(angle)
        return angle, throttle, "user", Command(pushed, throttle, "user", float("inf"))


class _Progress:
    """A part that counts ticks and reports progress now and then."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell = tell
        self._ticks = 0

    def run(self) -> None:
        """Count one tick, and report."""
        self._ticks += 1
        if self._ticks % PROGRESS_TICKS == 0:
            self._tell(self._ticks)
