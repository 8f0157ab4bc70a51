"""One value changes, every other byte stays."""

import ast
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donkeycar.errors import ConfigError
from donkeycar.settings.owner.edit import edited, set_values, write_text
from donkeycar.settings.owner.file import read_owner_file


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "A = 2\n"),
        ("# A = 1\n", "# A = 1\nA = 2\n"),
        ("B = 1", "B = 1\nA = 2\n"),
        ("A = 1", "A = 2"),
        ("A = 1  # why\nB = 3\n", "A = 2  # why\nB = 3\n"),
        ("A=1;B = 3\n", "A=2;B = 3\n"),
        ("A = 1\nA = 5\n", "A = 1\nA = 2\n"),
        ("A: int = 1\n", "A: int = 2\n"),
        ("A = [\n  1,  # one\n]\nB = 2\n", "A = 2\nB = 2\n"),
        ("A = 1\r\nB = 3\r\n", "A = 2\r\nB = 3\r\n"),
        ("B = 3\r\n", "B = 3\r\nA = 2\r\n"),
        ("é = 'ü'; A = 1  # ö\n", "é = 'ü'; A = 2  # ö\n"),
        ("S = '''\x0c\n'''\nA = 1\n", "S = '''\x0c\n'''\nA = 2\n"),
        ("\ufeffA = 1\n", "\ufeffA = 2\n"),
        # Something after it, or around it, has the last word: so a line at the end must.
        ("A = 1\nif True:\n    A = 5\n", "A = 1\nif True:\n    A = 5\nA = 2\n"),
        ("A = {}\nA['x'] = 1\n", "A = {}\nA['x'] = 1\nA = 2\n"),
        ("A = {}\nA.update(x=1)\n", "A = {}\nA.update(x=1)\nA = 2\n"),
        ("A = B = 1\n", "A = B = 1\nA = 2\n"),
        ("A, B = 1, 2\n", "A, B = 1, 2\nA = 2\n"),
        ("A = 1\nfrom other import *\n", "A = 1\nfrom other import *\nA = 2\n"),
        ("A = 1\nA += 1\n", "A = 1\nA += 1\nA = 2\n"),
        ("A = 1\ndef A():\n    pass\n", "A = 1\ndef A():\n    pass\nA = 2\n"),
    ],
)
def test_one_value_is_changed(before, after):
    assert edited(before, "A", 2) == after


def test_another_setting_may_read_it():
    assert edited("A = 1\nB = A + 1\n", "A", 2) == "A = 2\nB = A + 1\n"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False,
                                                                      allow_infinity=False),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(), each, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(VALUES, st.sampled_from(["", "A = 1  # note\nB = [A]\n", "x = 1\r\nA = {'a': 1}\r\n"]))
def test_whatever_is_written_is_read_back(value, source):
    text = edited(source, "A", value)
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(text).body
        if node.targets[0].id == "A"
    }
    assert values == {"A": value}


def test_several_values_go_into_a_file_at_once(tmp_path):
    path = tmp_path / "myconfig.py"
    path.write_text("import math\n\nSPEED = math.pi  # mine\nA = 1\n")
    path.chmod(0o600)
    before = set_values(path, {"A": {"BTN_SOUTH": "stop"}, "C": "x"})
    assert read_owner_file(path)[0] | {"SPEED": 3} == {
        "SPEED": 3, "A": {"BTN_SOUTH": "stop"}, "C": "x",
    }  # fmt: skip
    assert path.stat().st_mode & 0o777 == 0o600
    write_text(path, before)
    assert path.read_text() == "import math\n\nSPEED = math.pi  # mine\nA = 1\n"


def test_a_missing_file_is_made(tmp_path):
    set_values(tmp_path / "new.py", {"A": 1})
    assert (tmp_path / "new.py").read_text() == "A = 1\n"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.py").write_text("A = 1\n")
    (tmp_path / "myconfig.py").symlink_to("real.py")
    set_values(tmp_path / "myconfig.py", {"A": 2})
    assert (tmp_path / "myconfig.py").is_symlink()
    assert (tmp_path / "real.py").read_text() == "A = 2\n"


def test_a_write_that_fails_changes_nothing_and_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "myconfig.py"
    path.write_text("A = 1\n")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left on device. Nothing was changed in it"):
        set_values(path, {"A": 2})
    assert os.listdir(tmp_path) == ["myconfig.py"]
    assert path.read_text() == "A = 1\n"


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("lower", 1, "`name` must be an upper-case name. Received: name='lower'"),
        ("A B", 1, "`name` must be an upper-case name"),
        ("A", object(), "`value` must be plain data"),
        ("A", float("nan"), "`value` must be plain data"),
    ],
)
def test_what_cannot_be_written_is_refused(name, value, rule):
    with pytest.raises(ConfigError, match=rule):
        edited("", name, value)


def test_a_file_that_is_not_python_is_left_alone(tmp_path):
    path = tmp_path / "myconfig.py"
    path.write_bytes(b"A = (\n")
    with pytest.raises(ConfigError, match="must be Python before A can be put into it"):
        set_values(path, {"A": 1})
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="must be a text that can be read"):
        set_values(path, {"A": 1})
    assert path.read_bytes() == b"\xff\xfe"
