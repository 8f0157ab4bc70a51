"""The simulator page: what can be chosen, what it starts, and what it shows of a drive."""

import io
import json
import os
import time

import numpy as np
import pytest
from PIL import Image

from donkeycar.errors import ConfigError
from donkeycar.lab.lab import Lab
from donkeycar.lab.simulator import above, behind, drive, places, record, run, runs, stop, track
from tests.lab import drives

WITHIN_S = 60


@pytest.fixture
def lab(tmp_path):
    (tmp_path / "models").mkdir()
    for age, name in enumerate(("new.tflite", "old.keras", "-option.keras", ".hidden.tflite", "x")):
        path = tmp_path / "models" / name
        path.write_bytes(b"nothing")
        os.utime(path, (1e9 - age, 1e9 - age))
    made = Lab(tmp_path)
    yield made
    for process in made.jobs._started.values():
        process.kill()
        process.wait()


def pixels(reply):
    assert reply.content_type == "image/jpeg"
    return np.asarray(Image.open(io.BytesIO(reply.body)))


def test_pilots_come_newest_first_and_none_is_an_option(lab, tmp_path):
    told = json.loads(json.dumps(places(lab)))
    assert told["pilots"] == ["new.tflite", "old.keras"]
    assert [one["name"] for one in told["tracks"]] == ["circuit_launch", "oval", "warehouse"]
    assert places(Lab(tmp_path / "models"))["pilots"] == []


def test_the_track_from_above_has_the_size_that_is_told(lab):
    told = track(lab, name="oval")
    assert pixels(above(lab, name="oval")).shape == (told["height_px"], told["width_px"], 3)
    assert told["pixels_per_m"] > 50
    assert len(told["low"]) == 2


def test_the_view_from_behind_changes_with_the_place(lab):
    one = pixels(behind(lab, name="oval", x=2.2, y=0.9, yaw=0.0))
    assert one.shape == (270, 480, 3)
    other = pixels(behind(lab, name="oval", x=2.2, y=0.9, yaw=1.0))
    assert np.abs(one.astype(int) - other).mean() > 3
    again = pixels(behind(lab, name="oval", x=2.2, y=0.9, yaw=0.0))
    assert (one == again).all()


def test_a_drive_is_a_command(lab):
    told = drive(lab, pilot="new.tflite", track="oval", laps=2, seed=7)
    (job,) = runs(lab)
    assert job["id"] == told["id"]
    assert job["title"] == "new.tflite drives oval"
    assert job["command"] == (
        "donkey sim eval --model models/new.tflite --track oval --laps 2 --seed 7 --json "
        "--trajectory"
    )
    stop(lab, id=told["id"])


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"pilot": "../x.keras"}, "A pilot must be one of models/. Received: '../x.keras'"),
        ({"pilot": "-option.keras"}, "A pilot must be one of models/"),
        ({"track": "moon"}, "A track must be one of .*oval.* Received: 'moon'"),
        ({"track": "/etc/x.json"}, "A track must be one of"),
        ({"laps": 0}, "`laps` must be 1 to 50. Received: laps=0"),
        ({"laps": 51}, "`laps` must be 1 to 50"),
        ({"seed": -1}, "`seed` must be 0 to"),
    ],
)
def test_an_impossible_drive_is_refused(lab, more, sentence):
    with pytest.raises(ConfigError, match=sentence):
        drive(lab, **{"pilot": "new.tflite", "track": "oval"} | more)
    assert runs(lab) == []


@pytest.mark.parametrize("tub", ["models", "../out", "/tmp/x", ".", ""])
def test_the_expert_records_only_into_a_new_tub_of_the_lab(lab, tub):
    with pytest.raises(ConfigError, match="new tub|below its folder"):
        record(lab, tub=tub, track="oval")
    assert runs(lab) == []


def test_the_expert_records_a_tub(lab):
    name = record(lab, tub="data/expert", track="oval", records=40)["id"]
    end_s = time.monotonic() + WITHIN_S
    while (told := run(lab, id=name))["job"]["state"] == "running":
        assert time.monotonic() < end_s, told
        time.sleep(0.1)
    assert told["job"]["state"] == "done", told
    assert told["result"] is None
    assert "Recorded 40 records" in told["job"]["output"]
    assert (lab.folder / "data" / "expert" / "manifest.json").exists()


def test_the_result_is_found_behind_what_libraries_print(lab):
    drives.put(lab.folder, "20260101_000000_abcdef")
    told = json.loads(json.dumps(run(lab, id="20260101_000000_abcdef"), allow_nan=False))
    assert told["result"] == drives.result()
    assert told["job"]["state"] == "done"


def test_a_drive_that_failed_shows_why(lab):
    drives.put(lab.folder, "20260101_000000_abcdef", output="no pilot", state="failed")
    told = run(lab, id="20260101_000000_abcdef")
    assert told["result"] is None
    assert told["job"]["output"] == "no pilot"


def test_an_output_without_a_result_is_a_sentence(lab):
    drives.put(lab.folder, "20260101_000000_abcdef", output="{\n cut off")
    with pytest.raises(ConfigError, match="output of the drive must have its result"):
        run(lab, id="20260101_000000_abcdef")


def test_a_place_beyond_all_tracks_is_refused(lab):
    with pytest.raises(ConfigError, match="A car must be on the track. Received: x=1e\\+09"):
        behind(lab, name="oval", x=1e9, y=0.0, yaw=0.0)
