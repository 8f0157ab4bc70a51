"""Slowing down where the pilot knows nothing like it."""

import json

import pytest

from donkeycar import Vehicle
from donkeycar.assembly import add_camera, add_pilot, make_clock, make_world
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.management.createcar import create_car
from donkeycar.parts.caution import Caution
from donkeycar.parts.pilot import PilotPart


class FakePilot:
    """Says what it is told to."""

    def __init__(self, score, disagreement=None):
        self.score, self.uncertain = score, disagreement
        self.has_disagreement = disagreement is not None

    def novelty(self):
        return self.score

    def disagreement(self):
        return self.uncertain


@pytest.mark.parametrize(
    ("score", "strength", "throttle", "wanted"),
    [
        (0.0, 1.0, 0.4, 0.4),
        (1.0, 1.0, 0.4, 0.4),
        (1.5, 1.0, 0.4, 0.2),
        (2.0, 1.0, 0.4, 0.0),
        (99.0, 1.0, 0.4, 0.0),
        (99.0, 0.5, 0.4, 0.2),
        (99.0, 1.0, -0.4, -0.4),  # braking is not a thing to be careful with
        (99.0, 1.0, 0.0, 0.0),
        (99.0, 1.0, None, None),
        (None, 1.0, 0.4, 0.4),
    ],
)
def test_it_takes_throttle_and_gives_none(score, strength, throttle, wanted):
    given, shown = Caution(FakePilot(score), strength=strength).run(throttle)
    assert given == (wanted if wanted is None else pytest.approx(wanted))
    assert shown == score


@pytest.mark.parametrize(
    ("score", "disagreement", "wanted"),
    [(None, 1.5, 0.2), (0.3, 1.5, 0.2), (1.5, 0.3, 0.2), (0.2, 0.9, 0.4), (9.0, 1.5, 0.0),
     (0.0, float("inf"), 0.0)],
)  # fmt: skip
def test_the_larger_of_novelty_and_disagreement_counts(score, disagreement, wanted):
    given = Caution(FakePilot(score, disagreement), strength=1.0).run(0.4)
    assert given == (pytest.approx(wanted), score, disagreement)


def test_disagreement_also_holds_while_the_pilots_start_afresh():
    pilot = FakePilot(None, 9.0)
    caution = Caution(pilot, strength=1.0)
    caution.run(0.4)
    pilot.uncertain = None
    assert caution.run(0.4) == (0.0, None, 9.0)


def test_it_stays_careful_while_the_pilot_starts_afresh():
    pilot = FakePilot(9.0)
    caution = Caution(pilot, strength=1.0)
    caution.run(0.4)
    pilot.score = None
    assert caution.run(0.4) == (0.0, 9.0)


@pytest.fixture
def car(tmp_path):
    create_car(tmp_path / "car", template="sim")
    return tmp_path / "car"


def assemble(car, model, *settings):
    size = ["IMAGE_H=64", "IMAGE_W=80", "WEB_CONTROL_PORT=0"]
    cfg = load_config(car / "config.py", overrides=[*size, *settings])
    vehicle = Vehicle(clock=make_clock(cfg))
    add_camera(vehicle, cfg, make_world(cfg))
    add_pilot(vehicle, cfg, model)
    return vehicle


def load_pilot_of(vehicle):
    """Have the pilot there before the first tick."""
    next(entry.part for entry in vehicle.entries if isinstance(entry.part, PilotPart)).load()


def test_a_car_with_a_strange_road_ahead_slows_down(car, road_pilot):
    """The simulator shows another road than the one that was learnt."""
    for settings, slow in (([], False), (["AI_CAUTION=1.0"], True)):
        vehicle = assemble(car, road_pilot.litert, *settings)
        load_pilot_of(vehicle)
        vehicle.start(rate_hz=20, max_loop_count=20)
        throttle, score, old = vehicle.mem.get(
            ["pilot/throttle", "pilot/novelty", "pilot/strangeness"]
        )
        assert old == score, "parts of owners may read the old name"
        assert (score is not None and score > 2) is slow
        assert (throttle == 0) is slow


def test_a_pilot_that_does_not_know_cannot_be_careful(car, road_pilot, tmp_path):
    for name in ("tflite", "json"):
        (tmp_path / f"old.{name}").write_bytes(
            road_pilot.litert.with_suffix(f".{name}").read_bytes()
        )
    content = json.loads((tmp_path / "old.json").read_text())
    content["familiar"] = None
    (tmp_path / "old.json").write_text(json.dumps(content))
    with pytest.raises(ConfigError, match="AI_CAUTION=0.5 and .*old.tflite, which does not"):
        assemble(car, tmp_path / "old.tflite", "AI_CAUTION=0.5")
