"""A slow computer drives by int8 of itself, and says so; what the owner writes wins."""

import hashlib
import itertools
import logging
import math
import shutil
import subprocess
from types import SimpleNamespace

import numpy as np
import pytest

from donkeycar.assembly import add_camera, add_pilot, make_world
from donkeycar.config import load_config
from donkeycar.errors import PilotError
from donkeycar.management.createcar import create_car
from donkeycar.pilots.files.bundle import PilotFiles
from donkeycar.pilots.inference.load import vet
from donkeycar.pilots.inference.precision_choice import (
    MEASURE_S,
    MIN_ANSWERS,
    answer_s,
    load_quick_enough,
)
from donkeycar.vehicle import Vehicle

INTERVAL_S = 0.05


def computer(float32_s, int8_s=0.001):
    """Time on a computer that takes so long, whatever it has to do, for either file in turn."""
    now_s = 0.0
    steps_s = itertools.chain([float32_s] * reads(float32_s), itertools.repeat(int8_s))

    def timer():
        nonlocal now_s
        now_s += next(steps_s)
        return now_s

    return timer


def reads(step_s):
    """How often the clock is read while one file is timed."""
    return 1 + max(MIN_ANSWERS, math.ceil(MEASURE_S / step_s))


@pytest.fixture
def files(road_pilot, tmp_path):
    shutil.copytree(road_pilot.keras.parent, tmp_path / "models")
    return PilotFiles.of(tmp_path / "models" / road_pilot.keras.name)


def dtype_of(pilot):
    """int8 networks are told apart by their numbers inside: both take and give the same."""
    details = pilot._interpreter._interpreter.get_tensor_details()
    return "int8" if any(detail["dtype"] is np.int8 for detail in details) else "float32"


def load(files, timer, **wanted):
    return load_quick_enough(files.keras, interval_s=INTERVAL_S, timer=timer, **wanted)


def test_a_quick_computer_drives_by_the_exact_file_and_says_nothing(files, caplog):
    assert dtype_of(load(files, computer(0.001))) == "float32"
    assert caplog.text == ""


def test_a_slow_computer_drives_by_int8_and_says_so_with_both_times(files, caplog):
    with caplog.at_level(logging.WARNING):
        assert dtype_of(load(files, computer(0.02, 0.004))) == "int8"
    [record] = caplog.records
    said = record.getMessage()
    assert "pilot.keras drives by its int8 file: float32 takes " in said
    assert "more than 5.0 ms; int8 takes " in said
    assert "differently on average" in said
    assert "PILOT_PRECISION = 'float32' in myconfig.py forbids it" in said


def test_int8_that_is_hardly_quicker_is_not_worth_it(files, caplog):
    assert dtype_of(load(files, computer(0.02, 0.019))) == "float32"
    assert caplog.text == ""


def test_a_file_that_is_named_drives(files):
    pilot = load_quick_enough(files.variant("float16"), interval_s=INTERVAL_S, timer=computer(0.02))
    assert dtype_of(pilot) == "float32"


def test_an_int8_file_that_cannot_drive_leaves_the_exact_one(files, caplog):
    files.variant("int8").write_bytes(b"\0\0\0\0TFL3 but nothing more")
    with caplog.at_level(logging.WARNING):
        assert dtype_of(load(files, computer(0.02))) == "float32"
    assert "int8 cannot drive: " in caplog.text


def test_what_is_wrong_with_the_pilot_is_told_as_ever(files):
    files.variant("float32").unlink()
    with pytest.raises(PilotError, match="is not beside"):
        load(files, computer(0.001))


def test_a_measured_pilot_has_forgotten_what_it_saw():
    seen = []
    pilot = SimpleNamespace(
        input_shape=(4, 6, 3), vector_size=2, infer=lambda *shown: seen.append(shown),
        reset=lambda: seen.append("reset"),
    )  # fmt: skip
    assert answer_s(pilot, computer(0.03, 0.03)) == pytest.approx(0.03, rel=0.5)
    assert seen[-1] == "reset"
    assert [part.shape for part in seen[0]] == [(4, 6, 3), (2,)]


def test_a_loop_that_holds_up_an_answer_now_and_then_makes_no_computer_slow(files, caplog):
    now_s, steps_s = 0.0, itertools.cycle([0.002, 0.002, 0.002, 0.04])

    def timer():
        nonlocal now_s
        now_s += next(steps_s)
        return now_s

    assert dtype_of(load(files, timer)) == "float32"
    assert caplog.text == ""


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_what_the_owner_writes_drives_without_a_look(files, tmp_path, precision, caplog):
    create_car(tmp_path / "car")
    (tmp_path / "car" / "myconfig.py").write_text(
        f'CAMERA_TYPE = "MOCK"\nIMAGE_H, IMAGE_W = 64, 80\nPILOT_PRECISION = "{precision}"\n'
        "DRIVE_LOOP_HZ = 1000\n"
    )
    cfg, car = load_config(tmp_path / "car" / "config.py"), Vehicle()
    add_camera(car, cfg, None)
    add_pilot(car, cfg, files.keras)
    [part] = [entry.part for entry in car.entries if hasattr(entry.part, "pilot")]
    part.load()
    assert dtype_of(part.pilot) == precision
    assert "int8 file" not in caplog.text


def test_where_time_is_simulated_the_exact_file_drives_however_slow(files, tmp_path, caplog):
    create_car(tmp_path / "car", template="sim")
    (tmp_path / "car" / "myconfig.py").write_text(
        'CAMERA_TYPE = DRIVE_TRAIN_TYPE = "SIM"\nIMAGE_H, IMAGE_W = 64, 80\n'
        "SIM_TIME_SCALE = 5.0\nDRIVE_LOOP_HZ = 1000\n"
    )
    cfg, car = load_config(tmp_path / "car" / "config.py"), Vehicle()
    add_camera(car, cfg, make_world(cfg))
    add_pilot(car, cfg, files.keras)
    [part] = [entry.part for entry in car.entries if hasattr(entry.part, "pilot")]
    assert dtype_of(part.pilot) == "float32"
    assert "int8" not in caplog.text


def test_a_new_car_leaves_it_open(tmp_path):
    create_car(tmp_path / "car")
    assert load_config(tmp_path / "car" / "config.py").PILOT_PRECISION == "auto"


def test_one_child_looks_at_both_files(files, monkeypatch):
    # A child is a Python with numpy and LiteRT of its own: two of them took a Pi 3 seconds.
    started = []
    real = subprocess.Popen

    def popen(command, **options):
        started.append(command)
        return real(command, **options)

    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr("donkeycar.pilots.inference.load._harmless", set())
    assert dtype_of(load(files, computer(0.02, 0.004))) == "int8"
    assert len(started) == 1


def test_a_child_vouches_for_nothing_but_what_it_was_asked(files, monkeypatch):
    harmless = set()
    monkeypatch.setattr("donkeycar.pilots.inference.load._harmless", harmless)
    vet(files.variant("float32"), files.variant("int8"))
    assert harmless == {
        hashlib.sha256(files.variant(name).read_bytes()).hexdigest() for name in ("float32", "int8")
    }
