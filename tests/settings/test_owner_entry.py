"""Single entries of an owner's dictionaries change; everything around them stays."""

import pytest

from donkeycar.errors import ConfigError
from donkeycar.settings.owner.entry import edited_entries, set_entries
from donkeycar.settings.owner.file import read_owner_file

OWNERS = """# my car
IMAGE_W = 160
PWM_STEERING_THROTTLE = {
    "PWM_STEERING_PIN": "PCA9685.1:40.1",  # the grey wire
    # found by hand
    "STEERING_LEFT_PWM": 460,
    "STEERING_RIGHT_PWM": int(
        290
    ),
}

DRIVE_LOOP_HZ = 20  # fast enough
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", "A = {'x': 1, 'y': 2}\n"),
        ("A = {}\n", "A = {\"x\": 1, \"y\": 2}\n"),
        ("A = {'x': 9}\n", "A = {\"y\": 2, 'x': 1}\n"),
        ("A = {'x': 9,  # nine\n     'z': 3}\n", "A = {\"y\": 2, 'x': 1,  # nine\n     'z': 3}\n"),
        ("A = {\n    'z': 3\n}\n", "A = {\n    \"x\": 1,\n    \"y\": 2,\n    'z': 3\n}\n"),
        ("A = {\r\n 'z': 3,\r\n}\r\n", "A = {\r\n \"x\": 1,\r\n \"y\": 2,\r\n 'z': 3,\r\n}\r\n"),
        ("A = {'x': 5}\nA = {'y': 5}\n", "A = {'x': 5}\nA = {\"x\": 1, 'y': 2}\n"),
        ("A = {'x': 3, 'x': 4, 'y': 0}\n", "A = {'x': 3, 'x': 1, 'y': 2}\n"),
        ("A = {'é': 'ü', 'x': 9, 'y': 8}  # é\n", "A = {'é': 'ü', 'x': 1, 'y': 2}  # é\n"),
    ],
)  # fmt: skip
def test_entries_are_changed_in_place_or_added(source, expected):
    assert edited_entries(source, "A", {"x": 1, "y": 2}) == expected


def test_nothing_else_of_an_owners_file_changes(tmp_path):
    path = tmp_path / "myconfig.py"
    path.write_text(OWNERS)
    changes = {"PWM_STEERING_THROTTLE": {"STEERING_LEFT_PWM": 455, "STEERING_RIGHT_PWM": 300}}
    assert set_entries(path, changes | {"PWM_FREQUENCY": 50.0}) == OWNERS
    expected = OWNERS.replace("460", "455").replace("int(\n        290\n    )", "300")
    assert path.read_text() == expected + "PWM_FREQUENCY = 50.0\n"
    values, *_ = read_owner_file(path)
    assert values["PWM_STEERING_THROTTLE"] == {
        "PWM_STEERING_PIN": "PCA9685.1:40.1", "STEERING_LEFT_PWM": 455, "STEERING_RIGHT_PWM": 300,
    }  # fmt: skip


@pytest.mark.parametrize(
    "source", ["A = dict(x=1)\n", "A = {**B}\n", "A = {'x': 1}\nA['x'] = 2\n", "A = {1: 2}\n"]
)
def test_a_dictionary_that_is_computed_is_left_to_its_owner(source):
    with pytest.raises(ConfigError, match="Change it by hand"):
        edited_entries(source, "A", {"x": 1})


def test_a_file_that_is_no_python_stays_as_it_is(tmp_path):
    path = tmp_path / "myconfig.py"
    path.write_text("A = {\n")
    with pytest.raises(ConfigError, match="must be Python"):
        set_entries(path, {"A": {"x": 1}})
    assert path.read_text() == "A = {\n"
