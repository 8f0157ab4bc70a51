"""From the settings of a car to the options of its training."""

from pathlib import Path

import pytest

from donkeycar.assembly.training.options import options_from
from donkeycar.assembly.training.pilot import NETWORK_SETTINGS, pilot_options_from
from donkeycar.config import Config, load_config
from donkeycar.errors import TrainingError
from donkeycar.pilots.kinds.network_choices import ACTIVATIONS, INITIALIZERS, NetworkChoices
from donkeycar.pilots.kinds.registry import PILOT_TYPES, pilot_type
from donkeycar.settings.schema import SETTINGS
from donkeycar.training import TrainingOptions
from donkeycar.training.epochs.optimizers import OPTIMIZER_NAMES
from donkeycar.training.epochs.schedule import SHAPES


def settings(**changes):
    """As a car has them whose owner changes these."""
    defaults = {name: setting.default for name, setting in SETTINGS.items()}
    return Config({**defaults, **changes}, own=changes)


def test_the_settings_know_every_name_that_training_knows():
    assert SETTINGS["DEFAULT_MODEL_TYPE"].choices == (
        *PILOT_TYPES,
        *(f"tflite_{name}" for name in PILOT_TYPES),
    )
    assert set(SETTINGS["OPTIMIZER"].choices) == set(OPTIMIZER_NAMES)
    assert set(SETTINGS["LEARNING_RATE_SCHEDULE"].choices) == set(SHAPES)
    assert SETTINGS["ACTIVATION"].choices == ACTIVATIONS
    assert SETTINGS["INITIALIZER"].choices == INITIALIZERS
    assert set(NETWORK_SETTINGS) == set(NetworkChoices().to_json())


@pytest.mark.parametrize("name", PILOT_TYPES)
def test_a_car_whose_owner_says_nothing_trains_the_documented_networks(name):
    options, useless = options_from(settings(), type=name)
    assert useless == []
    assert NetworkChoices.from_json(options.pilot_options["network"]) == NetworkChoices()
    own = {key: value for key, value in options.pilot_options.items() if key != "network"}
    kind = pilot_type(name)
    assert kind.complete(own) == kind.complete({})


def test_what_the_owner_says_is_what_is_trained():
    cfg = settings(
        ACTIVATION="elu", L2_PENALTY=0.01, DROPOUT=0.1, OPTIMIZER="adamw", WEIGHT_DECAY=0.02,
        LEARNING_RATE_SCHEDULE="step", LEARNING_RATE_DROP=0.1, EPOCHS_PER_DROP=7.0,
        WARMUP_EPOCHS=2.0, LABEL_SHIFT=1, LABEL_WINDOW=3, MIXED_PRECISION=False, TENSORBOARD=True,
        AVERAGE_WEIGHTS=False,
        USE_EARLY_STOP=False,
    )  # fmt: skip
    options, _ = options_from(cfg, epochs=9, seed=4)
    network = options.pilot_options["network"]
    assert (network["activation"], network["l2"], network["dropout"]) == ("elu", 0.01, 0.1)
    assert options == TrainingOptions(
        pilot_options=options.pilot_options, augmentation=options.augmentation, batch_size=128,
        optimizer="adamw", weight_decay=0.02, schedule="step", learning_rate_drop=0.1,
        epochs_per_drop=7.0, warmup_epochs=2.0, label_shift=1, label_window=3,
        mixed_precision=False, tensorboard=True, patience=None, epochs=9, seed=4,
        average_weights=False,
        print_summary=True, transforms=options.transforms,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "changes", "wanted"),
    [
        ("rnn", {"SEQUENCE_LENGTH": 5}, {"sequence_length": 5}),
        ("memory", {"SEQUENCE_LENGTH": 5, "MEM_DEPTH": 2}, {"memory_length": 5, "memory_depth": 2}),
        (
            "categorical",
            {"MODEL_CATEGORICAL_MAX_THROTTLE_RANGE": 0.5},
            {"throttle_range": [0.0, 0.5]},
        ),
        ("behavior", {"BEHAVIOR_LIST": ("a", "b", "c")}, {"behaviors": ["a", "b", "c"]}),
        ("localizer", {"NUM_LOCATIONS": 4}, {"num_locations": 4}),
    ],
)
def test_each_kind_gets_what_it_leaves_open(name, changes, wanted):
    options, useless = pilot_options_from(settings(**changes), pilot_type(name))
    assert wanted.items() <= options.items()
    assert useless == []


def test_a_setting_of_another_kind_is_said_to_have_no_effect():
    _, useless = options_from(settings(SEQUENCE_LENGTH=5, NUM_LOCATIONS=3))
    assert useless == [
        "SEQUENCE_LENGTH has no effect on a pilot of type linear",
        "NUM_LOCATIONS has no effect on a pilot of type linear",
    ]


def test_only_what_the_owner_wrote_is_said_to_have_no_effect(tmp_path):
    config, own = tmp_path / "config.py", tmp_path / "myconfig.py"
    # As another version of donkeycar writes it.
    config.write_text("SEQUENCE_LENGTH = 5\nNUM_LOCATIONS = 7\nFREEZE_LAYERS = True\n")
    assert options_from(load_config(config))[1] == []
    own.write_text("NUM_LOCATIONS = 4\nSEQUENCE_LENGTH = 3\n")
    assert SETTINGS["SEQUENCE_LENGTH"].default == 3
    _, useless = options_from(load_config(config, overrides=["MEM_DEPTH=2"]))
    assert useless == [
        "MEM_DEPTH has no effect on a pilot of type linear",
        "NUM_LOCATIONS has no effect on a pilot of type linear",
    ]


def test_layers_are_frozen_only_when_there_is_another_pilot_to_begin_with():
    frozen = settings(FREEZE_LAYERS=True, NUM_LAST_LAYERS_TO_TRAIN=4)
    options, useless = options_from(frozen)
    assert (options.layers_to_train, useless) == (
        None,
        ["FREEZE_LAYERS has no effect without --transfer"],
    )
    options, useless = options_from(frozen, transfer=Path("a.keras"))
    assert (options.layers_to_train, options.transfer, useless) == (4, Path("a.keras"), [])
    options, _ = options_from(settings(), transfer=Path("a.keras"))
    assert options.layers_to_train is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"WARMUP_EPOCHS": 100.0}, "`warmup_epochs` must be less than the epochs. Received:"),
        ({"LABEL_WINDOW": 2}, "`label_window` must be an odd number"),
    ],
)
def test_what_no_single_setting_shows_is_refused_before_anything_is_read(changes, message):
    with pytest.raises(TrainingError, match=message):
        options_from(settings(**changes))
