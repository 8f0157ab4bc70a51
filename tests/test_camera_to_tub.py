"""Pictures of the outside world, through a created car, into its tub: nothing of the car is faked.

A film in a file and a camera that serves JPEGs over HTTP on loopback; the car is the one that
`donkey createcar` makes, in its own process, with its guardian and its page.
"""

import contextlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.safety.mjpeg_server import MjpegServer
from donkeycar.tub import TubReader
from donkeycar.video import write_video

HERE = Path(__file__).parent


def from_file(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Drive = from_file(HERE / "test_created_car.py").Drive


@pytest.fixture
def car(tmp_path):
    words = [sys.executable, "-m", "donkeycar.management.cli", "createcar", "--path"]
    subprocess.run([*words, tmp_path / "mycar"], check=True, capture_output=True, timeout=100)
    yield tmp_path / "mycar"
    for drive in list(Drive.running):
        drive.end()


@contextlib.contextmanager
def film(car):
    """Red on the left, blue on the right, as the server's pictures are; noise over it."""
    random = np.random.default_rng(1)

    def frames():
        for _ in range(30):
            picture = random.integers(0, 40, (240, 320, 3), np.uint8)
            picture[:, :160, 0] += 200
            picture[:, 160:, 2] += 200
            yield picture

    write_video(car / "film.mp4", frames(), rate_hz=30)
    yield "film.mp4"


@contextlib.contextmanager
def network(car):
    with MjpegServer(interval_s=0.04) as server:
        yield server.url


@pytest.mark.parametrize("source", [film, network])
def test_what_the_camera_sees_is_in_the_tub(car, source):
    with source(car) as address:
        drive = Drive(
            car, "--set", "CAMERA_TYPE=STREAM", "--set", f"CAMERA_SOURCE={address}",
            "--set", "DRIVE_TRAIN_TYPE=MOCK",
        )  # fmt: skip
        drive.wait_for(lambda state: state["driver"] == "you", angle=0.0, throttle=0.0)
        drive.wait_for(
            lambda state: (state["num_records"] or 0) >= 20, angle=0.1, throttle=0.2, recording=True
        )
        code, _, err = drive.end()
        assert code == 0, err
    reader = TubReader(car / "data")
    records = list(reader.records())
    assert len(records) >= 20
    pictures = [reader.image(record) for record in records]
    assert {picture.shape for picture in pictures} == {(120, 160, 3)}
    for picture in pictures:
        red, blue = picture[:, :70].mean((0, 1)), picture[:, 90:].mean((0, 1))
        assert red[0] > red[2] + 120
        assert blue[2] > blue[0] + 120
    assert len({picture.tobytes() for picture in pictures}) > 10


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"CAMERA_TYPE": "STREAM"}, "`CAMERA_SOURCE` must be an address such as rtsp://"),
        ({"CAMERA_TYPE": "STREAM", "CAMERA_SOURCE": "http://127.0.0.1:9/"}, "must open. Received"),
        ({"CAMERA_TYPE": "V4L", "CAMERA_INDEX": "63"}, "The camera /dev/video63 must be there"),
        ({"CAMERA_TYPE": "CVCAM", "CAMERA_SOURCE": "Elgato"}, "Correct CAMERA_SOURCE"),
    ],
)
def test_a_camera_that_is_not_there_is_one_sentence_before_anything_moves(car, settings, said):
    words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    done = subprocess.run(
        [sys.executable, "manage.py", "drive", "--set", "MAX_LOOPS=5", "--set",
         "WEB_CONTROL_PORT=0", "--set", "DRIVE_TRAIN_TYPE=MOCK", *words],
        cwd=car, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    told = done.stdout + done.stderr
    assert done.returncode != 0
    assert said in told
    assert "Traceback" not in told
    assert "/pair#" not in told, "the page never opened"
