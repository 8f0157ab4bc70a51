import math

import numpy as np
import pytest

from donkeycar.errors import SimError
from donkeycar.sim.track import find_track, load_track, track_names


def test_three_tracks_come_with_the_package():
    assert track_names() == ["circuit_launch", "oval", "warehouse"]


@pytest.mark.parametrize(
    ("name", "length_m"), [("oval", 19.1), ("warehouse", 47.9), ("circuit_launch", 37.7)]
)
def test_a_preset_has_its_length_and_even_samples(name, length_m):
    track = load_track(name)
    gaps = np.hypot(*np.diff(track.centre, axis=0).T)
    assert track.length_m == pytest.approx(length_m, abs=0.1)
    assert gaps == pytest.approx(track.step_m, rel=0.01)


@pytest.mark.parametrize("name", ["oval", "warehouse", "circuit_launch"])
def test_a_preset_has_no_kink(name):
    track = load_track(name)
    jump = np.abs(np.diff(track.curvature, append=track.curvature[0]))
    assert jump.max() < 0.2


def test_a_preset_is_computed_once():
    assert load_track("oval") is load_track("oval")


def test_a_track_is_found_by_itself_or_by_its_name(oval):
    assert find_track(oval) is find_track("oval") is oval


def test_right_of_the_line_is_a_positive_error(oval):
    x, y, yaw = oval.point(3.0)
    place = oval.locate(x + 0.2 * math.sin(yaw), y - 0.2 * math.cos(yaw))
    assert place.cte_m == pytest.approx(0.2, abs=0.01)
    assert place.s_m == pytest.approx(3.0, abs=0.03)


@pytest.mark.parametrize("s_m", [0.0, 5.55, 19.0, -1.0, 40.0])
def test_a_point_on_the_line_is_found_again(oval, s_m):
    place = oval.locate(*oval.point(s_m)[:2])
    apart_m = math.remainder(place.s_m - s_m, oval.length_m)
    assert apart_m == pytest.approx(0, abs=0.01)
    assert place.cte_m == pytest.approx(0, abs=0.005)


def test_the_search_goes_all_the_way_round_with_the_car():
    track = load_track("warehouse")
    sample = 0
    for index in range(track.num_samples):
        sample = track.locate(*track.centre[index], near=sample).sample
        assert sample == index


def test_a_neighbouring_lane_does_not_capture_the_search():
    track = load_track("warehouse")
    # Halfway between two lanes that run beside each other, and a little beyond.
    first, second = track.locate(9.3, 4.7).sample, track.locate(9.1, 7.6).sample
    between = 0.4 * track.centre[first] + 0.6 * track.centre[second]
    assert track.locate(*between).sample == pytest.approx(second, abs=15)
    assert track.locate(*between, near=first).sample == pytest.approx(first, abs=15)


def test_widths_may_differ_from_point_to_point(track_file):
    rows = [
        [2.2, 0.9, 0.3, 0.5], [4.2, 0.9, 0.6, 0.5], [6.2, 0.9, 0.3, 0.5], [8.1, 2.6],
        [6.2, 4.3], [4.2, 4.3], [2.2, 4.3], [0.3, 2.6],
    ]  # fmt: skip
    track = load_track(track_file(control_points=rows))
    at = track.locate(4.2, 0.9).sample
    assert track.half_widths[at] == pytest.approx([0.6, 0.5], abs=0.02)
    assert track.half_widths[track.locate(4.2, 4.3).sample] == pytest.approx([0.45, 0.45])


def test_the_digest_tells_tracks_apart(oval, track_file):
    assert load_track(track_file()).sha256 == oval.sha256
    assert load_track(track_file(lane_width=0.8)).sha256 != oval.sha256


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"control_points": None}, "`control_points` is missing"),
        ({"control_points": [[0, 0], [1, 1]]}, "must be a list of at least 4 points"),
        (
            {"control_points": [[0, 0], [1], [2, 2], [3, 0]]},
            r"`control_points\[1\]` must be 2 or 4",
        ),
        ({"control_points": [[0, 0], [0, 0], [2, 2], [3, 0]]}, "at least 0.05 m from the next"),
        ({"control_points": [[0, 0], [1, "a"], [2, 2], [3, 0]]}, "numbers within 1000 metres"),
        ({"control_points": [[0, 0], [1, float("nan")], [2, 2], [3, 0]]}, "numbers within 1000"),
        ({"lane_width": -1}, "`lane_width` must be a number from 0.3 to 10. Received"),
        ({"lane_width": True}, "`lane_width` must be a number"),
        ({"units": "ft"}, "`units` must be 'm'"),
        ({"name": 7}, "`name` must be a text"),
        ({"lane_widht": 1}, r"unknown fields: \['lane_widht'\]"),
        ({"surface": {"floor": [1, 2, 256]}}, "each 0 to 255"),
        ({"surface": {"edge": {"color": [0, 0, 0]}}}, "`edge` has unknown fields"),
        ({"surface": 3}, "`surface` must be a JSON object"),
        ({"checkpoints": 1.5}, "`checkpoints` must be a whole number"),
        ({"walls": {}}, "`walls` must be a list"),
        ({"cones": [[100, 100]]}, "a cone must stand inside the room"),
        ({"walls": [{"points": [[4, 2], [99, 2]]}]}, "a wall must stand inside the room"),
        ({"walls": [{"points": [[4.2, 2.6], [4.2, 0.2]]}]}, "must not stand in the lane"),
        ({"lane_width": 2.2}, "every turn must have a radius of at least half the lane"),
    ],
)
def test_a_bad_track_is_refused_in_one_sentence(track_file, changes, message):
    with pytest.raises(SimError, match=message) as error:
        load_track(track_file(**changes))
    assert "\n" not in str(error.value)


def test_a_lane_that_crosses_itself_is_refused(track_file):
    eight = [
        [2, 4], [4, 5], [7, 4], [10, 1], [13, 0], [15, 2], [13, 4], [10, 3], [7, 0], [4, -1], [2, 1]
    ]  # fmt: skip
    with pytest.raises(SimError, match="must not cross or touch itself"):
        load_track(track_file(control_points=eight, cones=[]))


def test_a_missing_file_and_an_unknown_name_say_what_there_is(tmp_path):
    with pytest.raises(SimError, match="No such file"):
        load_track(str(tmp_path / "none.json"))
    with pytest.raises(SimError, match="is not one of .*'oval'.*Received: track='ovall'"):
        load_track("ovall")


def test_a_file_that_is_not_json_is_refused(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text("{")
    with pytest.raises(SimError, match="is not JSON"):
        load_track(str(path))
