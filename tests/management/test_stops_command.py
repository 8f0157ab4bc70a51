"""`donkey stops` says when and why a car stopped."""

import time

import pytest

from donkeycar.driving.stops import FOLDER, write_stop
from donkeycar.management import cli


@pytest.fixture
def car(tmp_path):
    (tmp_path / "myconfig.py").write_text("")
    for ago_s, reason in ((7200, "Long ago."), (60, "A minute ago.")):
        write_stop(
            tmp_path / FOLDER, time_s=time.time() - ago_s, reason=reason, mode="local", picture=b"x"
        )
    return tmp_path


def test_the_last_hour_is_shown_with_pictures(car, capsys):
    assert cli.main(["stops", "--path", str(car)]) == 0
    out = capsys.readouterr().out
    assert "local  A minute ago." in out
    assert "Long ago" not in out
    assert out.count(".jpg") == 1


def test_zero_hours_are_all(car, capsys):
    cli.main(["stops", "--path", str(car), "--hours", "0"])
    out = capsys.readouterr().out
    assert out.index("A minute ago.") < out.index("Long ago.")


@pytest.mark.parametrize("words", [["--hours", "-1"], ["--hours", "nan"], ["--path", "/tmp/none"]])
def test_nonsense_is_refused(car, capsys, words):
    assert cli.main(["stops", "--path", str(car), *words]) != 0
    assert "Received: " in capsys.readouterr().err


def test_a_car_that_did_not_stop_says_so(tmp_path, capsys):
    (tmp_path / "myconfig.py").write_text("")
    assert cli.main(["stops", "--path", str(tmp_path)]) == 0
    assert "did not stop in the last hour." in capsys.readouterr().out
