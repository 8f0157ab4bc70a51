"""Pure pursuit controller: follows the centre line from its known position, slower in turns.

Source:
    Coulter, "Implementation of the Pure Pursuit Path Tracking Algorithm", CMU-RI-TR-92-01.
"""

import math

import numpy as np

from donkeycar.errors import SimError
from donkeycar.sim.arrays import Floats
from donkeycar.sim.physics import GRAVITY_MPS2
from donkeycar.sim.track import Track
from donkeycar.sim.world import World

# How far ahead of the car its goal is: a distance in metres, plus seconds times its speed.
LOOK_AHEAD_M = 0.30
LOOK_AHEAD_S = 0.20
# Share of the tyres' grip that is used in turns.
GRIP_SHARE = 0.35
# Deceleration that is planned before a turn, in m/s^2.
PLANNED_BRAKING_MPS2 = 1.5
# Throttle for each m/s below the planned speed.
SPEED_GAIN = 0.12


class Expert:
    """Drives a world from its state, without looking at its pictures.

    Args:
        world: The world to drive.
        speed_mps: Speed on a straight, 0.3 to 5.

    Raises:
        SimError: If `speed_mps` is out of range.

    Example:
        >>> from donkeycar.sim.track import load_track
        >>> world = World(load_track("oval"))
        >>> expert = Expert(world)
        >>> for _ in range(400):
        ...     world.step(*expert.drive(), duration_s=0.05)
        >>> world.laps_completed
        1
    """

    def __init__(self, world: World, *, speed_mps: float = 1.5) -> None:
        if not 0.3 <= speed_mps <= 5:
            raise SimError(f"`speed_mps` must be 0.3 to 5. Received: speed_mps={speed_mps}")
        self._world = world
        grip_mps2 = GRIP_SHARE * world.car.model.friction * GRAVITY_MPS2
        self._speed = plan_speed(world.track, speed_mps, grip_mps2)

    def drive(self) -> tuple[float, float]:
        """The command an attentive driver would give now: angle and throttle."""
        world = self._world
        place, speed = world.place, world.car.forward_mps
        wanted = float(self._speed[place.sample])
        throttle = world.car.model.throttle_for_speed(wanted) + SPEED_GAIN * (wanted - speed)
        return self._steer(max(0.3, speed)), min(max(throttle, 0.0), 1.0)

    def _steer(self, speed: float) -> float:
        world = self._world
        body, model = world.car.body, world.car.model
        goal_x, goal_y, _ = world.track.point(world.place.s_m + LOOK_AHEAD_M + LOOK_AHEAD_S * speed)
        # The curvature of the circle through the rear axle and the goal, tangent to the car.
        cos, sin = math.cos(body.yaw), math.sin(body.yaw)
        dx, dy = goal_x - body.x + model.rear_m * cos, goal_y - body.y + model.rear_m * sin
        ahead, left = dx * cos + dy * sin, dy * cos - dx * sin
        turn = math.atan2(2 * model.wheelbase_m * left, ahead * ahead + left * left)
        return min(max(-turn / math.radians(model.servo.max_angle_deg), -1.0), 1.0)


def plan_speed(track: Track, speed_mps: float, grip_mps2: float) -> Floats:
    """Speed profile at each sample of the centre line: what turns allow, with time to slow down.

    Args:
        track: The track.
        speed_mps: Speed on a straight.
        grip_mps2: Lateral acceleration in turns.

    Returns:
        Metres per second, shape ``(n,)``.
    """
    around: Floats = np.stack([np.roll(track.curvature, shift) for shift in range(-4, 5)]).mean(
        axis=0
    )
    allowed = np.sqrt(grip_mps2 / np.maximum(np.abs(around), 1e-6))
    plan: Floats = np.minimum(allowed, speed_mps)
    # Two passes backwards round the track: the first may begin in the middle of a braking zone.
    for index in [*range(track.num_samples - 1, -1, -1)] * 2:
        following = plan[(index + 1) % track.num_samples]
        reachable = math.sqrt(following**2 + 2 * PLANNED_BRAKING_MPS2 * track.step_m)
        plan[index] = min(plan[index], reachable)
    return plan
