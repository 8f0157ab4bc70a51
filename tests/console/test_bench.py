"""One person at a time calibrates; anybody stops."""

import pytest

from donkeycar.assembly.drivetrain.calibration import read_questions, read_sheet
from donkeycar.console.bench import Bench
from donkeycar.parts.drivetrain.calibration import Calibration
from donkeycar.settings.schema import SETTINGS

DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}
QUESTIONS = read_questions("MOCK", DEFAULTS)


@pytest.fixture
def written():
    return []


@pytest.fixture
def bench(clock, written):
    def write(changes):
        written.append(changes)
        return "myconfig.py"

    calibration = Calibration(read_sheet("MOCK", DEFAULTS), clock=clock)
    return Bench(calibration, write=write, questions=QUESTIONS, clock=clock)


def test_a_second_page_may_only_stop(bench):
    assert bench.take("anna", {"wheels_up": True}) == {}
    assert "Another page" in bench.take("ben", {"step_us": 5})["error"]
    assert bench.take("ben", {"stop": True}) == {}
    assert not bench.state("anna")["ready"]


def test_the_wheel_is_free_when_its_holder_is_gone(bench, clock):
    bench.take("anna", {"wheels_up": True})
    bench.leave("anna")
    assert not bench.state("ben")["ready"]
    assert bench.take("ben", {"wheels_up": True}) == {}
    clock.advance(2.0)
    assert bench.take("anna", {}) == {}


@pytest.mark.parametrize(
    "message",
    [
        {"step_us": "5"}, {"step_us": True}, {"step_us": 1e9}, {"step_us": float("nan")},
        {"run": 1}, {"point": 3}, {"throttle": 1.0}, {"point": "up"}, {"invert": "wheels"},
        {"frequency_hz": 1}, {"measured_hz": -60}, {"seq": 1.5},
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_changes_nothing(bench, message):
    bench.take("anna", {"wheels_up": True})
    assert "error" in bench.take("anna", message)
    assert bench.state("anna")["changes"] == []


def test_a_stop_is_obeyed_in_a_message_that_is_refused(bench):
    bench.take("anna", {"wheels_up": True})
    assert "error" in bench.take("anna", {"stop": True, "nonsense": 1})
    assert not bench.state("anna")["ready"]


def test_saving_tells_where_and_what(bench, written):
    bench.take("anna", {"point": "left"})
    bench.take("anna", {"step_us": -20})
    assert bench.take("anna", {"save": True}) == {"saved_to": "myconfig.py"}
    assert bench.state("anna")["saved"][0] == 'PWM_STEERING_THROTTLE["STEERING_LEFT_PWM"] = 455'
    assert bench.take("anna", {"save": True}) == {"saved_to": ""}
    assert len(written) == 1


def test_the_pulse_shown_is_the_guardians(bench):
    bench.tick(0.0, 0.0, "off", "")
    assert bench.state("anna")["steering_us"] is None
    bench.tick(0.0, 0.0, "run", "")
    assert bench.state("anna")["steering_us"] == pytest.approx(1530)
