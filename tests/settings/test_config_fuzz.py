"""Every setting with every kind of wrong value: a sentence with its line, or a checked value."""

import pytest

from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.settings.readers import READS
from donkeycar.settings.schema import SETTINGS

VALUES = (
    "'x'", "''", "'é\\ud800\\n☃'", "0", "-1", "3", "10**9", "10**5000", "-1.5", "0.5", "1e308",
    "float('nan')", "float('inf')", "True", "None", "[]", "[1, 2]", "['CROP']", "{}", "{1: 2}",
    "{'STEERING_LEFT_PWM': 'x', 'font_size': None}", "b'x'", "lambda: 1", "object()", "int",
    "{1, 2}", "(x for x in 'ab')", "1j", "print",
)  # fmt: skip

TYPES = {
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "path": str,
    "strings": tuple,
}


def is_declared(setting, value):
    if setting.status != "active":
        return True  # does nothing, and stops nothing
    if value is None:
        return setting.optional or setting.value_kind == "any"
    if setting.fields:
        return all(is_declared(row, value[row.name]) for row in setting.fields)
    if setting.value_kind == "function":
        return callable(value)
    if setting.value_kind == "any":
        return True
    if setting.value_kind == "range":
        return isinstance(value, int | float) or (len(value) == 2 and value[0] <= value[1])
    if setting.value_kind == "names":
        return all(isinstance(text, str) for text in value)
    is_in_range = setting.value_kind not in ("int", "float") or (
        (setting.low is None or value >= setting.low)
        and (setting.high is None or value <= setting.high)
    )
    return type(value) is TYPES[setting.value_kind] and is_in_range


@pytest.mark.parametrize("written", VALUES)
def test_every_setting_refuses_a_value_with_its_line_or_takes_it_as_declared(tmp_path, written):
    (tmp_path / "config.py").write_text("")
    myconfig = tmp_path / "myconfig.py"
    names = list(SETTINGS)
    myconfig.write_text("".join(f"{name} = {written}\n" for name in names))
    refused = {}
    try:
        load_config(tmp_path / "config.py")
    except ConfigError as error:
        for line in str(error).splitlines():
            place, _, sentence = line.partition(": ")
            assert place.startswith("myconfig.py:"), line
            refused[names[int(place.split(":")[1]) - 1]] = sentence
    for name, sentence in refused.items():
        assert sentence.startswith(name)
        assert f"Received: {name}" in sentence
    rest = [name for name in names if name not in refused]
    myconfig.write_text("".join(f"{name} = {written}\n" for name in rest))
    cfg = load_config(tmp_path / "config.py")
    for name in rest:
        assert is_declared(SETTINGS[name], cfg.get(name)), name


@pytest.mark.parametrize("command", READS)
def test_no_command_is_stopped_by_a_setting_that_it_does_not_read(tmp_path, command):
    (tmp_path / "config.py").write_text("")
    names = [name for name in SETTINGS if name not in READS[command]]
    text = "".join(f"{name} = object()\n" for name in names)
    (tmp_path / "myconfig.py").write_text(text)
    kind = [] if "DRIVE_TRAIN_TYPE" in names else ["DRIVE_TRAIN_TYPE=MOCK"]
    cfg = load_config(tmp_path / "config.py", overrides=kind, command=command)
    told = "\n".join(cfg.notices).replace("[", " [")
    assert all(f" {name} " in told for name in names if SETTINGS[name].status == "active")


def test_a_wrong_value_is_refused_by_most_settings(tmp_path):
    """Keeps the test above from passing because everything is taken."""
    (tmp_path / "config.py").write_text("")
    active = [name for name, setting in SETTINGS.items() if setting.status == "active"]
    (tmp_path / "myconfig.py").write_text("".join(f"{name} = object()\n" for name in active))
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "config.py")
    assert len(str(caught.value).splitlines()) == len(active)
