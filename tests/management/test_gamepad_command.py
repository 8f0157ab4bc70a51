"""`donkey gamepad`, with a gamepad at a socket and a person who answers."""

import os

import pytest

from donkeycar.errors import DeviceError
from donkeycar.management import gamepad
from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car
from donkeycar.management.gamepad import Listener, describe, learn
from donkeycar.parts.controller.actions import ACTIONS
from donkeycar.parts.controller.codes import AXES, AbsInfo, Identity
from donkeycar.parts.controller.mappings import KINDS
from donkeycar.parts.controller.pad import Pad
from donkeycar.settings.owner.file import read_owner_file
from tests.parts.controller.pad_devices import STICK, XPAD, SocketPad, axes

pytestmark = pytest.mark.timeout(20)


class Person:
    """Answers each question with the events they have in mind for it; else presses Enter."""

    def __init__(self, pad, answers):
        self.pad, self.answers = pad, answers
        self.said = []
        self.skips = False

    def tell(self, text, **options):
        self.said.append(text)
        events = next((events for word, events in self.answers.items() if word in text), None)
        if events is not None:
            self.pad.send(*events)
        elif text.startswith(("Press", "Push", "Give", "Pull")):
            self.skips = True

    def skipped(self):
        skips, self.skips = self.skips, False
        return skips


STICK_RIGHT = [("ABS_X", 32767), ("ABS_X", 0)]
STICK_UP = [("ABS_RY", -32768), ("ABS_RY", 0)]
TRIGGER = [("BTN_TR2", 1), ("ABS_RZ", 800), ("ABS_RZ", 0), ("BTN_TR2", 0)]
ANSWERS = {
    "RIGHT": STICK_RIGHT,
    "FORWARD": STICK_UP,
    "(stop)": [("BTN_EAST", 1), ("BTN_EAST", 0)],
    "(resume)": [("ABS_HAT0Y", -1), ("ABS_HAT0Y", 0)],
    "(record)": [("BTN_WEST", 1), ("BTN_WEST", 0)],
}


def taught(answers, pad=None):
    pad = pad or SocketPad()
    person = Person(pad, answers)
    return learn(Listener(pad.line, skipped=person.skipped), tell=person.tell), person


def test_a_mapping_is_learnt():
    bindings, person = taught(ANSWERS)
    assert bindings == {
        "ABS_X": "steering", "ABS_RY": "throttle", "BTN_EAST": "stop", "ABS_HAT0Y-": "resume",
        "BTN_NORTH": "record",
    }  # fmt: skip
    assert len([line for line in person.said if line.startswith("Press")]) == len(ACTIONS)


def test_a_stick_that_counts_the_other_way_is_turned_round():
    bindings, _ = taught({**ANSWERS, "RIGHT": [("ABS_X", -32768), ("ABS_X", 0)],
                          "FORWARD": [("ABS_RY", 32767), ("ABS_RY", 0)]})  # fmt: skip
    assert (bindings["ABS_X-"], bindings["ABS_RY-"]) == ("steering", "throttle")


def test_triggers_drive_each_in_its_direction():
    answers = {**ANSWERS, "FORWARD": TRIGGER, "REVERSE": [("ABS_Z", 900), ("ABS_Z", 0)]}
    bindings, _ = taught(answers)
    assert (bindings["ABS_RZ"], bindings["ABS_Z"]) == ("throttle_forward", "throttle_reverse")
    assert "BTN_TR2" not in bindings


RELEASED = AbsInfo(255, 0, 255)
PEDALS = axes(
    ABS_X=STICK, ABS_Y=RELEASED, ABS_Z=RELEASED, ABS_RZ=RELEASED, ABS_HAT0Y=AbsInfo(0, -1, 1)
)


def driven(bindings, model, *events):
    """The throttle of a pad with what was learnt."""
    identity, infos = model
    pad = Pad(identity, infos, kind=KINDS["custom"], bindings=bindings)
    for name, value in events:
        pad.take(3, AXES[name], value)
    return pad.sticks().throttle


def test_pedals_that_rest_at_their_greatest_value_are_learnt_as_they_lie():
    """They used to be learnt the wrong way round: full throttle when let go of."""
    model = Identity("a wheel", 3, 0x1234, 1), PEDALS
    answers = {**ANSWERS, "FORWARD": [("ABS_Z", 10), ("ABS_Z", 255)],
               "REVERSE": [("ABS_RZ", 0), ("ABS_RZ", 255)]}  # fmt: skip
    bindings, _ = taught(answers, SocketPad(model))
    # Without a right stick, ABS_Z and ABS_RZ go by its names.
    assert (bindings["ABS_RX-"], bindings["ABS_RY-"]) == ("throttle_forward", "throttle_reverse")
    assert driven(bindings, model) == 0.0
    assert driven(bindings, model, ("ABS_Z", 0)) == 1.0
    assert driven(bindings, model, ("ABS_Z", 255), ("ABS_RZ", 0)) == -1.0


def test_a_trigger_with_the_name_of_a_stick_is_learnt_as_a_trigger():
    infos = {**XPAD[1], AXES["ABS_RX"]: AbsInfo(0, 0, 255)}
    model = Identity("a pad", 3, 0x1234, 1), infos
    answers = {**ANSWERS, "FORWARD": [("ABS_RX", 200), ("ABS_RX", 0)]}
    bindings, _ = taught(answers, SocketPad(model))
    assert bindings["ABS_RX"] == "throttle_forward"
    assert driven(bindings, model) == 0.0
    assert driven(bindings, model, ("ABS_RX", 255)) == 1.0


def test_a_button_is_taken_once():
    answers = {**ANSWERS, "(resume)": [("BTN_EAST", 1), ("BTN_EAST", 0)],
               "is taken": [("BTN_SELECT", 1), ("BTN_SELECT", 0)]}  # fmt: skip
    bindings, person = taught(answers)
    assert (bindings["BTN_EAST"], bindings["BTN_SELECT"]) == ("stop", "resume")
    assert any("BTN_EAST is taken: stop" in line for line in person.said)


def test_without_steering_there_is_nothing_to_learn():
    with pytest.raises(DeviceError, match="an axis for steering and one for throttle"):
        taught({"FORWARD": STICK_UP})


@pytest.fixture
def car(tmp_path):
    create_car(tmp_path / "car", template="sim")
    return tmp_path / "car"


def test_what_was_learnt_goes_into_myconfig_and_nothing_else_changes(car, monkeypatch, capsys):
    pad = SocketPad()
    person = Person(pad, ANSWERS)
    before = (car / "myconfig.py").read_text()
    monkeypatch.setattr(gamepad, "Finder", lambda: lambda: [pad.line])
    monkeypatch.setattr(gamepad, "_typed_enter", person.skipped)
    monkeypatch.setattr(gamepad, "_wait_for_enter", lambda: None)
    monkeypatch.setattr("builtins.print", person.tell)
    assert main(["gamepad", "learn", "--path", str(car)]) == 0
    monkeypatch.undo()
    after = (car / "myconfig.py").read_text()
    assert after.startswith(before)
    values, *_ = read_owner_file(car / "myconfig.py")
    assert values["CONTROLLER_TYPE"] == "custom"
    assert values["CONTROLLER_BINDINGS"]["BTN_EAST"] == "stop"
    assert person.said[:2] == [
        "Xbox One S pad  USB 045e:02ea, 8 axes",
        "Let go of all its sticks, triggers and pedals, and press Enter.",
    ]
    assert main(["config", "--config", str(car / "config.py"), "CONTROLLER_BINDINGS"]) == 0


def test_gamepads_are_listed(monkeypatch, capsys):
    pad = SocketPad((XPAD[0]._replace(bus=5, uniq="aa:bb"), XPAD[1]))
    monkeypatch.setattr(gamepad, "Finder", lambda: lambda: [pad.line])
    assert describe(pad.line) == "Xbox One S pad  Bluetooth 045e:02ea, aa:bb, 8 axes"
    assert main(["gamepad"]) == 0
    assert capsys.readouterr().out == "Xbox One S pad  Bluetooth 045e:02ea, aa:bb, 8 axes\n"


def test_beside_a_car_the_list_says_what_does_not_drive(car, monkeypatch, capsys):
    held = axes(ABS_X=STICK, ABS_Y=STICK, ABS_RX=STICK, ABS_RY=STICK._replace(value=32767))
    for infos, remark in (
        (held, "Let go of the throttle for two seconds: ABS_RY has not been seen at rest yet."),
        (axes(ABS_X=STICK, ABS_Y=STICK), "This gamepad has no ABS_RY: nothing gives throttle."),
    ):
        pad = SocketPad((XPAD[0], infos))
        monkeypatch.setattr(gamepad, "Finder", lambda line=pad.line: lambda: [line])
        assert main(["gamepad", "--path", str(car)]) == 0
        assert remark in capsys.readouterr().out


def test_without_a_gamepad_the_next_step_is_told(monkeypatch, capsys):
    monkeypatch.setattr(gamepad, "Finder", lambda: lambda: [])
    assert main(["gamepad"]) == 1
    assert "bluetoothctl" in capsys.readouterr().err


def test_the_test_shows_what_a_gamepad_does(car, monkeypatch, capsys):
    pad = SocketPad()
    monkeypatch.setattr(
        "donkeycar.parts.controller.gamepad.Finder", lambda device: lambda: [pad.line]
    )
    pad.send(("ABS_X", 32767), ("ABS_RY", -32768), ("BTN_SOUTH", 1))
    assert main(["gamepad", "test", "--path", str(car), "--seconds", "0.5"]) == 0
    out = capsys.readouterr().out
    assert (
        "angle +1.00  throttle +0.25  ABS_RY- ABS_X BTN_SOUTH" in out
    )  # the simulator starts slowly


def test_the_test_says_that_a_throttle_waits_for_rest(car, monkeypatch, capsys):
    held = {**XPAD[1], AXES["ABS_RY"]: STICK._replace(value=-32768)}
    pad = SocketPad((XPAD[0], held))
    monkeypatch.setattr(
        "donkeycar.parts.controller.gamepad.Finder", lambda device: lambda: [pad.line]
    )
    assert main(["gamepad", "test", "--path", str(car), "--seconds", "0.5"]) == 0
    out = capsys.readouterr().out
    assert (
        out.count("Let go of the throttle for two seconds: ABS_RY has not been seen at rest yet.")
        == 1
    )
    assert "throttle +0.00" in out


def test_enter_leaves_a_question_out(monkeypatch):
    near, far = os.pipe()
    with os.fdopen(near) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert gamepad._typed_enter() is False
        os.write(far, b"\n")
        assert gamepad._typed_enter() is True
        assert gamepad._typed_enter() is False
    os.close(far)


def test_a_pipe_is_told_once_that_there_is_no_gamepad(car, monkeypatch, capsys):
    """What used to happen: ten times a second, on a line without an end."""
    monkeypatch.setattr(gamepad, "Finder", lambda: lambda: [])
    assert main(["gamepad", "test", "--path", str(car), "--seconds", "1"]) == 0
    assert capsys.readouterr().out.count("no gamepad") == 1
