"""What only earlier versions had is known to be gone: one sentence with the way on."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import donkeycar
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.gone import GONE, LEFT_OUT, GoneModule
from donkeycar.management import car
from donkeycar.management.cli import COMMANDS, main
from donkeycar.management.gone_words import COMMANDS as GONE_COMMANDS
from donkeycar.management.gone_words import OPTIONS

PACKAGE = str(Path(donkeycar.__file__).parents[1])


def run(folder, source, program="manage.py"):
    (folder / program).write_text(source)
    return subprocess.run(
        [sys.executable, program, "drive"],
        cwd=folder, env={"PYTHONPATH": PACKAGE, "PATH": ""}, capture_output=True, text=True,
    )  # fmt: skip


OLD = "from docopt import docopt\n"


@pytest.mark.parametrize(
    "source",
    [
        "import donkeycar as dk\nfrom donkeycar.parts.actuator import PCA9685\n",
        "from donkeycar.parts.tub_v2 import TubWriter\n",
        "from donkeycar.parts.controller import PS3JoystickController\n",
        "from donkeycar.parts.camera import PiCamera\n",
        "import donkeycar.pipeline.training\n",
        "from donkeycar import utilities\n",
        # Of the template cv_control; it ended with "No module named 'simple_pid'".
        "from simple_pid import PID\nimport donkeycar as dk\n"
        "from donkeycar.parts.line_follower import LineFollower\n",
        "import donkeycar as dk\ndk.utils.get_model_by_type('linear', None)\n",
    ],
)
def test_an_old_manage_py_ends_with_one_sentence(tmp_path, source):
    """Docopt comes with donkeycar: without it such a file ended with a traceback before that."""
    done = run(tmp_path, OLD + source)
    assert done.returncode == 1
    assert done.stderr.startswith("manage.py: error: donkeycar.")
    assert "donkey createcar --path . --overwrite" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("program", "way"),
    [
        ("train.py", "donkey train --tub data"),
        ("calibrate.py", "instead of it: donkey calibrate"),
        ("drive.py", "donkey createcar --path . --overwrite"),
    ],
)
def test_other_old_programs_of_a_car_end_with_another_sentence(tmp_path, program, way):
    done = run(tmp_path, OLD + "from donkeycar.pipeline.training import train\n", program)
    assert way in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("parts.actuator import PWMSteering", "DRIVE_TRAIN_TYPE"),
        ("parts.camera import Webcam", "CAMERA_TYPE"),
        ("parts.camera import BaseCamera", "docs/cameras.md"),
        ("parts.cv import CvCam", "CAMERA_TYPE"),
        ("parts.controller import JoystickController", "donkey gamepad convert"),
        ("parts.controller import LocalWebController", "add_console"),
        ("parts.datastore import TubHandler", "donkeycar.tub.open_tub"),
        ("parts.keras import KerasLinear", "load_pilot"),
        ("parts.lidar import RPLidar2", "docs/parts.md"),
        ("pipeline.types import TubDataset", "donkey train"),
        ("utils import get_model_by_type", "load_pilot"),
    ],
)
def test_a_part_of_the_owners_is_told_what_replaces_a_name(tmp_path, name, way):
    """Under a new manage.py; it used to be told to make a new one."""
    (tmp_path / "mine.py").write_text(f"import os\nfrom donkeycar.{name}\n")
    done = run(tmp_path, "import mine\n")
    module, _, attribute = name.partition(" import ")
    assert done.stderr.startswith(f"manage.py: error: donkeycar.{module}")
    assert " is not in this one (mine.py:2). " in done.stderr
    assert way in done.stderr
    assert "createcar" not in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("package", "way"),
    [
        ("donkeypart_bluetooth_game_controller", "CONTROLLER_TYPE"),
        ("donkeypart_picamera", "CAMERA_TYPE"),
        ("donkeypart_keras_behavior_cloning.part", "load_pilot"),
        ("donkeypart_PCA9685_actuators", "DRIVE_TRAIN_TYPE"),
        ("donkeypart_gears", "docs/parts.md"),
    ],
)
def test_a_package_of_donkeycar_2_is_told_what_replaces_it(tmp_path, package, way):
    done = run(tmp_path, f"import donkeycar\nimport {package}\n")
    assert way in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_is_called_gone_is_not_here():
    for name in GONE:
        path = Path(donkeycar.__file__).parent.joinpath(*name.split(".")[1:])
        assert not path.with_suffix(".py").exists() and not path.is_dir(), name
    for name in LEFT_OUT:
        module, _, attribute = name.rpartition(".")
        assert attribute not in vars(importlib.import_module(module)), name


def test_what_an_old_manage_py_reaches_with_a_dot_and_is_still_there_works(tmp_path):
    source = (
        "import donkeycar as dk\n"
        "print(dk.vehicle.Vehicle, dk.load_config, dk.memory.Memory, dk.utils.clamp(2, 0, 1))\n"
    )
    done = run(tmp_path, source)
    assert (done.returncode, done.stderr) == (0, "")


def test_other_failures_keep_their_traceback(tmp_path):
    source = (
        "try:\n    import donkeycar.utilities\nexcept ImportError:\n    pass\n"
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
    assert not hasattr(donkeycar, "utilities")
    assert not hasattr(donkeycar, "nothing_of_the_kind")
    assert not hasattr(donkeycar.utils, "nothing_of_the_kind")


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
    ["import donkeycar.parts.keras\n", "import donkeycar as dk\nX = dk.utilities.binary\n"],
)
def test_other_imports_of_myconfig_are_one_line_with_the_way_on(tmp_path, source):
    (tmp_path / "config.py").write_text("")
    (tmp_path / "myconfig.py").write_text(source)
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "config.py")
    line = source.count("\n")
    name = "parts.keras" if line == 1 else "utilities"
    sentence = f"myconfig.py:{line}: donkeycar.{name} was part of earlier versions of donkeycar"
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
        ("finda", "donkey: error: There is no command 'finda'. Received: donkey finda. Did you "
         "mean findcar? "),
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
    assert error.endswith(f" {OPTIONS[prog, command][option]}\n"), "the way on was not printed"
    assert error.count("\n") == 1


@pytest.mark.parametrize(("prog", "command"), [place for place in OPTIONS if place[0] == "donkey"])
def test_what_is_called_gone_is_gone(capsys, prog, command):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    words = capsys.readouterr().out.split()
    assert not set(OPTIONS[prog, command]) & set(words)


@pytest.mark.parametrize(
    ("line", "way"),
    [
        ("train --tub x --type fastai_linear", "donkey train --tub data --type linear"),
        ("tubplot --type=tensorrt_linear", "donkey convertmodel"),
        ("train --type resnet18", "Pilots of PyTorch are not driven"),
    ],
)
def test_a_type_of_pilot_that_is_no_more_says_what_to_do_instead(capsys, line, way):
    """`fastai_linear` was answered by "Did you mean linear?", which cannot open its files."""
    assert main(line.split()) == 2
    assert way in capsys.readouterr().err
    assert (
        car.main(None, "manage.py", ["drive", "--model", "m.pth", "--type", "fastai_linear"]) == 2
    )
    error = capsys.readouterr().err
    assert error.startswith("manage.py: error: No pilot has this `--type` any more. Received: fas")
    assert error.count("\n") == 1


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
