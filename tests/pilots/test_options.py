import pytest

from donkeycar.errors import PilotError
from donkeycar.pilots.kinds.network_choices import NetworkChoices
from donkeycar.pilots.kinds.options import OPTIONS
from donkeycar.pilots.kinds.registry import PILOT_TYPES, pilot_type


def test_every_option_of_every_type_is_in_the_table():
    used = {name for kind in PILOT_TYPES.values() for name in kind.options}
    assert used == set(OPTIONS)


@pytest.mark.parametrize("name", PILOT_TYPES)
def test_other_peoples_models_have_every_option(name):
    kind = PILOT_TYPES[name]
    assert None not in kind.settled(kind.old_options).values()


@pytest.mark.parametrize(
    ("type", "option", "message"),
    [
        ("categorical", {"angle_bins": 1}, "`angle_bins` must be 2 to 200. Received: angle_bins=1"),
        ("categorical", {"angle_bins": 15.0}, "`angle_bins` must be 2 to 200"),
        ("categorical", {"throttle_range": [0.5, 0.5]}, "`throttle_range` must be the throttle of"),
        ("categorical", {"throttle_range": [0, 2]}, "within -1 to"),
        ("categorical", {"throttle_range": [0, float("nan")]}, "within -1 to"),
        ("categorical", {"choice": "mean"}, "`choice` must be peak or likeliest"),
        ("behavior", {"behaviors": ["one"]}, "2 to 64 different names"),
        ("behavior", {"behaviors": ["one", "one"]}, "2 to 64 different names"),
        ("memory", {"memory_length": True}, "`memory_length` must be 1 to 64"),
        ("memory", {"memory_depth": -1}, "`memory_depth` must be 0 to 16"),
        ("rnn", {"sequence_length": 1000}, "`sequence_length` must be 1 to 64"),
        ("rnn", {"sequence_length": None}, "`sequence_length` must be 1 to 64"),
        ("imu", {"imu_spread": [1, 1, 1, 1, 1, 0]}, "six numbers greater than 0"),
        ("imu", {"imu_mean": [0] * 7}, "six numbers"),
        ("linear", {"sequence_length": 3}, "options of a pilot of type linear are: none"),
    ],
)
def test_what_is_not_possible_is_refused(type, option, message):
    with pytest.raises(PilotError, match=message):
        pilot_type(type).complete(option)


def test_what_the_recordings_should_have_said_is_missed():
    with pytest.raises(PilotError, match="categorical cannot drive without .* throttle_range"):
        pilot_type("categorical").settled({})


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"activation": "relo"}, "`activation` must be one of relu, .*, maxout. Received: .*relo"),
        ({"initializer": "zeros"}, "`initializer` must be one of glorot_uniform"),
        ({"l1": -1}, "`l1` must be 0 or more"),
        ({"l2": float("inf")}, "`l2` must be 0 or more"),
        ({"max_norm": 0}, "`max_norm` must be greater than 0, or None"),
        ({"dropout": 1}, "`dropout` must be 0 to less than 1"),
        ({"batch_norm": "yes"}, "`batch_norm` must be True, False or None"),
        ({"colour": "red"}, "`network` must be an object with some of activation"),
        ([], "`network` must be an object"),
    ],
)
def test_impossible_choices_of_a_network_are_refused(choice, message):
    with pytest.raises(PilotError, match=message):
        NetworkChoices.from_json(choice)
    with pytest.raises(PilotError, match=message):
        pilot_type("linear").complete({"network": choice})


def test_choices_survive_being_written_down():
    choices = NetworkChoices(activation="maxout", l2=0.01, max_norm=3.0, batch_norm=False)
    assert NetworkChoices.from_json(choices.to_json()) == choices
