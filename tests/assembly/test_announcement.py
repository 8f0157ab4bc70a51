"""Which cars announce themselves in their networks."""

import pytest

from donkeycar.assembly.console import _announcer
from donkeycar.config import load_config
from donkeycar.management.cli import main


@pytest.fixture
def car(tmp_path):
    assert main(["createcar", "--path", str(tmp_path / "car")]) == 0
    return tmp_path / "car" / "config.py"


def test_a_car_announces_itself(car, monkeypatch):
    monkeypatch.delenv("DONKEYCAR_ANNOUNCE")
    assert _announcer(load_config(car)) is not None


@pytest.mark.parametrize(("overrides", "value"), [(["WEB_ANNOUNCE=False"], "1"), ([], "0")])
def test_a_setting_or_the_environment_ends_it(car, monkeypatch, overrides, value):
    monkeypatch.setenv("DONKEYCAR_ANNOUNCE", value)
    assert _announcer(load_config(car, overrides=overrides)) is None
