"""`my_joystick.py` of donkeycar 3 to 5: it is read, and what it did becomes settings.

The files are written here, in the form of `donkey createjs` of donkeycar 5.3 and of files that
owners published.
"""

import pytest

from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car
from donkeycar.management.old_joystick.read import read_joystick
from donkeycar.parts.controller.actions import merged
from donkeycar.parts.controller.mappings import bindings_of
from donkeycar.settings.owner.file import read_owner_file

NAMES = {0x130: "A", 0x131: "B", 0x133: "X", 0x134: "Y", 0x136: "LB", 0x137: "RB", 0x13B: "go"}
AXES = {0: "side", 1: "up", 2: "LT", 5: "RT", 0x10: "cross x", 0x11: "cross y"}
STICKS = {"side": "set_steering", "up": "set_throttle"}


def table(pairs, text=repr):
    """The text of a dictionary, one line for each pair."""
    return "{\n" + "".join(f"    {text(key)}: {value},\n" for key, value in pairs.items()) + "}\n"


def method(word):
    return f"self.{word}" if word.isidentifier() else word


def joystick(down, axis=STICKS, *, more="", base="JoystickController", maps=""):
    """The text of a file; `more` is other methods of its controller, `maps` ends its maps."""
    lines = f"import os\nos.abort()\nfrom donkeycar.parts.controller import Joystick, {base}\n"
    lines += (
        "class Mine(Joystick):\n"
        "    def __init__(self, *args, **kwargs):\n"
        "        super(Mine, self).__init__(*args, **kwargs)\n"
        f"        self.button_names = {table({k: repr(v) for k, v in NAMES.items()}, hex)}"
        f"        self.axis_names = {table({k: repr(v) for k, v in AXES.items()}, hex)}"
        f"class MyJoystickController({base}):\n"
        "    def init_js(self):\n        self.js = Mine(self.dev_fn)\n"
    )
    buttons = {name: method(word) for name, word in down.items()}
    axes = {name: method(word) for name, word in axis.items()}
    return (
        f"{lines}    def init_trigger_maps(self):\n"
        f"        self.button_down_trigger_map = {table(buttons)}"
        f"        self.axis_trigger_map = {table(axes)}{maps}{more}"
    )


@pytest.fixture
def read(tmp_path):
    def from_text(text, **options):
        (tmp_path / "my_joystick.py").write_text(text)
        return read_joystick(tmp_path / "my_joystick.py", **options)

    return from_text


DOWN = {"A": "toggle_mode", "Y": "emergency_stop", "X": "erase_last_N_records"}


def test_what_createjs_wrote_becomes_bindings_and_is_not_run(read):
    old = read(joystick({**DOWN, "unknown(0x13a)": "toggle_constant_throttle"}))
    assert old.kind == "evdev"
    assert old.bindings == {
        "ABS_X": "steering", "ABS_Y": "throttle", "BTN_SOUTH": "mode", "BTN_WEST": "stop",
        "BTN_NORTH": "erase", "BTN_SELECT": "constant_throttle", "BTN_START": "resume",
    }  # fmt: skip
    (note,) = old.notes
    text = joystick({**DOWN, "unknown(0x13a)": "toggle_constant_throttle"})
    line = text.splitlines().index("    def init_trigger_maps(self):") + 1
    assert note.startswith(f"my_joystick.py:{line}: Donkeycar 5 drove on after")
    assert note.endswith("'go' (BTN_START) is bound to resume")
    assert bindings_of(old.kind, old.bindings)["BTN_WEST"] == "stop"


MAGNITUDE = """
    def magnitude(self, reversed = False):
        def set_magnitude(axis_val):
            low = -1.
            high = 1.
            magnitude = (axis_val - low) / (high - low)
            if reversed:
                magnitude *= -1
            self.set_throttle(magnitude)
        return set_magnitude
"""
CROSS = """
    def on_cross(self, val):
        if val == -1.0:
            self.faster()
        elif val == 1.0:
            self.decrease_max_throttle()
    def faster(self):
        print("faster")
        self.increase_max_throttle()
"""


@pytest.mark.parametrize(
    ("axis", "more", "bound"),
    [
        ({"side": "lambda v: self.set_steering(-v)"}, "", {"ABS_X-": "steering"}),
        ({"side": "turned"},
         "    def turned(self, v):\n        v *= -1\n        self.set_steering(v)\n",
         {"ABS_X-": "steering"}),
        ({"side": "set_steering"},
         "    def set_steering(self, v):\n        self.angle = self.steering_scale * v * (-1.0)\n",
         {"ABS_X-": "steering"}),
        ({"side": "set_steering", "up": "set_throttle"},
         "    def set_throttle(self, v):\n        super().set_throttle(-v)\n",
         {"ABS_X": "steering", "ABS_Y-": "throttle"}),
        ({"side": "set_steering", "up": "set_throttle"},
         "    def set_throttle(self, v):\n        self.throttle = v * self.throttle_scale\n",
         {"ABS_X": "steering", "ABS_Y-": "throttle"}),
        ({"side": "set_steering", "RT": "self.magnitude()",
          "LT": "self.magnitude(reversed = True)"},
         MAGNITUDE,
         {"ABS_X": "steering", "ABS_RZ": "throttle_reverse", "ABS_Z": "throttle_forward"}),
        ({"side": "set_steering", "cross y": "on_cross", "cross x": "do_nothing"}, CROSS,
         {"ABS_X": "steering", "ABS_HAT0Y-": "limit_up", "ABS_HAT0Y": "limit_down"}),
    ],
)  # fmt: skip
def test_axes_turned_round_triggers_and_a_cross(read, axis, more, bound):
    old = read(joystick(DOWN, axis, more=more))
    others = {"BTN_SOUTH", "BTN_WEST", "BTN_NORTH", "BTN_START"}
    assert {c: w for c, w in old.bindings.items() if c not in others} == bound


def test_triggers_go_by_the_direction_of_the_throttle_of_the_car(read):
    axis = {"side": "set_steering", "RT": "self.magnitude()"}
    old = read(joystick(DOWN, axis, more=MAGNITUDE), throttle_dir=1.0)
    assert old.bindings["ABS_RZ"] == "throttle_forward"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("self.mode = 'local'\n        self.mode_latch = self.mode", "mode_local"),
        ("if self.mode == 'user':\n            self.erase_last_N_records()\n"
         "        else:\n            self.emergency_stop()", "erase_or_stop"),
        ("self.erase_last_N_records()\n        self.emergency_stop()", "stop"),
        ("super().toggle_mode()", "mode"),
    ],
)  # fmt: skip
def test_methods_of_the_owner_are_understood(read, body, word):
    old = read(joystick({**DOWN, "B": "mine"}, more=f"    def mine(self):\n        {body}\n"))
    assert old.bindings["BTN_EAST"] == word
    assert len(old.notes) == 1


def test_what_cannot_be_translated_is_named_with_its_line(read):
    text = joystick(
        {
            **DOWN,
            "B": "blink",
            "RB": "my_stop",
            "LB": "toggle_manual_recording",
            "Q": "toggle_mode",
        },
        {**STICKS, "cross x": "wag"},
        maps="        if self.easy:\n            self.js = None\n"
        "        self.button_up_trigger_map = {'B': self.blink}\n",
        more="    def blink(self):\n        os.system('x')\n    def my_stop(self):\n"
        "        self.set_throttle(0)\n    def wag(self, v):\n        self.tail = v\n"
        "    def run_threaded(self, image):\n        return 1, 1, 'user', False\n"
        "    def toggle_manual_recording(self):\n        self.recording = 7\n"
        "class Led: ...\n",
    )
    old = read(text)
    lines = text.splitlines()
    told = []
    for note in old.notes:
        place, _, sentence = note.partition(": ")
        told.append((lines[int(place.rpartition(":")[2]) - 1].strip(), sentence))
    for line, sentence in [
        ("'B': self.blink,", "'B' did self.blink, for which there is no action"),
        ("'RB': self.my_stop,", "'RB' did my_stop of your own. It is our stop now"),
        ("'LB': self.toggle_manual_recording,", "It is our record now"),
        ("'Q': self.toggle_mode,", "'Q' is on no list of names, so it did nothing"),
        ("'cross x': self.wag,", "'cross x' did self.wag"),
        ("if self.easy:", "`if self.easy:` is not understood"),
        ("self.button_up_trigger_map = {'B': self.blink}", "Letting go of 'B' did self.blink"),
        ("def run_threaded(self, image):", "run_threaded changes what the gamepad gives"),
        ("class Led: ...", "Led: not this gamepad"),
    ]:
        assert any(at == line and sentence in text for at, text in told), line
    assert old.bindings["BTN_TR"] == "stop"
    assert "BTN_EAST" not in old.bindings, "a button of the owner's is not taken for anything else"


def test_one_axis_steers_and_the_other_is_named(read):
    old = read(joystick(DOWN, {**STICKS, "cross x": "set_steering"}))
    assert "ABS_HAT0X" not in old.bindings
    assert "'cross x' (ABS_HAT0X) is steering, too" in old.notes[-1]


def test_a_pad_without_a_stop_gets_one_on_a_free_button(read):
    old = read(joystick({"A": "toggle_mode"}))
    words = list(old.bindings.values())
    assert words.count("stop") == words.count("resume") == 1
    none = read(joystick(dict.fromkeys(NAMES.values(), "toggle_mode")))
    assert "No button was an emergency stop, and none is free: bind one to stop" in none.notes[1]


def test_a_class_on_one_of_donkeycars_keeps_its_kind(read):
    text = (
        "from donkeycar.parts.controller import XboxOneJoystickController\n"
        "class MyJoystickController(XboxOneJoystickController):\n"
        "    def init_trigger_maps(self):\n"
        "        super().init_trigger_maps()\n"
        "        self.set_button_down_trigger('x_button', self.toggle_constant_throttle)\n"
    )
    old = read(text)
    assert (old.kind, old.bindings) == ("xbox", {"BTN_WEST": "constant_throttle"})
    assert merged(bindings_of("xbox", old.bindings), {})["BTN_NORTH"] == "stop"


def test_own_numbers_under_the_bindings_of_donkeycars_class(read):
    whole = joystick({}, base="PS4JoystickController")
    text = whole[: whole.index("    def init_trigger_maps")]
    for mine, theirs in (
        ("'A'", "'cross'"), ("'side'", "'left_stick_horz'"), ("'up'", "'right_stick_vert'"),
    ):  # fmt: skip
        text = text.replace(mine, theirs)
    old = read(text)
    assert old.kind == "evdev"
    assert old.bindings["BTN_SOUTH"] == "stop"
    assert (old.bindings["ABS_X"], old.bindings["ABS_Y"]) == ("steering", "throttle")


def test_the_button_of_a_launch_keeps_its_owners_button(read):
    old = read(joystick({"A": "toggle_mode"}), launch_button="go")
    assert old.settings["AI_LAUNCH_ENABLE_BUTTON"] == "BTN_START"
    assert "BTN_START" not in old.bindings
    assert "AI_LAUNCH_ENABLE_BUTTON" not in read(joystick(DOWN), launch_button="R2").settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class MyJoystickController(:\n", "must be Python. Received: invalid syntax"),
        ("x = 1\n", "must have a class on donkeycar's JoystickController. Received: none"),
        (joystick(DOWN, {"up": "set_throttle"}), "must bind an axis to steering. Received: My"),
        ("\0", "must be Python"),
        (joystick(DOWN, {"side": "self" + ".x" * 1200}), "must be Python. Received: maximum recur"),
    ],
)
def test_a_file_that_says_nothing_is_refused_with_the_way_on(read, text, said):
    with pytest.raises(ConfigError, match="donkey gamepad learn") as caught:
        read(text)
    assert said in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path):
    said = "must be readable. Received: No such file or directory. Copy the file of the old car"
    with pytest.raises(ConfigError, match=said):  # the next step was missing
        read_joystick(tmp_path / "my_joystick.py")


def test_the_command_writes_it_into_myconfig_and_the_car_takes_it(tmp_path, capsys):
    create_car(tmp_path / "car")
    car = tmp_path / "car"
    (car / "my_joystick.py").write_text(joystick({**DOWN, "B": "blink"}))
    with (car / "myconfig.py").open("a") as mine:
        mine.write("CONTROLLER_TYPE = 'custom'\nUSE_JOYSTICK_AS_DEFAULT = True\n")
    assert main(["gamepad", "convert", "--path", str(car)]) == 0
    out = capsys.readouterr().out
    assert "BTN_WEST: stop\n" in out
    assert "note: my_joystick.py:" in out
    values, *_ = read_owner_file(car / "myconfig.py")
    assert values["CONTROLLER_TYPE"] == "evdev"
    cfg = load_config(car / "config.py")
    assert cfg.CONTROLLER_BINDINGS["BTN_WEST"] == "stop"
    assert main(["gamepad", "test", "--path", str(car), "--seconds", "0.1"]) == 0
