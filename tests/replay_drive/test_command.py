"""`donkey replay-drive` as a person types it."""

import csv

import pytest

from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car

SHORT = ("--end", 12)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def words(office, linear):
    return (office, *SHORT, "--model", linear.path, "--type", linear.type)


def test_three_lines_come_first_then_a_table(command, words, categorical):
    against = ("--against", categorical.path, "--against-type", "categorical")
    code, out, _ = command(*words, *against)
    assert code == 1
    how_far, where, stops, *table = out.splitlines()
    assert how_far.startswith(
        "linear_pilot3.tflite and categorical_mysecondpilot.tflite differ: steering by 0."
    )
    assert where.startswith("They differ first at record 0 (pilot/angle); steering most at record")
    assert stops == "Stops: none."
    assert any(line.startswith("pulse/PWM_STEERING_PIN ") for line in table)


def test_a_run_is_the_same_as_the_stored_one(command, told, words):
    code, out, _ = command(*words, "--save-reference", "a.jsonl")
    assert code == 0
    assert out.splitlines()[-1] == "wrote a.jsonl"
    code, out, _ = command(*words, "--reference", "a.jsonl")
    assert code == 0
    assert out.startswith("This run and a.jsonl are the same: none of ")
    code, found = told(*words, "--reference", "a.jsonl", "--set", "AI_THROTTLE_MULT=0.3")
    assert code == 1
    assert not found["same"]
    assert found["notes"] == ["The setting AI_THROTTLE_MULT differs: 0.3 and the default"]
    changed = {row["channel"] for row in found["channels"] if row["records"]}
    assert {"throttle", "wheels/throttle", "pulse/PWM_THROTTLE_PIN"} <= changed
    assert "pilot/throttle" not in changed


def test_alone_a_pilot_is_compared_with_the_person(told, words):
    code, found = told(*words)
    assert code == 0
    assert found["compared"] == ["The pilot", "the recorded person"]
    assert found["records"] == 13


def test_tables_and_pictures_are_written_once(command, words):
    files = ("--csv", "a.csv", "--png", "a.png")
    assert command(*words, *files)[0] == 0
    with open("a.csv", newline="") as file:
        head, *rows = csv.reader(file)
    assert head[:4] == ["tub", "record", "A angle", "B angle"]
    assert [row[1] for row in rows] == [str(number) for number in range(13)]
    with open("a.png", "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    code, _, err = command(*words, *files)
    assert code == 2
    assert "`--png` must be a new file" in err
    assert "add --overwrite" in err
    assert command(*words, *files, "--overwrite")[0] == 0


def test_the_car_of_the_folder_decides(told, words, tmp_path):
    create_car(tmp_path / "car")
    with (tmp_path / "car" / "myconfig.py").open("a") as own:
        own.write("\nJOYSTICK_MAX_THROTTLE = 0.125\n")
    limits = {}
    for name, more in (("new", ()), ("own", ("--path", tmp_path / "car"))):
        code, found = told(*words, *more)
        assert code == 0
        limits[name] = found["about"]["settings"].get("JOYSTICK_MAX_THROTTLE")
    assert limits == {"new": None, "own": 0.125}


def test_several_tubs_are_driven_one_after_the_other(told, shared_data, linear):
    tubs = (shared_data / "tiny_v1", shared_data / "donkey_testtub_v2")
    code, found = told(*tubs, "--end", 4, "--model", linear.path, "--type", "linear")
    assert (code, found["records"]) == (0, 10)


def test_the_person_alone_needs_no_pilot(told, office):
    code, found = told(office, *SHORT, "--mode", "user")
    assert code == 0
    assert {row["channel"] for row in found["channels"]} == {"angle", "throttle"}
    assert found["channels"][0]["most"] < 1e-6


REFUSED = {
    ("--reference", "none.jsonl"): "The reference must be a file",
    ("--mode", "local"): "Add --model PILOT, or --mode user",
    ("--tolerance", "-1"): "`--tolerance` must be a number, 0 or more",
    ("--tolerance", "nan"): "`--tolerance` must be a number, 0 or more",
    ("--tolerance", "inf"): "`--tolerance` must be a number, 0 or more",
    ("--against", "b.tflite"): "Write --model A --against B",
    ("--model", "none.tflite"): "none",
    ("--path", "nowhere"): "nowhere/config.py does not exist. Run `donkey createcar`",
    ("--set", "JOYSTICK_MAX_THROTLE=1"): "JOYSTICK_MAX_THROTTLE",
    ("--save-reference", "."): "must be a file",
    ("--start", "999999"): "`--end` must not be before `--start`",
    ("--start", "99998", "--end", "99999"): "Next step: choose from records 0 to ",
}


@pytest.mark.parametrize("more", REFUSED)
def test_what_cannot_be_compared_ends_with_2_and_one_sentence(command, office, more):
    code, out, err = command(office, *SHORT, *more)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("donkey: error: ")
    assert REFUSED[more] in line


def test_a_tub_that_is_none_is_refused(command, tmp_path):
    code, _, err = command(tmp_path)
    assert code == 2
    assert "holds no records" in err


def test_its_help_says_the_exit_codes_and_what_it_is_not(capsys):
    with pytest.raises(SystemExit) as end:
        main(["replay-drive", "--help"])
    assert end.value.code == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "How a pilot learnt is shown by another command, donkey replay." in out
    # It was "1 a channel differs", and 0 with the person.
    assert "Exit code: 0 the same, or compared with the person of the recording; 1 a chan" in out
