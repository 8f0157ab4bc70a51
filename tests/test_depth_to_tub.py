"""Depth, through a created car, into its tub and out of it again: the library alone is faked.

The car runs in its own process, with its guardian and its page; it finds a module with the name of
the library, which is the stand-in for it.
"""

import contextlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peer import Peer
from donkeycar.management.cli import main
from donkeycar.tub import TubReader

HERE = Path(__file__).parent


def from_file(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Drive = from_file(HERE / "test_created_car.py").Drive
# Every frame has another level of grey, and depth that tells which frame it belongs to. A hole of
# depth that was not measured is in the middle.
LIBRARY = """
import sys

import numpy as np

from donkeycar.testing import {stub}


def scene(number, picture_size, depth_size):
    width, height = depth_size
    depth = (np.arange(height)[:, None] * 64 + np.arange(width) + 1000 * (number % 20))
    depth = depth.astype(np.uint16)
    depth[height // 2, width // 2 - 20 : width // 2 + 20] = 0
    picture = np.full((*picture_size[::-1], 3), 10 + 10 * (number % 20), np.uint8)
    picture[0, number % picture_size[0]] = 255
    return picture, depth


sys.modules[__name__] = {stub}({options}free_running=True, scene=scene)._module()
"""
TRIES = 5
LATE = ("nothing new for", "must give a first value")
# Small pictures, because the stand-in computes their colours in the car's own process.
SMALL = ("--set", "OAKD_RGB_ISP_SCALE_DEN=20")
CASES = {
    "depthai 2": ("depthai", "StubDepthAI", "version='2.33.0.0', ", "OAKD", SMALL),
    "depthai 3": ("depthai", "StubDepthAI", "", "OAKD", SMALL),
    "pyrealsense2": (
        "pyrealsense2", "StubRealSense",
        "modes={'color': ((160, 120, (30,)),), 'depth': ((640, 480, (30,)),)}, ",
        "D435", ("--set", "REALSENSE_D435_IMU=True"),
    ),
}  # fmt: skip


@pytest.fixture
def car(tmp_path):
    words = [sys.executable, "-m", "donkeycar.management.cli", "createcar", "--path"]
    subprocess.run([*words, tmp_path / "mycar"], check=True, capture_output=True, timeout=100)
    yield tmp_path / "mycar"
    for drive in list(Drive.running):
        drive.end()


def driven(car, camera, *more):
    """Drive until there are 20 records; the exit code, and what was said."""
    drive = Drive(car, "--set", camera, "--set", "DRIVE_TRAIN_TYPE=MOCK", *more)
    with contextlib.suppress(OSError):  # the car has stopped by itself
        drive.wait_for(lambda state: state["driver"] == "you", angle=0.0, throttle=0.0)
        drive.wait_for(
            lambda state: (state["num_records"] or 0) >= 20,
            angle=0.1, throttle=0.2, recording=True,
        )  # fmt: skip
    code, _, err = drive.end()
    return code, err


def recorded(car, monkeypatch, case):
    """Drive with a camera, and return the reader of what was recorded."""
    module, stub, options, word, more = CASES[case]
    (car / "lib").mkdir()
    (car / "lib" / f"{module}.py").write_text(LIBRARY.format(stub=stub, options=options))
    monkeypatch.setenv("PYTHONPATH", f"{car / 'lib'}:{HERE.parent}")
    for _ in range(TRIES):
        code, err = driven(car, f"CAMERA_TYPE={word}", *more)
        if not any(late in err for late in LATE):  # this computer is too busy for a camera
            break
    assert code == 0, err
    return TubReader(car / "data")


def expected(number, height):
    """The depth of a frame, as the library gives it."""
    depth = np.arange(height)[:, None] * 64 + np.arange(640) + 1000 * number
    depth[height // 2, 300:340] = 0
    return depth.astype(np.uint16)


@pytest.mark.parametrize("case", ["depthai 2", "pyrealsense2"])
def test_each_record_has_the_depth_of_its_frame_to_the_millimetre(car, monkeypatch, case, capsys):
    reader = recorded(car, monkeypatch, case)
    assert reader.manifest.input_types["cam/depth_array"] == "gray16_array"
    records = list(reader.records())
    assert len(records) >= 20
    height = {"depthai 2": 474, "pyrealsense2": 480}[case]
    for record in records:
        level = reader.image(record)[60:, 20:140].mean()
        number = round((level - 10) / 10)
        depth = reader.image(record, "cam/depth_array")
        assert (depth.shape, depth.dtype) == ((120, 160), np.uint16)
        assert np.isin(depth, expected(number, height)).all(), "of another frame, or changed"
        assert np.median(depth) == pytest.approx(np.median(expected(number, height)), abs=200)
        assert record["cam/depth_array"].endswith("_cam_depth_array_.png")
    assert len({reader.image(record, "cam/depth_array").tobytes() for record in records}) > 5
    if case == "pyrealsense2":
        assert records[0]["imu/acl_y"] == records[0]["imu/accel"][1] == -9.8
        assert records[0]["imu/gyr_z"] == records[0]["imu/gyro"][2] == 0.03
    assert_whole_and_read_by_the_release_before(reader.path, len(records), capsys)


def assert_whole_and_read_by_the_release_before(tub, count, capsys):
    capsys.readouterr()
    assert main(["tub", "check", str(tub)]) == 0
    with Peer() as peer:
        seen = peer.read(tub)
    assert (seen["error"], len(seen["records"]), seen["bad_images"]) == ("", count, [])


def test_a_damaged_or_missing_depth_is_found_and_its_record_marked(car, monkeypatch, capsys):
    reader = recorded(car, monkeypatch, "depthai 3")
    records = list(reader.records())
    folder = reader.path / "images"
    cut_off, gone = (folder / record["cam/depth_array"] for record in records[3:5])
    cut_off.write_bytes(cut_off.read_bytes()[:400])
    gone.unlink()
    capsys.readouterr()
    assert main(["tub", "check", str(reader.path)]) == 1
    told = capsys.readouterr().out
    assert "_cam_depth_array_.png" in told
    assert main(["tub", "repair", str(reader.path)]) == 0, capsys.readouterr().out
    assert main(["tub", "check", str(reader.path)]) == 0
    left = [record["_index"] for record in TubReader(reader.path).records()]
    assert [record["_index"] for record in records if record not in records[3:5]] == left
    manifest = (reader.path / "manifest.json").read_text().splitlines()
    assert "gray16_array" in json.loads(manifest[1])
