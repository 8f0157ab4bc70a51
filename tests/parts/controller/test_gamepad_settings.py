"""What an owner may bind, and what is said of a gamepad that is not there."""

import itertools
import logging

import pytest

from benchmarks.controllers.stop_bindings import CONTROLS, EVERY, is_wrong
from donkeycar import Vehicle
from donkeycar.assembly import add_controllers, check_car
from donkeycar.assembly.controller import gamepad_bindings
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.management.createcar import create_car
from donkeycar.parts.controller.actions import ACTIONS
from donkeycar.parts.controller.gamepad import GamepadController
from donkeycar.parts.controller.mappings import KINDS
from tests.parts.controller.pad_devices import Plug, SocketPad, event

BY_KIND = {kind: [binding for binding in EVERY if binding[0] == kind] for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_every_binding_that_hides_stop_is_refused_and_no_other(kind):
    """Every control of a stop with every action; of the others some, the benchmark tries all."""
    stops = {name for name, action in KINDS[kind].bindings.items() if "stop" in action}
    tried = [binding for binding in BY_KIND[kind] if binding[1] in stops]
    tried += itertools.islice(BY_KIND[kind], 0, None, 61)
    assert [binding for binding in tried if is_wrong(*binding)] == []
    assert len(CONTROLS) * len(KINDS) * len(ACTIONS) < len(EVERY)


@pytest.fixture
def folder(tmp_path):
    create_car(tmp_path / "car")
    return tmp_path / "car"


def settings(folder, text):
    (folder / "myconfig.py").write_text(text)
    return load_config(folder / "config.py", overrides=["USE_JOYSTICK_AS_DEFAULT=True"])


def refusal(folder, text):
    """What `drive` and `donkey doctor` say of a myconfig.py, before any hardware is opened."""
    with pytest.raises(ConfigError) as refused:
        check_car(settings(folder, text))
    with pytest.raises(ConfigError) as same:
        add_controllers(Vehicle(), settings(folder, text))
    assert str(same.value) == str(refused.value)
    return str(refused.value)


def test_the_stop_button_as_the_only_one_may_not_be_bound_anew(folder):
    """It used to toggle recording, and nothing stopped the car."""
    with pytest.raises(ConfigError) as refused:
        GamepadController(kind="xbox", bindings={"BTN_NORTH": "record"}, finder=Plug())
    assert str(refused.value) == (
        "`CONTROLLER_BINDINGS` must leave a button that stops the car: with CONTROLLER_TYPE 'xbox' "
        "it is BTN_NORTH. Received: CONTROLLER_BINDINGS={'BTN_NORTH': 'record'}. Bind another "
        "button to 'stop' beside it, e.g. 'BTN_MODE': 'stop'"
    )
    GamepadController(bindings={"BTN_NORTH": "record", "BTN_MODE": "stop"}, finder=Plug())


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("xbox", {"BTN_NORTH": "erase_or_stop"}),
        ("xbox", {"BTN_NORTH": "w1", "RC3": "stop"}),
        ("ps4", {"BTN_SOUTH": None}),
        ("rc3", {"BTN_TRIGGER": "erase"}),
    ],
)
def test_half_a_stop_or_one_on_another_device_is_none(kind, changes):
    with pytest.raises(ConfigError, match="must leave a button that stops the car"):
        GamepadController(kind=kind, bindings=changes, finder=Plug())


def test_a_gamepad_whose_owner_bound_no_stop_is_named_at_the_start(caplog):
    sticks = {"ABS_X": "steering", "ABS_Y": "throttle"}
    GamepadController(kind="custom", bindings=sticks, finder=Plug())
    (record,) = caplog.records
    assert record.getMessage() == (
        "CONTROLLER_BINDINGS binds no button to 'stop': nothing on the gamepad stops the car. "
        "Bind one, e.g. 'BTN_SOUTH': 'stop', or run `donkey gamepad learn`."
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("CONTROLLER_BINDINGS = {'BTN_NORTH': 'w1'}", "`CONTROLLER_BINDINGS` must leave a button"),
        ("CONTROLLER_BINDINGS = {'BTN_SUOTH': 'w1'}", "`CONTROLLER_BINDINGS` must name buttons"),
        ("CONTROLLER_TYPE = 'custom'", "`CONTROLLER_BINDINGS` must bind an axis to 'steering'"),
    ],
)
def test_an_impossible_setting_is_named_as_its_owner_wrote_it(folder, text, told):
    """The line used not to be told, and not before the hardware was opened."""
    line = len(text.splitlines())
    assert refusal(folder, text).startswith(f"myconfig.py:{line}: {told}")


def test_the_python_of_an_old_pad_is_named_with_the_way_on(folder):
    """What used to happen: CONTROLLER_BINDINGS must bind an axis, and not a word of the file."""
    (folder / "my_joystick.py").write_text("class MyJoystick(Joystick): ...")
    text = "CONTROLLER_TYPE = 'custom'\n"
    said = refusal(folder, text)
    assert said.startswith("myconfig.py:1: `CONTROLLER_TYPE` 'custom' takes its buttons from")
    assert f"Received: {folder / 'my_joystick.py'}, and no CONTROLLER_BINDINGS." in said
    assert f"donkey gamepad convert --path {folder}`" in said
    taught = "CONTROLLER_BINDINGS = {'ABS_X': 'steering', 'BTN_SOUTH': 'stop'}\n"
    check_car(settings(folder, text + taught))
    check_car(settings(folder, "CONTROLLER_TYPE = 'ps4'\n"))


LAUNCH = "AI_LAUNCH_DURATION = 1.0\n"


@pytest.mark.parametrize("button", ["cross", "R4", "right_trigger"])
def test_a_launch_button_is_not_read_while_nothing_is_launched(folder, button):
    """Cross used to stop stopping; R4 used to keep the car from starting."""
    text = f"CONTROLLER_TYPE = 'ps4'\nAI_LAUNCH_ENABLE_BUTTON = {button!r}\n"
    assert gamepad_bindings(settings(folder, text)) == {}
    check_car(settings(folder, text))


def test_a_launch_button_does_not_take_the_stop(folder):
    text = f"{LAUNCH}CONTROLLER_TYPE = 'ps4'\nAI_LAUNCH_ENABLE_BUTTON = 'cross'\n"
    assert refusal(folder, text) == (
        "myconfig.py:3: `AI_LAUNCH_ENABLE_BUTTON` must be another button than the one for stop. "
        "Received: AI_LAUNCH_ENABLE_BUTTON='cross' (BTN_SOUTH), which CONTROLLER_TYPE='ps4' binds "
        "to stop. Choose a free one, e.g. 'R3'"
    )
    text = f"{LAUNCH}CONTROLLER_BINDINGS = {{'BTN_TR2': 'stop'}}\n"
    assert "'R2' (BTN_TR2), which CONTROLLER_BINDINGS={'BTN_TR2': 'stop'} binds to stop" in (
        refusal(folder, text)
    )


def test_a_launch_button_that_is_none_is_named_with_its_line(folder):
    """The error used to name CONTROLLER_BINDINGS, which its owner never wrote."""
    assert refusal(folder, f"{LAUNCH}AI_LAUNCH_ENABLE_BUTTON = 'BTN_TL22'\n") == (
        "myconfig.py:2: `AI_LAUNCH_ENABLE_BUTTON` must name a button, e.g. 'R2' or 'BTN_TR2'; "
        "`donkey gamepad test` shows them. Received: AI_LAUNCH_ENABLE_BUTTON='BTN_TL22'. Did you "
        "mean 'BTN_TL2'?"
    )


def test_a_launch_button_launches(folder):
    assert gamepad_bindings(settings(folder, LAUNCH)) == {"BTN_TR2": "ai_launch"}


class Wait:
    """Lets time pass where the reader would wait for it."""

    def __init__(self, part, clock, rounds):
        self.part, self.clock, self.rounds = part, clock, rounds

    def is_set(self):
        return self.rounds <= 0

    def wait(self, seconds):
        self.rounds -= 1
        self.clock.advance(seconds)


@pytest.mark.parametrize(
    ("device", "where"), [("/dev/input/js0", ""), ("/dev/input/js1", " at /dev/input/js1")]
)
def test_a_gamepad_that_does_not_come_is_told_of_once(clock, caplog, device, where):
    """There used to be not a word, ever."""
    part = GamepadController(device=device, finder=Plug(), clock=clock)
    part._stopping = Wait(part, clock, 2)
    part.update()
    assert caplog.records == [], "two seconds are not long"
    part._stopping = Wait(part, clock, 60)
    part.update()
    assert [record.getMessage() for record in caplog.records] == [
        f"No gamepad{where} yet (looking every second). `donkey gamepad` shows what is there."
    ]


def test_what_a_gamepad_lacks_is_told_when_it_is_opened(clock, caplog):
    part = GamepadController(kind="ps4", finder=Plug(), clock=clock)
    line = SocketPad().line
    line.buttons = set()
    with caplog.at_level(logging.WARNING):
        part._greet(line)
    assert (
        caplog.records[0]
        .getMessage()
        .startswith("This gamepad has no BTN_SOUTH: nothing on it stops the car.")
    )


def test_how_it_lies_when_it_comes_is_no_movement(clock):
    part = GamepadController(finder=Plug(), clock=clock)
    line = SocketPad().line
    line.axes[0] = line.axes[0]._replace(value=20000)
    part._greet(line)
    assert not part.run_threaded().moved
    part._take(line, event("ABS_X", -20000))
    assert part.run_threaded().moved
