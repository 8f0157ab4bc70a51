import pytest

from donkeycar.assembly.training.augmentation import augmentation_from
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.pilots.transform import Transforms
from donkeycar.settings.schema import SETTINGS
from donkeycar.training import TrainingOptions
from donkeycar.training.augmentation import AUGMENTATIONS, USUAL


def made(**values):
    defaults = {name: setting.default for name, setting in SETTINGS.items()}
    return augmentation_from(Config({**defaults, **values}))


def test_the_settings_name_what_there_is():
    assert set(SETTINGS["AUGMENTATIONS"].choices) == set(AUGMENTATIONS)


def test_what_is_usual_is_written_where_it_can_be_changed():
    assert made().names == ("FLIP", "BRIGHTNESS", "SHADOW") == USUAL


@pytest.mark.parametrize("names", [(), ("MULTIPLY",)])
def test_an_empty_list_means_none_as_in_donkeycar_5(names):
    """Before, it meant what is usual."""
    assert made(AUGMENTATIONS=names).names == ()


def test_what_is_in_use_is_said_in_one_line():
    assert TrainingOptions(augmentation=made()).changes_in_words() == (
        "random changes: FLIP (50 % of the frames), BRIGHTNESS (80 %), SHADOW (30 %)"
    )
    for none in (None, made(AUGMENTATIONS=())):
        assert TrainingOptions(augmentation=none).changes_in_words() == "random changes: none"
    crop = Transforms([("CROP", {"top_px": 3})], post=[("RGB2GRAY", {})])
    said = TrainingOptions(type="imu", augmentation=made(AUGMENTATIONS=("FLIP",)), transforms=crop)
    assert said.changes_in_words() == (
        "random changes: none; no FLIP, which would be wrong for a pilot of type imu; "
        "transforms of every frame: CROP, RGB2GRAY"
    )


def test_a_list_is_made_as_it_says():
    assert made(AUGMENTATIONS=("BLUR", "BRIGHTNESS")).names == ("BLUR", "BRIGHTNESS")


@pytest.mark.parametrize(("value", "pair"), [(0.3, (-0.3, 0.3)), ((-0.1, 0.4), (-0.1, 0.4))])
def test_one_number_of_brightness_goes_both_ways(value, pair):
    [light] = made(AUGMENTATIONS=("BRIGHTNESS",), AUG_BRIGHTNESS_RANGE=value).to_json()
    assert (light["brightness"], light["contrast"]) == (pair, pair)


@pytest.mark.parametrize(("value", "pair"), [(2, (0, 2)), ((1, 1.5), (1, 1.5))])
def test_one_number_of_blur_starts_at_none(value, pair):
    [blur] = made(AUGMENTATIONS=("BLUR",), AUG_BLUR_RANGE=value).to_json()
    assert blur["sigma_px"] == pair


def test_a_range_too_far_is_refused_by_name():
    with pytest.raises(ConfigError, match="AUG_BLUR_RANGE: `sigma_px` must go up, from 0 to 10"):
        made(AUG_BLUR_RANGE=(0, 50))
