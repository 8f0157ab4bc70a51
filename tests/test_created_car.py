"""A car as its owner meets it: created, driven, trained and driven by its pilot, by commands."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from donkeycar.tub import TubReader

TRY_S = 20


def donkey(*words, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "donkeycar.management.cli", *map(str, words)],
        capture_output=True, text=True, cwd=cwd, check=False, timeout=100,
    )  # fmt: skip


def manage(car, *words, **options):
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, words)],
        capture_output=True, text=True, cwd=car, check=False, timeout=100, **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def car(tmp_path_factory):
    path = tmp_path_factory.mktemp("cars") / "mycar"
    created = donkey("createcar", "--path", path, "--template", "sim")
    assert created.returncode == 0, created.stderr
    return path


class Drive:
    """`manage.py drive` in a process of its own, and a script that is paired with it."""

    running = set()

    def __init__(self, car, *words):
        self.process = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "drive", "--set", "WEB_CONTROL_PORT=0", *words],
            cwd=car, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.running.add(self)
        head = ""
        while not (link := re.search(r"(http://\S+)/pair#(\S+)", head)):
            line = self.process.stdout.readline()
            assert line, self.process.stderr.read()
            head += line
        self.url, self.token = link.groups()

    def post(self, **message):
        request = urllib.request.Request(
            f"{self.url}/drive",
            data=json.dumps(message).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def wait_for(self, condition, **message):
        end_s = time.monotonic() + TRY_S
        while not condition(state := self.post(**message)):
            assert time.monotonic() < end_s, state
            time.sleep(0.05)
        return state

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        self.running.discard(self)
        return self.process.returncode, out, err


@pytest.fixture(autouse=True)
def end_what_a_failed_test_left():
    yield
    for drive in list(Drive.running):
        drive.end()


@pytest.mark.slow
def test_record_train_and_let_the_pilot_drive(car):
    drive = Drive(car, "--meta", "driver:Kim:the first")
    drive.wait_for(lambda state: state["driver"] == "you", angle=0.0, throttle=0.0)
    drive.wait_for(
        lambda state: (state["num_records"] or 0) >= 40, angle=0.1, throttle=0.2, recording=True
    )
    code, _, err = drive.end(signal.SIGTERM)
    assert code == 0, err
    reader = TubReader(car / "data")
    assert len(reader) >= 40
    assert reader.manifest.metadata["driver"] == "Kim:the first"
    assert {record["user/mode"] for record in reader.records()} == {"user"}

    trained = manage(car, "train", "--tubs", "data", "--model", "models/pilot.keras", "--epochs", 1)
    assert trained.returncode == 0, trained.stderr
    for suffix in (".keras", ".tflite", ".json"):
        assert (car / "models" / f"pilot{suffix}").exists()

    drive = Drive(car, "--model", "models/pilot.keras")
    drive.wait_for(lambda state: state["pilot_note"] == "", angle=0.0, throttle=0.0)
    state = drive.wait_for(
        lambda state: state["driveMode"] == "local" and state["pilot_angle"] is not None,
        angle=0.0, throttle=0.0, drive_mode="local",
    )  # fmt: skip
    assert state["has_pilot"]
    code, _, err = drive.end()
    assert code == 0, err


def test_a_second_car_on_the_same_port_is_told_so_in_one_line(car):
    drive = Drive(car)
    port = drive.url.rpartition(":")[2]
    second = manage(car, "drive", "--set", f"WEB_CONTROL_PORT={port}")
    drive.end()
    assert second.returncode == 1
    assert f"cannot listen on port {port}" in one_line(second.stderr)
    assert "WEB_CONTROL_PORT" in second.stderr


def one_line(text):
    lines = [line for line in text.splitlines() if not line.startswith("INFO:")]
    assert len(lines) == 1, text
    return lines[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["drive", "--model", "models/none.keras"], "There is no model models/none.keras"),
        (["drive", "--set", "IMAGE_W=wide"], "IMAGE_W"),
        (["drive", "--set", "CAMERA_TYPE=PICAMM"], "CAMERA_TYPE"),
        (["drive", "--myconfig", "other.py"], "other.py"),
        (["drive", "--meta", "nonsense"], "must be NAME:VALUE. Received: --meta nonsense"),
        (["drive", "--set", "SIM_TIME_SCALE=2", "--set", "CAMERA_TYPE=MOCK"], "SIM_TIME_SCALE=2"),
        (["drive", "--set", "CAMERA_TYPE=PICAM"], "python3-picamera2"),
        (["train", "--tubs", "nowhere", "--model", "models/x.keras"], "nowhere"),
    ],
)
def test_a_mistake_is_answered_by_one_line_and_exit_code_1(car, words, message):
    done = manage(car, *words)
    assert done.returncode == 1, done.stderr
    assert message in one_line(done.stderr)


def test_a_car_without_config_says_how_to_get_one(car, tmp_path):
    (tmp_path / "manage.py").write_text((car / "manage.py").read_text())
    done = manage(tmp_path, "drive")
    assert done.returncode == 1
    assert "donkey createcar" in one_line(done.stderr)


def test_a_drive_of_so_many_loops_ends_by_itself(car):
    done = manage(car, "drive", "--set", "MAX_LOOPS=5", "--set", "WEB_CONTROL_PORT=0")
    assert done.returncode == 0, done.stderr
    assert "is read, but nothing writes it" not in done.stderr


def test_a_part_that_fails_ends_the_drive_with_its_name_and_exit_code_1(car, tmp_path):
    manage_py = (car / "manage.py").read_text()
    broken = "class Broken:\n    def run(self):\n        raise OSError('no such camera')\n\n\n"
    own_part = "    car.add(Broken())\n    add_drivetrain("
    changed = manage_py.replace("    add_drivetrain(", own_part)
    folder = tmp_path / "car"
    donkey("createcar", "--path", folder, "--template", "sim")
    (folder / "manage.py").write_text(changed.replace("def drive(", broken + "def drive("))
    done = manage(folder, "drive", "--set", "WEB_CONTROL_PORT=0")
    assert done.returncode == 1
    assert one_line(done.stderr) == "manage.py: error: Broken failed: no such camera"


def with_own_part(folder, part, line, before):
    """A car whose owner added a part before a line of manage.py."""
    donkey("createcar", "--path", folder, "--template", "sim")
    manage_py = folder / "manage.py"
    text = manage_py.read_text().replace(before, f"{line}\n    {before}", 1)
    manage_py.write_text(text.replace("def drive(", f"{part}\n\n\ndef drive(", 1))
    return folder


def test_a_pilot_of_the_owners_drives(tmp_path):
    """What used to happen: "The order was too old.", for ever."""
    car = with_own_part(
        tmp_path / "car",
        "class OwnPilot:\n    def run(self, image): return 0.2, 0.2",
        'car.add(OwnPilot(), ["cam/image_array"], ["pilot/angle", "pilot/throttle"])',
        "add_controllers(",
    )
    drive = Drive(car)
    state = drive.wait_for(
        lambda state: state["throttle"] and state["drivetrain_state"] == "run",
        angle=0.0, throttle=0.0, drive_mode="local",
    )  # fmt: skip
    code, _, err = drive.end()
    assert state["throttle"] == 0.2
    assert code == 0
    assert "OwnPilot does not say until when its orders hold" in err


RADIO = 'class OwnRadio:\n    def run(self): return 0.5, 0.4, "user", True'
CHANNELS = '["user/steering", "user/throttle", "user/mode", "recording"]'


def test_a_controller_of_the_owners_is_told_how_to_drive_and_then_does(tmp_path):
    plain = with_own_part(
        tmp_path / "plain", RADIO, f"car.add(OwnRadio(), outputs={CHANNELS})", "add_drive_mode("
    )
    done = manage(plain, "drive", "--set", "MAX_LOOPS=3", "--set", "WEB_CONTROL_PORT=0")
    (told,) = [line for line in done.stderr.splitlines() if "OwnRadio" in line]
    words = re.search(r"(car\.add\(AsOffer\(.*\)), after: (from .*)\.$", told)
    line, imported = words[1].replace("OwnRadio(...)", "OwnRadio()"), words[2]

    car = with_own_part(tmp_path / "car", f"{imported}\n\n{RADIO}", line, "add_driver(car")
    drive = Drive(car)
    end_s = time.monotonic() + TRY_S
    while (state := drive.post())["source"] != "gamepad" and time.monotonic() < end_s:
        time.sleep(0.05)
    drive.end()
    assert state["source"] == "gamepad"


# What `donkey createcar` of an earlier day wrote.
EARLIER = """
import donkeycar as dk
from donkeycar.assembly import (
    add_camera, add_choices, add_console, add_controllers, add_drive_mode, add_drivetrain,
    add_pilot, add_recorder, make_clock, make_world,
)
from donkeycar.management.car import main


def drive(cfg, *, model=None, model_type=None, meta=()):
    car = dk.Vehicle(clock=make_clock(cfg))
    world = make_world(cfg)
    add_camera(car, cfg, world)
    add_choices(car, cfg)
    if model is not None:
        add_pilot(car, cfg, model, model_type)
    add_controllers(car, cfg)
    console = add_console(car, cfg)
    add_drive_mode(car, cfg)
    add_recorder(car, cfg, meta)
    add_drivetrain(car, cfg, world)
    print(console.pairing.text)
    car.start(rate_hz=cfg.DRIVE_LOOP_HZ, max_loop_count=cfg.MAX_LOOPS)


if __name__ == "__main__":
    raise SystemExit(main(drive, __file__))
"""


def test_a_manage_py_from_before_there_was_a_cockpit_drives_unchanged(tmp_path):
    car = tmp_path / "car"
    donkey("createcar", "--path", car, "--template", "sim")
    (car / "manage.py").write_text(EARLIER)
    drive = Drive(car)
    state = drive.wait_for(
        lambda state: state["throttle"] and state["drivetrain_state"] == "run",
        angle=0.1, throttle=0.2,
    )  # fmt: skip
    code, _, err = drive.end()
    assert (state["throttle"], state["source"]) == (0.2, "web")
    assert code == 0
    assert "manage.py" not in err


def test_a_car_without_a_web_page_is_driven_by_what_is_plugged_in(tmp_path):
    car = tmp_path / "car"
    donkey("createcar", "--path", car, "--template", "sim")
    words = ["--set", "WEB_CONTROL=False", "--set", "MAX_LOOPS=40"]
    refused = manage(car, "drive", *words)
    assert refused.returncode == 1
    assert "nobody could drive or stop it. Received: WEB_CONTROL=False" in refused.stderr
    gamepad = ["USE_JOYSTICK_AS_DEFAULT=True", "CONTROLLER_TYPE=mock"]
    gamepad.append("MOCK_JOYSTICK_THROTTLE=0.2")
    note = "class Note:\n    def run(self, throttle, source): print(throttle, source)"
    line = 'car.add(Note(), ["throttle", "user/source"])'
    car = with_own_part(tmp_path / "other", note, line, "add_drivetrain(")
    done = manage(car, "drive", *words, *[w for one in gamepad for w in ("--set", one)])
    assert done.returncode == 0, done.stderr
    assert "This car has no web page (WEB_CONTROL = False)" in done.stdout
    assert done.stdout.splitlines()[-1] == "0.2 gamepad"


def test_a_car_without_a_pilot_does_not_start_in_a_mode_of_one(car):
    done = manage(car, "drive", "--set", "WEB_INIT_MODE=local", "--set", "WEB_CONTROL_PORT=0")
    assert done.returncode == 1
    assert "`WEB_INIT_MODE` must be 'user' without a pilot." in done.stderr


def test_manage_py_is_short_enough_to_be_read():
    from donkeycar import templates

    text = os.path.join(os.path.dirname(templates.__file__), "manage.py")
    with open(text, encoding="utf-8") as file:
        assert len(file.readlines()) <= 100
