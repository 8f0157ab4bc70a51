import json
import math

import pytest

from donkeycar.sim.expert import Expert
from donkeycar.sim.metrics import TRAJECTORY_COLUMNS, Metrics
from donkeycar.sim.world import World

KEYS = {
    "schema", "track", "track_sha", "car", "policy", "seed", "laps", "laps_completed", "lap_times",
    "best_lap", "route_completion", "distance_m", "mean_speed", "max_speed", "cte_rms", "cte_mean",
    "cte_p95", "cte_max", "heading_err_rms", "off_track_count", "off_track_per_km",
    "off_track_time", "collisions", "collisions_per_km", "interventions", "autonomy", "steer_jerk",
    "steer_std_delta", "driving_score", "sim_seconds", "wall_seconds", "sha",
}  # fmt: skip


def run(world, ticks, laps=1, answer=None):
    metrics, expert = Metrics(world, laps=laps), Expert(world)
    for _ in range(ticks):
        angle, throttle = answer or expert.drive()
        world.step(angle, throttle, 0.05)
        metrics.observe(angle, throttle)
    return metrics


def test_the_schema_does_not_change(world):
    result = run(world, 20).result(wall_seconds=0.5)
    assert set(result) == KEYS
    assert result["schema"] == "sim_eval/1"
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_a_good_lap_is_a_hundred_percent_of_everything(world):
    result = run(world, 300).result(wall_seconds=0.5)
    assert result["laps_completed"] == 1
    assert result["best_lap"] == result["lap_times"][0]
    assert result["route_completion"] == result["driving_score"] == result["autonomy"] == 100
    assert result["distance_m"] == pytest.approx(result["mean_speed"] * 15, rel=0.01)
    assert result["cte_rms"] < 0.05
    assert result["sim_seconds"] == 15


def test_half_a_lap_is_half_the_route(world):
    result = run(world, 138).result(wall_seconds=0.5)
    assert result["route_completion"] == pytest.approx(50, abs=6)
    assert result["best_lap"] is None


def test_a_car_that_is_put_back_scores_less(oval):
    world = World(oval, seed=1, policy="respawn_on_centre")
    result = run(world, 300, answer=(0.0, 0.25)).result(wall_seconds=0.5)
    count = result["off_track_count"]
    assert count > 1
    assert result["interventions"] >= count
    assert result["autonomy"] == pytest.approx(
        max(0, 100 * (1 - result["interventions"] * 6 / 15)), abs=1e-4
    )
    expected = result["route_completion"] * 0.8**count * 0.65 ** result["collisions"]
    assert result["driving_score"] == pytest.approx(expected, abs=1e-4)
    assert result["off_track_per_km"] == pytest.approx(
        count / result["distance_m"] * 1000, rel=1e-4
    )


def test_being_put_back_to_the_start_is_no_progress(oval):
    world = World(oval, seed=1, policy="reset")
    result = run(world, 600, answer=(0.0, 0.25)).result(wall_seconds=0.5)
    assert result["interventions"] > 3
    # It drives the same few metres again and again; the way back has not been driven.
    assert result["laps_completed"] == 0


def test_driving_backwards_is_no_progress(world):
    result = run(world, 100, answer=(0.0, -0.3)).result(wall_seconds=0.5)
    assert result["route_completion"] == 0


def test_nothing_observed_is_still_a_result(world):
    result = Metrics(world, laps=1).result(wall_seconds=0.0)
    assert result["sim_seconds"] == 0
    assert result["off_track_per_km"] is None


def test_trembling_hands_are_less_smooth(oval):
    def jerk(shake):
        world = World(oval, seed=1)
        metrics, expert = Metrics(world, laps=1), Expert(world)
        for tick in range(200):
            angle, throttle = expert.drive()
            angle += shake * (-1) ** tick
            world.step(angle, throttle, 0.05)
            metrics.observe(angle, throttle)
        return metrics.result(wall_seconds=0.5)

    calm, shaky = jerk(0.0), jerk(0.1)
    assert shaky["steer_jerk"] < calm["steer_jerk"]
    assert shaky["steer_std_delta"] > 0.15


def test_the_trajectory_says_where_the_car_was(world):
    metrics = run(world, 10)
    row = dict(zip(TRAJECTORY_COLUMNS, metrics.trajectory[-1], strict=True))
    assert row["time"] == pytest.approx(0.5)
    assert (row["x"], row["y"]) == (world.car.body.x, world.car.body.y)
    assert math.isfinite(row["cte"])


def test_the_digest_covers_the_frames(oval):
    digests = set()
    for shade in (0, 1):
        world = World(oval, seed=1)
        metrics = Metrics(world, laps=1)
        image = world.render()
        image[0, 0, 0] = shade
        metrics.observe(0.0, 0.0, image)
        digests.add(metrics.result(wall_seconds=0.0)["sha"])
    assert len(digests) == 2
