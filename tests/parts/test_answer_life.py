"""How long an answer lives, and what is said when that was not enough."""

import pytest

from donkeycar.parts.answer_life import MAX_LIFE_S, MIN_LIFE_S, SLACK_S, AnswerLife, in_ms


def drive(*, age_s=0.0, thought_s=0.01, interval_s=0.05, frames=30, wait_s=0.0):
    """A life that has seen a steady camera and pilot, and the moment of the last answer."""
    life = AnswerLife()
    for number in range(frames):
        exposed_s = number * interval_s
        seen_s = exposed_s + age_s
        life.note_frame(exposed_s, now_s=seen_s)
        taken_s = seen_s + thought_s + wait_s
        life.note_answer(exposed_s, thought_s=thought_s, now_s=taken_s)
    return life, taken_s


@pytest.mark.parametrize("age_s", [0.0, 0.05, 0.08, 0.12])
@pytest.mark.parametrize("rate_hz", [20, 30, 60])
def test_an_answer_lives_until_the_next_one_whatever_the_age_of_the_camera(age_s, rate_hz):
    life, _ = drive(age_s=age_s, interval_s=1 / rate_hz)
    assert life.needed_s == pytest.approx(age_s + 0.01 + 1 / rate_hz)
    assert life.needed_s < life.life_s <= MAX_LIFE_S
    assert life.life_s == pytest.approx(min(max(life.needed_s + SLACK_S, MIN_LIFE_S), MAX_LIFE_S))


def test_no_answer_lives_longer_than_a_car_may_be_blind():
    """Once it was three frames, which at 3 frames a second was a second."""
    life, _ = drive(interval_s=1 / 3)
    assert life.life_s == MAX_LIFE_S


def test_one_late_answer_makes_the_life_longer_and_it_is_forgotten_in_time():
    life, now_s = drive()
    life.note_frame(9.0, now_s=9.0)
    life.note_answer(9.0, thought_s=0.01, now_s=9.0)
    assert life.life_s == MAX_LIFE_S
    for number in range(1, 400):
        life.note_answer(9.0 + number * 0.05, thought_s=0.01, now_s=9.0 + number * 0.05 + 0.01)
    assert life.life_s == MIN_LIFE_S


@pytest.mark.parametrize(
    ("measured", "sentence"),
    [
        (
            {"age_s": 0.27},
            "The camera's frames are 270 ms old, more than the 170 ms that a pilot can drive with. "
            "More light or a higher CAMERA_FRAMERATE may help.",
        ),
        (
            {"age_s": 0.06, "thought_s": 0.18, "interval_s": 0.05},
            "The pilot needs 180 ms for a frame: it is too slow to drive. PILOT_PRECISION = 'int8' "
            "is faster, and so is a smaller network.",
        ),
        (
            {"age_s": 0.06, "interval_s": 0.25},
            "The camera gives a frame every 250 ms, too seldom for a pilot: raise "
            "CAMERA_FRAMERATE.",
        ),
        (
            {"age_s": 0.16},
            "An answer of the pilot came too late: the camera is 160 ms old, the pilot needs 10 "
            "ms, a frame comes every 50 ms, and this computer was busy.",
        ),
        (
            {"age_s": 0.06},
            "An answer of the pilot came too late: the camera is 60 ms old, the pilot needs 10 ms, "
            "a frame comes every 50 ms, and this computer was busy.",
        ),
    ],
)
def test_what_is_slow_is_called_slow_with_its_time(measured, sentence):
    life, now_s = drive(**measured)
    assert life.culprit(now_s) == sentence


@pytest.mark.parametrize(
    ("time_s", "told"), [(0.2996, "300 ms"), (0.304, "300 ms"), (0.178, "180 ms"), (0.012, "12 ms")]
)
def test_a_time_of_a_reason_does_not_flicker(time_s, told):
    assert in_ms(time_s) == told


def test_a_camera_that_has_just_started_is_not_called_seldom():
    life, now_s = drive(interval_s=1.64, frames=3)
    assert life.culprit(now_s).startswith("An answer of the pilot came too late")


def test_a_pilot_that_hangs_is_told_by_the_time_it_hangs():
    life, now_s = drive()
    life.note_frame(2.0, now_s=2.0)
    assert life.culprit(2.4).startswith(
        "The pilot needs 400 ms for a frame: it is too slow to drive."
    )


def test_a_camera_that_falls_silent_is_told():
    life, now_s = drive(age_s=0.06)
    assert life.culprit(now_s + 0.3) == "The camera has given no frame for 310 ms."
    assert AnswerLife().culprit(0.0) == "The camera has given no frame yet."
