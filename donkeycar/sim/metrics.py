"""Driving metrics: numbers that say how well a run went, in a fixed format, ``sim_eval/1``.

Source:
    Autonomy: Bojarski et al., "End to End Learning for Self-Driving Cars", arXiv:1604.07316.
    Driving score: the CARLA leaderboard. Smoothness: Balasubramanian et al., "On the analysis of
    movement smoothness", 2015 (log dimensionless jerk).
"""

import hashlib
import math
from typing import Any

import numpy as np

from donkeycar.sim.arrays import Floats, Image
from donkeycar.sim.world import World

SCHEMA = "sim_eval/1"
# The time, in seconds, that each intervention of a person counts (PilotNet).
INTERVENTION_S = 6.0
COLLISION_FACTOR = 0.65
OFF_TRACK_FACTOR = 0.8
TRAJECTORY_COLUMNS = ("time", "x", "y", "yaw", "speed", "cte", "angle", "throttle")


class Metrics:
    """Observes a run, tick by tick, and computes its metrics.

    Args:
        world: The world in which the run takes place.
        laps: The number of laps that counts as 100 % of the route.
    """

    def __init__(self, world: World, *, laps: int) -> None:
        self._world = world
        self._laps = laps
        self._digest = hashlib.sha256()
        self._rows: list[tuple[float, ...]] = []
        self._heading_errors: list[float] = []
        self._driven_m = 0.0
        self._last_s_m = world.place.s_m
        self._last_interventions = 0

    def observe(self, angle: float, throttle: float, image: Image | None = None) -> None:
        """Record one tick.

        Args:
            angle: Steering given to the car.
            throttle: Throttle given to the car.
            image: Frame of the camera; it goes into the digest.
        """
        world = self._world
        body = world.car.body
        self._rows.append(
            (world.time_s, body.x, body.y, body.yaw, world.car.forward_mps, world.cte_m,
             float(angle), float(throttle))
        )  # fmt: skip
        self._heading_errors.append(world.heading_error_rad)
        self._add_progress()
        self._digest.update(world.state_bytes())
        if image is not None:
            self._digest.update(image.tobytes())

    @property
    def trajectory(self) -> list[tuple[float, ...]]:
        """One row for each tick, see `TRAJECTORY_COLUMNS`; metres, seconds, radians."""
        return self._rows

    def result(self, *, wall_seconds: float) -> dict[str, Any]:
        """Compute the metrics of the run.

        Args:
            wall_seconds: How long the run took to compute.

        Returns:
            Plain values that JSON can hold, keys and units as in ``docs/simulator.md``. A value
            that does not exist, such as the best lap of a run without laps, is ``None``.
        """
        world = self._world
        rows = np.array(self._rows or [(0.0,) * len(TRAJECTORY_COLUMNS)])
        speed, cte, angle = rows[:, 4], np.abs(rows[:, 5]), rows[:, 6]
        seconds, km = world.time_s, world.distance_m / 1000
        laps = world.lap_times_s
        completion = self.completion
        score = COLLISION_FACTOR**world.collision_count * OFF_TRACK_FACTOR**world.off_track_count
        standstill = world.intervention_count * INTERVENTION_S
        result = {
            "laps_completed": len(laps),
            "lap_times": laps,
            "best_lap": min(laps, default=None),
            "route_completion": 100 * completion,
            "distance_m": world.distance_m,
            "mean_speed": float(speed.mean()),
            "max_speed": float(speed.max()),
            "cte_rms": _rms(cte),
            "cte_mean": float(cte.mean()),
            "cte_p95": float(np.percentile(cte, 95)),
            "cte_max": float(cte.max()),
            "heading_err_rms": _rms(np.array(self._heading_errors or [0.0])),
            "off_track_count": world.off_track_count,
            "off_track_per_km": world.off_track_count / km if km else None,
            "off_track_time": 100 * world.off_track_s / seconds if seconds else 0.0,
            "collisions": world.collision_count,
            "collisions_per_km": world.collision_count / km if km else None,
            "interventions": world.intervention_count,
            "autonomy": 100 * max(0.0, 1 - standstill / seconds) if seconds else 0.0,
            "steer_jerk": _log_dimensionless_jerk(rows[:, 0], angle),
            "steer_std_delta": float(np.diff(angle).std()) if len(angle) > 1 else 0.0,
            "driving_score": 100 * completion * score,
            "sim_seconds": seconds,
        }
        return {
            "schema": SCHEMA,
            "track": world.track.name,
            "track_sha": world.track.sha256,
            "car": world.car.model.name,
            "policy": world.policy,
            "seed": world.seed,
            "laps": self._laps,
            **{name: _rounded(value) for name, value in result.items()},
            "wall_seconds": round(wall_seconds, 3),
            "sha": self._digest.hexdigest(),
        }

    def _add_progress(self) -> None:
        """Metres along the centre line, forwards minus backwards; being put back adds none."""
        world, length_m = self._world, self._world.track.length_m
        s_m, self._last_s_m = self._last_s_m, world.place.s_m
        before, self._last_interventions = self._last_interventions, world.intervention_count
        if before == world.intervention_count:
            self._driven_m += math.remainder(world.place.s_m - s_m, length_m)

    @property
    def completion(self) -> float:
        """Share of the laps that was driven, 0 to 1."""
        if self._world.laps_completed >= self._laps:
            return 1.0
        wanted_m = self._laps * self._world.track.length_m + self._world.track.file.start_behind_m
        return min(max(self._driven_m / wanted_m, 0.0), 1.0)


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _log_dimensionless_jerk(time_s: Floats, angle: Floats) -> float | None:
    """Smoothness of the steering; nearer to 0 is smoother. ``None`` if it never moved."""
    reach = float(np.ptp(angle))
    if len(angle) < 5 or reach == 0.0:
        return None
    step_s = float(np.mean(np.diff(time_s)))
    if step_s <= 0:
        return None
    jerk = np.diff(angle, 3) / step_s**3
    duration_s = float(time_s[-1] - time_s[0])
    total = float(np.sum(jerk**2)) * step_s * duration_s**5 / reach**2
    return -math.log(total) if total > 0 else None


def _rounded(value: Any) -> Any:
    """Round to six decimals: more precise than a run is, and the same text on every computer."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, list):
        return [_rounded(entry) for entry in value]
    return value
