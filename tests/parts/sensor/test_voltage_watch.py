"""A Pi with too little voltage is told to who drives: while it is so, and in the log once.

The files are written as the kernel writes them: see `donkeycar.parts.sensor.pi_power`.
"""

import logging

import pytest

from donkeycar.assembly import add_console
from donkeycar.config import load_config
from donkeycar.management.createcar import create_car
from donkeycar.parts.sensor import pi_power
from donkeycar.parts.sensor.pi_power import voltage_alarm
from donkeycar.parts.sensor.voltage_watch import EVERY_S, HOLD_S, IN_THE_LOG, REASON, VoltageWatch
from donkeycar.testing import FakeClock
from donkeycar.vehicle import Vehicle


@pytest.fixture
def hwmon(tmp_path):
    """Sensors of a Pi 5, of which one tells of the voltage."""
    for number, name in enumerate(("cpu_thermal", "rp1_adc", "rpi_volt")):
        chip = tmp_path / "hwmon" / f"hwmon{number}"
        chip.mkdir(parents=True)
        (chip / "name").write_text(f"{name}\n")
    (chip / "in0_lcrit_alarm").write_text("0\n")
    return tmp_path / "hwmon"


@pytest.fixture
def clock():
    return FakeClock(now_s=100.0)


def test_the_sensor_is_found_by_its_name(hwmon, tmp_path):
    assert voltage_alarm(hwmon) == hwmon / "hwmon2" / "in0_lcrit_alarm"
    assert voltage_alarm(tmp_path) is None


def test_it_is_told_while_it_is_so_and_logged_once(hwmon, clock, caplog):
    alarm = voltage_alarm(hwmon)
    watch = VoltageWatch(alarm, clock=clock)
    with caplog.at_level(logging.WARNING):
        assert watch.run() == ""
        for _ in range(3):
            alarm.write_text("1\n")
            clock.advance(EVERY_S)
            assert watch.run() == REASON
            alarm.write_text("0\n")
            clock.advance(HOLD_S - 0.1)
            assert watch.run() == REASON  # long enough to be read
            clock.advance(0.2)
            assert watch.run() == ""
    assert [record.getMessage() for record in caplog.records] == [IN_THE_LOG]


def test_the_kernel_is_asked_no_more_often_than_it_looks(hwmon, clock):
    alarm = voltage_alarm(hwmon)
    watch = VoltageWatch(alarm, clock=clock)
    watch.run()
    alarm.write_text("1\n")
    clock.advance(EVERY_S - 0.1)
    assert watch.run() == ""
    clock.advance(0.1)
    assert watch.run() == REASON


def test_a_sensor_that_goes_stops_no_car(hwmon, clock):
    alarm = voltage_alarm(hwmon)
    watch = VoltageWatch(alarm, clock=clock)
    alarm.unlink()
    assert watch.run() == ""


def test_the_car_has_it_and_the_console_shows_it(hwmon, tmp_path, monkeypatch):
    monkeypatch.setattr(pi_power, "HWMON", hwmon)
    voltage_alarm(hwmon).write_text("1\n")
    create_car(tmp_path / "car")
    overrides = ["CAMERA_TYPE=MOCK", "DRIVE_TRAIN_TYPE=MOCK", "WEB_CONTROL_PORT=0"]
    cfg = load_config(tmp_path / "car" / "config.py", overrides=overrides)
    car = Vehicle()
    console = add_console(car, cfg)
    car.start(rate_hz=50, max_loop_count=3)
    assert console._cockpit.telemetry["power_reason"] == REASON
