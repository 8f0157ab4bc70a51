import pytest

from donkeycar.errors import ConfigError
from donkeycar.settings.owner.file import read_owner_file


@pytest.fixture
def write(tmp_path):
    def write(source):
        path = tmp_path / "myconfig.py"
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return path

    return write


def test_a_value_has_the_line_it_was_last_given_on(write):
    path = write("IMAGE_W = 1\n\nIMAGE_W = (\n    2\n)\nA = B = 3\n")
    values, lines, _, _ = read_owner_file(path)
    assert values == {"IMAGE_W": 2, "A": 3, "B": 3}
    assert lines == {"IMAGE_W": 3, "A": 6, "B": 6}


def test_lower_case_names_and_modules_are_the_owners_own(write):
    values, *_ = read_owner_file(write("import os as OS\nspeed = 3\n_SECRET = 1\n"))
    assert values == {}


def test_a_function_is_a_value(write):
    values, lines, _, _ = read_owner_file(write("\ndef TRAIN_FILTER(record):\n    return True\n"))
    assert values["TRAIN_FILTER"]({}) is True
    assert lines["TRAIN_FILTER"] == 2


def test_a_module_beside_the_file_can_be_imported(write, tmp_path):
    (tmp_path / "my_numbers_0.py").write_text("WIDTH = 320\n")
    values, lines, _, _ = read_owner_file(write("\nfrom my_numbers_0 import WIDTH as IMAGE_W\n"))
    assert (values, lines) == ({"IMAGE_W": 320}, {"IMAGE_W": 2})


def test_a_star_import_gives_its_line_to_what_it_brings(write, tmp_path):
    (tmp_path / "my_numbers_1.py").write_text("IMAGE_W = 320\n")
    assert read_owner_file(write("\n\nfrom my_numbers_1 import *\n"))[1] == {"IMAGE_W": 3}


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbfIMAGE_W = 320\n",
        b"IMAGE_W = 320\r\n",
        b"if True:\n\tIMAGE_W = 320\n",
        b"# -*- coding: latin-1 -*-\n# Gr\xfc\xdfe\nIMAGE_W = 320",
        b"# " + b"x" * 1_000_000 + b"\nIMAGE_W = 320\n",
    ],
    ids=["byte order mark", "windows", "tabs", "latin-1", "a megabyte"],
)
def test_files_of_all_editors_are_read(write, source):
    assert read_owner_file(write(source))[0] == {"IMAGE_W": 320}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("IMAGE_W = 160\nIMAGE_H == = 2\n", "myconfig.py:2: not Python: invalid syntax"),
        ("A = 1\nilable.\n", "myconfig.py:2: not Python: invalid syntax. Received: ilable."),
        # What used to happen: nothing at all, and the neutral of everybody.
        (
            "THROTTLE_STOPPED_PWM: 410\n",
            "myconfig.py:1: A setting gets its value by an equals sign. Received: "
            "THROTTLE_STOPPED_PWM: 410. Write THROTTLE_STOPPED_PWM = 410",
        ),
        ("if True:\n    JOYSTICK_THROTTLE_DIR: -1.0\n", "myconfig.py:2: A setting gets its value"),
        ("DRIVE_TRAIN_TYPE: 'MOCK'\n", "myconfig.py:1: A setting gets its value"),
        (
            "A = MOCK\n",
            "myconfig.py:1: NameError: name 'MOCK' is not defined. Write 'MOCK', with q",
        ),
        ("A = false\n", "myconfig.py:1: NameError: name 'false' is not defined. Write False,"),
        ("A = 1\n".encode("utf-16"), "myconfig.py:1: not Python: "),
        (
            "A = 1\n".encode("utf-16-le"),
            "myconfig.py:1: not Python: source code string cannot contain null bytes. Save it",
        ),
        ("A = 1\n  B = 2\n", "myconfig.py:2: not Python: unexpected indent"),
        ("A = (1,\n", "myconfig.py:1: not Python: '(' was never closed"),
        ("\nA = 1 / 0\n", "myconfig.py:2: ZeroDivisionError: division by zero"),
        ("\n\nimport nosuchmodule\n", "myconfig.py:3: ModuleNotFoundError: No module named"),
        ("def f():\n    return X\n\nY = f()\n", "myconfig.py:2: NameError: name 'X' is not"),
        ("import json\njson.loads('{')\n", "myconfig.py:2: JSONDecodeError"),
        ("exit(3)\n", "myconfig.py:1: SystemExit: 3"),
        ("A = 1\0\n", "myconfig.py:1: not Python"),
        (b"A = '\xff'\n", "myconfig.py:1: not Python"),
        ("A = " + "(" * 5000 + ")" * 5000, "myconfig.py:1: not Python"),
        ("A = " + "-" * 200_000 + "1", "myconfig.py:1: not Python"),
        ("A = 1\nraise ValueError('two\\nlines')", "myconfig.py:2: ValueError: two"),
    ],
)
def test_a_broken_file_is_one_line_with_its_place(write, source, message):
    with pytest.raises(ConfigError) as caught:
        read_owner_file(write(source))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_folder_of_that_name_is_refused(tmp_path):
    (tmp_path / "myconfig.py").mkdir()
    with pytest.raises(ConfigError, match=r"myconfig\.py must be a file"):
        read_owner_file(tmp_path / "myconfig.py")


def test_a_type_is_no_value(write):
    source = "IMAGE_W: int = 320\nNAMES: list[str]\nSIZE: int | None\nspeed: 3\n"
    assert read_owner_file(write(source)).values == {"IMAGE_W": 320}


@pytest.mark.parametrize(
    ("source", "step"),
    [
        ("IMAGE_W == = 2\n", "Received: IMAGE_W == = 2. Correct this line"),
        ('A = "C:\\Users\\kim"\n', ". Write the path with / instead of \\"),
        (b"A = 'K\xe4fer'\n", ". Save it as UTF-8"),
        ("A = 1\n".encode("utf-16"), ". Save it as UTF-8"),
    ],
)
def test_a_line_that_is_not_python_ends_with_the_next_step(write, source, step):
    """It ended with the line."""
    with pytest.raises(ConfigError) as caught:
        read_owner_file(write(source))
    assert str(caught.value).endswith(step)
    assert str(caught.value).count(step) == 1
