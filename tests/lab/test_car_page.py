"""The car page: stops with pictures, disk, versions, and the commands that it starts."""

import json
import time

import pytest

from donkeycar.driving.stops import FOLDER, write_stop
from donkeycar.errors import ConfigError
from donkeycar.lab.action import from_query
from donkeycar.lab.car import ACTIONS, about, job, picture, start, stops
from donkeycar.lab.lab import Lab
from donkeycar.management.createcar import create_car


@pytest.fixture
def lab(tmp_path):
    create_car(tmp_path / "car")
    (tmp_path / "car" / "models" / "b.tflite").touch()
    (tmp_path / "car" / "models" / "b.json").touch()
    return Lab(tmp_path / "car")


def stopped(lab, ago_s, reason="Stopped.", image=b"jpeg"):
    time_s = time.time() - ago_s
    return write_stop(lab.folder / FOLDER, time_s=time_s, reason=reason, mode="user", picture=image)


def test_it_says_what_there_is(lab):
    told = json.loads(json.dumps(about(lab), allow_nan=False))
    assert (told["name"], told["has_car"], told["pilots"]) == ("car", True, ["models/b.tflite"])
    assert 0 < told["disk"]["free_bytes"] < told["disk"]["total_bytes"]
    assert told["versions"][0][0] == "donkeycar"


def test_a_folder_without_a_car_is_none(tmp_path):
    told = about(Lab(tmp_path))
    assert (told["has_car"], told["pilots"]) == (False, [])


def test_the_stops_of_an_hour_come_newest_first_with_the_command(lab):
    stopped(lab, 7200, "Long ago.")
    stopped(lab, 600, "Before.")
    new = stopped(lab, 5, "Just now.", image=None)
    told = stops(lab)
    assert [one["reason"] for one in told["stops"]] == ["Just now.", "Before."]
    assert told["stops"][0]["id"] == new.id
    assert told["stops"][0]["ago_s"] == pytest.approx(5, abs=3)
    assert [one["has_picture"] for one in told["stops"]] == [False, True]
    assert told["command"] == "donkey stops --hours 1"
    assert len(stops(lab, hours=24)["stops"]) == 3


@pytest.mark.parametrize("hours", [0, -1, 1e9, float("nan")])
def test_hours_out_of_range_are_refused(lab, hours):
    with pytest.raises(ConfigError, match="`hours` must be above 0"):
        stops(lab, hours=hours)


def test_the_picture_of_a_stop_is_sent(lab):
    reply = picture(lab, id=stopped(lab, 5).id)
    assert (reply.content_type, reply.body.read_bytes()) == ("image/jpeg", b"jpeg")


@pytest.mark.parametrize("name", ["../../myconfig", "20260101_000000_000", "", "a/b", "%2e%2e"])
def test_nothing_else_is_sent(lab, name):
    with pytest.raises(ConfigError, match="`id` must be that of a stop"):
        picture(lab, id=name)


@pytest.mark.parametrize("car", ["", "-oProxyCommand=x", "my car", "a;b", "x" * 300, "$(id)"])
@pytest.mark.parametrize("what", ["pull", "push"])
def test_what_is_no_address_of_a_car_is_refused(lab, what, car):
    with pytest.raises(ConfigError, match="`car` must be the address of a car"):
        start(lab, what=what, car=car, pilot="models/b.tflite")
    assert lab.jobs.list() == []


@pytest.mark.parametrize("pilot", ["", "models/none.tflite", "../b.tflite"])
def test_only_a_pilot_that_is_here_is_pushed(lab, pilot):
    with pytest.raises(ConfigError, match="Received: "):
        start(lab, what="push", car="mycar.local", pilot=pilot)


def test_a_check_runs_as_a_job_and_ends(lab):
    begun = start(lab, what="check")
    assert begun["command"] == "donkey doctor"
    end_s = time.monotonic() + 120
    while (state := job(lab, id=begun["id"]))["state"] == "running":
        assert time.monotonic() < end_s
        time.sleep(0.1)
    assert "myconfig.py" in state["output"] or "settings" in state["output"]


def test_the_address_takes_what_a_browser_sends():
    (action,) = (one for one in ACTIONS if one.path == "stops")
    assert from_query(action, {"hours": ["24"]}) == {"hours": 24.0}
