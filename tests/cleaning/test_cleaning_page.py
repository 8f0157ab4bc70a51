"""The program of docs/cleaning_data.md runs, and its commands are real."""

import re
from pathlib import Path

import numpy as np
import pytest

from donkeycar.management.cli import main
from donkeycar.tub import TubWriter

PAGE = (Path(__file__).parents[2] / "docs" / "cleaning_data.md").read_text(encoding="utf-8")


@pytest.fixture
def tub(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inputs = ["user/angle", "user/throttle", "user/mode"]
    with TubWriter("data", inputs, ["float", "float", "str"]) as writer:
        for number in range(60):
            values = {"user/angle": number / 30 - 1, "user/throttle": 0.5 + number % 7 / 20}
            if number == 20:
                values["user/angle"] = 15.0
            if number == 30:
                del values["user/angle"]
            writer.append({**values, "user/mode": "user"})
    return tmp_path / "data"


def test_the_program_runs(tub, capsys):
    [program] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(program, "docs/cleaning_data.md", "exec"), {})
    said = capsys.readouterr().out
    assert float(said.split()[0]) == pytest.approx(1 / 60)
    assert "fill user/throttle with the median by user/mode" in said


def test_the_commands_run(tub, capsys):
    commands = re.findall(r"^\$ donkey (tub fit .*)$", PAGE, re.MULTILINE)
    assert len(commands) == 1
    for command in commands:
        assert main(command.split()) == 0
    said = capsys.readouterr().out
    assert "treat values beyond -1 to 1 of user/angle as missing: 1 value treated" in said
    assert "fill user/angle along the drive, at most 20 records in a row: 2 values filled" in said


def test_every_option_of_the_page_is_one(capsys):
    with pytest.raises(SystemExit):
        main(["tub", "fit", "--help"])
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    others = {"--angle-scale", "--resume", "--tub"}
    assert set(re.findall(r"--[a-z]+(?:-[a-z]+)*", PAGE)) - known == others


def test_chi_square_gives_the_distance_that_the_page_names():
    from donkeycar.cleaning.chi_square import chi_square_quantile

    assert f"{np.sqrt(chi_square_quantile(0.999, 3)):.2f} for three columns" in PAGE
