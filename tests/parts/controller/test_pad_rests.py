"""Every device of the benchmark `pad_rests`: the chip's pulses decide; what people hear."""

import random

import pytest

from benchmarks.controllers.pad_models import MODELS
from benchmarks.controllers.pad_rests import Trial, run
from donkeycar.parts.controller.codes import AXES, AbsInfo, Identity
from donkeycar.parts.controller.mappings import kind_named
from donkeycar.parts.controller.pad import Pad


@pytest.mark.parametrize("name", MODELS)
def test_no_throttle_before_rest_and_the_right_one_after_it(name):
    run(name, random.Random(1))


def test_a_playstation_pad_without_its_driver_lies_still():
    """It used to give +0.5, to take the wheel and to record, with nobody touching it."""
    rest, trigger = AbsInfo(128, 0, 255, 0, 15), AbsInfo(0, 0, 255)
    kind = kind_named("ps4")
    axes = {AXES[n]: rest for n in ("ABS_X", "ABS_Y", "ABS_Z", "ABS_RZ")}
    axes |= {AXES[n]: trigger for n in ("ABS_RX", "ABS_RY")}
    pad = Pad(Identity("pad", 5, 0x054C, 0x09CC), axes, kind=kind, bindings=kind.bindings)
    assert pad.sticks() == (0.0, 0.0, False)
    trial = Trial("DualShock 4, generic driver, buttons not known", random.Random(0))
    offer = trial.part.run_threaded(0.5, "")
    assert (offer.throttle, offer.moved, offer.recording, offer.note) == (0.0, False, False, "")


HELD = "Let go of the throttle for two seconds: ABS_RY has not been seen at rest yet."


def test_one_sentence_says_what_to_do(caplog):
    trial = Trial("a stick held forward", random.Random(0))
    for _ in range(3):
        assert trial.part.run_threaded(1.0, "").note == HELD
    assert [record.getMessage() for record in caplog.records].count(HELD) == 1
    trial.report(ABS_RY=128)
    trial.clock.advance(2.0)
    trial.part._take(trial.line, b"")
    assert trial.part.run_threaded(1.0, "").note == ""


def test_constant_throttle_waits_for_rest_as_well():
    trial = Trial("a stick held forward", random.Random(0))
    trial.part._bindings["BTN_SOUTH"] = "constant_throttle"
    trial.part._greet(trial.line)
    trial.part._pad._press("BTN_SOUTH", down=True)
    assert trial.part.run_threaded(1.0, "").throttle == 0.0
    assert trial.part.run_threaded(1.0, "").throttle == 0.0


def test_a_stop_in_the_first_report_is_heard():
    from donkeycar.parts.controller.codes import BUTTONS, EV_KEY, EV_SYN, EVENT, SYN_REPORT

    trial = Trial("DualShock 4, generic driver, not heard of yet", random.Random(0))
    news = []
    trial.part.tell = news.append
    trial.line.reported = False
    trial.part._greet(trial.line)
    cross = EVENT.pack(0, 0, EV_KEY, BUTTONS["BTN_EAST"], 1)  # the second of its row
    trial.part._take(trial.line, cross + EVENT.pack(0, 0, EV_SYN, SYN_REPORT, 0))
    assert news == ["stop"]


def test_a_dongle_whose_gamepad_is_out_of_range_cannot_be_told_from_a_stick_held_still():
    """What docs/controllers.md warns of: while the device is there, what it said last counts."""
    trial = Trial("8BitDo, X mode", random.Random(0))
    trial.wait(2.0, lambda ticks: True, "")
    trial.report(ABS_RY=-32768)
    for _ in range(600):
        trial.clock.advance(0.1)
        trial.part._take(trial.line, b"")
        assert trial.part.run_threaded(1.0, "").throttle == 1.0
    trial.clock.advance(0.3)  # the reader itself is heard no more
    assert trial.part.run_threaded(1.0, "").throttle == 0.0
