"""The page for those who write parts: its snippets run, and its table of channels is true."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from donkeycar import Vehicle
from donkeycar.assembly import (
    add_camera,
    add_choices,
    add_console,
    add_controllers,
    add_drive_mode,
    add_driver,
    add_drivetrain,
    add_recorder,
    add_sensors,
    channels,
    make_cockpit,
    make_world,
)
from donkeycar.config import Config, load_config
from donkeycar.errors import ConfigError, TubError
from donkeycar.management.createcar import create_car
from donkeycar.testing import FakeClock, StubDepthAI, StubRealSense, VideoKernel
from donkeycar.timing import SimulatedClock
from donkeycar.tub import TubReader
from donkeycar.tub.format import TYPES
from donkeycar.tub.values import COLUMNS
from donkeycar.vehicle import OWN_CHANNELS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/parts.md").read_text(encoding="utf-8")

# Lines of manage.py, in its order.
LINES = (
    add_sensors, add_choices, add_controllers, add_driver, add_console, add_drive_mode,
    add_recorder,
)  # fmt: skip
OF_DRIVERS = (add_controllers, add_driver, add_console)
CARS = {
    "gamepad": {"CONTROLLER_TYPE": "mock", "USE_JOYSTICK_AS_DEFAULT": True},
    "rc": {"USE_RC": True},
    "buttons": {f"{kind}_BUTTON": f"w{n}" for n, kind in ((1, "BEHAVIOR"), (2, "LOCATION"))},
    "other buttons": {"BEHAVIOR_BUTTON": "w3", "LOCATION_BUTTON": "w4"},
    "last button": {"BEHAVIOR_BUTTON": "w5"},
    "own pilot": {},
    "depth": {"CAMERA_TYPE": "OAKD"},
    "two cameras": {"CAMERA_TYPE": "V4L", "CAMERA_STEREO": True},
    "depth and motion": {"CAMERA_TYPE": "D435", "REALSENSE_D435_IMU": True},
    "speed controller": {"DRIVE_TRAIN_TYPE": "PWM_STEERING_THROTTLE"},
}


class Writes:
    """A part of the owner's."""

    def __init__(self, values=None):
        self.values = values

    def run(self, *inputs):
        return self.values


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cars") / "car"
    create_car(folder, template="sim")
    cfg = load_config(folder / "config.py")
    return {**{name: cfg[name] for name in cfg}, "CAR_PATH": str(folder)}


def assembled(cfg, *, own=()):
    """A car, and for each channel who writes and who reads it."""
    car = Vehicle(clock=FakeClock())
    world = make_world(cfg)
    writers, readers = defaultdict(set), defaultdict(set)

    def note(name, before):
        for entry in car.entries[before:]:
            for channel in entry.outputs:
                writers[channel].add(name)
            for channel in filter(None, (*entry.inputs, *entry.condition)):
                readers[channel].add(name)

    add_camera(car, cfg, world)
    note("add_camera", 0)
    for outputs in own:
        car.add(Writes(), outputs=outputs)
    cockpit = make_cockpit(car, cfg)
    for line in LINES:
        before = len(car.entries)
        line(car, cfg, *([cockpit] if line in OF_DRIVERS else []))
        note(line.__name__, before)
    if cfg.DRIVE_TRAIN_TYPE == "SIM":  # others need a guardian
        before = len(car.entries)
        add_drivetrain(car, cfg, world)
        note("add_drivetrain", before)
    car.stop()
    return writers, readers


@pytest.fixture(scope="module")
def found(settings, tmp_path_factory):
    writers, readers = defaultdict(set), defaultdict(set)
    for name, changes in CARS.items():
        cfg = Config({
            **settings, **changes, "TRAIN_BEHAVIORS": True, "TRAIN_LOCALIZER": True,
            "WEB_CONTROL_PORT": 0, "WEB_HOST": "127.0.0.1", "RECORD_DURING_AI": True,
            "SHOW_FPS": True, "DATA_PATH": str(tmp_path_factory.mktemp("data") / "tub"),
        })  # fmt: skip
        own = [
            [channel] for channel, row in channels.CHANNELS.items() if row.writers == channels.OWN
        ]
        pilot = ["pilot/angle", "pilot/throttle", "pilot/loading", "pilot/exposed_s"]
        pilot += ["pilot/name", "pilot/choice_note", "pilot/choices"]
        own += [pilot] if name == "own pilot" else []
        with StubDepthAI(), StubRealSense(), VideoKernel(cameras=[{"name": "A"}, {"name": "B"}]):
            found = assembled(cfg, own=own)
        for into, one in zip((writers, readers), found, strict=True):
            for channel, names in one.items():
                into[channel] |= names
    return writers, readers


def test_every_channel_of_a_car_is_in_the_table(found):
    used = {*found[0], *found[1], *OWN_CHANNELS}
    assert used - set(channels.CHANNELS) == set()


# A pilot of ours needs a trained network: tests/test_every_pilot.py asks for those.
OF_PILOTS = {"add_pilot"}


@pytest.mark.parametrize("channel", channels.CHANNELS)
def test_the_table_says_who_writes_and_reads_a_channel(channel, found):
    row = channels.CHANNELS[channel]
    said = {*row.writers} - {"Vehicle", *channels.OWN, *OF_PILOTS}
    assert found[0][channel] == said
    assert ("Vehicle" in row.writers) == (channel in OWN_CHANNELS)
    assert found[1][channel] == {*row.readers} - OF_PILOTS


def test_the_page_shows_the_table():
    begin, end = "<!-- channels -->\n", "\n<!-- end of channels -->"
    shown = PAGE.partition(begin)[2].partition(end)[0]
    assert shown == channels.markdown(), "call donkeycar.assembly.channels.write_page()"


def test_the_page_says_what_every_type_of_a_column_takes():
    table = PAGE.partition("| type | takes |\n|---|---|\n")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()]
    shown = {name: takes for names, takes in rows for name in re.findall(r"`(\w+)`", names)}
    assert list(shown) == sorted(TYPES, key=[*shown].index)
    for name, column in COLUMNS.items():
        assert shown[name].replace("`", "") == column.takes


def test_its_snippets_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "snippet"}
    snippets = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(snippets) == 8
    for snippet in snippets:
        exec(compile(snippet, "docs/parts.md", "exec"), names)
    assert (names["angle"], names["throttle"]) == (1.0, 0.2)


def test_lines_for_manage_py_work_as_they_stand(settings, tmp_path):
    names = {}
    for page, pattern in (
        ((ROOT / "docs/cameras.md").read_text(encoding="utf-8"), "class RandomCamera"),
        (PAGE, ""),
    ):
        for snippet in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
            if pattern in snippet:
                exec(compile(snippet, "docs", "exec"), names)
    cfg = Config({**settings, "DATA_PATH": str(tmp_path / "data")})
    car = Vehicle(clock=FakeClock())
    car.mem["wheel/turns_per_s"] = 5.0
    names |= {"car": car, "cfg": cfg, "meta": (), "add_recorder": add_recorder}
    lines = re.findall(r"```python no-run\n(.*?)```", PAGE, re.DOTALL)
    assert len(lines) == 7
    for line in lines:
        exec(compile(line, "docs/parts.md", "exec"), names)
    assert [entry.name for entry in car.entries] == [
        "Speedometer", "RecordingRule", "TubRecorder", "Eraser", "Lidar", "RandomCamera",
        "LineFollower", "AsOffer", "SlowNearWalls",
    ]  # fmt: skip


def test_a_channel_of_the_owners_is_recorded(settings, tmp_path):
    import numpy as np

    cfg = Config({**settings, "DATA_PATH": str(tmp_path / "data")})
    car = Vehicle(clock=FakeClock())
    car.add(Writes(1.5), outputs=["my/distance_m"])
    car.add(Writes(np.zeros((4, 4, 3), np.uint8)), outputs=["cam/image_array"])
    for channel, value in (("user/angle", 0.1), ("user/throttle", 0.2), ("user/mode", "user")):
        car.mem[channel] = value
    car.mem["recording"] = True
    add_recorder(car, cfg, columns={"my/distance_m": "float"})
    car.step()
    car.stop()
    (record,) = TubReader(tmp_path / "data").records()
    assert record["my/distance_m"] == 1.5


def test_a_simulated_car_that_runs_faster_records_simulated_times(settings, tmp_path):
    """Its records were as close together as the computer was fast."""
    import numpy as np

    cfg = Config({**settings, "DATA_PATH": str(tmp_path / "data")})
    car = Vehicle(clock=SimulatedClock())
    car.add(Writes(np.zeros((4, 4, 3), np.uint8)), outputs=["cam/image_array"])
    for channel, value in (("user/angle", 0.1), ("user/throttle", 0.2), ("user/mode", "user")):
        car.mem[channel] = value
    car.mem["recording"] = True
    add_recorder(car, cfg)
    car.step()
    car.clock.sleep(60)
    car.step()
    car.stop()
    first, second = TubReader(tmp_path / "data").records()
    assert second["_timestamp_ms"] - first["_timestamp_ms"] == 60_000


def test_a_value_that_does_not_fit_its_column_stops_neither_car_nor_recording(settings, tmp_path):
    """What used to happen: a gear of 3.7 was recorded as 3, and nobody was told."""
    import numpy as np

    cfg = Config({**settings, "DATA_PATH": str(tmp_path / "data")})
    car = Vehicle(clock=FakeClock())
    car.add(Writes(3.7), outputs=["my/gear"])
    car.add(Writes(np.zeros((4, 4, 3), np.uint8)), outputs=["cam/image_array"])
    for channel, value in (("user/angle", 0.1), ("user/throttle", 0.2), ("user/mode", "user")):
        car.mem[channel] = value
    car.mem["recording"] = True
    add_recorder(car, cfg, columns={"my/gear": "int"})
    (recorder,) = [entry.part for entry in car.entries if entry.name == "TubRecorder"]
    car.step()
    car.stop()
    assert recorder.status.startswith(
        "my/gear is not recorded. A column of type int takes whole numbers. Received: 3.7 (float)."
    )
    (record,) = TubReader(tmp_path / "data").records()
    assert (record["user/angle"], "my/gear" in record) == (0.1, False)


def test_a_column_that_nobody_writes_is_refused_with_the_way_on(settings, tmp_path):
    cfg = Config({**settings, "DATA_PATH": str(tmp_path / "data")})
    with pytest.raises(ConfigError, match="a part before it writes. Received: 'my/distance'"):
        add_recorder(Vehicle(), cfg, columns={"my/distance": "float"})


def test_a_column_of_an_unknown_type_is_refused(settings, tmp_path):
    cfg = Config({**settings, "DATA_PATH": str(tmp_path / "data")})
    car = Vehicle()
    car.mem["my/distance"] = 1.0
    with pytest.raises(TubError, match="type of 'my/distance' must be one of float"):
        add_recorder(car, cfg, columns={"my/distance": "double"})


@pytest.mark.parametrize("columns", [["my/distance_m"], "my/distance_m"])
def test_columns_without_types_are_refused_with_what_to_write(columns, settings, tmp_path):
    """What used to happen: a traceback that ended in "'list' object has no attribute 'items'"."""
    cfg = Config({**settings, "DATA_PATH": str(tmp_path)})
    with pytest.raises(ConfigError, match=r"must be a dict.*'float'.*Received"):
        add_recorder(Vehicle(), cfg, columns=columns)


@pytest.mark.parametrize(
    ("channel", "type_name"),
    [("user/angle", "str"), ("user/mode", "int"), ("cam/image_array", "nparray")],
)
def test_what_training_reads_keeps_its_type(channel, type_name, settings, tmp_path):
    """What used to happen: the whole drive was recorded so that no pilot could learn from it."""
    cfg = Config({**settings, "DATA_PATH": str(tmp_path)})
    car = Vehicle()
    car.add(Writes(), outputs=["user/angle", "user/mode", "cam/image_array"])
    with pytest.raises(ConfigError, match=f"leave {channel} the type.*Received: '{type_name}'"):
        add_recorder(car, cfg, columns={channel: type_name})
    assert list(tmp_path.iterdir()) == []
