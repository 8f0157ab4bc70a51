"""Files of a pilot that are judged at once, and opened later."""

import json
import os
import shutil
import signal
import subprocess
import threading
from dataclasses import replace

import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.pilots import PilotInfo, load_pilot
from donkeycar.pilots.files.bundle import PilotFiles
from donkeycar.pilots.files.sidecar import read_info, sidecar_text
from donkeycar.pilots.inference.later import LaterPilot

CAMERA = (64, 80, 3)
PATIENCE_S = 20


@pytest.fixture
def files(road_pilot, tmp_path):
    shutil.copytree(road_pilot.keras.parent, tmp_path / "models")
    return PilotFiles.of(tmp_path / "models" / road_pilot.keras.name)


@pytest.fixture
def folds(road_pilot, tmp_path):
    """A folder of two pilots, which are the same one."""
    folder = tmp_path / "folds"
    folder.mkdir()
    for number in (1, 2):
        for name in ("keras", "tflite", "json"):
            shutil.copy(road_pilot.keras.with_suffix(f".{name}"), folder / f"fold_{number}.{name}")
    summary = {"format": "donkeycar-folds/1", "pilots": ["fold_1.keras", "fold_2.keras"]}
    (folder / "folds.json").write_text(json.dumps(summary))
    return folder


@pytest.fixture
def started(monkeypatch):
    """Every process that was started, and what is done to it then."""
    processes, then = [], []
    real = subprocess.Popen

    def popen(command, **options):
        process = real(command, **options)
        processes.append(process)
        for act in then:
            act(process)
        return process

    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr("donkeycar.pilots.inference.load._harmless", set())
    processes_and_acts = processes, then
    return processes_and_acts


def missing(files):
    for file in files.keras.parent.iterdir():
        file.unlink()


def too_long(files):
    with files.litert.open("r+b") as file:
        file.truncate(50_000_001)


def no_litert(files):
    files.litert.write_bytes(b"PK\x03\x04 and more")


def without_litert(files):
    files.litert.unlink()


def damaged_sidecar(files):
    files.sidecar.write_text(files.sidecar.read_text()[:-40])


def another_litert(files):
    content = bytearray(files.litert.read_bytes())
    content[-9] ^= 1
    files.litert.write_bytes(content)


def options_gone(files):
    info = read_info(files.sidecar)
    files.sidecar.write_text(sidecar_text(replace(info, type="inferred")))


def unknown_type(files):
    info = read_info(files.sidecar)
    files.sidecar.write_text(sidecar_text(replace(info, type="lineal")))


BROKEN = [
    missing, too_long, no_litert, without_litert, damaged_sidecar, another_litert, options_gone,
    unknown_type,
]  # fmt: skip


@pytest.mark.parametrize("break_it", BROKEN)
def test_what_its_files_show_is_refused_at_once_in_the_same_words(files, started, break_it):
    break_it(files)
    with pytest.raises(PilotError) as at_once:
        LaterPilot(files.keras, camera_shape=CAMERA)
    with pytest.raises(PilotError) as as_ever:
        load_pilot(files.keras, camera_shape=CAMERA)
    assert str(at_once.value) == str(as_ever.value)
    assert started[0] == [], "nothing was opened"


@pytest.mark.parametrize("converted", [False, True])
def test_a_camera_of_another_size_is_refused_at_once(files, started, converted):
    if converted:
        info = read_info(files.sidecar)
        info = replace(info, training={"converted_from": "old.h5"})
        files.sidecar.write_text(sidecar_text(info))
    with pytest.raises(PilotError, match="drives with frames of 80x64 pixels.*gives 160x120"):
        LaterPilot(files.keras, camera_shape=(120, 160, 3))
    assert started[0] == []


def test_a_bare_file_of_no_named_type_is_refused_with_what_fits(files):
    files.sidecar.unlink()
    with pytest.raises(PilotError, match="does not say what kind of pilot it is.*--type linear"):
        LaterPilot(files.litert, camera_shape=CAMERA)


def test_a_car_without_litert_is_refused_at_once(files, monkeypatch):
    monkeypatch.setattr("donkeycar.pilots.inference.later.find_spec", lambda name: None)
    with pytest.raises(PilotError, match="Pilots run on LiteRT: .*ai-edge-litert"):
        LaterPilot(files.keras)


@pytest.mark.parametrize("what", ["sidecar", "bare", "folds"])
def test_what_a_car_is_built_by_is_what_the_opened_pilot_says(files, folds, started, what):
    path, type = {"sidecar": (files.keras, None), "bare": (files.litert, "linear"),
                  "folds": (folds, None)}[what]  # fmt: skip
    if what == "bare":
        files.sidecar.unlink()
    later = LaterPilot(path, type=type, camera_shape=CAMERA)
    assert started[0] == []
    assert later.novelty() is None and later.disagreement() is None
    pilot = later.load()
    assert later.load() is pilot
    assert later.kind is pilot.kind
    assert later.vector_channels == pilot.vector_channels
    assert later.has_novelty is pilot.has_novelty
    assert later.has_disagreement is pilot.has_disagreement
    assert isinstance(pilot.info, PilotInfo) is (later.info is not None)
    if later.info is not None:
        assert later.options == pilot.options
    pilot.infer(np.zeros(CAMERA, np.uint8))
    assert later.novelty() == pilot.novelty()
    assert (later.novelty() is not None) is later.has_novelty


def test_pilots_that_cannot_drive_together_are_refused_at_once(folds, started):
    info = read_info(folds / "fold_2.json")
    other = replace(info, type="categorical", options={"throttle_range": [0.0, 0.5]})
    (folds / "fold_2.json").write_text(sidecar_text(other))
    with pytest.raises(PilotError, match="cannot drive together: .* must have the same type"):
        LaterPilot(folds, camera_shape=CAMERA)
    assert started[0] == []


def test_files_that_are_replaced_in_the_meantime_are_refused(files):
    later = LaterPilot(files.keras, camera_shape=CAMERA)
    info = read_info(files.sidecar)
    files.sidecar.write_text(sidecar_text(replace(info, novelty=None)))
    with pytest.raises(PilotError, match="changed while the car started. Start the car again"):
        later.load()


def test_the_child_is_killed_when_nobody_needs_the_pilot_any_more(files, started):
    processes, then = started
    is_running = threading.Event()

    def hold(process):
        os.kill(process.pid, signal.SIGSTOP)  # as one that never answers
        is_running.set()

    then.append(hold)
    later = LaterPilot(files.keras, camera_shape=CAMERA)
    said = []

    def load():
        try:
            later.load()
        except PilotError as error:
            said.append(str(error))

    thread = threading.Thread(target=load)
    thread.start()
    assert is_running.wait(PATIENCE_S)
    later.abandon()
    later.abandon()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert [process.returncode for process in processes] == [-signal.SIGKILL]
    assert "cannot be opened" in said[0]


def test_a_child_that_starts_after_that_is_killed_as_well(files, started):
    later = LaterPilot(files.keras, camera_shape=CAMERA)
    later.abandon()
    with pytest.raises(PilotError, match="cannot be opened"):
        later.load()
    assert [process.returncode for process in started[0]] == [-signal.SIGKILL]


def test_a_car_chooses_its_file_by_measuring_as_ever(files, caplog):
    later = LaterPilot(files.keras, camera_shape=CAMERA, precision="float32", interval_s=1e-6)
    pilot = later.load()
    details = pilot._interpreter._interpreter.get_tensor_details()
    is_int8 = any(detail["dtype"] is np.int8 for detail in details)
    assert is_int8 is ("drives by its int8 file" in caplog.text)
