import json

import pytest

from donkeycar.management.cli import main
from donkeycar.management.pilot.sim import table
from donkeycar.rollout import evaluate_pilot
from donkeycar.tub import TubReader


def test_record_makes_a_tub_and_says_what_next(tmp_path, capsys):
    tub = tmp_path / "tub"
    assert main(["sim", "record", "--tub", str(tub), "--track", "oval", "--records", "30"]) == 0
    assert len(TubReader(tub)) == 30
    assert f"Recorded 30 records, 0 laps, into {tub}" in capsys.readouterr().out


def test_eval_prints_json_that_a_program_can_read(shared_data, capsys):
    model = shared_data / "models" / "linear_pilot3.tflite"
    words = ["--track", "oval", "--laps", "1", "--type", "linear", "--json", "--seed", "2"]
    assert main(["sim", "eval", "--model", str(model), *words]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["schema"] == "sim_eval/1"
    assert (result["track"], result["seed"], result["laps"]) == ("oval", 2, 1)
    assert result["model"] == str(model)
    assert "trajectory" not in result


def test_the_table_says_what_a_person_asks_first():
    result = evaluate_pilot(lambda image: (-0.1, 0.15), "oval", laps=2, time_limit_s=3)
    text = table(result)
    assert "out of time" in text
    assert "0 of 2" in text
    assert "lap times       none" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["eval", "--model", "none.tflite"], "There is no model none.tflite"),
        (["record", "--tub", "t", "--track", "moon"], "--track 'moon'"),
        (["record", "--tub", "t", "--rate", "0"], "`--rate` must be greater than 0"),
        (
            ["record", "--tub", "t", "--camera-latency", "60"],
            "`--camera-latency` must be 0 to 1 seconds. Received: --camera-latency 60",
        ),
        (["record", "--tub", "t", "--camera-jitter", "-1"], "`--camera-jitter` must be 0 to 1"),
        (["record", "--tub", "t", "--records", "-4"], "`--records` must be 1 or more"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_1(words, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["sim", *words]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert message in error
    assert list(tmp_path.iterdir()) == []
