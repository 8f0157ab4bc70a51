"""The simulated world: a car on a track, the rules, and the pictures of the camera."""

import math
from collections import deque
from typing import Literal

import numpy as np

from donkeycar.errors import SimError
from donkeycar.sim.arrays import Image
from donkeycar.sim.camera import CameraModel
from donkeycar.sim.car_model import load_car
from donkeycar.sim.contact import CRASH_MPS, Contacts, Hit
from donkeycar.sim.lane import LaneWatch
from donkeycar.sim.laps import LapCounter
from donkeycar.sim.physics import STEP_S, Car
from donkeycar.sim.render import Renderer
from donkeycar.sim.seeds import random_stream
from donkeycar.sim.track import Location, Track

Policy = Literal["reset", "respawn_on_centre", "continue"]
POLICIES: tuple[Policy, ...] = ("reset", "respawn_on_centre", "continue")

# The rules are checked once in this number of physics steps, whatever the length of a frame, so
# that laps do not depend on the rate of the loop.
STEPS_PER_LOOK = 2
# A larger jump of an outer clock, in seconds, means that the computer slept.
MAX_PAUSE_S = 1.0
START_OFFSET_M = 0.05
START_TURN_RAD = 0.05
# The camera can show where the car was up to this long ago, in seconds.
MAX_AGO_S = 1.0
# Two contacts closer together than this are one collision, in seconds.
SAME_COLLISION_S = 0.5


class World:
    """A simulated car on a track.

    The world never reads the time of day and never draws an unseeded number: the same track, seed
    and commands give the same run to the last bit.

    Args:
        track: The track.
        seed: Seed of all random numbers, 0 or more.
        camera: The camera on the car.
        car: Name of a car preset, or the path of a car file.
        policy: What happens when the car leaves the lane or crashes. ``"reset"`` puts it back to
            the start, ``"respawn_on_centre"`` puts it on the centre line where it left the lane,
            ``"continue"`` lets it drive on as a real car would.
        respawn_penalty_s: Seconds added to the lap time for each respawn.

    Attributes:
        track: The track.
        car: The car.
        time_s: Simulated seconds since the start.
        place: The position of the car on the track.
        hit: What the car touches now.
        off_track_count: How many times it left the lane.
        off_track_s: Seconds it was off the lane.
        collision_count: How many times it hit something.
        intervention_count: How many times it was put back.
        distance_m: Metres driven.

    Raises:
        SimError: If `policy` is unknown, `seed` is negative, or the car file is wrong.

    Example:
        >>> from donkeycar.sim.track import load_track
        >>> world = World(load_track("oval"), seed=1)
        >>> world.step(angle=0.0, throttle=0.2, duration_s=0.5)
        >>> world.render().shape
        (120, 160, 3)
    """

    def __init__(
        self,
        track: Track,
        *,
        seed: int = 0,
        camera: CameraModel | None = None,
        car: str = "rc16",
        policy: Policy = "continue",
        respawn_penalty_s: float = 0.0,
    ) -> None:
        if policy not in POLICIES:
            raise SimError(f"`policy` must be one of {list(POLICIES)}. Received: policy={policy!r}")
        if seed < 0:
            raise SimError(f"`seed` must be 0 or more. Received: seed={seed}")
        self.track = track
        self.seed = seed
        self.camera = CameraModel() if camera is None else camera
        self.policy = policy
        self.car = Car(load_car(car))
        self._respawn_penalty_s = respawn_penalty_s
        self._renderer: Renderer | None = None
        self._contacts = Contacts(track)
        self._lane = LaneWatch(track)
        self._laps = LapCounter(track)
        self.place: Location
        self.restart()

    def restart(self) -> None:
        """Begin the run again, as if the world had just been made."""
        self._random = random_stream(self.seed, "start")
        self._laps.reset()
        # The position of the car at the end of each step.
        self._poses: deque[tuple[float, float, float]] = deque(maxlen=round(MAX_AGO_S / STEP_S) + 1)
        self._steps = 0
        self._owed_s = 0.0
        self._angle = self._throttle = self._brake = 0.0
        self._until_s = math.inf
        self._followed_s: float | None = None
        self.hit: Hit | None = None
        self._touched_s = -math.inf
        self.off_track_count = self.collision_count = self.intervention_count = 0
        self.off_track_s = self.distance_m = 0.0
        self.reset()
        self._poses.append(self._pose())

    def reset(self) -> None:
        """Put the car back behind the start line, at rest; counters and laps stay."""
        offset_m = self._random.uniform(-START_OFFSET_M, START_OFFSET_M)
        turn = self._random.uniform(-START_TURN_RAD, START_TURN_RAD)
        file = self.track.file
        x, y, yaw = self.track.point(file.start_s_m - file.start_behind_m)
        x, y = x - offset_m * math.sin(yaw), y + offset_m * math.cos(yaw)
        self._laps.restart()
        self._put(x, y, yaw + turn)

    def respawn(self) -> None:
        """Put the car on the centre line, beside its present position, at rest."""
        x, y, yaw = self.track.point(self.place.s_m)
        self._laps.add_penalty(self._respawn_penalty_s)
        self._put(x, y, yaw)

    def hold(
        self, angle: float, throttle: float, brake: float = 0.0, *, until_s: float = math.inf
    ) -> None:
        """Set the command that applies from now on.

        Args:
            angle: -1 (full left) to +1 (full right); values beyond are clipped.
            throttle: -1 (full reverse) to +1 (full forward); values beyond are clipped.
            brake: 0 to 1.
            until_s: Simulated time after which the throttle is neutral.

        Raises:
            SimError: If a value is not a number.
        """
        if not (math.isfinite(angle) and math.isfinite(throttle) and math.isfinite(brake)):
            raise SimError(
                "A command must be finite numbers. "
                f"Received: angle={angle}, throttle={throttle}, brake={brake}"
            )
        self._angle = min(max(float(angle), -1.0), 1.0)
        self._throttle = min(max(float(throttle), -1.0), 1.0)
        self._brake = min(max(float(brake), 0.0), 1.0)
        self._until_s = until_s

    def advance(self, duration_s: float) -> None:
        """Simulate some time under the present command.

        Args:
            duration_s: Seconds, 0 or more; a part of a physics step is carried over to the next
                call.
        """
        self._owed_s += duration_s
        steps = int(self._owed_s / STEP_S + 1e-6)
        self._owed_s -= steps * STEP_S
        for _ in range(steps):
            throttle = self._throttle if self.time_s < self._until_s else 0.0
            self.car.step(self._angle, throttle, self._brake)
            self._steps += 1
            if self._steps % STEPS_PER_LOOK == 0:
                self._look()
            self._poses.append(self._pose())
        self.place = self.track.locate(self.car.body.x, self.car.body.y, self.place.sample)

    def follow(self, now_s: float) -> None:
        """Simulate up to the given time of an outer clock.

        The first call ties this world to that clock. A jump of the clock counts as `MAX_PAUSE_S` at
        most, for example after a laptop slept.

        Args:
            now_s: Seconds on the outer clock.
        """
        passed_s = 0.0 if self._followed_s is None else now_s - self._followed_s
        self._followed_s = now_s
        self.advance(min(max(passed_s, 0.0), MAX_PAUSE_S))

    def step(self, angle: float, throttle: float, duration_s: float, brake: float = 0.0) -> None:
        """Set a command and simulate `duration_s` under it."""
        self.hold(angle, throttle, brake)
        self.advance(duration_s)

    def render(self, *, steps_ago: int = 0) -> Image:
        """Render the camera's frame: a new array, RGB, shape ``(height, width, 3)``.

        Args:
            steps_ago: How many physics steps ago, 0 for now, `MAX_AGO_S` at most. Before the first
                step the car stood at its start.
        """
        if self._renderer is None:
            self._renderer = Renderer(self.track, self.camera)
        if steps_ago == 0:
            return self._renderer.render(*self._pose())
        return self._renderer.render(*self._poses[max(len(self._poses) - 1 - steps_ago, 0)])

    @property
    def time_s(self) -> float:
        """Simulated seconds since the start."""
        return self._steps * STEP_S

    @property
    def cte_m(self) -> float:
        """Distance from the centre line, positive on its right."""
        return self.place.cte_m

    @property
    def heading_error_rad(self) -> float:
        """Heading of the car relative to the track, positive counter-clockwise, -pi to pi."""
        turned = self.car.body.yaw - float(self.track.heading[self.place.sample])
        return math.remainder(turned, 2 * math.pi)

    @property
    def off_track(self) -> bool:
        """Whether the car has been off the lane for longer than is forgiven."""
        return self._lane.off_track

    @property
    def lap_times_s(self) -> list[float]:
        """Times of the completed laps."""
        return list(self._laps.lap_times_s)

    @property
    def lap_s(self) -> float | None:
        """Time of the present lap so far; ``None`` before the first crossing of the line."""
        started_s = self._laps.started_s
        return None if started_s is None else self.time_s - started_s

    @property
    def laps_completed(self) -> int:
        """Number of completed laps."""
        return len(self._laps.lap_times_s)

    def state_bytes(self) -> bytes:
        """Everything that decides what happens next, for digests."""
        values = (*self.car.state(), self.time_s, float(self.laps_completed), self.place.s_m)
        return np.array(values, dtype="<f8").tobytes()

    def _pose(self) -> tuple[float, float, float]:
        body = self.car.body
        return body.x, body.y, body.yaw

    def _look(self) -> None:
        body, look_s = self.car.body, STEPS_PER_LOOK * STEP_S
        crashed = self._collide()
        self.place = self._locate(body.x, body.y)
        self.distance_m += self.car.speed_mps * look_s
        self._laps.update(self.time_s, body.x, body.y, self.place)
        left_lane = self._lane.update(self.time_s, self.car, self.place)
        self.off_track_count += left_lane
        if self._lane.off_track:
            self.off_track_s += look_s
        if left_lane or crashed:
            self._put_back()

    def _locate(self, x: float, y: float) -> Location:
        # On the lane the search is local, so that it cannot jump to a neighbouring lane; off the
        # lane it searches everywhere.
        return self.track.locate(x, y, None if self._lane.outside else self.place.sample)

    def _collide(self) -> bool:
        """Resolve contacts; return whether this was a crash."""
        self.hit = self._contacts.resolve(self.car)
        if self.hit is None:
            return False
        if self.time_s - self._touched_s > SAME_COLLISION_S:
            self.collision_count += 1
        self._touched_s = self.time_s
        return self.hit.speed_mps > CRASH_MPS

    def _put_back(self) -> None:
        if self.policy == "continue":
            return
        self.intervention_count += 1
        if self.policy == "reset":
            self.reset()
        else:
            self.respawn()

    def _put(self, x: float, y: float, yaw: float) -> None:
        self.car.reset(x, y, yaw, recharge=self._steps == 0)
        self._lane.reset()
        self._laps.jump()
        self.place = self.track.locate(x, y)
