import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import donkeycar
from donkeycar.management.cli import COMMANDS, main

ROOT = Path(donkeycar.__file__).parents[1]


def donkey(*words, cwd, **environment):
    """Run the real command in a process of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DONKEY_", "WEB_"))}
    return subprocess.run(
        [sys.executable, "-m", "donkeycar.management.cli", *words],
        cwd=cwd,
        env={**clean, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def car(tmp_path):
    assert main(["createcar", "--path", str(tmp_path / "car")]) == 0
    return tmp_path / "car"


def test_createcar_tells_the_next_step(tmp_path, capsys):
    assert main(["createcar", "--path", str(tmp_path / "car")]) == 0
    out = capsys.readouterr().out
    assert f"wrote {tmp_path / 'car' / 'myconfig.py'}" in out
    assert f"Next: cd {tmp_path / 'car'} && {sys.executable} manage.py drive" in out


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    out = " ".join(capsys.readouterr().out.split())
    assert all(f"{name} " in out and command.help in out for name, command in COMMANDS.items())


def test_the_version_is_the_packages(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"donkeycar {donkeycar.__version__}\n"


def test_donkey_alone_lists_its_commands(capsys):
    """It said that "the following arguments are required: command"."""
    assert main([]) == 2
    assert "createcar" in capsys.readouterr().err


def test_a_command_of_the_car_is_told_where_it_is(capsys):
    """`donkey drive` was answered by a list of 21 choices."""
    assert main(["drive"]) == 2
    told = capsys.readouterr().err
    assert "python manage.py drive" in told
    assert "choose from" not in told


@pytest.mark.parametrize("words", [["createcar", "--path"], ["train", "--epochs", "many"]])
def test_bad_usage_exits_with_2(words, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(words)
    assert exit_.value.code == 2
    assert "usage: donkey" in capsys.readouterr().err


def test_an_unknown_command_exits_with_2(capsys):
    assert main(["nosuchcommand"]) == 2
    assert capsys.readouterr().err == (
        "donkey: error: There is no command 'nosuchcommand'. Received: donkey nosuchcommand. "
        "All of them: donkey --help\n"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as exit_:
        main([name, "--help"])
    assert exit_.value.code == 0
    assert f"usage: donkey {name}" in capsys.readouterr().out


def test_help_imports_no_command():
    code = (
        "import sys\nfrom donkeycar.management.cli import build_parser\n"
        "build_parser().format_help()\n"
        "print([m for m in sys.modules if m.startswith('donkeycar.')\n"
        "       or m in ('pydantic', 'numpy', 'tornado', 'rich', 'PIL')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(
        [
            "donkeycar.management",
            "donkeycar.words",
            "donkeycar.management.usage",
            "donkeycar.process",
            "donkeycar.errors",
            "donkeycar.process.as_typed",
            "donkeycar.process.exit_code",
            "donkeycar.management.cli",
        ]
    )


def test_help_appears_before_one_looks_for_it(tmp_path):
    def seconds():
        start_s = time.perf_counter()
        assert donkey("--help", cwd=tmp_path).returncode == 0
        return time.perf_counter() - start_s

    assert min(seconds() for _ in range(5)) < 0.25


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["createcar", "--path", "file"], "`--path` must be a folder. Received: the file file"),
        (["createcar", "--template", "x"], "`--template` must be one of complete, sim. Received"),
        (["update"], "is not a car"),
        (["config"], "config.py does not exist. Run `donkey createcar`"),
    ],
)
def test_a_refusal_is_one_line_on_stderr_and_exit_code_1(tmp_path, words, sentence):
    (tmp_path / "file").write_text("precious")
    done = donkey(*words, cwd=tmp_path, HOME=str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("donkey: error: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("myconfig", "sentence"),
    [
        ("MODELS_PATH = 3\n", "myconfig.py:1: MODELS_PATH must be a path. Received"),
        ("\nIMAGE_W == = 3\n", "myconfig.py:2: not Python: invalid syntax"),
        ("import nosuchmodule\n", "myconfig.py:1: ModuleNotFoundError: No module named"),
    ],
)
def test_a_broken_myconfig_is_one_line_with_its_place(car, myconfig, sentence):
    (car / "myconfig.py").write_text(myconfig)
    done = donkey("models", cwd=car)
    assert done.returncode == 1
    assert done.stderr.startswith(f"donkey: error: {sentence}")
    assert done.stderr.count("\n") == 1


def test_config_shows_where_each_value_comes_from(car):
    (car / "myconfig.py").write_text("IMAGE_W = 320\n")
    done = donkey("config", "--changed", "--set", "IMAGE_H=240", cwd=car, DONKEY_MAX_LOOPS="5")
    # From elsewhere it used to say that there was no config.py, and took no --path.
    words = ("--path", car.name, "--changed", "--set", "IMAGE_H=240")
    assert donkey("config", *words, cwd=car.parent, DONKEY_MAX_LOOPS="5").stdout == done.stdout
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["MAX_LOOPS", "5", "environment", "DONKEY_MAX_LOOPS"],
        ["IMAGE_W", "320", "myconfig.py:1"],
        ["IMAGE_H", "240", "--set"],
    ]


def test_config_ends_with_what_the_owner_should_know(car, capsys):
    (car / "myconfig.py").write_text("PRUNE_CNN = True\n")
    assert main(["config", "--config", str(car / "config.py")]) == 0
    assert "myconfig.py:1: PRUNE_CNN has no effect" in capsys.readouterr().out.splitlines()[-1]


def test_config_shows_what_cannot_be_and_says_so(car, capsys):
    text = "IMAGE_W = 'wide'\nimage_h = 90\nDRIVE_TRAIN_TYPE = 'VESC'\nSTEERING_CHANNEL = 3\n"
    (car / "myconfig.py").write_text(text)
    assert main(["config", "--config", str(car / "config.py"), "--changed"]) == 0
    printed = capsys.readouterr().out
    assert "myconfig.py:1: IMAGE_W must be a whole number from 16 to 4096" in printed
    assert "myconfig.py:2: image_h has no effect: settings are in capitals" in printed
    assert "myconfig.py:4: STEERING_CHANNEL is wiring or calibration that" in printed


@pytest.mark.parametrize(
    ("given", "names", "who"),
    [
        ("IMAGE_W=3.7", ["IMAGE_W"], "`drive` and `train` would refuse it"),
        ("IMAGE_W=3.7", [], "`drive` and `train` would refuse it"),
        ("DRIVE_LOOP_HZ=0", ["DRIVE_LOOP_HZ"], "`drive` would refuse it"),
        ("BATCH_SIZE=0", ["BATCH_SIZE"], "`train` would refuse it"),
    ],
)
def test_config_shows_a_value_of_the_command_line_that_cannot_be_and_fails(
    car, capsys, given, names, who
):
    # It was shown, and the exit code said that all is well.
    config = str(car / "config.py")
    assert main(["config", "--config", config, "--set", given, *names]) == 1
    out, err = capsys.readouterr()
    name, _, value = given.partition("=")
    assert name in out
    assert value in out
    assert f"--set: {name} must be" in err
    assert "Received: " in err
    assert who in err


def test_config_tells_of_one_setting_what_is_wrong_with_it_in_the_files(car, capsys):
    (car / "myconfig.py").write_text("IMAGE_W = 3.7\nIMAGE_H = 4.2\n")
    assert main(["config", "--config", str(car / "config.py"), "IMAGE_W"]) == 0
    out = capsys.readouterr().out
    assert "IMAGE_W = 3.7    (myconfig.py:1)" in out
    assert "myconfig.py:1: IMAGE_W must be a whole number" in out
    assert "`drive` and `train` would refuse it." in out
    assert "IMAGE_H" not in out


def test_config_tells_all_about_one_setting(car, capsys):
    assert main(["config", "--config", str(car / "config.py"), "IMAGE_W"]) == 0
    out = capsys.readouterr().out
    assert "IMAGE_W = 160    (default)" in out
    assert "must be a whole number from 16 to 4096 (pixels)" in out


def test_config_answers_a_typo_by_the_right_name(car, capsys):
    assert main(["config", "--config", str(car / "config.py"), "IMAGE_DEPHT"]) == 1
    assert "Did you mean IMAGE_DEPTH?" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error(car):
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "donkeycar.management.cli", "config"],
        cwd=car,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    assert error == b""


def test_neutral_says_that_a_simulated_car_has_no_motor(tmp_path, capsys):
    """It ended without a word, so that nobody knew whether a motor had been stopped."""
    assert main(["createcar", "--path", str(tmp_path), "--template", "sim"]) == 0
    capsys.readouterr()
    assert main(["neutral", "--path", str(tmp_path)]) == 0
    assert capsys.readouterr().out == (
        "DRIVE_TRAIN_TYPE SIM has no motor: there is nothing to stop.\n"
    )
