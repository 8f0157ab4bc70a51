"""What only earlier versions had is known to be gone: one sentence with the way on."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import donkeycar
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.gone import GoneModule
from donkeycar.management import car
from donkeycar.management.cli import COMMANDS, main
from donkeycar.management.gone_words import COMMANDS as GONE_COMMANDS
from donkeycar.management.gone_words import OPTIONS

PACKAGE = str(Path(donkeycar.__file__).parents[1])


def run(folder, source):
    (folder / "manage.py").write_text(source)
    return subprocess.run(
        [sys.executable, "manage.py", "drive"],
        cwd=folder, env={"PYTHONPATH": PACKAGE, "PATH": ""}, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "import donkeycar as dk\nfrom donkeycar.parts.transform import TriggeredCallback\n",
        "from donkeycar.parts.tub_v2 import TubWriter\n",
        "from donkeycar.parts.controller import PS3JoystickController\n",
        "from donkeycar.parts.camera import PiCamera\n",
        "import donkeycar.pipeline.training\n",
        "from donkeycar import utils\n",
        "import donkeycar as dk\ndk.utils.get_model_by_type('linear', None)\n",
    ],
)
def test_an_old_manage_py_ends_with_one_sentence(tmp_path, source):
    done = run(tmp_path, source)
    assert done.returncode == 1
    assert done.stderr.startswith("manage.py: error: donkeycar.")
    assert "donkey createcar --path . --overwrite" in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_an_old_manage_py_reaches_with_a_dot_and_is_still_there_works(tmp_path):
    source = "import donkeycar as dk\nprint(dk.vehicle.Vehicle, dk.load_config, dk.memory.Memory)\n"
    done = run(tmp_path, source)
    assert (done.returncode, done.stderr) == (0, "")


def test_other_failures_keep_their_traceback(tmp_path):
    source = (
        "try:\n    import donkeycar.utils\nexcept ImportError:\n    pass\n"
        "import donkeycar.nothing_of_the_kind\n"
    )
    done = run(tmp_path, source)
    assert "Traceback" in done.stderr
    assert "No module named 'donkeycar.nothing_of_the_kind'" in done.stderr


def test_code_that_copes_without_an_old_module_goes_on():
    with pytest.raises(ImportError):
        importlib.import_module("donkeycar.parts.actuator")
    with pytest.raises(GoneModule):
        importlib.import_module("donkeycar.parts.object_detector.stop_sign_detector")
    assert not hasattr(donkeycar, "utils")
    assert not hasattr(donkeycar, "nothing_of_the_kind")


FILTER = """
from donkeycar.pipeline.types import TubRecord


def only_forward(record: TubRecord):
    return record.underlying["user/throttle"] > 0


TRAIN_FILTER = only_forward
"""


def test_the_type_that_filters_of_donkeycar_5_import_is_there(tmp_path):
    from donkeycar.pipeline.types import TubRecord

    (tmp_path / "config.py").write_text("")
    (tmp_path / "myconfig.py").write_text(FILTER)
    keep = load_config(tmp_path / "config.py").TRAIN_FILTER
    assert keep(TubRecord({"user/throttle": 0.3}))
    assert not keep(TubRecord({"user/throttle": -0.3}))


@pytest.mark.parametrize(
    "source",
    ["from donkeycar.utils import arr_to_img\n", "import donkeycar as dk\nX = dk.utils.binary\n"],
)
def test_other_imports_of_myconfig_are_one_line_with_the_way_on(tmp_path, source):
    (tmp_path / "config.py").write_text("")
    (tmp_path / "myconfig.py").write_text(source)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "config.py")
    line = source.count("\n")
    sentence = f"myconfig.py:{line}: donkeycar.utils was part of earlier versions of donkeycar"
    assert str(caught.value).startswith(sentence)
    assert "Delete the import" in str(caught.value)


@pytest.mark.parametrize("command", GONE_COMMANDS["donkey"])
def test_a_command_that_is_no_more_says_what_does_its_work(capsys, command):
    assert command not in COMMANDS
    assert main([command]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"donkey: error: There is no command {command!r} any more. Received: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("command", GONE_COMMANDS["manage.py"])
def test_a_command_of_the_car_that_is_no_more_says_what_does_its_work(capsys, command):
    assert car.main(None, "manage.py", [command]) == 2
    assert "any more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("calibarte", "calibrate"), ("tubs", "tub"), ("crateecar", "createcar"), ("trian", "train")],
)
def test_a_mistyped_command_is_answered_by_the_right_one(capsys, typed, meant):
    assert main([typed, "--path", "x"]) == 2
    error = capsys.readouterr().err
    assert f"Did you mean {meant}?" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("find", "donkey: error: There is no command 'find'. Received: donkey find. All of them: "),
        ("drvie", "donkey: error: There is no command 'drvie'. Received: donkey drvie. Did you "
         "mean drive? A car has its own. In its folder: python manage.py drive"),
        ("tub chek data", "donkey tub: error: There is no 'chek'. Did you mean check? There are: "),
        ("service instal", "donkey service: error: There is no 'instal'. Did you mean install? "),
        ("train --modle x", "donkey train: error: There is no option --modle. Did you mean "
         "--model? All of them: donkey train --help"),
        ("config --zzz=3", "donkey config: error: There is no option --zzz. All of them: donkey "),
        ("train --validation block", "donkey train: error: --validation has no 'block'. Did you "
         "mean blocks? There are: blocks, last"),
    ],
)  # fmt: skip
def test_a_mistyped_word_is_one_sentence(capsys, line, sentence):
    """It used to be argparse's usage; `drvie` meant "service" to it."""
    try:
        code = main(line.split())
    except SystemExit as end:
        code = end.code
    assert code == 2
    error = capsys.readouterr().err
    assert error.startswith(sentence)
    assert error.count("\n") == 1


def test_a_mistyped_option_of_the_car_is_one_sentence(capsys):
    with pytest.raises(SystemExit):
        car.main(None, "manage.py", ["drive", "--modle", "x"])
    assert capsys.readouterr().err == (
        "manage.py drive: error: There is no option --modle. Did you mean --model? "
        "All of them: manage.py drive --help\n"
    )


@pytest.mark.parametrize(
    ("prog", "command", "option"),
    [(*place, option) for place, options in OPTIONS.items() for option in options],
)
@pytest.mark.parametrize("form", ["{}", "{}=0"])
def test_an_option_that_is_no_more_says_what_to_do_instead(capsys, prog, command, option, form):
    words = [command, form.format(option)]
    code = main(words) if prog == "donkey" else car.main(None, "manage.py", words)
    assert code == 2
    error = capsys.readouterr().err
    assert error.startswith(
        f"{prog}: error: `{option}` is not an option of {prog} {command} any more"
    )
    assert error.count("\n") == 1


@pytest.mark.parametrize(("prog", "command"), [place for place in OPTIONS if place[0] == "donkey"])
def test_what_is_called_gone_is_gone(capsys, prog, command):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    words = capsys.readouterr().out.split()
    assert not set(OPTIONS[prog, command]) & set(words)


def test_a_template_that_is_no_more_says_what_there_is_instead(tmp_path, capsys):
    words = ["createcar", "--path", str(tmp_path / "car"), "--template"]
    assert main([*words, "cv_control"]) == 1
    assert "Following a line is not in this version" in capsys.readouterr().err
    assert not (tmp_path / "car").exists()


def test_a_car_may_have_a_name_that_the_terminal_cannot_print(tmp_path):
    # The car was made, and then a traceback said UnicodeEncodeError.
    for name, encoding in (("b\udce4r", "utf-8"), ("Bär ☃", "ascii")):
        folder = tmp_path / name
        done = subprocess.run(
            [sys.executable, "-m", "donkeycar.management.cli", "createcar", "--path", str(folder)],
            cwd=tmp_path, capture_output=True,
            env={"PYTHONPATH": PACKAGE, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert b"Next: cd" in done.stdout
        assert (folder / "manage.py").exists()
